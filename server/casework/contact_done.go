package casework

import (
	"errors"
	"time"

	"sportello/policies/acts"
	"sportello/referrals/kept"
	"sportello/referrals/sheets"
	"sportello/server/frame"
	"sportello/server/parts"
)

// ContactDonePage is "contact-done": the contact is closed or became a case. What
// was recorded of one that stands alone is read here again; of one with a case
// file, in its diary.
type ContactDonePage struct {
	frame.Page
	Who      frame.Who
	ID       string
	CaseID   string // empty when the contact stands alone
	Version  string
	MayOpen  bool   // a case file can be opened from it
	CodeCard string // where the card with her code is printed, if paper may go home; of one that stands alone
	Waits    bool   // something of it cannot wait
	Outcome  string // a word of "outcome"
	Due      time.Time
	Told     *ContactTold // of a contact that stands alone
	Strip    frame.Strip  // how it may be called, of the same
	CaseOfContactForm
	MayLimit bool // the unit has a recovery, so a file may be restricted
}

// ContactDone answers GET /contatti/{id}.
func ContactDone(q *frame.Request) (frame.Shown, error) {
	v, receipt, err := q.Desk.Cases.OpenContact(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	if v.Open {
		draft := q.Filled && !q.Back
		back := draft || frame.Recall(q, v.ID) && q.Version() == v.Version // with what is not stored before it is closed
		page, err := contactPage(q, 2)
		if err != nil {
			return nil, err
		}
		page.form, page.Here, page.Refilled = v.ID, q.R.URL.Path, draft
		if !back {
			page.Form.typed(v.Contact)
		}
		if !draft {
			page.ID, page.Version = v.ID, frame.Version(v.Version)
		}
		return page, nil
	}
	who := frame.Who{Code: v.Code, Alias: v.Alias}
	if who.Code == "" {
		who.Code = v.Contact.Code
	}
	page := &ContactDonePage{Page: q.Base(TitleContactDone), Who: who, ID: v.ID, CaseID: v.CaseID, Outcome: v.Outcome, Version: frame.Version(v.Version),
		MayOpen: v.CaseID == "" && v.Speaker == "she", Waits: len(v.Marks()) > 0 && v.CaseID == ""}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	page.MayLimit = roster.Recovery[q.Who.Unit()]
	if v.CaseID == "" {
		at := parts.SheetsAt(q, roster)
		if card := q.Config.Sheets.In(at, "code_card", v.Language); card != nil && who.Code != "" && sheets.PaperRefused(v.Safe, page.Now) == "" {
			page.CodeCard = frame.At("/contatti/%s/fogli/%s/biglietto", v.ID, parts.SheetRef(q, card))
		}
		page.Told, page.Strip = recordedOf(q, v), frame.StripOf(v.Safe, frame.Who{})
	}
	if v.Outcome == "social_service" {
		page.Due = v.At.AddDate(0, 0, interviewDays)
	}
	return page, nil
}

// CaseOfContact answers POST /contatti/{id}/scheda: she came back, or thought it over.
func CaseOfContact(q *frame.Request, f *CaseOfContactForm) error {
	id, receipt, err := q.Desk.Cases.CaseOfContact(q.Context(), q.Who, q.ID("id"), q.Version(), f.Visibility == "restricted")
	if errors.Is(err, kept.ErrState) || errors.Is(err, acts.ErrConflict) {
		return q.Redirect("/contatti/" + q.ID("id"))
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashCaseOpened, "/schede/"+id)
}

// CaseOfContactForm is what is chosen when a case file is opened from a closed contact.
type CaseOfContactForm struct {
	Visibility string `form:"visibility" words:"visibility"`
}

// What the page says.
const (
	FlashCaseOpened  = "contact_done.case_opened"
	TitleContactDone = "contact_done.title"
)

// ContactTold is what was recorded of a contact.
type ContactTold struct {
	At      time.Time
	Outcome string // a word of "outcome"
	Facts   []Fact
}

// Fact is one thing that was recorded, in the page's language.
type Fact struct {
	Key    string // message key of what was asked
	Value  string
	Secret string // in place of Value: shown when it is asked for
}
