package sending

import (
	"net/http"

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
	// Recognised is a word of "recognised": how the worker knew that it was she.
	Recognised string
}

// Revoke answers GET /invii/{id}/revoca.
func Revoke(q *frame.Request) error { return showRevoke(q, http.StatusOK, nil) }

func showRevoke(q *frame.Request, status int, cause error) error {
	r, roster, err := sentReferral(q)
	if err != nil {
		return err
	}
	page := &RevokePage{Page: q.Base(TitleRevoke), CaseHead: frame.HeadOf(q, r.Head, "referrals"), ID: r.ID, Version: frame.Version(r.Version),
		Centre: roster.UnitName(r.ToUnit), Opened: len(r.Steps) > 1, Copied: r.Copied, Recognised: q.Form.Get("recognised")}
	frame.Invalid(&page.Page, cause)
	return q.Show(status, "revoke", page)
}

// TakeBack answers POST /invii/{id}/revoca.
func TakeBack(q *frame.Request) error {
	r, _, err := q.Desk.Sharing.ReadReferral(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return err
	}
	receipt, err := q.Desk.Sharing.Revoke(q.Context(), q.Who, r.ConsentID, q.Form.Get("recognised"))
	return q.DoneOr(func(status int, cause error) error { return showRevoke(q, status, cause) }, receipt, err, FlashRevoked, "/invii/"+r.ID)
}

// RevokeUnsent answers GET /autorizzazioni/{id}/revoca.
func RevokeUnsent(q *frame.Request) error { return showRevokeUnsent(q, http.StatusOK, nil) }

func showRevokeUnsent(q *frame.Request, status int, cause error) error {
	c, roster, back, err := readUnsent(q, "/revoca")
	if err != nil {
		return err
	}
	if back == "" && c.Standing == policies.ConsentWithdrawn {
		back = caseReferralsPath(c.CaseID) // a form sent twice takes back once
	}
	if back != "" {
		return q.Redirect(back)
	}
	page := &RevokePage{Page: q.Base(TitleRevoke), CaseHead: frame.HeadOf(q, c.Head, "referrals"), ID: c.ID, Unsent: true,
		Centre: roster.UnitName(c.Centre), Recognised: q.Form.Get("recognised")}
	frame.Invalid(&page.Page, cause)
	return q.Show(status, "revoke", page)
}

// TakeBackUnsent answers POST /autorizzazioni/{id}/revoca.
func TakeBackUnsent(q *frame.Request) error {
	c, _, err := q.Desk.Sharing.ReadConsent(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return err
	}
	if c.Standing == policies.ConsentWithdrawn {
		return q.Redirect(caseReferralsPath(c.CaseID))
	}
	receipt, err := q.Desk.Sharing.Revoke(q.Context(), q.Who, c.ID, q.Form.Get("recognised"))
	done := FlashRevokedUnsent
	if c.ReferralID != "" { // sent from another window meanwhile: the centre is told
		done = FlashRevoked
	}
	return q.DoneOr(func(status int, cause error) error { return showRevokeUnsent(q, status, cause) }, receipt, err, done, caseReferralsPath(c.CaseID))
}

// What the page says.
const (
	FlashRevoked       = "revoke.done"
	FlashRevokedUnsent = "revoke.done_unsent"
	TitleRevoke        = "revoke.title"
)
