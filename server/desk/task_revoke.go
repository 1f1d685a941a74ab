package desk

import (
	"errors"

	"sportello/referrals/kept"
	"sportello/server/frame"
	"sportello/server/parts"
)

// TaskRevokePage is "task-revoke": take back what a task carries of her rule. It
// posts recognised to /compiti/ID/revoca.
type TaskRevokePage struct {
	frame.Page
	ID       string
	Service  string
	Knows    string // what it carries, in words
	May      bool   // it carries something
	Shut     bool   // by a restore
	OwnCase  bool   // the service has a case file of its own
	SafeHref string // where the desk tells it again, or empty: there is no case file
	Back     string
	frame.RecognisedForm
}

// TaskRevoke answers GET /compiti/{id}/revoca.
func TaskRevoke(q *frame.Request) (frame.Shown, error) { return showRevokeTask(q, nil) }

func showRevokeTask(q *frame.Request, cause error) (frame.Shown, error) {
	t, to, receipt, err := q.Desk.Sharing.ReadSentTask(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &TaskRevokePage{Page: q.Base(TitleTaskRevoke), ID: t.ID, Service: roster.UnitName(t.ToUnit), Knows: parts.Knows(q, to.Safe), May: len(to.Items) > 0, Shut: t.Shut, OwnCase: t.OwnCase,
		Back: "/agenda"}
	q.Fill(&page.RecognisedForm)
	if t.CaseID != "" {
		page.Back = "/schede/" + t.CaseID
		page.SafeHref = page.Back + "/contatto-sicuro"
	}
	frame.Invalid(&page.Page, cause)
	return page, nil
}

// RevokeTask takes back what a task carries of her rule: no step-up, she may be
// on the phone.
func RevokeTask(q *frame.Request, f *frame.RecognisedForm) error {
	receipt, err := q.Desk.Sharing.RevokeTask(q.Context(), q.Who, q.ID("id"), f.Recognised)
	if errors.Is(err, kept.ErrState) {
		return q.Redirect("/compiti/" + q.ID("id") + "/revoca") // a form sent twice takes back once
	}
	return q.DoneOr(showRevokeTask, receipt, err, FlashTaskRevoked, "/compiti/"+q.ID("id")+"/revoca")
}

// What the page says.
const (
	FlashTaskRevoked = "task_revoke.done"
	TitleTaskRevoke  = "task_revoke.title"
)
