package desk

import (
	"errors"
	"time"

	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/server/frame"
	"sportello/server/parts"
)

// CallBackPage is "call-back": the line dropped, and she let us call back for this call.
// It posts outcome, said and text with version to /contatti/ID/richiama.
type CallBackPage struct {
	frame.Page
	Who     frame.Who
	ID      string
	Open    bool // the contact goes on
	CaseID  string
	Number  string // to be shown when asked for
	Until   time.Time
	Left    int  // calls that may still be made
	Given   bool // she gave leave at all
	Other   bool // somebody else answered: no call any more
	Calls   []Call
	Version string
	CallBackForm
	Emergency []parts.Call
}

// Call is one call that was made.
type Call struct {
	At      time.Time
	By      string
	Outcome string // a word of "call_back"
	Said    string // a word of "said_to_other"
	Text    string
}

// CallBackForm is what came of a call.
type CallBackForm struct {
	Outcome string `form:"outcome" words:"call_back"`
	Said    string `form:"said" words:"said_to_other"`
	Text    string `form:"text" max:"300"`
}

// CallBack answers GET /contatti/{id}/richiama.
func CallBack(q *frame.Request) (frame.Shown, error) { return callBackPage(q, nil) }

func callBackPage(q *frame.Request, cause error) (frame.Shown, error) {
	v, receipt, err := q.Desk.Cases.OpenCallBack(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	roster, err := q.Names()
	if err != nil {
		return nil, err
	}
	page := &CallBackPage{Page: q.Base(TitleCallBack), Who: frame.Who{Code: v.ContactView.Code, Alias: v.Alias}, ID: v.ID, Open: v.Open, CaseID: v.CaseID, Until: v.Leave.Until,
		Left: v.Leave.Left, Given: v.Leave.Given, Other: !v.NotShe.IsZero(), Version: frame.Version(v.Version), Emergency: parts.Emergency(q, roster)}
	if v.Leave.Holds() {
		page.Number = v.CallBack
	}
	for _, c := range v.Calls {
		page.Calls = append(page.Calls, Call{At: c.At, By: nameOf(roster, c.By), Outcome: c.Outcome, Said: c.Said, Text: c.Text})
	}
	q.Fill(&page.CallBackForm)
	frame.Explain(&page.Page, cause)
	return page, nil
}

// RecordCallBack answers POST /contatti/{id}/richiama.
func RecordCallBack(q *frame.Request, f *CallBackForm) error {
	id := q.ID("id")
	receipt, err := q.Desk.Cases.RecordCallBack(q.Context(), q.Who, id, q.Version(), cases.CallBack{Outcome: f.Outcome, Said: f.Said, Text: f.Text})
	if errors.Is(err, kept.ErrState) {
		return q.Redirect("/contatti/" + id + "/richiama")
	}
	to := "/contatti/" + id + "/richiama"
	if f.Outcome == "reached" {
		to = "/contatti/" + id // the contact goes on where it dropped
	}
	return q.DoneOr(callBackPage, receipt, err, FlashCallSaved, to)
}

// What the page says.
const (
	FlashCallSaved = "callback.saved"
	TitleCallBack  = "callback.title"
)
