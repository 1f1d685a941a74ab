package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
)

// shredFile keeps the shred secrets: 32 bytes a record, in a file that no long
// backup holds. Without its secret a record's keys cannot be made again.
//
// Order is the protocol, since two SQLite files share no atomic commit: a
// secret is durable before the row that needs it; its tombstone in the log is
// durable before the secret is deleted; start-up finishes what was cut.
type shredFile struct {
	path  string
	db    *sql.DB
	hooks hooks

	mu    sync.RWMutex
	known map[audit.Digest16]shredSecret // read before, by what the log names; without pointers to follow
	gone  int                            // how often secrets were deleted
	ahead map[string]bool                // durable before the leaf that names them
	drop  []string                       // of acts that did not commit; deleted with the next insert

	// erasing is held from the commit of a tombstone to the deletion of its
	// secret, so that the check of all records never sees one without the other.
	erasing sync.RWMutex
}

type shredSecret [32]byte

// knownMax bounds the secrets kept in memory: 200,000 are about 12 MB.
const knownMax = 200_000

func newShredFile(path string, db *sql.DB, h hooks) *shredFile {
	db.SetMaxOpenConns(4)
	return &shredFile{path: path, db: db, hooks: h, known: map[audit.Digest16]shredSecret{}, ahead: map[string]bool{}}
}

// get reads one secret, which must have the digest that a leaf names: ErrErased
// when there is none, ErrTampered when it is another.
func (f *shredFile) get(ctx context.Context, id string, want audit.Digest16) ([]byte, error) {
	f.mu.RLock()
	known, ok := f.known[want]
	gone := f.gone
	f.mu.RUnlock()
	if ok {
		return known[:], nil
	}
	var b []byte
	if f.hooks.statement != nil {
		f.hooks.statement(selectSecret)
	}
	err := f.db.QueryRowContext(ctx, bind(selectSecret), id).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, acts.ErrErased
	}
	if err != nil {
		return nil, fmt.Errorf("reading a shred secret: %w", err)
	}
	digest := acts.Secret{ID: id, Bytes: b}.Mark().Digest
	if !bytes.Equal(digest[:len(want)], want[:]) || len(b) != len(known) {
		return nil, fmt.Errorf("%w: shred %s", acts.ErrTampered, id)
	}
	f.cache(gone, want, shredSecret(b))
	return b, nil
}

// secretsAtOnce is how many secrets one statement reads.
const secretsAtOnce = kept.CardsAtOnce

// getAll reads many secrets at once into out, those that a leaf names, and tells which
// it found as the leaf names them. For the others get says why not.
func (f *shredFile) getAll(ctx context.Context, ids []string, wants []audit.Digest16, named []bool, out []kept.Shred) []bool {
	found := make([]bool, len(ids))
	unread := map[string]int{}
	f.mu.RLock()
	for i, want := range wants {
		if known, ok := f.known[want]; ok && named[i] {
			out[i].Secret, found[i] = known, true
		} else if named[i] {
			unread[ids[i]] = i
		}
	}
	gone := f.gone
	f.mu.RUnlock()
	for some := range slices.Chunk(slices.Collect(maps.Keys(unread)), secretsAtOnce) {
		if f.read(ctx, some, func(id string, b []byte) {
			i, asked := unread[id]
			digest := acts.Secret{ID: id, Bytes: b}.Mark().Digest
			if asked && len(b) == len(shredSecret{}) && bytes.Equal(digest[:len(wants[i])], wants[i][:]) {
				out[i].Secret, found[i] = shredSecret(b), true
			}
		}) != nil {
			break // get meets it again, and says it
		}
	}
	f.cacheAll(gone, func(yield func(audit.Digest16, shredSecret) bool) {
		for _, i := range unread {
			if found[i] && !yield(wants[i], out[i].Secret) {
				return
			}
		}
	})
	return found
}

// read reads at most secretsAtOnce secrets in one statement.
func (f *shredFile) read(ctx context.Context, ids []string, each func(id string, b []byte)) error {
	args := make([]any, secretsAtOnce)
	for i := range args {
		args[i] = ""
		if i < len(ids) {
			args[i] = ids[i]
		}
	}
	if f.hooks.statement != nil {
		f.hooks.statement(selectSecrets)
	}
	rows, err := f.db.QueryContext(ctx, bind(selectSecrets), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var b sql.RawBytes
		if err := rows.Scan(&id, &b); err != nil {
			return err
		}
		each(id, b)
	}
	return rows.Err()
}

// cache remembers a secret, unless one was deleted since gone was read: it may
// be this one.
func (f *shredFile) cache(gone int, want audit.Digest16, b shredSecret) {
	f.cacheAll(gone, func(yield func(audit.Digest16, shredSecret) bool) { yield(want, b) })
}

// cacheAll is cache of many.
func (f *shredFile) cacheAll(gone int, all iter.Seq2[audit.Digest16, shredSecret]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for want, b := range all {
		if f.gone != gone {
			return
		}
		if len(f.known) >= knownMax {
			clear(f.known)
		}
		f.known[want] = b
	}
}

// insert makes secrets durable. One that is there already was kept for a group
// whose commit failed, and which is tried again act by act.
func (f *shredFile) insert(ctx context.Context, c *conn, secrets []acts.Secret) error {
	if len(secrets) == 0 {
		return nil
	}
	f.mu.Lock()
	drop := f.drop
	f.drop = nil
	for _, s := range secrets {
		f.ahead[s.ID] = true
	}
	f.mu.Unlock()
	err := exchange(ctx, c, drop, secrets)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.drop = append(f.drop, drop...) // with the next ones
		return err
	}
	for _, id := range drop {
		delete(f.ahead, id)
	}
	return nil
}

