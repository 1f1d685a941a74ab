package centre

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"sportello/referrals/sharing"
	"sportello/server/frame"
)

// StopPage is "stop": the authorisation is revoked. It posts done (words of
// "stop_done") to /arrivi/ID/avviso. Nothing of the referral is on it.
type StopPage struct {
	frame.Page
	ID     string
	Desk   string
	Since  time.Time
	Done   []string // what the centre has stated so far
	Ticked []string // as typed
	Unsent string   // what the centre had written and was not sent
}

// Stop is all a centre sees of a referral that she took back.
func Stop(q *frame.Request) error { return showNotice(q, http.StatusOK, nil) }

// AcknowledgeStop answers POST /arrivi/{id}/avviso.
func AcknowledgeStop(q *frame.Request) error {
	receipt, err := q.Desk.Sharing.AcknowledgeStop(q.Context(), q.Who, q.ID("id"), q.Form["done"]...)
	return q.DoneOr(func(status int, cause error) error { return showNotice(q, status, cause) }, receipt, err, "", "/arrivi/"+q.ID("id")+"/avviso")
}

// May tells whether there is something left to state.
func (p *StopPage) May() bool { return len(sharing.StopLeft(p.Done)) > 0 }

// Skip are the words that are not offered: what was stated, and what contradicts it.
func (p *StopPage) Skip() string {
	left := sharing.StopLeft(p.Done)
	return strings.Join(slices.DeleteFunc(slices.Clone(frame.Words("stop_done")), func(w string) bool { return slices.Contains(left, w) }), " ")
}
