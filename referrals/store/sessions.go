package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sportello/policies/accounts"
)

// sessionFile keeps what no backup holds: sessions, pending sign-ins, throttle
// counts, known devices and drafts.
type sessionFile struct{ db *sql.DB }

func newSessionFile(db *sql.DB) *sessionFile {
	db.SetMaxOpenConns(4)
	return &sessionFile{db}
}

func (f *sessionFile) exec(ctx context.Context, doing, text string, args ...any) error {
	// A closed tab must not leave a session half ended.
	ctx = context.WithoutCancel(ctx)
	if _, err := f.db.ExecContext(ctx, bind(text), args...); err != nil {
		return fmt.Errorf("%s: %w", doing, unwritable(err))
	}
	return nil
}

// PutSession keeps a new session, or replaces one.
func (s *Store) PutSession(ctx context.Context, r *accounts.SessionRow) error {
	return s.sessions.exec(ctx, "keeping a session",
		`INSERT INTO session (hash, person, created, seen, ends, covered, sealed, agent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (hash) DO UPDATE SET seen = $4, covered = $6, sealed = $7`,
		r.Hash, r.Person, r.Created, r.Seen, r.Ends, r.Covered, r.Sealed, r.Agent)
}

const sessionColumns = "SELECT hash, person, created, seen, ends, covered, sealed, agent FROM session "

func scanSession(row interface{ Scan(...any) error }) (*accounts.SessionRow, error) {
	var r accounts.SessionRow
	err := row.Scan(&r.Hash, &r.Person, &r.Created, &r.Seen, &r.Ends, &r.Covered, &r.Sealed, &r.Agent)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, accounts.ErrNoRow
	}
	if err != nil {
		return nil, fmt.Errorf("reading a session: %w", err)
	}
	return &r, nil
}

// Session reads a session; ErrNoRow without one.
func (s *Store) Session(ctx context.Context, hash []byte) (*accounts.SessionRow, error) {
	return scanSession(s.sessions.db.QueryRowContext(ctx, bind(sessionColumns+"WHERE hash = $1"), hash))
}

// TouchSession notes that a session was used.
func (s *Store) TouchSession(ctx context.Context, hash []byte, seen int64) error {
	return s.sessions.exec(ctx, "touching a session", "UPDATE session SET seen = $2 WHERE hash = $1", hash, seen)
}

// CoverSession takes the keys out of a session.
func (s *Store) CoverSession(ctx context.Context, hash []byte) error {
	return s.sessions.exec(ctx, "covering a session", "UPDATE session SET covered = 1, sealed = NULL WHERE hash = $1", hash)
}

// EndSession ends one session.
func (s *Store) EndSession(ctx context.Context, hash []byte) error {
	return s.sessions.exec(ctx, "ending a session", "DELETE FROM session WHERE hash = $1", hash)
}

// SessionsOf lists a person's sessions, newest first.
func (s *Store) SessionsOf(ctx context.Context, person string) ([]*accounts.SessionRow, error) {
	rows, err := s.sessions.db.QueryContext(ctx, bind(sessionColumns+"WHERE person = $1 ORDER BY created DESC"), person)
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	defer rows.Close()
	var all []*accounts.SessionRow
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
	return s.sessions.exec(ctx, "ending a person's sessions",
		"DELETE FROM session WHERE person = $1 AND hash <> $2", person, append([]byte{}, except...))
}

// EndAllSessions ends everybody's sessions.
func (s *Store) EndAllSessions(ctx context.Context) error {
	return s.sessions.exec(ctx, "ending all sessions", "DELETE FROM session")
}

// PutPending keeps a sign-in that waits for its code.
func (s *Store) PutPending(ctx context.Context, p *accounts.PendingRow) error {
	return s.sessions.exec(ctx, "keeping a pending sign-in",
		"INSERT INTO pending (hash, kind, ends, sealed) VALUES ($1, $2, $3, $4)", p.Hash, p.Kind, p.Ends, p.Sealed)
}

// Pending reads a pending sign-in; ErrNoRow without one.
func (s *Store) Pending(ctx context.Context, hash []byte) (*accounts.PendingRow, error) {
	return scanPending(s.sessions.db.QueryRowContext(ctx, bind("SELECT hash, kind, ends, sealed FROM pending WHERE hash = $1"), hash))
}

// TakePending reads a pending sign-in and removes it: of two at once, one gets it.
func (s *Store) TakePending(ctx context.Context, hash []byte) (*accounts.PendingRow, error) {
	return scanPending(s.sessions.db.QueryRowContext(context.WithoutCancel(ctx),
		bind("DELETE FROM pending WHERE hash = $1 RETURNING hash, kind, ends, sealed"), hash))
}

func scanPending(row *sql.Row) (*accounts.PendingRow, error) {
	var p accounts.PendingRow
	err := row.Scan(&p.Hash, &p.Kind, &p.Ends, &p.Sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, accounts.ErrNoRow
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
	err := s.sessions.db.QueryRowContext(context.WithoutCancel(ctx), bind(`INSERT INTO throttle (hash, slot, hits, ends) VALUES ($1, $2, 1, $3)
		ON CONFLICT (hash, slot) DO UPDATE SET hits = throttle.hits + 1 RETURNING hits`), key, slot, slot+window).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting an attempt: %w", unwritable(err))
	}
	return n, nil
}

// Uncount takes back one that was counted at a time, and nobody else's.
func (s *Store) Uncount(ctx context.Context, key []byte, window, at int64) error {
	return s.sessions.exec(ctx, "giving an attempt back",
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

// PutDraft keeps a person's one draft, in place of the one before.
func (s *Store) PutDraft(ctx context.Context, d *accounts.DraftRow) error {
	return s.sessions.exec(ctx, "keeping a draft", `INSERT INTO draft (id, person, ends, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person) DO UPDATE SET id = $1, ends = $3, sealed = $4`, d.ID, d.Person, d.Ends, d.Sealed)
}

// TakeDraft reads a person's draft and removes it.
func (s *Store) TakeDraft(ctx context.Context, person string, now int64) (*accounts.DraftRow, error) {
	var d accounts.DraftRow
	err := s.sessions.db.QueryRowContext(context.WithoutCancel(ctx),
		bind("DELETE FROM draft WHERE person = $1 AND ends > $2 RETURNING id, person, ends, sealed"), person, now).
		Scan(&d.ID, &d.Person, &d.Ends, &d.Sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, accounts.ErrNoRow
	}
	if err != nil {
		return nil, fmt.Errorf("taking a draft: %w", unwritable(err))
	}
	return &d, nil
}

// Sweep deletes what has ended.
func (s *Store) Sweep(ctx context.Context, now int64) error {
	var errs []error
	for _, t := range []string{"session", "pending", "throttle", "device", "draft"} {
		errs = append(errs, s.sessions.exec(ctx, "sweeping "+t, "DELETE FROM "+t+" WHERE ends <= $1", now))
	}
	return errors.Join(errs...)
}
