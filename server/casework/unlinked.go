package casework

import (
	"net/http"

	"sportello/referrals/cases"
	"sportello/server/frame"
)

// UnlinkedPage is "unlinked": someone for her, or a body. Only general
// information, or a note with requester and subject apart; no match is looked
// for and no feedback given. Posts to /contatti/altri.
type UnlinkedPage struct {
	frame.Page
	ID    string // the form's own mark: sent twice, it is kept once
	Form  UnlinkedForm
	Drops bool // something was typed, and only general information chosen
}

// RecordUnlinked keeps a note about somebody who did not speak herself. Where
// only general information was given, nothing is written of who asked or about
// whom; that what stands in the fields goes is asked first.
func RecordUnlinked(q *frame.Request, f *UnlinkedForm) error {
	page := unlinkedPage(q)
	switch {
	case f.Kind == "general" && q.Pressed() != "drop" && f.Requester+f.Phone+f.Subject+f.Text != "":
		page.Drops = true
		page.Fail("kind", FailUnlinkedText)
		return q.Show(http.StatusUnprocessableEntity, page)
	case f.Kind == "general":
		f = &UnlinkedForm{}
	case f.Kind != "" && !frame.IsWord("unlinked", f.Kind):
		page.Fail("kind", frame.FailChoice)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	in := cases.NewContact{Form: page.ID, Contact: cases.Contact{Speaker: page.Form.Speaker, Outcome: "info_only",
		Requester: f.Requester, Phone: f.Phone, Subject: f.Subject, Note: f.Text}}
	_, receipt, err := q.Desk.Cases.RecordContact(q.Context(), q.Who, in)
	if frame.Invalid(&page.Page, err) {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashUnlinkedSaved, "/agenda")
}

// What the page says.
const (
	FlashUnlinkedSaved = "unlinked.saved"
	FailUnlinkedText   = "unlinked.text_left"
)

// UnlinkedForm is what is typed there.
type UnlinkedForm struct {
	Speaker   string `form:"speaker"` // "someone" or "body"
	Kind      string `form:"kind" words:"unlinked"`
	Requester string `form:"requester" max:"200"` // who is speaking
	Phone     string `form:"phone" max:"40"`      // a body's published number
	Subject   string `form:"subject" max:"200"`   // whom it is about, kept apart
	Text      string `form:"text" max:"8000"`
}
