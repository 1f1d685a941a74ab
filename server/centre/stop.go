package centre

import (
	"errors"
	"slices"
	"strings"
	"time"

	"sportello/referrals/sharing"
	"sportello/server/frame"
	"sportello/server/parts"
)

// StopPage is "stop": the authorisation is revoked. It posts done (words of
// "stop_done") to /arrivi/ID/avviso. Nothing of the referral is on it.
type StopPage struct {
	frame.Page
	ID    string
	Desk  string
	Since time.Time
	Done  []string // what the centre has stated so far
	StopForm
	StopFacts
	Unsent string // what the centre had written and was not sent
}

// StopForm is what the centre did.
type StopForm struct {
	Ticked []string `form:"done" words:"stop_done"`
}

// StopAllForm is that, and what the centre had written: it comes back with the page.
type StopAllForm struct {
	StopForm
	parts.MessageForm
}

// errTakenBack says that she took it back while the centre wrote.
var errTakenBack = errors.New("the referral was taken back meanwhile")

// Stop is all a centre sees of a referral that she took back.
func Stop(q *frame.Request) (frame.Shown, error) { return showNotice(q, nil) }

func showNotice(q *frame.Request, cause error) (frame.Shown, error) {
	l, receipt, err := q.Desk.Sharing.Notice(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, err
	}
	if l.State != "withdrawn" {
		return nil, q.Redirect("/arrivi/" + l.ID)
	}
	q.Receipt(receipt)
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	page := &StopPage{Page: q.Base(TitleStop), Unsent: unsentText(q), ID: l.ID, Desk: roster.UnitName(l.FromUnit), Since: q.Day(l.EndedDay),
		Done: strings.Fields(l.Code)}
	page.StopFacts = stopFacts(q, roster.Units[l.FromUnit], l.Cancel)
	q.Fill(&page.StopForm)
	if errors.Is(cause, errTakenBack) {
		page.Problem = ProblemEndedRevoked
	}
	words := map[string]string{}
	if len(page.Ticked) == 0 {
		words["done"] = FailStop
	}
	frame.InvalidAs(&page.Page, cause, words)
	return page, nil
}

// AcknowledgeStop answers POST /arrivi/{id}/avviso.
func AcknowledgeStop(q *frame.Request, f *StopAllForm) error {
	receipt, err := q.Desk.Sharing.AcknowledgeStop(q.Context(), q.Who, q.ID("id"), f.Ticked...)
	return q.DoneOr(showNotice, receipt, err, "", "/arrivi/"+q.ID("id")+"/avviso")
}

// May tells whether there is something left to state.
func (p *StopPage) May() bool { return len(sharing.StopLeft(p.Done)) > 0 }

// Skip are the words that are not offered: what was stated, and what contradicts it.
func (p *StopPage) Skip() string {
	left := sharing.StopLeft(p.Done)
	return strings.Join(slices.DeleteFunc(slices.Clone(frame.Words("stop_done")), func(w string) bool { return slices.Contains(left, w) }), " ")
}
