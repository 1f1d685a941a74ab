package casework

import (
	"slices"
	"time"

	"sportello/policies/units"
	"sportello/referrals"
	"sportello/server/frame"
	"sportello/server/parts"
)

// DiaryPage is "diary": what happened, newest first.
type DiaryPage struct {
	frame.Page
	frame.CaseHead
	Notes  []NoteLine
	Recall Recall
}

// What the page says.
const (
	TitleDiary = "diary.title"
)

// Diary answers GET /schede/{id}/diario.
func Diary(q *frame.Request) (frame.Shown, error) {
	v, roster, err := frame.CaseAndRoster(q, referrals.PartDiary, referrals.PartContacts, referrals.PartReferrals, referrals.PartSheets, referrals.PartJoined)
	if err != nil {
		return nil, err
	}
	page := &DiaryPage{Page: q.Base(TitleDiary), CaseHead: frame.HeadOf(q, v.CaseHead, "diary"), Recall: recall(q, v.Recall)}
	page.Notes = entriesOfBoth(q, v, roster)
	return page, nil
}

// entries are the notes, contacts, attempts and referrals of a case, newest first.
func entries(q *frame.Request, v referrals.CaseView, roster *units.Roster) (all []NoteLine) {
	for _, n := range v.Notes {
		if n.State == "current" {
			all = append(all, note(q, n, v.Answers, roster))
		}
	}
	for _, c := range v.Contacts {
		all = append(all, NoteLine{ID: c.ID, Event: "contact", Says: q.Word("outcome", c.Outcome), Author: roster.Username(c.Author), At: c.At, Contact: recordedOf(q, c)})
	}
	for _, g := range v.Sheets {
		all = append(all, NoteLine{ID: g.ID, Event: "sheet", Says: givenLine(q, g.Sheet, g.Version, g.Language, g.How), Author: roster.Username(g.Author), At: g.At})
	}
	for _, r := range v.Referrals {
		all = append(all, NoteLine{ID: r.ID, Event: "referral", Says: roster.UnitName(r.ToUnit), At: q.Day(r.SentDay), DayOnly: true, Referral: parts.StateOf(r), Href: "/invii/" + r.ID})
	}
	for i := range all {
		all[i].CaseID = v.ID
	}
	newestFirst(all)
	return all
}

// entriesOfBoth are the entries of a case and of the one that is joined with it, each of
// which says so.
func entriesOfBoth(q *frame.Request, v referrals.CaseView, roster *units.Roster) []NoteLine {
	all := entries(q, v, roster)
	if v.Joined == nil {
		return all
	}
	for _, n := range entries(q, *v.Joined, roster) {
		n.From = v.Joined.Card.Code
		all = append(all, n)
	}
	newestFirst(all)
	return all
}

func newestFirst(all []NoteLine) {
	slices.SortStableFunc(all, func(a, b NoteLine) int {
		if c := b.day().Compare(a.day()); c != 0 { // a referral is known by its day alone: it is the first of it
			return c
		}
		return b.At.Compare(a.At)
	})
}

// day is the day on which it happened.
func (n NoteLine) day() time.Time {
	y, m, d := n.At.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// NoteLine is one entry of the diary. Moved notes are not here.
type NoteLine struct {
	ID         string
	Event      string // a word of "event"
	Kind       string // of a note: a word of "note_kind"
	Says       string // what it was, in the page's language: the outcome of a contact or an attempt, whom a referral went to
	Author     string // nobody, of a referral
	At         time.Time
	DayOnly    bool // its hour is not kept
	Text       string
	Earlier    []Earlier // corrections keep what was there before
	MayCorrect bool
	MayMove    bool         // author and lead
	Contact    *ContactTold // of a contact: what was recorded
	Referral   string       // of a referral: a word of "referral_state"
	Href       string       // of what has a page of its own
	CaseID     string       // in which file it stands
	From       string       // the code of that file, where it is the one that is joined with this
}

// Earlier is what a corrected text said before.
type Earlier struct {
	Author string
	Day    time.Time
	Text   string
}
