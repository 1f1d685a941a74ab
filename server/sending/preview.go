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
func Preview(q *frame.Request) (frame.Shown, error) { return previewPage(q, nil) }

// unsendable are what keeps a referral from being sent, where the page itself does
// not say it.
var unsendable = []struct {
	err error
	key string
}{{kept.ErrPin, "error.pin"}, {kept.ErrNobody, "error.nobody"}, {kept.ErrEnded, "error.unit_ended"}}

func previewPage(q *frame.Request, cause error) (frame.Shown, error) {
	p, receipt, err := q.Desk.Sharing.PreviewReferral(q.Context(), q.Who, q.ID("id"))
	if errors.Is(err, acts.ErrDenied) {
		return nil, afterRestore(q)
	}
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	if p.Sent != "" {
		return nil, q.Redirect("/invii/" + p.Sent)
	}
	if p.Standing != policies.ConsentLive {
		return nil, q.Redirect(caseReferralsPath(p.CaseID))
	}
	page := &PreviewPage{Several: p.Several, Page: q.Base(TitlePreview), CaseHead: frame.HeadOf(q, p.Head, "referrals"), ID: q.ID("id"),
		ReferralStep: ReferralStep{Centre: frame.Centre{ID: p.Package.ToUnit, Name: roster.UnitName(p.Package.ToUnit)}, Step: 2}}
	page.Package = frame.PackageOf(q, p.Package, p.Safe, roster)
	for _, code := range p.Changed {
		page.Changed = append(page.Changed, ChangedItem{frame.ShareFields[code]})
	}
	for _, u := range unsendable {
		if errors.Is(cause, u.err) {
			page.Problem = u.key
		}
	}
	return page, nil
}

// Send sends what she authorised, after passphrase and code.
func Send(q *frame.Request, _ *frame.Nothing) error {
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
		return q.ShowBack(http.StatusConflict, previewPage, nil) // it says what, and the way on
	}
	if ok, err := q.StepUp(policies.ReferralSend, id, StepUpSend, roster.UnitName(p.Package.ToUnit)); !ok {
		return err
	}
	sent, receipt, err := q.Desk.Sharing.SendReferral(q.Context(), q.Who, id)
	switch {
	case errors.Is(err, kept.ErrPin), errors.Is(err, kept.ErrNobody), errors.Is(err, kept.ErrEnded), errors.Is(err, sharing.ErrSeveral), errors.Is(err, sharing.ErrChanged):
		return q.ShowBack(http.StatusConflict, previewPage, err)
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
