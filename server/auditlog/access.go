package auditlog

import (
	"time"

	"sportello/policies/acts"
	"sportello/server/frame"
)

// AccessPage is "access": who can open what now, and since when.
type AccessPage struct {
	frame.Page
	Rows []AccessRow
}

// What the page says.
const (
	TitleAccess = "nav.access"
)

// AccessRow is one unit's member.
type AccessRow struct {
	Unit     string
	UnitKind string // a word of "unit_kind"
	Person   string
	Role     string // a word of "role"
	State    string // a word of "person_state"
	Since    time.Time
	Epoch    int64
	Cases    int
	Named    bool // restricted cases are kept for this person by name; how many is nobody's measure
	// Referrals are those sent to the unit whose authorisation holds now.
	Referrals int
	Recovery  bool // the unit's recovery key, which is nobody's
}

// Access shows who can open what now, and since when, by pseudonym.
func Access(q *frame.Request) (frame.Shown, error) {
	all, receipt, err := q.Desk.AuditLog.WhoCanOpen(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &AccessPage{Page: q.Base(TitleAccess)}
	for _, a := range all {
		page.Rows = append(page.Rows, AccessRow{Unit: a.UnitName, UnitKind: a.Kind, Person: a.Person, Role: a.Role,
			State: frame.PersonState(a.State), Since: q.Day(a.Since), Epoch: a.Epoch, Cases: a.Cases, Named: a.Named > 0,
			Referrals: a.Referrals, Recovery: a.Person == acts.RecoveryPerson})
	}
	return page, nil
}
