package auditlog

import (
	"time"

	"sportello/policies"
	"sportello/server/frame"
)

// AuditReferralsPage is "audit-referrals": every referral with its live
// authorisation and the way it was given.
type AuditReferralsPage struct {
	frame.Page
	Rows []AuditReferral
}

// What the page says.
const (
	TitleAuditReferrals = "nav.referrals"
)

// AuditReferral is one line of it.
type AuditReferral struct {
	ID     string
	Desk   string
	Centre string
	Day    time.Time
	Given  string // a word of "given"
	Live   bool
	Until  time.Time
	State  string // a word of "referral_state"
}

// AuditReferrals shows every referral with its live authorisation and the way it
// was given.
func AuditReferrals(q *frame.Request) (frame.Shown, error) {
	all, receipt, err := q.Desk.AuditLog.AuditReferrals(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &AuditReferralsPage{Page: q.Base(TitleAuditReferrals)}
	for _, r := range all {
		page.Rows = append(page.Rows, AuditReferral{ID: r.ID, Desk: roster.UnitName(r.FromUnit), Centre: roster.UnitName(r.ToUnit),
			Day: q.Day(r.SentDay), Given: r.Way, Live: r.Standing == policies.ConsentLive, Until: q.Day(r.UntilDay), State: r.State})
	}
	return page, nil
}
