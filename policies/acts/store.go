package acts

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"sportello/crypto"
	"sportello/policies/audit"
)

// What callers test for.
var (
	// ErrNoRow says that no row has this id.
	ErrNoRow = errors.New("no such row")
	// ErrConflict says that a row changed since it was read.
	ErrConflict = errors.New("the row changed meanwhile")
	// ErrTampered says that a stored row is not the one the log names.
	ErrTampered = errors.New("a stored row differs from the log")
	// ErrStale says that a row read for this act is not the newest any more:
	// the act is prepared again.
	ErrStale = errors.New("a row read for this act changed")
	// ErrUnwritable says that the disk is full or takes no writes: nothing of the act
	// was done, and since no leaf can be written nothing is read either.
	ErrUnwritable = errors.New("the disk takes no writes")
	// ErrErased says that a record's secret was shredded.
	ErrErased = errors.New("the record was erased")
)

// Unfinished is the error of an act that is durable with its leaf, while
// something that follows from it could not be written: sessions that do not know
// of it yet, or a secret with a tombstone that is still on the disk and goes at
// the next start. The act must not be done again.
type Unfinished struct {
	Receipt audit.Receipt
	Erasing bool // it is a secret that is still there
	Cause   error
}

func (u *Unfinished) Error() string { return "finishing an act that is done: " + u.Cause.Error() }

// Unwrap is the cause.
func (u *Unfinished) Unwrap() error { return u.Cause }

// Partial is the error of a list that is shown, with its leaf, but for items that
// are not what the log names: beside it stand the others. A second leaf says that
// the act failed. It is an ErrTampered to whoever does not ask for it.
type Partial struct {
	Cause error // what was met first: a table and an id
}

func (p *Partial) Error() string { return "listing what can be read: " + p.Cause.Error() }

// Unwrap is the cause, and ErrTampered where the cause is a box that does not open.
func (p *Partial) Unwrap() []error { return []error{ErrTampered, p.Cause} }

// Reader reads verified rows of one snapshot. Every row it hands out has the
// digest that the log names as newest; a row that is there without a leaf, or
// missing against the log, gives ErrTampered. A list with such a row gives it too,
// and the others beside it: for a page that lists, and may Spare one; everything
// else stops at the error.
type Reader interface {
	Get(row Row, id string) error
	// Recall is Get for the row of who asks and of her unit: it may come from
	// memory, while the log names the very same row as newest.
	Recall(row Row, id string) error
	// Rows hands out the rows that a query selects, and Count counts them without
	// handing any out. A Finder asks.
	Rows(q *Query, args []any, each func(Row) error) error
	Count(q *Query, args []any) (int, error)
	// Secret reads the shred secret of a record; ErrErased when it is gone.
	Secret(id string) ([]byte, error)
	// Newest is the digest the log names for a row, as prepare saw it.
	Newest(table, id string) (audit.Digest16, bool)
	// Unnamed tells that the log names no such row, without a look whether one
	// is stored; the writer relies on it as on a row that was read. A row that was
	// put there without a leaf is met when a new one is written over it.
	Unnamed(table, id string) bool
	// Epoch is the highest epoch of a unit that a leaf names.
	Epoch(unit string) int64
	// Seen lists every row read so far, present or absent, with its digest: the
	// writer compares them again before it commits.
	Seen() []Seen
}

// Seen is one row that an act relied on.
type Seen struct {
	Table, ID string
	Digest    audit.Digest16
	Present   bool
}

// Tx writes rows inside one act. Put and Erase collect the digests of what
// they change; Record appends the leaf with them. A transaction that changed
// rows and recorded no leaf is rolled back.
type Tx interface {
	Newest(table, id string) (audit.Digest16, bool)
	Epoch(unit string) int64
	Put(row Row) error
	Delete(row Row) error
	// Erase makes the secret's tombstone; the secret itself is deleted once
	// the leaf is durable.
	Erase(secret string) error
	// UseDetailKey puts a new detail key in force; it appends its own leaf.
	UseDetailKey(audit.PendingDetailKey) error
	Record(leaf audit.Leaf, detail *audit.SealedDetail) error
	// Session and Sessions are what the log says of one session and lists of a
	// person's, or with "" of everybody's, the group's earlier acts included.
	Session(id string) (audit.SessionMark, bool)
	Sessions(person string) []string
	// Mark names a session in the act's leaf: it lies in no table of this database.
	Mark(session audit.RowMark)
}

// Secret is a shred secret made for a new record: durable before the row that
// needs it.
type Secret struct {
	ID    string
	Bytes []byte
}

// NewSecret makes 32 random bytes under a random id. The id begins with the size
// of the log, so that secrets of one hour lie together in their file; it says no
// more than the leaf that will name it.
func NewSecret(log int64) Secret {
	return Secret{ID: fmt.Sprintf("%010x", log) + crypto.NewID(), Bytes: crypto.NewKey().Bytes()}
}

var secretID = regexp.MustCompile(`^[0-9a-f]{10}[A-Z2-7]{26}$`)

// IsSecretID tells that an id has the form of NewSecret's, made while the log was
// no longer than this.
func IsSecretID(id string, log int64) bool {
	if !secretID.MatchString(id) {
		return false
	}
	n, err := strconv.ParseInt(id[:10], 16, 64)
	return err == nil && n <= log
}

// Work is one act for the writer.
type Work struct {
	Secrets []Secret
	Do      func(Tx) error
}

// Store is what acts need of the storage.
type Store interface {
	// Do runs work in the writer, with others in one commit, and answers once
	// its leaf is durable.
	Do(ctx context.Context, w Work) (audit.Receipt, error)
	// Look runs f on one snapshot.
	Look(ctx context.Context, f func(Reader) error) error
	// Settle waits until what was committed before the call can be read.
	Settle(ctx context.Context) error
}

// Mark names a shred secret in the leaf of the act that made it, by the digest
// of its bytes, so that a missing or altered secret shows.
func (s Secret) Mark() audit.RowMark {
	return audit.RowMark{Table: SecretTable, ID: s.ID, Version: 1, Digest: crypto.RowDigest(SecretTable, s.ID, 1, s.Bytes)}
}

// SecretTable is the table under which leaves mark shred secrets.
const SecretTable = "shred"
