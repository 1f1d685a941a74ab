package casework

import (
	"slices"
	"time"

	"sportello/policies/units"
	"sportello/referrals"
	"sportello/server/frame"
)

// DiaryPage is "diary": notes and contacts, newest first.
type DiaryPage struct {
	frame.Page
	frame.CaseHead
	Notes []NoteLine
}

// What the page says.
const (
	TitleDiary = "diary.title"
)

// Diary answers GET /schede/{id}/diario.
func Diary(q *frame.Request) (frame.Shown, error) {
	v, roster, err := frame.CaseAndRoster(q, referrals.PartDiary, referrals.PartContacts)
	if err != nil {
		return nil, err
	}
	page := &DiaryPage{Page: q.Base(TitleDiary), CaseHead: frame.HeadOf(q, v.CaseHead, "diary")}
	page.Notes = entries(q, v, roster)
	return page, nil
}

// entries are the notes and the contacts of a case, newest first.
func entries(q *frame.Request, v referrals.CaseView, roster *units.Roster) []NoteLine {
	type entry struct {
		at time.Time
		NoteLine
	}
	var all []entry
	for _, n := range v.Notes {
		if n.State == "current" && n.Kind != "attempt" {
			all = append(all, entry{n.At, note(q, n, v.Answers, roster)})
		}
	}
	for _, c := range v.Contacts {
		all = append(all, entry{c.At, NoteLine{ID: c.ID, Author: roster.Username(c.Author), Day: q.Day(c.Day), Contact: recordedOf(q, c)}})
	}
	slices.SortStableFunc(all, func(a, b entry) int { return b.at.Compare(a.at) })
	var notes []NoteLine
	for _, e := range all {
		notes = append(notes, e.NoteLine)
	}
	return notes
}

// NoteLine is one entry of the diary. Moved notes are not here.
type NoteLine struct {
	ID         string
	Kind       string // a word of "note_kind"
	Author     string
	Day        time.Time
	Text       string
	Earlier    []Earlier // corrections keep what was there before
	MayCorrect bool
	MayMove    bool         // author and lead
	Contact    *ContactTold // the entry is a contact, and no note
}

// Earlier is what a corrected text said before.
type Earlier struct {
	Author string
	Day    time.Time
	Text   string
}
