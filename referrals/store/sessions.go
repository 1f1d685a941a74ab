package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sportello/policies/acts"
)

// sessionFile keeps what no backup holds: sessions, pending sign-ins, throttle
// counts, known devices and drafts.
type sessionFile struct {
	db    *sql.DB
	tally *sql.DB // for counts and what waits for a code: no disk is waited for, so that strangers' tries do not hold up what people write
	hooks hooks
	ended chan struct{} // something was taken out that the write-ahead log still has
	stop  chan struct{}
	done  chan struct{}
}

func newSessionFile(db, tally *sql.DB, h hooks) *sessionFile {
	db.SetMaxOpenConns(4)
	f := &sessionFile{db: db, tally: tally, hooks: h, ended: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	f.emptied() // a process that was killed may have owed it
	go f.scrub()
	return f
}

// scrubEvery is how long the file may hold what was taken out: one rewriting serves
// all sessions that end meanwhile, and no request waits for it. A file that takes
// longer to write is left alone for scrubShare times as long.
const (
	scrubEvery = time.Second
	scrubShare = 20
)

// scrub rewrites the file after sessions ended, so that no copy of it holds their
// keys, sealed as they are.
func (f *sessionFile) scrub() {
	defer close(f.done)
	wait := scrubEvery
	for {
		select {
		case <-f.ended:
		case <-f.stop:
			return
		}
		select {
		case <-time.After(wait):
		case <-f.stop:
			f.rewrite()
			return
		}
		began := time.Now()
		if f.rewrite() != nil {
			f.emptied() // a reader held it, or the disk is full: again
		}
		wait = max(scrubEvery, scrubShare*time.Since(began))
	}
}

// rewrite makes the file anew and empties the write-ahead log. Overwriting alone
// (secure_delete) is not enough: where SQLite packs a page again, a row that had
// moved to another page stays in the unused part, and nothing overwrites it when
// it is deleted there.
func (f *sessionFile) rewrite() error {
	if err := rewrite(context.Background(), f.db); err != nil {
		return err
	}
	return truncate(context.Background(), f.db)
}

func (f *sessionFile) emptied() {
	select {
	case f.ended <- struct{}{}:
	default:
	}
}

func (f *sessionFile) close() error {
	close(f.stop)
	<-f.done
	return errors.Join(f.tally.Close(), f.db.Close()) // the last to close it empties the write-ahead log
}

func (f *sessionFile) exec(ctx context.Context, doing, text string, args ...any) error {
	_, err := f.changes(ctx, f.db, doing, text, args...)
	return err
}

// tallies is exec for what a power cut may take back.
func (f *sessionFile) tallies(ctx context.Context, doing, text string, args ...any) error {
	_, err := f.changes(ctx, f.tally, doing, text, args...)
	return err
}

// changes is exec, and tells how many rows it changed.
func (f *sessionFile) changes(ctx context.Context, db *sql.DB, doing, text string, args ...any) (int64, error) {
	// A closed tab must not leave a session half ended.
	ctx = context.WithoutCancel(ctx)
	if err := f.hooks.refuses(text, args, func() {}); err != nil {
		return 0, fmt.Errorf("%s: %w", doing, unwritable(err))
	}
	res, err := db.ExecContext(ctx, bind(text), args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, unwritable(err))
	}
	return res.RowsAffected()
}

// counts runs a statement that writes, gives a row back, and may be taken back by
// a power cut.
func (f *sessionFile) counts(ctx context.Context, text string, args ...any) row {
	if err := f.hooks.refuses(text, args, func() {}); err != nil {
		return row{err: err}
	}
	return row{r: f.tally.QueryRowContext(context.WithoutCancel(ctx), bind(text), args...)}
}

// empties is exec for what takes keys out of the file.
func (f *sessionFile) empties(ctx context.Context, doing, text string, args ...any) error {
	defer f.emptied()
	return f.exec(ctx, doing, text, args...)
}

