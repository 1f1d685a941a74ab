package sheets_test

import (
	"os"
	"testing"

	"sportello/policies"
	"sportello/server/frame"
	"sportello/server/servertest"
	"sportello/server/sheets"
)

func TestMain(m *testing.M) { os.Exit(servertest.Run(m)) }

// routes are this room: the lines of routes.go that its tests ask for.
var routes = []frame.Route{
	frame.Get("/contatti/{id}/fogli/{sheet}/{form}", policies.ContactOpen, sheets.ContactPaper),
	frame.Get("/fogli", policies.DirectoryRead, sheets.List),
	frame.Get("/fogli/{sheet}/{lang}", policies.DirectoryRead, sheets.Sheet),
	frame.Get("/fogli/{sheet}/{lang}/{form}", policies.DirectoryRead, sheets.Paper),
	frame.Get("/schede/{id}/fogli", policies.CaseOpen, sheets.CaseList),
	frame.Get("/schede/{id}/fogli/{sheet}", policies.CaseOpen, sheets.CaseSheet),
	frame.Post("/schede/{id}/fogli/{sheet}", policies.SheetGive, sheets.GiveSheet),
	frame.Get("/schede/{id}/fogli/{sheet}/{form}", policies.CaseOpen, sheets.CasePaper),
}

var site = servertest.Of(routes, sheets.Room())
