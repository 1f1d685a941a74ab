// Package reportstest has a sample of each page of the room reports, with plausible, fictional content.
// Nothing but tests imports it.
package reportstest

import (
	"time"

	"sportello/server/frame"
	"sportello/server/reports"
	"sportello/server/servertest"
)

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	addNew(all.Add)
	addReport(all.Add)
	return all
}

var told = reports.Told{At: servertest.Now.Add(-25 * time.Minute), Text: "Sente gridare, e i bambini piangono.", Subject: "La famiglia del secondo piano", Danger: "yes",
	WhoCalls: "desk", CallWhen: "10:20", Children: "with_her", Child: true, RedCode: "yes", RedDay: servertest.Ago(-3)}

// addNew: the form and the list.
func addNew(add func(string, frame.Shown)) {
	form := reports.ReportNewForm{Speaker: "body", Text: told.Text, Subject: told.Subject, Danger: "yes", DangerCaller: "desk", DangerWhen: "10:20", Children: "with_her", Child: "yes",
		Source: "hospital", RedCode: "yes", RedDay: "2026-11-22", Reporter: "Pronto soccorso", Reach: "0536 000333", Channel: "phone", Agreed: "no"}
	body := &reports.ReportNewPage{Page: servertest.DeskPage(reports.TitleReportNew, "/segnalazioni/nuova"), Form: "F", Emergency: servertest.Agency, ReportNewForm: form}
	body.Fail("red_code", "report.red_code_source")
	add("report-new.body", body)
	add("report-new", &reports.ReportNewPage{Page: servertest.DeskPage(reports.TitleReportNew, "/segnalazioni/nuova"), Form: "F", Emergency: servertest.Agency, ReportNewForm: reports.ReportNewForm{Speaker: "someone"}})
	lines := []reports.ReportLine{
		{ID: "A", At: servertest.Now.Add(-25 * time.Minute), State: "to_read", Danger: true, DangerTo: "Pronto intervento", Children: "with_her", Source: "neighbour", Waits: true},
		{ID: "B", At: servertest.Ago(1), State: "child", Child: true, RedCode: true, Waits: true},
		{ID: "C", At: servertest.Ago(2), State: "to_read", RedCode: true, RedDay: servertest.Ago(-3), Waits: true},
		{ID: "D", At: servertest.Ago(3), State: "followed", Owner: "sara", FollowBy: servertest.Ago(-2), Waits: true}}
	add("report-list", &reports.ReportListPage{Page: servertest.DeskPage(reports.TitleReportList, "/segnalazioni"), Lines: lines,
		Earlier: []reports.EarlierNote{{Day: servertest.Ago(40), Author: "Anna Bassi", Speaker: "someone", Requester: "Una vicina", Phone: "0536 000444", Subject: "La famiglia del secondo piano", Text: "Sente gridare la notte."},
			{Day: servertest.Ago(41), Author: "Anna Bassi", Speaker: "body"}}})
	add("report-list.empty", &reports.ReportListPage{Page: servertest.DeskPage(reports.TitleReportList, "/segnalazioni")})
	add("report-list.state", &reports.ReportListPage{Page: servertest.DeskPage(reports.TitleReportList, "/segnalazioni"), State: "closed"})
}

// addReport: a report, who made it, and those in a file.
func addReport(add func(string, frame.Shown)) {
	page := func() *reports.ReportPage {
		return &reports.ReportPage{Page: servertest.DeskPage(reports.TitleReport, "/segnalazioni/A"), ID: "A", Version: "2", Emergency: servertest.Agency, State: "to_read", Told: told, Author: "Anna Bassi",
			Colleagues: []frame.Unit{{ID: "P1", Name: "sara"}, {ID: "P2", Name: "sofia"}}, MayAct: true, MayWho: true}
	}
	now := page()
	now.Danger, now.ReportStepForm = true, reports.ReportStepForm{Step: "followed", Worker: "P1"}
	now.Fail("worker", "report.worker_missing")
	now.Ends = []reports.DangerEnd{{Code: "not_reached", Text: "Pronto intervento", By: "Anna Bassi", At: servertest.Now}}
	add("report", now)
	followed := page()
	followed.State, followed.Owner, followed.FollowBy = "followed", "sara", servertest.Ago(-2)
	followed.Steps = []reports.Step{{State: "acted", By: "Anna Bassi", At: servertest.Now, Hour: "10:30", Text: "Va una pattuglia."}, {State: "followed", By: "Anna Bassi", At: servertest.Now, Worker: "sara", Day: servertest.Ago(-2)}}
	add("report.followed", followed)
	child := page()
	child.State, child.MayAct, child.MayWho, child.Danger = "child", false, false, true
	add("report.child", child)
	linked := page()
	linked.State, linked.MayAct, linked.Linked = "linked", false, true
	add("report.linked", linked)
	add("reporter", &reports.ReporterPage{Page: servertest.DeskPage(reports.TitleReporter, "/segnalazioni/A/chi"), ID: "A", Speaker: "body", Source: "hospital", Name: "Pronto soccorso", Reach: "0536 000333", Channel: "phone",
		Agreed: "no", RedCode: "yes", RedDay: servertest.Ago(-3), Steps: followed.Steps, Ends: now.Ends})
	add("reporter.gone", &reports.ReporterPage{Page: servertest.DeskPage(reports.TitleReporter, "/segnalazioni/A/chi"), ID: "A", Gone: true})
	named := told
	named.Source, named.Reporter = "hospital", "Pronto soccorso"
	file := &reports.CaseReportsPage{Page: servertest.DeskPage(reports.TitleCaseReports, "/schede/A/segnalazioni"), CaseHead: servertest.CaseHead(""), Linked: []reports.Told{named},
		Lines: []reports.ReportLine{{ID: "A", At: servertest.Ago(1), State: "closed"}, {ID: "B", At: servertest.Ago(2), State: "no_safe_way"}}}
	file.Fail("wants", "case_reports.wants_missing")
	file.Fail("report", "report.danger_first")
	add("case-reports", file)
	add("case-reports.empty", &reports.CaseReportsPage{Page: servertest.DeskPage(reports.TitleCaseReports, "/schede/A/segnalazioni"), CaseHead: servertest.CaseHead("")})
}
