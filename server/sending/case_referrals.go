package sending

import (
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/sharing"
	"sportello/server/frame"
	"sportello/server/parts"
)

// CaseReferralsPage is "case-referrals": authorisations and referrals.
type CaseReferralsPage struct {
	frame.Page
	frame.CaseHead
	Referrals []ReferralRow
	Unsent    []UnsentRow // authorisations in force under which nothing was sent
}

// What the page says.
const (
	TitleCaseReferrals = "case_referrals.title"
)

// UnsentRow is an authorisation that waits to be sent, or taken back.
type UnsentRow struct {
	ID      string
	Centre  string
	Purpose string // a word of "purpose"
	Day     time.Time
	Shut    bool // after a restore, until it is confirmed
}

// ReferralRow is one referral on a list.
type ReferralRow struct {
	ID     string
	Centre string
	State  string // a word of "referral_state"
	Day    time.Time
	Until  time.Time
	Live   bool // the authorisation is in force
	Fields int
}

// CaseReferrals answers GET /schede/{id}/invii.
func CaseReferrals(q *frame.Request) (frame.Shown, error) {
	v, roster, err := frame.CaseAndRoster(q, referrals.PartConsents, referrals.PartReferrals)
	if err != nil {
		return nil, err
	}
	page := &CaseReferralsPage{Page: q.Base(TitleCaseReferrals), CaseHead: frame.HeadOf(q, v.CaseHead, "referrals")}
	fields := map[string]int{}
	for _, c := range v.Consents {
		fields[c.ID] = len(c.Fields)
	}
	for _, r := range v.Referrals {
		page.Referrals = append(page.Referrals, ReferralRow{ID: r.ID, Centre: roster.UnitName(r.ToUnit), State: parts.StateOf(r),
			Day: q.Day(r.SentDay), Until: q.Day(r.UntilDay), Live: r.Standing == policies.ConsentLive, Fields: fields[r.ConsentID]})
	}
	for _, c := range v.Consents {
		if c.Standing == policies.ConsentLive && sentUnder(v, c.ID) == "" {
			page.Unsent = append(page.Unsent, UnsentRow{ID: c.ID, Centre: roster.UnitName(c.Centre), Purpose: c.Purpose, Day: q.Day(c.Day), Shut: c.Shut})
		}
	}
	return page, nil
}

// sentUnder is the referral that was sent under an authorisation, or empty.
func sentUnder(v referrals.CaseView, consent string) string {
	for _, r := range v.Referrals {
		if r.ConsentID == consent {
			return r.ID
		}
	}
	return ""
}

// An authorisation that was not sent yet has two pages beside its preview: one on
// which she takes it back, and one on which it is confirmed after a restore.

// readUnsent reads an authorisation that was not sent. What was sent is dealt with on its
// referral's own page: then back says where.
func readUnsent(q *frame.Request, page string) (c sharing.ConsentView, roster *units.Roster, back string, err error) {
	c, receipt, err := q.Desk.Sharing.ReadConsent(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return c, nil, "", err
	}
	q.Receipt(receipt)
	if c.ReferralID != "" {
		return c, nil, "/invii/" + c.ReferralID + page, nil
	}
	if c.Head.ID == "" {
		return c, nil, "", acts.ErrDenied
	}
	roster, err = q.Roster()
	return c, roster, "", err
}

func caseReferralsPath(caseID string) string { return "/schede/" + caseID + "/invii" }
