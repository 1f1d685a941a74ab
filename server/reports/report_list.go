package reports

import (
	"slices"
	"time"

	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/reports"
	"sportello/server/frame"
)

// ReportListPage is "report-list", at GET /segnalazioni: those that wait for somebody, in
// order, or those in one state, which stands in the address as its code.
type ReportListPage struct {
	frame.Page
	State   string // a word of "report_state", or empty: those that wait
	Lines   []ReportLine
	Earlier []EarlierNote // of before, read as they are
}

// ReportLine is one report on a list: what it is about by its codes, never a name.
type ReportLine struct {
	ID       string
	At       time.Time
	State    string // a word of "report_state"
	Danger   bool
	DangerTo string
	Child    bool
	Children string // a word of "children"
	RedCode  bool
	RedDay   time.Time
	Source   string // a word of "report_source", for whoever may know it
	Owner    string // who follows it
	FollowBy time.Time
	Waits    bool
}

// EarlierNote is a note of before: requester and subject apart.
type EarlierNote struct {
	Day       time.Time
	Author    string
	Speaker   string // a word of "speaker"
	Requester string
	Phone     string
	Subject   string
	Text      string
}

// Filters are the states that the list can show alone.
func (p *ReportListPage) Filters() []string { return reports.States }

// ReportList answers GET /segnalazioni.
func ReportList(q *frame.Request) (frame.Shown, error) {
	state := q.Asked("stato")
	if state != "" && !slices.Contains(reports.States, state) {
		return nil, acts.ErrDenied
	}
	all, receipt, err := q.Desk.Reports.Read(q.Context(), q.Who, state)
	if err = q.Partly(err); err != nil {
		return nil, err
	}
	roster, err := q.Names()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &ReportListPage{Page: q.Base(TitleReportList), State: state, Lines: lines(q, all.Lines, roster)}
	for _, n := range all.Earlier {
		page.Earlier = append(page.Earlier, EarlierNote{Day: q.Day(n.Day), Author: roster.Username(n.Author), Speaker: n.Speaker,
			Requester: n.Requester, Phone: n.Phone, Subject: n.Subject, Text: n.Note})
	}
	return page, nil
}

// lines are reports as a list shows them.
func lines(q *frame.Request, list []reports.Line, roster *units.Roster) []ReportLine {
	var all []ReportLine
	for _, l := range list {
		line := ReportLine{ID: l.ID, At: l.At, State: l.State, Danger: l.Danger, DangerTo: l.DangerTo, Child: l.Child, Children: l.Children,
			RedCode: l.RedCode, RedDay: q.Day(l.RedDay), Source: l.Source, FollowBy: q.Day(l.FollowBy), Waits: reports.Waits(l.State)}
		if l.Worker != "" {
			line.Owner = roster.Username(l.Worker)
		}
		all = append(all, line)
	}
	return all
}

// What the page says.
const (
	TitleReportList = "report_list.title"
)

// next is the one thing to do about a report that waits: a word of "report_next".
func next(l ReportLine) string {
	switch {
	case l.Danger:
		return "danger"
	case l.State == "child":
		return "child"
	case l.RedCode && !l.RedDay.IsZero():
		return "answer"
	case l.State == "to_read":
		return "read"
	}
	return "follow"
}
