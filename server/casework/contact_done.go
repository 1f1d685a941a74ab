package casework

import (
	"time"

	"sportello/server/frame"
)

// ContactDonePage is "contact-done": the contact is closed or became a case. What
// was recorded of one that stands alone is read here again; of one with a case
// file, in its diary.
type ContactDonePage struct {
	frame.Page
	Who     frame.Who
	CaseID  string // empty when the contact stands alone
	Outcome string // a word of "outcome"
	Due     time.Time
	Told    *ContactTold // of a contact that stands alone
	Strip   frame.Strip  // how it may be called, of the same
}

// ContactDone answers GET /contatti/{id}.
func ContactDone(q *frame.Request) (frame.Shown, error) {
	v, receipt, err := q.Desk.Cases.OpenContact(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	if v.Open {
		page, err := contactPage(q, 2)
		if err != nil {
			return nil, err
		}
		page.ID, page.Version = v.ID, frame.Version(v.Version)
		page.Form.typed(v.Contact)
		return page, nil
	}
	page := &ContactDonePage{Page: q.Base(TitleContactDone), Who: frame.Who{Code: v.Code, Alias: v.Alias}, CaseID: v.CaseID, Outcome: v.Outcome}
	if v.CaseID == "" {
		page.Told, page.Strip = recordedOf(q, v), frame.StripOf(v.Safe, frame.Who{})
	}
	if v.Outcome == "social_service" {
		page.Due = v.At.AddDate(0, 0, interviewDays)
	}
	return page, nil
}

// What the page says.
const (
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
	Key   string // message key of what was asked
	Value string
}
