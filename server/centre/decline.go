package centre

import (
	"sportello/server/frame"
)

// DeclinePage is "decline". Posts reason to /arrivi/ID/non-accogli.
type DeclinePage struct {
	frame.Page
	ID      string
	Version string
	DeclineForm
}

// DeclineForm is why she is not welcomed.
type DeclineForm struct {
	Reason string `form:"reason" words:"decline"` // empty is "neutral"
}

// Decline answers GET /arrivi/{id}/non-accogli.
func Decline(q *frame.Request) (frame.Shown, error) { return showDecline(q, nil) }

func showDecline(q *frame.Request, cause error) (frame.Shown, error) {
	r, receipt, err := q.Desk.Sharing.OpenReferral(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, endedAtCentre(q, err)
	}
	q.Receipt(receipt)
	page := &DeclinePage{Page: q.Base(TitleDecline), ID: r.ID, Version: frame.Version(r.Version)}
	q.Fill(&page.DeclineForm)
	frame.Invalid(&page.Page, cause)
	return page, nil
}

// DeclineReferral answers POST /arrivi/{id}/non-accogli.
func DeclineReferral(q *frame.Request, f *DeclineForm) error {
	receipt, err := q.Desk.Sharing.Decline(q.Context(), q.Who, q.ID("id"), f.Reason)
	return toDeskOr(q, showDecline, receipt, err, FlashDeclined, "/arrivi")
}

// What the page says.
const (
	FlashDeclined = "decline_page.done"
	TitleDecline  = "received.decline"
)