// PutSession keeps the row of a new session.
func (s *Store) PutSession(ctx context.Context, r *acts.SessionRow) error {
	return s.sessions.exec(ctx, "keeping a session",
		`INSERT INTO session (hash, person, created, seen, ends, covered, sealed, agent, version, generation)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.Hash, r.Person, r.Created, r.Seen, r.Ends, r.Covered, r.Sealed, r.Agent, r.Version, r.Generation)
}

// UpdateSession replaces what the version before sealed; ErrConflict when another
// is there, or none: it never makes a row.
func (s *Store) UpdateSession(ctx context.Context, r *acts.SessionRow) error {
	n, err := s.sessions.changes(ctx, s.sessions.db, "changing a session", `UPDATE session SET seen = $3, covered = $4, sealed = $5, generation = $6, version = $2
		WHERE hash = $1 AND version = $2 - 1`, r.Hash, r.Version, r.Seen, r.Covered, r.Sealed, r.Generation)
	if err == nil && n != 1 {
		return acts.ErrConflict
	}
	return err
}

const sessionColumns = "SELECT hash, person, created, seen, ends, covered, sealed, agent, version, generation FROM session "

func scanSession(row interface{ Scan(...any) error }) (*acts.SessionRow, error) {
	var r acts.SessionRow
	err := row.Scan(&r.Hash, &r.Person, &r.Created, &r.Seen, &r.Ends, &r.Covered, &r.Sealed, &r.Agent, &r.Version, &r.Generation)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, acts.ErrNoRow
	}
	if err != nil {
		return nil, fmt.Errorf("reading a session: %w", err)
	}
	return &r, nil
}

// Session reads a session; ErrNoRow without one. One row is read faster than it is
// watched whether who asked has gone.
func (s *Store) Session(ctx context.Context, hash []byte) (*acts.SessionRow, error) {
	ctx = context.WithoutCancel(ctx)
	return scanSession(s.sessions.db.QueryRowContext(ctx, bind(sessionColumns+"WHERE hash = $1"), hash))
}

// TouchSession notes that a session was used.
func (s *Store) TouchSession(ctx context.Context, hash []byte, seen int64) error {
	return s.sessions.exec(ctx, "touching a session", "UPDATE session SET seen = $2 WHERE hash = $1", hash, seen)
}

// CoverSession takes the keys of a generation, and of those before, out of
// a session. Those of a later passphrase stay.
func (s *Store) CoverSession(ctx context.Context, hash []byte, generation int64) error {
	return s.sessions.empties(ctx, "covering a session",
		"UPDATE session SET covered = 1, sealed = NULL, version = version + 1 WHERE hash = $1 AND generation <= $2", hash, generation)
}

// EndSession ends one session.
func (s *Store) EndSession(ctx context.Context, hash []byte) error {
	return s.sessions.empties(ctx, "ending a session", "DELETE FROM session WHERE hash = $1", hash)
}

// AllSessions lists everybody's sessions.
func (s *Store) AllSessions(ctx context.Context) ([]*acts.SessionRow, error) {
	return s.listSessions(ctx, "ORDER BY hash")
}

// SessionsOf lists a person's sessions, newest first.
func (s *Store) SessionsOf(ctx context.Context, person string) ([]*acts.SessionRow, error) {
	return s.listSessions(ctx, "WHERE person = $1 ORDER BY created DESC", person)
}

func (s *Store) listSessions(ctx context.Context, condition string, args ...any) ([]*acts.SessionRow, error) {
	rows, err := s.sessions.db.QueryContext(ctx, bind(sessionColumns+condition), args...)
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	defer rows.Close()
	var all []*acts.SessionRow
	for rows.Next() {
		r, err := scanSession(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// EndSessionsOf ends a person's sessions except one.
func (s *Store) EndSessionsOf(ctx context.Context, person string, except []byte) error {
	return s.sessions.empties(ctx, "ending a person's sessions",
		"DELETE FROM session WHERE person = $1 AND hash <> $2", person, append([]byte{}, except...))
}

// EndAllSessions ends everybody's sessions.
func (s *Store) EndAllSessions(ctx context.Context) error {
	return s.sessions.empties(ctx, "ending all sessions", "DELETE FROM session")
}

// PutPending keeps a sign-in that waits for its code.
func (s *Store) PutPending(ctx context.Context, p *acts.PendingRow) error {
	return s.sessions.tallies(ctx, "keeping a pending sign-in",
		"INSERT INTO pending (hash, kind, ends, sealed) VALUES ($1, $2, $3, $4)", p.Hash, p.Kind, p.Ends, p.Sealed)
}

// Pending reads a pending sign-in; ErrNoRow without one.
func (s *Store) Pending(ctx context.Context, hash []byte) (*acts.PendingRow, error) {
	return scanPending(s.sessions.db.QueryRowContext(ctx, bind("SELECT hash, kind, ends, sealed FROM pending WHERE hash = $1"), hash))
}

// TakePending reads a pending sign-in and removes it: of two at once, one gets it.
func (s *Store) TakePending(ctx context.Context, hash []byte) (*acts.PendingRow, error) {
	defer s.sessions.emptied() // it sealed what her passphrase makes
	return scanPending(s.sessions.counts(ctx, "DELETE FROM pending WHERE hash = $1 RETURNING hash, kind, ends, sealed", hash))
}

func scanPending(row interface{ Scan(...any) error }) (*acts.PendingRow, error) {
	var p acts.PendingRow
	err := row.Scan(&p.Hash, &p.Kind, &p.Ends, &p.Sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, acts.ErrNoRow
	}
	if err != nil {
		return nil, fmt.Errorf("reading a pending sign-in: %w", unwritable(err))
	}
	return &p, nil
}

// Count raises a throttle counter in its window and returns it.
func (s *Store) Count(ctx context.Context, key []byte, window, now int64) (int64, error) {
	slot := now - now%window
	var n int64
	err := s.sessions.counts(ctx, `INSERT INTO throttle (hash, slot, hits, ends) VALUES ($1, $2, 1, $3)
		ON CONFLICT (hash, slot) DO UPDATE SET hits = throttle.hits + 1 RETURNING hits`, key, slot, slot+window).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting an attempt: %w", unwritable(err))
	}
	return n, nil
}

// Uncount takes back one that was counted at a time, and nobody else's.
func (s *Store) Uncount(ctx context.Context, key []byte, window, at int64) error {
	return s.sessions.tallies(ctx, "giving an attempt back",
		"UPDATE throttle SET hits = hits - 1 WHERE hash = $1 AND slot = $2 AND hits > 0", key, at-at%window)
}

// KnowDevice remembers that a person signed in on a device.
func (s *Store) KnowDevice(ctx context.Context, hash []byte, person string, ends int64) error {
	return s.sessions.exec(ctx, "remembering a device", `INSERT INTO device (hash, person, ends) VALUES ($1, $2, $3)
		ON CONFLICT (hash, person) DO UPDATE SET ends = $3`, hash, person, ends)
}

// DeviceOf tells whether a person signed in on a device before.
func (s *Store) DeviceOf(ctx context.Context, hash []byte, person string, now int64) (bool, error) {
	var n int
	err := s.sessions.db.QueryRowContext(ctx, bind("SELECT count(*) FROM device WHERE hash = $1 AND person = $2 AND ends > $3"),
		hash, person, now).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("looking for a device: %w", err)
	}
	return n > 0, nil
}

// PutDraft keeps a person's draft, or what is left of it.
func (s *Store) PutDraft(ctx context.Context, d *acts.DraftRow) error {
	return s.sessions.exec(ctx, "keeping a draft", `INSERT INTO draft (id, person, ends, sealed, late, at, mac) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET ends = $3, sealed = $4, late = $5, mac = $7`,
		d.ID, d.Person, d.Ends, d.Sealed, d.Late, d.At, d.MAC)
}

const draftColumns = "SELECT id, person, ends, sealed, late, at, mac FROM draft "

// Drafts reads a person's drafts, oldest first.
func (s *Store) Drafts(ctx context.Context, person string) ([]*acts.DraftRow, error) {
	return s.listDrafts(ctx, "WHERE person = $1 ORDER BY at, id", person)
}

// DraftsOver reads the drafts that came at that time or before and still have a text.
func (s *Store) DraftsOver(ctx context.Context, at int64) ([]*acts.DraftRow, error) {
	return s.listDrafts(ctx, "WHERE at <= $1 AND length(sealed) > 0 ORDER BY at, id", at)
}

func (s *Store) listDrafts(ctx context.Context, condition string, args ...any) ([]*acts.DraftRow, error) {
	rows, err := s.sessions.db.QueryContext(ctx, bind(draftColumns+condition), args...)
	if err != nil {
		return nil, fmt.Errorf("reading drafts: %w", err)
	}
	defer rows.Close()
	var all []*acts.DraftRow
	for rows.Next() {
		var d acts.DraftRow
		if err := rows.Scan(&d.ID, &d.Person, &d.Ends, (*[]byte)(&d.Sealed), &d.Late, &d.At, &d.MAC); err != nil {
			return nil, fmt.Errorf("reading drafts: %w", err)
		}
		all = append(all, &d)
	}
	return all, rows.Err()
}

// DropDraft forgets a draft.
func (s *Store) DropDraft(ctx context.Context, id string) error {
	return s.sessions.exec(ctx, "dropping a draft", "DELETE FROM draft WHERE id = $1", id)
}

// Sweep deletes what has ended, but for sessions: those end with a leaf.
func (s *Store) Sweep(ctx context.Context, now int64) error {
	var errs []error
	for _, t := range []string{"pending", "throttle", "device", "draft"} {
		n, err := s.sessions.changes(ctx, s.sessions.db, "sweeping "+t, "DELETE FROM "+t+" WHERE ends <= $1", now)
		if errs = append(errs, err); n > 0 && t == "pending" {
			s.sessions.emptied()
		}
	}
	return errors.Join(errs...)
}
