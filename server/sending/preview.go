package sending

import (
	"errors"
	"net/http"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/server/frame"
)

// PreviewPage is "preview": exactly the page the centre will see.
type PreviewPage struct {
	frame.Page
	frame.CaseHead
	ReferralStep
	ID      string // of the authorisation
	Several bool   // another for the same purpose holds too: neither is sent
	Package frame.Package
	Changed []ChangedItem // what is not as she was shown it: nothing can be sent
}

// Preview is exactly the page the centre will see.
func Preview(q *frame.Request) error { return showPreview(q, http.StatusOK, "") }

func showPreview(q *frame.Request, status int, problem string) error {
	p, receipt, err := q.Desk.Sharing.PreviewReferral(q.Context(), q.Who, q.ID("id"))
	if errors.Is(err, acts.ErrDenied) {
		return afterRestore(q)
	}
	if err != nil {
		return err
	}
	q.Receipt(receipt)
	roster, err := q.Roster()
	if err != nil {
		return err
	}
	if p.Sent != "" {
		return q.Redirect("/invii/" + p.Sent)
	}
	if p.Standing != policies.ConsentLive {
		return q.Redirect(caseReferralsPath(p.CaseID))
	}
	page := &PreviewPage{Several: p.Several, Page: q.Base(TitlePreview), CaseHead: frame.HeadOf(q, p.Head, "referrals"), ID: q.ID("id"),
		ReferralStep: ReferralStep{Centre: frame.Centre{ID: p.Package.ToUnit, Name: roster.UnitName(p.Package.ToUnit)}, Step: 3}}
	page.Package = frame.PackageOf(q, p.Package, p.Safe, roster)
	for _, code := range p.Changed {
		page.Changed = append(page.Changed, ChangedItem{frame.ShareFields[code]})
	}
	if problem != "" { // what brought the page back may be said already
		page.Problem = problem
	}
	return q.Show(status, "preview", page)
}

// Send sends what she authorised, after passphrase and code.
func Send(q *frame.Request) error {
	id := q.ID("id")
	p, _, err := q.Desk.Sharing.PreviewReferral(q.Context(), q.Who, id)
	if errors.Is(err, acts.ErrDenied) {
		return afterRestore(q)
	}
	if err != nil {
		return err
	}
	if p.Sent != "" {
		return q.Redirect("/invii/" + p.Sent) // a form sent twice sends once
	}
	roster, err := q.Roster()
	if err != nil {
		return err
	}
	if len(p.Changed) > 0 {
		return showPreview(q, http.StatusConflict, "") // it says what, and the way on
	}
	if ok, err := q.StepUp(policies.ReferralSend, id, StepUpSend, roster.UnitName(p.Package.ToUnit)); !ok {
		return err
	}
	sent, receipt, err := q.Desk.Sharing.SendReferral(q.Context(), q.Who, id)
	switch {
	case errors.Is(err, kept.ErrPin):
		return showPreview(q, http.StatusConflict, "error.pin")
	case errors.Is(err, kept.ErrNobody):
		return showPreview(q, http.StatusConflict, "error.nobody")
	case errors.Is(err, sharing.ErrSeveral):
		return showPreview(q, http.StatusConflict, "")
	case errors.Is(err, kept.ErrEnded):
		return showPreview(q, http.StatusConflict, "error.unit_ended")
	case errors.Is(err, sharing.ErrChanged):
		return showPreview(q, http.StatusConflict, "")
	case err != nil:
		return err
	}
	return q.Done(receipt, FlashReferralSent, "/invii/"+sent)
}

// ChangedItem is an item that changed since she authorised it.
type ChangedItem struct {
	Key string // message key of its name
}

// afterRestore leads from a preview that is refused to where the desk says whether
// the authorisation still stands; to nowhere, if that is not why.
func afterRestore(q *frame.Request) error {
	c, receipt, err := q.Desk.Sharing.ReadConsent(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return err
	}
	q.Receipt(receipt)
	switch {
	case c.ReferralID != "":
		return q.Redirect("/invii/" + c.ReferralID)
	case c.Shut && c.Standing == policies.ConsentLive:
		return q.Redirect("/autorizzazioni/" + c.ID + "/conferma")
	}
	return acts.ErrDenied
}

// What the page says.
const (
	StepUpSend        = "stepup.send"
	FlashReferralSent = "referral.was_sent"
	TitlePreview      = "preview.title"
)