// exchange deletes some secrets and makes others durable, in one transaction.
func exchange(ctx context.Context, c *conn, drop []string, secrets []acts.Secret) (err error) {
	if err := c.exec(ctx, beginWrite); err != nil {
		return fmt.Errorf("beginning to keep secrets: %w", err)
	}
	defer func() {
		if err != nil && inTransaction(ctx, c.c) {
			c.exec(ctx, "ROLLBACK")
		}
	}()
	if err := lookAgain(c.c); err != nil {
		return err
	}
	for _, id := range drop {
		if err := c.exec(ctx, deleteSecret, id); err != nil {
			return fmt.Errorf("dropping a secret: %w", err)
		}
	}
	if err := inBatches(len(secrets), func(i, n int) error {
		args := make([]any, 0, 2*batch)
		for _, s := range secrets[i : i+n] {
			args = append(args, s.ID, s.Bytes)
		}
		return c.exec(ctx, insertSecret[n], args...)
	}); err != nil {
		return fmt.Errorf("keeping secrets: %w", err)
	}
	if err := c.exec(ctx, "COMMIT"); err != nil {
		return fmt.Errorf("committing secrets: %w", err)
	}
	return nil
}

const selectSecret = "SELECT secret FROM shred WHERE id = $1"

var selectSecrets = "SELECT id, secret FROM shred WHERE id IN (" + placeholders(1, secretsAtOnce) + ")"

const deleteSecret = "DELETE FROM shred WHERE id = $1"

var insertSecret = batched("INSERT INTO shred (id, secret) VALUES ", " ON CONFLICT (id) DO NOTHING")

// logged says that the leaves that name these secrets are durable.
func (f *shredFile) logged(secrets []acts.Secret) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range secrets {
		delete(f.ahead, s.ID)
	}
}

// orphan marks the secrets of an act that did not commit for deletion; start-up
// deletes those that a crash leaves.
func (f *shredFile) orphan(secrets []acts.Secret) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range secrets {
		f.drop = append(f.drop, s.ID)
	}
}

// early tells that a secret is durable before its leaf, or after its act failed:
// the check of all records passes over it.
func (f *shredFile) early(id string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.ahead[id]
}

// erasure is a secret that has a tombstone, with the digest that the log named.
type erasure struct {
	id     string
	digest audit.Digest16
}

// delete removes secrets, overwrites what the write-ahead log kept of them, and
// looks that they are gone. An error is not lost: the tombstones stay, and
// start-up deletes again.
func (f *shredFile) delete(ctx context.Context, erased []erasure) error {
	if len(erased) == 0 {
		return nil
	}
	defer f.forget(erased)
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning to delete secrets: %w", err)
	}
	defer tx.Rollback()
	for _, e := range erased {
		err := f.hooks.refuses(deleteSecret, []any{e.id}, func() { tx.Rollback() })
		if err == nil {
			_, err = tx.ExecContext(ctx, bind(deleteSecret), e.id)
		}
		if err != nil {
			return fmt.Errorf("deleting a secret: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing the deletion of secrets: %w", err)
	}
	if err := f.scrub(ctx); err != nil {
		return err
	}
	f.hooks.at("truncated")
	return f.lookFor(ctx, erased)
}

// lookFor reads the file with a connection that deleted nothing: what it finds
// there is not gone.
func (f *shredFile) lookFor(ctx context.Context, erased []erasure) (err error) {
	db, err := openFile(f.path, secretsFile, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, e := range erased {
		var n int
		if err := db.QueryRowContext(ctx, bind("SELECT count(*) FROM shred WHERE id = $1"), e.id).Scan(&n); err != nil {
			return fmt.Errorf("looking for deleted secrets: %w", err)
		}
		if n > 0 {
			return errors.New("looking for deleted secrets: one is there still")
		}
	}
	return nil
}

// forget takes secrets out of memory, those included that a reader is just
// about to remember.
func (f *shredFile) forget(erased []erasure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gone++
	for _, e := range erased {
		delete(f.known, e.digest)
	}
}

// scrubTries bounds how often the write-ahead log is truncated while a reader
// holds it; each try waits for the driver's busy time-out.
const scrubTries = 3

// scrub truncates the write-ahead log, waiting for readers.
func (f *shredFile) scrub(ctx context.Context) error {
	var err error
	for range scrubTries {
		if err = truncate(ctx, f.db); !errors.Is(err, errBusy) {
			return err
		}
	}
	return err
}

// ours tells that a secret has the form of those that this program makes, of no
// later time than that of a log of this size.
func (f *shredFile) ours(ctx context.Context, id string, size int64) (bool, error) {
	var n int
	if err := f.db.QueryRowContext(ctx, bind("SELECT length(secret) FROM shred WHERE id = $1"), id).Scan(&n); err != nil {
		return false, fmt.Errorf("reading the form of a secret: %w", err)
	}
	return n == len(shredSecret{}) && acts.IsSecretID(id, size), nil
}

// ids lists every secret there is.
func (f *shredFile) ids(ctx context.Context) ([]string, error) {
	rows, err := f.db.QueryContext(ctx, bind("SELECT id FROM shred"))
	if err != nil {
		return nil, fmt.Errorf("listing secrets: %w", err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("listing secrets: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// finishErasures deletes secrets that have a tombstone, or that no committed
// row ever needed: what a crash between the two files left behind.
func (s *Store) finishErasures(ctx context.Context) error {
	ids, err := s.secrets.ids(ctx)
	if err != nil {
		return err
	}
	var gone []erasure
	for _, id := range ids {
		if _, ok := s.log.Newest("shred", id); !ok {
			gone = append(gone, erasure{id: id})
		}
	}
	return s.secrets.delete(ctx, gone)
}
