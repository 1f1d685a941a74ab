package acts

import (
	"context"
	"encoding/base64"

	"sportello/crypto"
	"sportello/policies/audit"
)

// SessionRow is a signed-in browser. Sealed holds the unit keys under a key
// that only cookie and session key file make together, and nothing while it is
// covered. How the session stands is for the log to say.
type SessionRow struct {
	Hash       []byte // of the cookie's id part
	Person     string
	Created    int64 // Unix seconds
	Seen       int64
	Ends       int64
	Covered    bool
	Sealed     crypto.Sealed
	Agent      string // kind of device, for the list of open sessions
	Version    int64  // raised by every change of what it seals
	Generation int64  // for which it was sealed: the passphrases since sign-in
}

// PendingRow is a browser between passphrase and code, or a step-up.
type PendingRow struct {
	Hash   []byte
	Kind   string // login, invitation, factor, founding, alone
	Ends   int64
	Sealed crypto.Sealed
}

// DraftRow is a form kept for the person who typed it; without a sealed text, that
// there was one.
type DraftRow struct {
	ID     string
	Person string
	Ends   int64
	Sealed crypto.Sealed
	Late   bool  // it arrived without an open session
	At     int64 // when, Unix seconds
	MAC    []byte
}

// Sessions, Attempts and Drafts are the file that no backup holds. What has ended
// goes with Sweep, of all three.
type Sessions interface {
	PutSession(ctx context.Context, s *SessionRow) error
	// UpdateSession replaces what the version before sealed; ErrConflict when that
	// is not the one there.
	UpdateSession(ctx context.Context, s *SessionRow) error
	Session(ctx context.Context, hash []byte) (*SessionRow, error)
	AllSessions(ctx context.Context) ([]*SessionRow, error)
	TouchSession(ctx context.Context, hash []byte, seen int64) error
	// CoverSession takes the keys of a generation, and of those before, out.
	CoverSession(ctx context.Context, hash []byte, generation int64) error
	EndSession(ctx context.Context, hash []byte) error
	SessionsOf(ctx context.Context, person string) ([]*SessionRow, error)
	EndSessionsOf(ctx context.Context, person string, except []byte) error
	EndAllSessions(ctx context.Context) error
	Sweep(ctx context.Context, now int64) error
}

// Attempts are what is kept between the steps of signing in, how often something was
// tried, and the devices that somebody signed in on.
type Attempts interface {
	PutPending(ctx context.Context, p *PendingRow) error
	TakePending(ctx context.Context, hash []byte) (*PendingRow, error)
	Pending(ctx context.Context, hash []byte) (*PendingRow, error)
	Count(ctx context.Context, key []byte, window, now int64) (int64, error)
	Uncount(ctx context.Context, key []byte, window, at int64) error
	KnowDevice(ctx context.Context, hash []byte, person string, ends int64) error
	DeviceOf(ctx context.Context, hash []byte, person string, now int64) (bool, error)
}

// Drafts are the forms that were not finished.
type Drafts interface {
	PutDraft(ctx context.Context, d *DraftRow) error
	Drafts(ctx context.Context, person string) ([]*DraftRow, error)
	DraftsOver(ctx context.Context, at int64) ([]*DraftRow, error)
	DropDraft(ctx context.Context, id string) error
}

// MarkID names a session in the log: its person, and the hash of its cookie's id.
func (r *SessionRow) MarkID() string {
	return r.Person + "." + base64.RawURLEncoding.EncodeToString(r.Hash)
}

// EndSessions marks in the leaf of an act that a person's sessions have ended, but
// for the one of the caller that is kept; with an empty person everybody's. Whoever
// signs in beside the act is ended by it, or comes after it.
func EndSessions(tx Tx, person string, kept Caller) {
	for _, id := range tx.Sessions(person) {
		if m, ok := tx.Session(id); ok && (kept.in.Row == nil || id != kept.in.Row.MarkID()) {
			tx.Mark(audit.RowMark{Table: audit.SessionTable, ID: id, Version: m.Version, Gone: true})
		}
	}
}
