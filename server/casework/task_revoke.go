package casework

import (
	"errors"
	"net/http"

	"sportello/referrals/kept"
	"sportello/server/frame"
)

// TaskRevokePage is "task-revoke": take back what a task carries of her rule. It
// posts recognised to /compiti/ID/revoca.
type TaskRevokePage struct {
	frame.Page
	ID         string
	Service    string
	Knows      string // what it carries, in words
	May        bool   // it carries something
	Shut       bool   // by a restore
	OwnCase    bool   // the service has a case file of its own
	SafeHref   string // where the desk tells it again, or empty: there is no case file
	Back       string
	Recognised string // a word of "recognised"
}

// TaskRevoke answers GET /compiti/{id}/revoca.
func TaskRevoke(q *frame.Request) error { return showRevokeTask(q, http.StatusOK, nil) }

func showRevokeTask(q *frame.Request, status int, cause error) error {
	t, to, receipt, err := q.Desk.Sharing.ReadSentTask(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return err
	}
	roster, err := q.Roster()
	if err != nil {
		return err
	}
	q.Receipt(receipt)
	page := &TaskRevokePage{Page: q.Base(TitleTaskRevoke), ID: t.ID, Service: roster.UnitName(t.ToUnit), Knows: knows(q, to.Safe), May: len(to.Items) > 0, Shut: t.Shut, OwnCase: t.OwnCase,
		Back: "/agenda", Recognised: q.Form.Get("recognised")}
	if t.CaseID != "" {
		page.Back = "/schede/" + t.CaseID
		page.SafeHref = page.Back + "/contatto-sicuro"
	}
	frame.Invalid(&page.Page, cause)
	return q.Show(status, "task-revoke", page)
}

// RevokeTask takes back what a task carries of her rule: no step-up, she may be
// on the phone.
func RevokeTask(q *frame.Request) error {
	receipt, err := q.Desk.Sharing.RevokeTask(q.Context(), q.Who, q.ID("id"), q.Form.Get("recognised"))
	if errors.Is(err, kept.ErrState) {
		return q.Redirect("/compiti/" + q.ID("id") + "/revoca") // a form sent twice takes back once
	}
	return q.DoneOr(func(status int, cause error) error { return showRevokeTask(q, status, cause) }, receipt, err, FlashTaskRevoked, "/compiti/"+q.ID("id")+"/revoca")
}

// What the page says.
const (
	FlashTaskRevoked = "task_revoke.done"
	TitleTaskRevoke  = "task_revoke.title"
)
