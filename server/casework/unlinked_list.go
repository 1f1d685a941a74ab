package casework

import (
	"time"

	"sportello/server/frame"
)

// UnlinkedListPage is "unlinked-list", at GET /contatti/altri: notes linked to
// no file, requester and subject apart.
type UnlinkedListPage struct {
	frame.Page
	Notes []UnlinkedNote
}

// UnlinkedList answers GET /contatti/altri.
func UnlinkedList(q *frame.Request) (frame.Shown, error) {
	notes, receipt, err := q.Desk.Cases.ReadReports(q.Context(), q.Who, "")
	if err = q.Partly(err); err != nil {
		return nil, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &UnlinkedListPage{Page: q.Base(TitleUnlinkedList)}
	for _, n := range notes.Earlier {
		page.Notes = append(page.Notes, UnlinkedNote{Day: q.Day(n.Day), Author: roster.Username(n.Author), Speaker: n.Speaker,
			Requester: n.Requester, Phone: n.Phone, Subject: n.Subject, Text: n.Note})
	}
	return page, nil
}

// What the page says.
const (
	TitleUnlinkedList = "unlinked_list.title"
)

// UnlinkedNote is one of them.
type UnlinkedNote struct {
	Day       time.Time
	Author    string
	Speaker   string // a word of "speaker"
	Requester string
	Phone     string
	Subject   string
	Text      string
}
