package server_test

import (
	"slices"

	"sportello/server/admin/admintest"
	"sportello/server/auditlog/auditlogtest"
	"sportello/server/casework/caseworktest"
	"sportello/server/centre/centretest"
	"sportello/server/desk/desktest"
	"sportello/server/entry/entrytest"
	"sportello/server/frame"
	"sportello/server/frame/frametest"
	"sportello/server/people/peopletest"
	"sportello/server/reports/reportstest"
	"sportello/server/sending/sendingtest"
	"sportello/server/servertest"
	"sportello/server/sheets/sheetstest"
	"sportello/server/walls/wallstest"
)

// samplePage is one page with plausible, fictional content.
type samplePage struct {
	name string // of the screenshot; the template is its first word
	tmpl string
	page frame.Shown
}

var sampleNow = servertest.Now

// samplePages lists every page of every room; the tests that look at pages walk it.
func samplePages() (list []samplePage) {
	for _, s := range slices.Concat(frametest.Samples(), entrytest.Samples(), peopletest.Samples(), admintest.Samples(),
		auditlogtest.Samples(), caseworktest.Samples(), reportstest.Samples(), sendingtest.Samples(), centretest.Samples(), desktest.Samples(), sheetstest.Samples(), wallstest.Samples()) {
		list = append(list, samplePage{name: s.Name, tmpl: s.Template(), page: s.Page})
	}
	return list
}
