package entry

import (
	"time"

	"sportello/policies/acts"
	"sportello/server/frame"
)

// OwnPage is "own": factor, recovery codes, passphrase and open sessions. Each item leads to its own page or posts one button.
type OwnPage struct {
	frame.Page
	Factor      string // a word of "factor"
	FactorState string // a word of "factor_state"
	FactorSince time.Time
	CodesLeft   int
	PhraseSince time.Time
	Sessions    []Session
	MayDeclare  bool // she works with case files: whom she should not be given
	CopyKey     bool // she works at a centre, which may keep its key for copies
}

// atCentre tells whether the caller works at a centre. The Desk and the Door ask
// the policy.
func atCentre(q *frame.Request) bool {
	return q.Who.State() == acts.Active && q.Who.Works().Packages
}

// Own shows factor, codes left, passphrase and open sessions.
func Own(q *frame.Request) (frame.Shown, error) {
	own, err := q.Door.OwnCredentials(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	page := &OwnPage{Page: q.Base(TitleOwn), Factor: "totp", FactorState: "active", FactorSince: q.Day(own.Factor),
		CodesLeft: own.Codes, PhraseSince: q.Day(own.Phrase), MayDeclare: mayDeclare(q), CopyKey: atCentre(q)}
	if own.Locked {
		page.FactorState = "locked"
	}
	for _, s := range own.Sessions {
		page.Sessions = append(page.Sessions, Session{ID: s.ID, Device: s.Agent, Began: s.Began, Last: s.Last, Here: s.Here})
	}
	return page, nil
}

// CloseSession answers POST /credenziali/sessioni.
func CloseSession(q *frame.Request, f *SessionForm) error {
	id, flash := f.Session, FlashSessionClosed
	switch id {
	case "":
		return acts.ErrDenied
	case "others":
		id, flash = "", FlashOthersClosed
	}
	receipt, err := q.Door.CloseSession(q.Context(), q.Who, id)
	if err != nil {
		return err
	}
	return q.Done(receipt, flash, "/credenziali")
}

// mayDeclare tells whether a page for declarations is of use to the caller: she
// works with case files. The Desk asks the policy.
func mayDeclare(q *frame.Request) bool { return q.IsDesk() }

// SessionForm is which session is closed: its id, or "others".
type SessionForm struct {
	Session string `form:"session"`
}

// Session is one open session. Closing posts session to /credenziali/sessioni.
type Session struct {
	ID     string
	Device string // what she knows it by: "questo browser" or the day it began
	Began  time.Time
	Last   time.Time
	Here   bool
}

// What the page says.
const (
	FlashSessionClosed = "own.closed"
	FlashOthersClosed  = "own.others_closed"
	TitleOwn           = "nav.own"
)
