package sending

import (
	"net/http"
	"time"

	"sportello/policies"
	"sportello/policies/units"
	"sportello/referrals/sharing"
	"sportello/referrals/typed"
	"sportello/server/frame"
	"sportello/server/parts"
)

// RestoredPage is "restored": a referral that a restore shut. Posts checked to
// /invii/ID/conferma, or to /autorizzazioni/ID/conferma for what was not sent; the
// step-up page follows. Revoking has its own page.
type RestoredPage struct {
	frame.Page
	frame.CaseHead
	ID     string
	Unsent bool
	Centre string
	State  string // a word of "referral_state"
	Sent   time.Time
	Until  time.Time
	Erased bool // its content is gone for good: she took it back since
	RestoredForm
}

// RestoredForm is how one knows that it still stands.
type RestoredForm struct {
	Checked string `form:"checked" words:"checked"`
}

// Restored asks whether an authorisation still stands after a restore. Once
// that is answered, or the authorisation has ended, it leads to the referral.
func Restored(q *frame.Request) (frame.Shown, error) {
	r, roster, err := sentReferral(q)
	if err != nil {
		return nil, err
	}
	if !shut(r) {
		return nil, q.Redirect("/invii/" + r.ID)
	}
	return restoredPage(q, r, roster), nil
}

// shut tells whether a referral waits for the desk after a restore.
func shut(r sharing.ReferralView) bool {
	return r.Shut && r.Standing == policies.ConsentLive
}

func restoredPage(q *frame.Request, r sharing.ReferralView, roster *units.Roster) *RestoredPage {
	page := &RestoredPage{Page: q.Base(TitleRestored), CaseHead: frame.HeadOf(q, r.Head, "referrals"), ID: r.ID, Centre: roster.UnitName(r.ToUnit),
		State: parts.StateOf(r.ReferralLine), Sent: q.Day(r.SentDay), Until: q.Day(r.UntilDay), Erased: r.Erased}
	q.Fill(&page.RestoredForm)
	return page
}

// ConfirmRestored reopens the referral, after passphrase and code. What she
// took back since the copy stays shut.
func ConfirmRestored(q *frame.Request, f *RestoredForm) error {
	r, roster, err := sentReferral(q)
	switch {
	case err != nil:
		return err
	case !shut(r):
		return q.Redirect("/invii/" + r.ID) // a form sent twice confirms once
	case r.Erased:
		return q.Show(http.StatusConflict, restoredPage(q, r, roster))
	case !frame.IsWord("checked", f.Checked):
		page := restoredPage(q, r, roster)
		page.Fail("checked", FailChecked)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err := q.StepUp(policies.ReferralConfirm, r.ID, StepUpRestored, roster.UnitName(r.ToUnit)); !ok {
		return err
	}
	receipt, err := q.Desk.Sharing.ConfirmRestored(q.Context(), q.Who, r.ID, f.Checked)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashConfirmed, "/invii/"+r.ID)
}

// RestoredUnsent asks whether an authorisation that a restore shut still stands.
func RestoredUnsent(q *frame.Request) (frame.Shown, error) { return restoredUnsentPage(q, nil) }

func restoredUnsentPage(q *frame.Request, cause error) (frame.Shown, error) {
	c, roster, back, err := readUnsent(q, "/conferma")
	if err != nil {
		return nil, err
	}
	if back == "" && (!c.Shut || c.Standing != policies.ConsentLive) {
		back = caseReferralsPath(c.CaseID)
	}
	if back != "" {
		return nil, q.Redirect(back)
	}
	page := &RestoredPage{Page: q.Base(TitleRestored), CaseHead: frame.HeadOf(q, c.Head, "referrals"), ID: c.ID, Unsent: true, Centre: roster.UnitName(c.Centre),
		Sent: q.Day(c.Day), Until: q.Day(c.Until)}
	q.Fill(&page.RestoredForm)
	frame.Invalid(&page.Page, cause)
	return page, nil
}

// ConfirmUnsent opens it again, after passphrase and code; it is still not sent.
func ConfirmUnsent(q *frame.Request, f *RestoredForm) error {
	c, roster, back, err := readUnsent(q, "/conferma")
	switch {
	case err != nil:
		return err
	case back != "":
		return q.Redirect(back)
	case !c.Shut || c.Standing != policies.ConsentLive:
		return q.Redirect(caseReferralsPath(c.CaseID)) // a form sent twice confirms once
	case !frame.IsWord("checked", f.Checked):
		return q.ShowBack(http.StatusUnprocessableEntity, restoredUnsentPage, typed.Bad("checked", FailChecked))
	}
	if ok, err := q.StepUp(policies.ReferralConfirm, c.ID, StepUpRestoredUnsent, roster.UnitName(c.Centre)); !ok {
		return err
	}
	receipt, err := q.Desk.Sharing.ConfirmConsent(q.Context(), q.Who, c.ID, f.Checked)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashConfirmedUnsent, "/autorizzazioni/"+c.ID)
}

// What the page says.
const (
	StepUpRestored       = "stepup.restored"
	StepUpRestoredUnsent = "stepup.restored_unsent"
	FlashConfirmedUnsent = "restored.done_unsent"
	FailChecked          = "restored.checked_missing"
	FlashConfirmed       = "restored.done"
	TitleRestored        = "restored.title"
)
