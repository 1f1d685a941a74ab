package centre

import (
	"net/http"

	"sportello/server/frame"
)

// DeclinePage is "decline". Posts reason to /arrivi/ID/non-accogli.
type DeclinePage struct {
	frame.Page
	ID      string
	Version string
	Reason  string // a word of "decline"; empty is "neutral"
}

// Decline answers GET /arrivi/{id}/non-accogli.
func Decline(q *frame.Request) error { return showDecline(q, http.StatusOK, nil) }

func showDecline(q *frame.Request, status int, cause error) error {
	r, receipt, err := q.Desk.Sharing.OpenReferral(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return endedAtCentre(q, err)
	}
	q.Receipt(receipt)
	page := &DeclinePage{Page: q.Base(TitleDecline), ID: r.ID, Version: frame.Version(r.Version), Reason: q.Form.Get("reason")}
	frame.Invalid(&page.Page, cause)
	return q.Show(status, "decline", page)
}

// DeclineReferral answers POST /arrivi/{id}/non-accogli.
func DeclineReferral(q *frame.Request) error {
	receipt, err := q.Desk.Sharing.Decline(q.Context(), q.Who, q.ID("id"), q.Form.Get("reason"))
	return toDeskOr(q, func(status int, cause error) error { return showDecline(q, status, cause) }, receipt, err, FlashDeclined, "/arrivi")
}

// What the page says.
const (
	FlashDeclined = "decline_page.done"
	TitleDecline  = "received.decline"
)
