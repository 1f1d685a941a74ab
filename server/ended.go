package server

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/sharing"
)

// Her authorisation can end between reading and sending. Who may still see the
// page of the referral then gets it, as it is now, with what she had written and
// why it did not go; for everybody else it stays the page of what is not there.

// unsent is what a form about a referral held for the other side.
func (q *request) unsent() string {
	if text := q.form.Get("text"); text != "" {
		return text
	}
	return strings.TrimSpace(strings.Join([]string{q.form.Get("day"), q.form.Get("hour"), q.form.Get("place")}, " "))
}

// toCentreOr is doneOr for what the desk writes to a centre.
func (q *request) toCentreOr(receipt audit.Receipt, err error, flash, to string) error {
	if errors.Is(err, acts.ErrDenied) {
		return q.endedAtDesk(err)
	}
	return q.doneOr(q.showReferral, receipt, err, flash, to)
}

func (q *request) endedAtDesk(denied error) error {
	r, roster, err := q.sentReferral()
	if err != nil || r.Standing == policies.ConsentLive && !r.Shut {
		return denied
	}
	page := q.referralPage(r, roster)
	page.Problem = endedKey(r.ReferralLine)
	return q.show(http.StatusConflict, "referral", page)
}

// endedKey says to the desk why nothing was sent.
func endedKey(r sharing.ReferralLine) string {
	switch {
	case r.State == "withdrawn":
		return ProblemDeskRevoked
	case r.Standing != policies.ConsentLive:
		return ProblemDeskOver
	}
	return ProblemDeskShut
}

// toDeskOr is doneOr for what a centre answers.
func (q *request) toDeskOr(again func(status int, cause error) error, receipt audit.Receipt, err error, flash, to string) error {
	if errors.Is(err, acts.ErrDenied) {
		return q.endedAtCentre(err)
	}
	return q.doneOr(again, receipt, err, flash, to)
}

// endedAtCentre shows a centre what it still sees of a referral that it can not
// open any more: the notice of one that was taken back, and the line in its inbox
// of one whose authorisation has ended, where it had written something.
func (q *request) endedAtCentre(denied error) error {
	l, _, err := q.s.desk.Sharing.Notice(q.ctx(), q.who, q.id("id"))
	if err != nil || !errors.Is(denied, acts.ErrDenied) {
		return denied
	}
	if q.unsent() == "" {
		if l.State == "withdrawn" {
			return q.redirect("/arrivi/" + l.ID + "/avviso")
		}
		return denied
	}
	if l.State == "withdrawn" {
		return q.showNotice(http.StatusConflict, nil)
	}
	page, err := q.inboxPage()
	if err != nil {
		return err
	}
	for _, row := range slices.Concat(page.New, page.WaitUs, page.WaitThem, page.Closed) {
		if row.ID == l.ID && row.Over {
			page.Problem, page.Unsent = ProblemEndedOver, q.unsent()
			return q.show(http.StatusConflict, "inbox", page)
		}
	}
	return denied
}
