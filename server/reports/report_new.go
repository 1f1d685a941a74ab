package reports

import (
	"net/http"
	"strings"

	"sportello/policies/acts"
	"sportello/referrals/reports"
	"sportello/server/frame"
	"sportello/server/parts"
)

// ReportNewPage is "report-new": someone for her, or a body. What happens now is asked,
// never where she is; nothing is looked for and no feedback given. It posts to
// /segnalazioni/nuova, and is where the new contact leads on whose caller is not she.
type ReportNewPage struct {
	frame.Page
	ReportNewForm
	Form      string // the form's own mark: sent twice, it is kept once
	AsHers    string // the step of a new contact on which something was typed as if she spoke
	Emergency []parts.Call
}

// ReportNewForm is what is typed there. Names that the new contact has too are the same:
// what was typed there before somebody said who speaks comes along.
type ReportNewForm struct {
	Speaker      string `form:"speaker"`           // "someone" or "body"
	Text         string `form:"text" max:"8000"`   // what happens now
	Subject      string `form:"subject" max:"200"` // whom it is about, as it is told
	Danger       string `form:"danger" words:"said_aloud"`
	DangerCaller string `form:"danger_caller" words:"report_caller"`
	DangerWhen   string `form:"danger_when" max:"40"`
	Children     string `form:"children" words:"children"`
	Child        string `form:"child"`
	Source       string `form:"source" words:"report_source"`
	RedCode      string `form:"red_code" words:"yesno"`
	RedDay       string `form:"red_day" max:"40" as:"day"`
	Reporter     string `form:"reporter" max:"200"`   // who speaks
	Reach        string `form:"call_number" max:"40"` // how to reach them; a body on its published number
	Channel      string `form:"reported_by" words:"report_channel"`
	Agreed       string `form:"agreed" words:"yesno"`
}

// ReportNew answers GET /segnalazioni/nuova.
func ReportNew(q *frame.Request) (frame.Shown, error) {
	if !q.IsDesk() {
		return nil, acts.ErrDenied
	}
	return reportNew(q, nil)
}

// reportNew is the form with what was typed in it, and why it was not taken, if it was not.
func reportNew(q *frame.Request, cause error) (frame.Shown, error) {
	roster, err := q.Names()
	if err != nil {
		return nil, err
	}
	page := &ReportNewPage{Page: q.Base(TitleReportNew), Form: q.NewForm(), Emergency: parts.Emergency(q, roster)}
	q.Fill(&page.ReportNewForm)
	if page.Speaker != "body" {
		page.Speaker = "someone"
	}
	if from := q.CameFrom(); strings.HasPrefix(from, "/contatti/nuovo/") {
		page.AsHers = from
	}
	frame.Explain(&page.Page, cause)
	return page, nil
}

// RecordReport answers POST /segnalazioni/nuova.
func RecordReport(q *frame.Request, f *ReportNewForm) error {
	if !q.IsDesk() {
		return acts.ErrDenied
	}
	if p := q.Pressed(); p != "" && p != "save" { // from the new contact
		return q.ShowBack(http.StatusOK, reportNew, nil)
	}
	in := reports.NewReport{Form: q.FormID(),
		Report: reports.Report{Text: f.Text, Subject: f.Subject, Danger: f.Danger, WhoCalls: f.DangerCaller, CallWhen: f.DangerWhen,
			Children: f.Children, Child: f.Child == "yes", RedCode: f.RedCode, RedDay: f.RedDay},
		Reporter: reports.Reporter{Speaker: f.Speaker, Source: f.Source, Name: f.Reporter, Reach: f.Reach, Channel: f.Channel, Agreed: f.Agreed}}
	if in.Speaker != "body" {
		in.Speaker = "someone"
	}
	id, receipt, err := q.Desk.Reports.Record(q.Context(), q.Who, in)
	return q.DoneOr(reportNew, receipt, err, FlashReportSaved, "/segnalazioni/"+id)
}

// What the page says.
const (
	TitleReportNew   = "report.new_title"
	FlashReportSaved = "report.saved"
)
