package reports

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/cases"
	"sportello/referrals/reports"
	"sportello/server/frame"
	"sportello/server/parts"
)

// ReportPage is "report": what was told, what was done about it, and what can be done now.
// It posts to /segnalazioni/ID and, how a danger ended, to /segnalazioni/ID/pericolo.
type ReportPage struct {
	frame.Page
	ID, Version string
	ReportStepForm
	ReportDangerForm
	Emergency  []parts.Call
	State      string // a word of "report_state"
	Told       Told
	Author     string
	Owner      string
	FollowBy   time.Time
	Danger     bool // told of, and nobody has said how it ended
	Ends       []DangerEnd
	Steps      []Step
	Colleagues []frame.Unit
	MayAct     bool // about a child the lead decides
	MayWho     bool // who took it, who follows it, and the lead
	Linked     bool
}

// Told is what a report says, but for who made it.
type Told struct {
	At       time.Time
	Text     string
	Subject  string
	Danger   string // a word of "said_aloud"
	WhoCalls string // a word of "report_caller"
	CallWhen string
	Children string // a word of "children"
	Child    bool
	RedCode  string // a word of "yesno"
	RedDay   time.Time
	Source   string // a word of "report_source", once linked, where they agreed to be named
	Reporter string
}

// DangerEnd is how a danger ended, or to whom it was handed.
type DangerEnd struct {
	Code, Text, By string // Code is a word of "now_end"
	At             time.Time
}

// Step is one thing that was done about a report.
type Step struct {
	State, By, Text, Hour, Worker string
	At                            time.Time
	Day                           time.Time
}

// ReportStepForm is what is done about a report.
type ReportStepForm struct {
	Step   string `form:"state" words:"report_step"`
	Hour   string `form:"hour" max:"20" as:"hour"` // of the call
	Worker string `form:"worker"`
	ByDay  string `form:"by_day" max:"40" as:"day"`
	Text   string `form:"text" max:"8000"`
}

// ReportDangerForm is how a danger ended.
type ReportDangerForm struct {
	End     string `form:"end" words:"now_end"`
	EndText string `form:"end_text" max:"200"`
}

// told is a report as its pages show it.
func told(q *frame.Request, r reports.Report) Told {
	t := Told{At: r.At, Text: r.Text, Subject: r.Subject, Danger: r.Danger, WhoCalls: r.WhoCalls, CallWhen: r.CallWhen, Children: r.Children,
		Child: r.Child, RedCode: r.RedCode, RedDay: q.Day(r.RedDay)}
	if r.Named != nil {
		t.Source, t.Reporter = r.Named.Source, r.Named.Name
	}
	return t
}

// Report answers GET /segnalazioni/{id}.
func Report(q *frame.Request) (frame.Shown, error) { return reportPage(q, nil) }

func reportPage(q *frame.Request, cause error) (frame.Shown, error) {
	v, receipt, err := q.Desk.Reports.Open(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	lead := q.Who.Role() == policies.Lead
	page := &ReportPage{Page: q.Base(TitleReport), ID: v.ID, Version: frame.Version(v.Version), Emergency: parts.Emergency(q, roster), State: v.State, Told: told(q, v.Report),
		Author: roster.Username(v.Author), FollowBy: q.Day(v.FollowBy), Danger: v.DangerNow() && v.CaseID == "", Linked: v.CaseID != "",
		Steps: steps(q, v.Steps, roster), Ends: dangerEnds(v.Ends, roster), Colleagues: colleagues(roster, q.Who.Unit())}
	page.MayAct = !page.Linked && (lead || v.State != "child")
	page.MayWho = lead || slices.Contains([]string{v.Author, v.Worker}, q.Who.Person())
	if v.Worker != "" {
		page.Owner = roster.Username(v.Worker)
	}
	q.Fill(&page.ReportStepForm)
	q.Fill(&page.ReportDangerForm)
	frame.Explain(&page.Page, cause)
	return page, nil
}

func steps(q *frame.Request, list []reports.Step, roster *units.Roster) (all []Step) {
	for _, s := range list {
		step := Step{State: s.State, By: roster.Username(s.By), Text: s.Text, Hour: s.Hour, At: s.At, Day: q.Day(s.Day)}
		if s.Worker != "" {
			step.Worker = roster.Username(s.Worker)
		}
		all = append(all, step)
	}
	return all
}

func dangerEnds(list []cases.NowEnd, roster *units.Roster) (all []DangerEnd) {
	for _, e := range list {
		all = append(all, DangerEnd{e.Code, e.Text, roster.Username(e.By), e.At})
	}
	return all
}

// colleagues are who works in a unit.
func colleagues(roster *units.Roster, unit string) []frame.Unit {
	var all []frame.Unit
	for id, p := range roster.People {
		if p.Unit == unit && p.State == string(acts.Active) {
			all = append(all, frame.Unit{ID: id, Name: p.Username})
		}
	}
	slices.SortFunc(all, func(a, b frame.Unit) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// MoveReport answers POST /segnalazioni/{id}.
func MoveReport(q *frame.Request, f *ReportStepForm) error {
	receipt, err := q.Desk.Reports.Move(q.Context(), q.Who, q.ID("id"), q.Version(),
		reports.Step{State: f.Step, Hour: f.Hour, Worker: f.Worker, Day: f.ByDay, Text: f.Text})
	if errors.Is(err, acts.ErrConflict) {
		return q.ShowBack(http.StatusConflict, reportPage, err)
	}
	return q.DoneOr(reportPage, receipt, err, FlashReportMoved, "/segnalazioni/"+q.ID("id"))
}

// EndDanger answers POST /segnalazioni/{id}/pericolo.
func EndDanger(q *frame.Request, f *ReportDangerForm) error {
	receipt, err := q.Desk.Reports.EndDanger(q.Context(), q.Who, q.ID("id"), q.Version(), cases.NowEnd{Code: f.End, Text: f.EndText})
	if errors.Is(err, acts.ErrConflict) {
		return q.ShowBack(http.StatusConflict, reportPage, err)
	}
	return q.DoneOr(reportPage, receipt, err, FlashReportMoved, "/segnalazioni/"+q.ID("id"))
}

// OtherEnds are the ends of what cannot wait that are none of a reported danger.
func (p *ReportPage) OtherEnds() []string {
	return slices.DeleteFunc(slices.Clone(frame.Words("now_end")), func(code string) bool { return slices.Contains(reports.Ends, code) })
}

// What the page says.
const (
	TitleReport      = "report.title"
	FlashReportMoved = "report.moved"
)
