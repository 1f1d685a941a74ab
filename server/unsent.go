package server

import (
	"net/http"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/sharing"
)

// An authorisation that was not sent yet has two pages beside its preview: one on
// which she takes it back, and one on which it is confirmed after a restore.

// readUnsent reads an authorisation that was not sent. What was sent is dealt with on its
// referral's own page: then back says where.
func (q *request) readUnsent(page string) (c sharing.ConsentView, roster *units.Roster, back string, err error) {
	c, receipt, err := q.s.desk.Sharing.ReadConsent(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return c, nil, "", err
	}
	q.receipt(receipt)
	if c.ReferralID != "" {
		return c, nil, "/invii/" + c.ReferralID + page, nil
	}
	if c.Head.ID == "" {
		return c, nil, "", acts.ErrDenied
	}
	roster, err = q.roster()
	return c, roster, "", err
}

func (q *request) revokeUnsentPage() error { return q.showRevokeUnsent(http.StatusOK, nil) }

func (q *request) showRevokeUnsent(status int, cause error) error {
	c, roster, back, err := q.readUnsent("/revoca")
	if err != nil {
		return err
	}
	if back == "" && c.Standing == policies.ConsentWithdrawn {
		back = caseReferralsPath(c.CaseID) // a form sent twice takes back once
	}
	if back != "" {
		return q.redirect(back)
	}
	page := &RevokePage{Page: q.base(TitleRevoke), CaseHead: q.head(c.Head, "referrals"), ID: c.ID, Unsent: true,
		Centre: roster.UnitName(c.Centre), Recognised: q.form.Get("recognised")}
	invalid(&page.Page, cause)
	return q.show(status, "revoke", page)
}

func (q *request) revokeUnsent() error {
	c, _, err := q.s.desk.Sharing.ReadConsent(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return err
	}
	if c.Standing == policies.ConsentWithdrawn {
		return q.redirect(caseReferralsPath(c.CaseID))
	}
	receipt, err := q.s.desk.Sharing.Revoke(q.ctx(), q.who, c.ID, q.form.Get("recognised"))
	done := FlashRevokedUnsent
	if c.ReferralID != "" { // sent from another window meanwhile: the centre is told
		done = FlashRevoked
	}
	return q.doneOr(q.showRevokeUnsent, receipt, err, done, caseReferralsPath(c.CaseID))
}

func caseReferralsPath(caseID string) string { return "/schede/" + caseID + "/invii" }

// restoredUnsentPage asks whether an authorisation that a restore shut still stands.
func (q *request) restoredUnsentPage() error { return q.showRestoredUnsent(http.StatusOK, "") }

func (q *request) showRestoredUnsent(status int, fail string) error {
	c, roster, back, err := q.readUnsent("/conferma")
	if err != nil {
		return err
	}
	if back == "" && (!c.Shut || c.Standing != policies.ConsentLive) {
		back = caseReferralsPath(c.CaseID)
	}
	if back != "" {
		return q.redirect(back)
	}
	page := &RestoredPage{Page: q.base(TitleRestored), CaseHead: q.head(c.Head, "referrals"), ID: c.ID, Unsent: true, Centre: roster.UnitName(c.Centre),
		Sent: q.day(c.Day), Until: q.day(c.Until), Checked: q.form.Get("checked")}
	if fail != "" {
		page.Fail("checked", fail)
	}
	return q.show(status, "restored", page)
}

// confirmUnsent opens it again, after passphrase and code; it is still not sent.
func (q *request) confirmUnsent() error {
	c, roster, back, err := q.readUnsent("/conferma")
	switch {
	case err != nil:
		return err
	case back != "":
		return q.redirect(back)
	case !c.Shut || c.Standing != policies.ConsentLive:
		return q.redirect(caseReferralsPath(c.CaseID)) // a form sent twice confirms once
	case !IsWord("checked", q.form.Get("checked")):
		return q.showRestoredUnsent(http.StatusUnprocessableEntity, FailChecked)
	}
	if ok, err := q.stepUp(policies.ReferralConfirm, c.ID, StepUpRestoredUnsent, roster.UnitName(c.Centre)); !ok {
		return err
	}
	receipt, err := q.s.desk.Sharing.ConfirmConsent(q.ctx(), q.who, c.ID, q.form.Get("checked"))
	if err != nil {
		return err
	}
	return q.done(receipt, FlashConfirmedUnsent, "/autorizzazioni/"+c.ID)
}

// afterRestore leads from a preview that is refused to where the desk says whether
// the authorisation still stands; to nowhere, if that is not why.
func (q *request) afterRestore() error {
	c, receipt, err := q.s.desk.Sharing.ReadConsent(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return err
	}
	q.receipt(receipt)
	switch {
	case c.ReferralID != "":
		return q.redirect("/invii/" + c.ReferralID)
	case c.Shut && c.Standing == policies.ConsentLive:
		return q.redirect("/autorizzazioni/" + c.ID + "/conferma")
	}
	return acts.ErrDenied
}
