package server

import (
	"errors"
	"net/http"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/typed"
)

func (q *request) caseReferrals() error {
	v, roster, err := q.caseAndRoster(referrals.PartConsents, referrals.PartReferrals)
	if err != nil {
		return err
	}
	page := &CaseReferralsPage{Page: q.base(TitleCaseReferrals), CaseHead: q.head(v.CaseHead, "referrals")}
	fields := map[string]int{}
	for _, c := range v.Consents {
		fields[c.ID] = len(c.Fields)
	}
	for _, r := range v.Referrals {
		page.Referrals = append(page.Referrals, ReferralRow{ID: r.ID, Centre: roster.UnitName(r.ToUnit), State: stateOf(r),
			Day: q.day(r.SentDay), Until: q.day(r.UntilDay), Live: r.Standing == policies.ConsentLive, Fields: fields[r.ConsentID]})
	}
	for _, c := range v.Consents {
		if c.Standing == policies.ConsentLive && sentUnder(v, c.ID) == "" {
			page.Unsent = append(page.Unsent, UnsentRow{ID: c.ID, Centre: roster.UnitName(c.Centre), Purpose: c.Purpose, Day: q.day(c.Day), Shut: c.Shut})
		}
	}
	return q.show(http.StatusOK, "case-referrals", page)
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

// referral is the desk's side of a referral.
func (q *request) referral() error { return q.showReferral(http.StatusOK, nil) }

// sentReferral reads a referral of the sending side, with the head of the case that
// it speaks of.
func (q *request) sentReferral() (sharing.ReferralView, *units.Roster, error) {
	r, receipt, err := q.s.desk.Sharing.ReadReferral(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return r, nil, err
	}
	if r.Head.ID == "" { // it may be read, but the case not
		return r, nil, acts.ErrDenied
	}
	q.receipt(receipt)
	roster, err := q.roster()
	return r, roster, err
}

func (q *request) showReferral(status int, cause error) error {
	r, roster, err := q.sentReferral()
	if err != nil {
		return err
	}
	page := q.referralPage(r, roster)
	explain(&page.Page, cause)
	return q.show(status, "referral", page)
}

func (q *request) referralPage(r sharing.ReferralView, roster *units.Roster) *ReferralPage {
	page := &ReferralPage{Page: q.base(TitleReferral), CaseHead: q.head(r.Head, "referrals"), ID: r.ID, Version: version(r.Version),
		Centre: roster.UnitName(r.ToUnit), State: stateOf(r.ReferralLine), Live: r.Standing == policies.ConsentLive, Until: q.day(r.UntilDay),
		Way: "we_send", Steps: q.steps(r), Messages: q.messages(r, roster), Text: q.form.Get("text"), Form: q.newForm(), Appointment: appointment(r)}
	page.Shut = r.Shut && page.Live
	if page.Shut {
		page.Live = false // nothing is written on it before the desk has confirmed it
	}
	page.Compare = r.Compare
	if page.Empty = r.Erased && !page.Shut; page.Empty {
		page.Live = false
	}
	page.Package = q.pack(r.Package, r.Safe, roster)
	if r.State == "declined" {
		page.Reason, page.After, page.Next = r.Code, r.AfterAnswer, q.form.Get("after_answer")
	}
	if r.State == "withdrawn" {
		page.StopDone = strings.Fields(r.Code)
	}
	return page
}

// steps is the line of states with their days.
func (q *request) steps(r sharing.ReferralView) []StepDay {
	var all []StepDay
	for i, s := range r.Steps {
		place := "done"
		if i == len(r.Steps)-1 {
			place = "here"
		}
		all = append(all, StepDay{State: s.State, Day: q.day(s.Day), Place: place})
	}
	return all
}

func (q *request) messages(r sharing.ReferralView, roster *units.Roster) []Message {
	var all []Message
	for _, m := range r.Messages {
		if m.Kind == "appointment" || m.Kind == "answer" {
			continue
		}
		all = append(all, Message{At: m.At, From: roster.UnitName(m.Unit), Text: m.Text, Mine: m.Unit == q.who.Unit()})
	}
	return all
}

// appointment is the last one proposed, with what she said to it.
func appointment(r sharing.ReferralView) Appointment {
	a := sharing.LastAppointment(r.Messages)
	return Appointment{At: a.When, Place: a.Place, Answer: a.Answer}
}

func (q *request) messageCentre() error {
	receipt, err := q.s.desk.Sharing.SendMessage(q.ctx(), q.who, q.id("id"), q.formID(), q.form.Get("text"))
	for cause, key := range map[error]string{kept.ErrPin: "error.pin", kept.ErrEnded: "error.unit_ended", kept.ErrNobody: "error.nobody"} {
		if errors.Is(err, cause) { // what she typed waits on the page
			return q.showReferral(http.StatusConflict, &typed.Invalid{Fields: map[string]string{"text": key}})
		}
	}
	return q.toCentreOr(receipt, err, FlashMessageSent, "/invii/"+q.id("id"))
}

func (q *request) answerAppointment() error {
	receipt, err := q.s.desk.Sharing.AnswerAppointment(q.ctx(), q.who, q.id("id"), q.formID(), q.form.Get("answer"))
	return q.toCentreOr(receipt, err, FlashAnswerSent, "/invii/"+q.id("id"))
}

// markSeen takes a decline that was read off the Agenda, and goes on to what
// comes next.
func (q *request) markSeen() error {
	next := q.form.Get("after_answer")
	receipt, err := q.s.desk.Sharing.MarkAnswerSeen(q.ctx(), q.who, q.id("id"), next)
	if err != nil || next != "another_centre" {
		return q.doneOr(q.showReferral, receipt, err, FlashAnswerSeen, "/agenda")
	}
	r, _, err := q.s.desk.Sharing.ReadReferral(q.ctx(), q.who, q.id("id"))
	if err != nil { // it is marked all the same
		return q.done(receipt, FlashAnswerSeen, "/agenda")
	}
	return q.done(receipt, FlashAnswerSeen, "/schede/"+r.CaseID+"/centro")
}

// restoredPage asks whether an authorisation still stands after a restore. Once
// that is answered, or the authorisation has ended, it leads to the referral.
func (q *request) restoredPage() error {
	r, roster, err := q.sentReferral()
	if err != nil {
		return err
	}
	if !shut(r) {
		return q.redirect("/invii/" + r.ID)
	}
	return q.showRestored(http.StatusOK, r, roster, "")
}

// shut tells whether a referral waits for the desk after a restore.
func shut(r sharing.ReferralView) bool {
	return r.Shut && r.Standing == policies.ConsentLive
}

func (q *request) showRestored(status int, r sharing.ReferralView, roster *units.Roster, fail string) error {
	page := &RestoredPage{Page: q.base(TitleRestored), CaseHead: q.head(r.Head, "referrals"), ID: r.ID, Centre: roster.UnitName(r.ToUnit),
		State: stateOf(r.ReferralLine), Sent: q.day(r.SentDay), Until: q.day(r.UntilDay), Erased: r.Erased, Checked: q.form.Get("checked")}
	if fail != "" {
		page.Fail("checked", fail)
	}
	return q.show(status, "restored", page)
}

// confirmRestored reopens the referral, after passphrase and code. What she
// took back since the copy stays shut.
func (q *request) confirmRestored() error {
	r, roster, err := q.sentReferral()
	switch {
	case err != nil:
		return err
	case !shut(r):
		return q.redirect("/invii/" + r.ID) // a form sent twice confirms once
	case r.Erased:
		return q.showRestored(http.StatusConflict, r, roster, "")
	case !IsWord("checked", q.form.Get("checked")):
		return q.showRestored(http.StatusUnprocessableEntity, r, roster, FailChecked)
	}
	if ok, err := q.stepUp(policies.ReferralConfirm, r.ID, StepUpRestored, roster.UnitName(r.ToUnit)); !ok {
		return err
	}
	receipt, err := q.s.desk.Sharing.ConfirmRestored(q.ctx(), q.who, r.ID, q.form.Get("checked"))
	if err != nil {
		return err
	}
	return q.done(receipt, FlashConfirmed, "/invii/"+r.ID)
}

func (q *request) revokePage() error { return q.showRevoke(http.StatusOK, nil) }

func (q *request) showRevoke(status int, cause error) error {
	r, roster, err := q.sentReferral()
	if err != nil {
		return err
	}
	page := &RevokePage{Page: q.base(TitleRevoke), CaseHead: q.head(r.Head, "referrals"), ID: r.ID, Version: version(r.Version),
		Centre: roster.UnitName(r.ToUnit), Opened: len(r.Steps) > 1, Copied: r.Copied, Recognised: q.form.Get("recognised")}
	invalid(&page.Page, cause)
	return q.show(status, "revoke", page)
}

func (q *request) revoke() error {
	r, _, err := q.s.desk.Sharing.ReadReferral(q.ctx(), q.who, q.id("id"))
	if err != nil {
		return err
	}
	receipt, err := q.s.desk.Sharing.Revoke(q.ctx(), q.who, r.ConsentID, q.form.Get("recognised"))
	return q.doneOr(q.showRevoke, receipt, err, FlashRevoked, "/invii/"+r.ID)
}
