package sending

import (
	"sportello/policies"
	"sportello/server/frame"
)

// RevokePage is "revoke". Posts version to /invii/ID/revoca, or to
// /autorizzazioni/ID/revoca for what was not sent.
type RevokePage struct {
	frame.Page
	frame.CaseHead
	ID      string
	Unsent  bool
	Version string
	Centre  string
	Opened  bool // the centre has already opened it
	Copied  bool // and downloaded a copy
	frame.RecognisedForm
}

// Revoke answers GET /invii/{id}/revoca.
func Revoke(q *frame.Request) (frame.Shown, error) { return showRevoke(q, nil) }

func showRevoke(q *frame.Request, cause error) (frame.Shown, error) {
	r, roster, err := sentReferral(q)
	if err != nil {
		return nil, err
	}
	page := &RevokePage{Page: q.Base(TitleRevoke), CaseHead: frame.HeadOf(q, r.Head, "referrals"), ID: r.ID, Version: frame.Version(r.Version),
		Centre: roster.UnitName(r.ToUnit), Opened: len(r.Steps) > 1, Copied: r.Copied}
	q.Fill(&page.RecognisedForm)
	frame.Invalid(&page.Page, cause)
	return page, nil
}

// TakeBack answers POST /invii/{id}/revoca.
func TakeBack(q *frame.Request, f *frame.RecognisedForm) error {
	r, _, err := q.Desk.Sharing.ReadReferral(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return err
	}
	receipt, err := q.Desk.Sharing.Revoke(q.Context(), q.Who, r.ConsentID, f.Recognised)
	return q.DoneOr(showRevoke, receipt, err, FlashRevoked, "/invii/"+r.ID)
}

// RevokeUnsent answers GET /autorizzazioni/{id}/revoca.
func RevokeUnsent(q *frame.Request) (frame.Shown, error) { return showRevokeUnsent(q, nil) }

func showRevokeUnsent(q *frame.Request, cause error) (frame.Shown, error) {
	c, roster, back, err := readUnsent(q, "/revoca")
	if err != nil {
		return nil, err
	}
	if back == "" && c.Standing == policies.ConsentWithdrawn {
		back = caseReferralsPath(c.CaseID) // a form sent twice takes back once
	}
	if back != "" {
		return nil, q.Redirect(back)
	}
	page := &RevokePage{Page: q.Base(TitleRevoke), CaseHead: frame.HeadOf(q, c.Head, "referrals"), ID: c.ID, Unsent: true,
		Centre: roster.UnitName(c.Centre)}
	q.Fill(&page.RecognisedForm)
	frame.Invalid(&page.Page, cause)
	return page, nil
}

// TakeBackUnsent answers POST /autorizzazioni/{id}/revoca.
func TakeBackUnsent(q *frame.Request, f *frame.RecognisedForm) error {
	c, _, err := q.Desk.Sharing.ReadConsent(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return err
	}
	if c.Standing == policies.ConsentWithdrawn {
		return q.Redirect(caseReferralsPath(c.CaseID))
	}
	receipt, err := q.Desk.Sharing.Revoke(q.Context(), q.Who, c.ID, f.Recognised)
	done := FlashRevokedUnsent
	if c.ReferralID != "" { // sent from another window meanwhile: the centre is told
		done = FlashRevoked
	}
	return q.DoneOr(showRevokeUnsent, receipt, err, done, caseReferralsPath(c.CaseID))
}

// What the page says.
const (
	FlashRevoked       = "revoke.done"
	FlashRevokedUnsent = "revoke.done_unsent"
	TitleRevoke        = "revoke.title"
)
