package referrals

import (
	"errors"

	"sportello/policies/acts"
	"sportello/referrals/auditlog"
	"sportello/referrals/cases"
	"sportello/referrals/join"
	"sportello/referrals/kept"
	"sportello/referrals/reports"
	"sportello/referrals/sharing"
	"sportello/referrals/sheets"
	"sportello/referrals/walls"
)

// Desk is the one door to case data: what joins its parts stands here, the rest
// in each of them. Ids are 26 letters and digits, days
// YYYY-MM-DD in Italy, hours HH:MM there, codes those of the exported lists.
//
// Any of its acts can end with acts.ErrDenied, for what the caller may not do
// or know of and for what is not there alike; with acts.ErrCovered, when she
// must type her passphrase first; with acts.ErrTampered or crypto.ErrOpen,
// for a row that is not the one the log names; with acts.ErrConflict, when
// others were quicker every time; with acts.ErrUnwritable. A comment names
// what comes beside these. No error means that the act and its leaf are durable;
// so they are at an acts.Partial, with which the lists of a page come but for
// what is not what the log names.
type Desk struct {
	Cases    *cases.Desk
	Join     *join.Desk
	Reports  *reports.Desk
	Sharing  *sharing.Desk
	Walls    *walls.Desk
	Sheets   *sheets.Desk
	AuditLog *auditlog.Desk
	work     kept.Work
}

// NewDesk opens the desk. It refuses nil.
func NewDesk(gate *acts.Gate, store kept.Store) (*Desk, error) {
	if gate == nil || store == nil {
		return nil, errors.New("making the desk: gate and store are both needed")
	}
	work := kept.Work{Gate: gate, Store: store}
	gate.OnRekey(cases.Rekey)
	return &Desk{Cases: cases.New(work, sharing.AskService), Join: join.New(work), Reports: reports.New(work), Sharing: sharing.New(work), Sheets: sheets.New(work), Walls: walls.New(work), AuditLog: auditlog.New(work), work: work}, nil
}

// Day is today's date in Italy, YYYY-MM-DD.
func (d *Desk) Day() string { return d.work.Gate.Day() }
