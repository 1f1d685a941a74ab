package centre

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/server/frame"
	"sportello/server/parts"
)

// Her authorisation can end between reading and sending. Who may still see the
// page of the referral then gets it, as it is now, with what she had written and
// why it did not go; for everybody else it stays the page of what is not there.

// unsentText is what a form about a referral held for the other side.
func unsentText(q *frame.Request) string {
	var f struct {
		parts.MessageForm
		AppointmentForm
	}
	if q.Fill(&f); f.Text != "" {
		return f.Text
	}
	return strings.TrimSpace(strings.Join([]string{f.Day, f.Hour, f.Place}, " "))
}

// toDeskOr is doneOr for what a centre answers.
func toDeskOr(q *frame.Request, view frame.BackView, receipt audit.Receipt, err error, flash, to string) error {
	if errors.Is(err, acts.ErrDenied) {
		return endedAtCentre(q, err)
	}
	return q.DoneOr(view, receipt, err, flash, to)
}

// endedAtCentre shows a centre what it still sees of a referral that it can not
// open any more: the notice of one that was taken back, and the line in its inbox
// of one whose authorisation has ended, where it had written something.
func endedAtCentre(q *frame.Request, denied error) error {
	l, _, err := q.Desk.Sharing.Notice(q.Context(), q.Who, q.ID("id"))
	if err != nil || !errors.Is(denied, acts.ErrDenied) {
		return denied
	}
	if unsentText(q) == "" {
		if l.State == "withdrawn" {
			return q.Redirect("/arrivi/" + l.ID + "/avviso")
		}
		return denied
	}
	if l.State == "withdrawn" {
		return q.ShowBack(http.StatusConflict, showNotice, errTakenBack)
	}
	page, err := inboxPage(q)
	if err != nil {
		return err
	}
	for _, row := range slices.Concat(page.Stops, page.New, page.WaitUs, page.WaitThem, page.Closed) {
		if row.ID == l.ID && row.Over {
			page.Problem, page.Unsent = ProblemEndedOver, unsentText(q)
			return q.Show(http.StatusConflict, page)
		}
	}
	return denied
}
