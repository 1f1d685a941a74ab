package kept

import (
	"context"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// CaseRow is a case file. The safe-contact rule and the walls are columns of
// the row, so that its digest covers them.
type CaseRow struct {
	acts.RowKey
	Unit       string
	State      string
	OpenedDay  string
	LastDay    string
	RecallDay  string // day of the next call she allowed, or empty
	Secret     string
	CardSecret string // of the card alone: going back to an alias shreds every card with her name
	Epoch      int64  // unit epoch whose key wraps KeyBox
	KeyVersion int64
	KeyBox     crypto.Sealed
	Restricted bool
	Named      acts.List // people a restricted case is named to
	Walled     acts.List // people for whom this case does not exist
	Card       crypto.Sealed
	Safe       crypto.Sealed
	Told       crypto.Sealed
	IdentityID string
	NowDay     string    `row:",later"` // since when somebody has to look at it: its marks; empty for not at all
	FromTask   string    `row:",later"` // the task that another unit sent and this file was opened from, or empty
	AllBut     bool      `row:",later"` // Named are all of the unit but those who are walled off
	Stands     acts.List `row:",later"` // who answers for it where a lead is walled off
	WalledBy   acts.List `row:",later"` // who set what is walled off now
}

// Table is the name of the table of case files.
func (*CaseRow) Table() string { return "case_file" }

var Cases = acts.Declare[CaseRow]()

// Secrets are the shred secrets of a case: its own and that of its card.
func (c *CaseRow) Secrets() []string { return []string{c.Secret, c.CardSecret} }

// CasesFromTask lists the case files that a unit opened from a task.
var CasesFromTask = Cases.Find().Is("from_task").Not("from_task", "").By("id")

var _ = Register(Cases, Kind[*CaseRow]{Object: policies.KindCase, Class: "case", Names: true, Secrets: (*CaseRow).Secrets,
	Calls: func(c *CaseRow) string { return c.Unit }, Made: []Hang{On("task", CasesFromTask)},
	Up: func(c *CaseRow) (string, string) { return "task", c.FromTask }})

// CaseWrapRow is a restricted case's key kept for one named person, or for the
// unit's recovery recipient. Its id is CASE.PERSON.
type CaseWrapRow struct {
	acts.RowKey
	CaseID     string
	Person     string
	KeyVersion int64
	Symmetric  bool `row:"symmetric_wrap"` // under the person's own key; by age until she next signs in
	Wrapped    crypto.Sealed
	Commitment []byte
	Recovery   int64 `row:",later"` // which of the unit's recovery recipients it is for; 0 for a person, and for an agency's of before
}

// Table is the name of the table of restricted cases' keys.
func (*CaseWrapRow) Table() string { return "case_wrap" }

var (
	caseWrapRows = acts.Declare[CaseWrapRow]()
	// caseWrapsOf lists the restricted cases' keys kept for a person.
	WrapsOfPerson = caseWrapRows.Find().Is("person").By("case_id")
	// wrapsOfCase lists for whom a case's key is kept.
	wrapsOfCase = caseWrapRows.Find().Is("case_id").By("id")

	_ = Register(caseWrapRows, Kind[*CaseWrapRow]{Class: "case", Hangs: []Hang{On("case_file", wrapsOfCase)}})
)

// CaseKeyRow keeps an earlier version of a case's or a referral's key, sealed
// under the next one, for rows written before. Its id is RECORD.VERSION.
type CaseKeyRow struct {
	acts.RowKey
	CaseID     string
	KeyVersion int64
	Wrapped    crypto.Sealed
}

// Table is the name of the table of earlier case keys.
func (*CaseKeyRow) Table() string { return "case_key" }

// Reader reads verified casework rows of one snapshot.
type Reader interface {
	acts.Reader
	// EachCard hands out the cards of a unit, CardsAtOnce at a time, with the keys that a
	// person has of restricted ones, without comparing digests: the caller opens each (an
	// authenticated box) and gets the whole row, which is compared, for those it
	// shows. They are filled into what empty gives and are the callback's.
	EachCard(unit, person string, empty func() *CardBatch, f func(*CardBatch)) error
	// Secrets reads what Secret reads, many at once and in few statements. Unlike all
	// else of a Reader it may be called by several goroutines.
	Secrets(ids []string) []Shred
	// Cases reads rows by id, at most SearchMax at once; an id without a row
	// gives ErrNoRow.
	Cases(ids []string) ([]*CaseRow, error)
	// CheckShown holds cards from EachCard to the rows that the log names.
	CheckShown(cards []Shown) error
	// LeavesOf reads the newest leaves about records, each KIND:ID, and Leaf one leaf.
	LeavesOf(limit int, objects ...string) ([]Leaf, error)
	Leaf(index int64) (audit.Leaf, error)
	// LeavesBackward hands out leaves below an index (0: from the newest),
	// newest first, until f says false.
	LeavesBackward(before int64, f func(index int64, l *audit.Leaf) (bool, error)) error
	// DetailOf reads the sealed detail of a leaf, and DetailKey a wrapped key that some
	// are under.
	DetailOf(index int64) (*audit.SealedDetail, error)
	DetailKey(id string) (*audit.DetailKeyRow, error)
	// EachCode hands out the leaves whose details mark the code of a record, the newest
	// of each record, without comparing them: the caller opens each detail.
	EachCode(f func(index int64, l *audit.Leaf, d *audit.SealedDetail) error) error
}

// Leaf is a leaf of the log with its place in it.
type Leaf struct {
	Index int64
	audit.Leaf
}

// Shred is a shred secret, or why there is none.
type Shred struct {
	Secret [32]byte
	Err    error
}

// CardsAtOnce bounds how many cards are handed out together.
const CardsAtOnce = 128

// CardBatch is some cards of a unit.
type CardBatch struct {
	Cards []Card
	Wraps map[string]*CaseWrapRow // the keys of restricted cases that the person has, by case; of all batches
	boxes []byte
}

// Box copies a card's box into the batch.
func (b *CardBatch) Box(box []byte) crypto.Sealed {
	from := len(b.boxes)
	b.boxes = append(b.boxes, box...)
	return b.boxes[from:len(b.boxes):len(b.boxes)]
}

// Empty makes room for the next cards.
func (b *CardBatch) Empty() { b.Cards, b.boxes, b.Wraps = b.Cards[:0], b.boxes[:0], nil }

// Card is the part of a case row that search reads.
type Card struct {
	ID         string
	Version    int64
	State      string
	LastDay    string
	Secret     string // of the card
	Epoch      int64
	Restricted bool
	Named      acts.List
	Walled     acts.List
	Box        crypto.Sealed
	KeyVersion int64 // of a restricted case's key
}

// Digest is over everything a card says, as [CaseRow.CardDigest] makes it of
// a whole row.
func (c *Card) Digest() crypto.Digest {
	return crypto.RowDigest("card", c.ID, c.Version, &c.State, &c.LastDay, &c.Secret, &c.Epoch, &c.Restricted,
		(*string)(&c.Named), (*string)(&c.Walled), &c.Box)
}

// CardDigest is over the part of a case row that is its card.
func (c *CaseRow) CardDigest() crypto.Digest {
	card := Card{ID: c.ID, Version: c.Version, State: c.State, LastDay: c.LastDay, Secret: c.CardSecret, Epoch: c.Epoch,
		Restricted: c.Restricted, Named: c.Named, Walled: c.Walled, Box: c.Card}
	return card.Digest()
}

// Shown is a card that a list shows.
type Shown struct {
	ID   string
	Card crypto.Digest
}

// Store is what the casework needs of the storage.
type Store interface {
	acts.Store
	// View runs f on one snapshot.
	View(ctx context.Context, f func(Reader) error) error
	// EndAllSessions takes away the rows of all sessions, which an act has ended.
	EndAllSessions(ctx context.Context) error
	// Source reads the log, for export.
	Source() audit.Source
	// EachRecord hands out every stored row, for the check against the log.
	EachRecord(ctx context.Context, f func(audit.Record) error) error
	// Details gives every sealed detail, for the same check.
	Details() audit.Records
}

var (
	caseKeyRows = acts.Declare[CaseKeyRow]()
	// earlierKeysOf lists the earlier keys of a case or a referral.
	earlierKeysOf = caseKeyRows.Find().Is("case_id").By("id")

	_ = Register(caseKeyRows, Kind[*CaseKeyRow]{Class: "case", Hangs: []Hang{On("case_file", earlierKeysOf), On("referral", earlierKeysOf)}})
)
