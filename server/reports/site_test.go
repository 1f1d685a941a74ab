package reports_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/frame"
	"sportello/server/reports"
	"sportello/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// site is this room: the lines of routes.go that its tests ask for.
var site = servertest.Of([]frame.Route{
	frame.Get("/segnalazioni", policies.UnlinkedRead, reports.ReportList),
	frame.Get("/segnalazioni/nuova", policies.UnlinkedAdd, reports.ReportNew),
	frame.Post("/segnalazioni/nuova", policies.UnlinkedAdd, reports.RecordReport),
	frame.Get("/segnalazioni/{id}", policies.UnlinkedRead, reports.Report),
	frame.Post("/segnalazioni/{id}", policies.ReportAct, reports.MoveReport),
	frame.Post("/segnalazioni/{id}/pericolo", policies.ReportDanger, reports.EndDanger),
	frame.Get("/segnalazioni/{id}/chi", policies.ReportSource, reports.Reporter),
	frame.Get("/schede/{id}/segnalazioni", policies.CaseOpen, reports.CaseReports),
	frame.Post("/schede/{id}/segnalazioni", policies.ReportLink, reports.LinkReport),
}, reports.Room())
