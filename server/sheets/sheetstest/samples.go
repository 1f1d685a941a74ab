// Package sheetstest has a sample of each page of the room sheets, with plausible, fictional
// content. Nothing but tests imports it.
package sheetstest

import (
	"time"

	texts "sportello/referrals/sheets"
	"sportello/server/servertest"
	"sportello/server/sheets"
)

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	set, at := texts.Shipped(), texts.At{Day: servertest.Now.Format(time.DateOnly)}
	places := texts.Places{Emergency: texts.Place{Name: servertest.Agency[0].Name, Phone: servertest.Agency[0].Phone, Hours: servertest.Agency[0].Note},
		Centres: []texts.Place{{Name: "La Ginestra", Phone: "000 000 0200", Hours: "tutti i giorni"}}, Code: "W8RD-3KAC"}
	entry := func(code string) sheets.Entry {
		return sheets.Entry{Sheet: set.Of(at, code, "it"), Href: "/fogli/" + code + "/it", Others: []sheets.Other{{Language: "en", Href: "/fogli/" + code + "/en"}}}
	}
	groups := []sheets.Group{{For: "she", Entries: []sheets.Entry{entry("centre"), entry("breath")}}, {For: "near", Entries: []sheets.Entry{entry("near_her")}}}
	all.Add("sheets", &sheets.ListPage{Page: servertest.DeskPage(sheets.TitleList, "/fogli"), Root: "/fogli", Groups: groups})
	had := entry("numbers")
	had.Have = true
	all.Add("sheets.case", &sheets.ListPage{Page: servertest.DeskPage(sheets.TitleList, "/schede/A/fogli"), CaseHead: servertest.CaseHead(""), Root: "/schede/A/fogli", Groups: groups, Proposed: []sheets.Entry{had},
		Given: []sheets.Given{{Title: had.Sheet.Title, Language: "it", Version: "1", How: "paper", Day: servertest.Ago(2), By: "anna"}}})
	all.Add("sheets.none", &sheets.ListPage{Page: servertest.DeskPage(sheets.TitleList, "/schede/A/fogli"), CaseHead: servertest.CaseHead(""), Root: "/schede/A/fogli", Groups: groups[:1]})
	numbers := set.Of(at, "numbers", "it")
	one := func(code, root, noPaper string) *sheets.SheetPage {
		sheet, below := set.Of(at, code, "it"), root+"/B"
		if root == "/fogli" {
			below += "/it"
		}
		return &sheets.SheetPage{Page: servertest.DeskPage(sheets.TitleSheet, root+"/"+code+"/it"), Sheet: *sheet, Lines: sheet.Read(places), Sources: sheet.Paper(places)[:1], At: below, Others: []sheets.Other{{Language: "en", Href: below}}, Missing: sheet.Missing(places), Root: root, Forbidden: noPaper}
	}
	all.Add("sheet", one("tonight", "/fogli", ""))
	all.Add("sheet.near", one("near_her", "/fogli", ""))
	shut := one("numbers", "/schede/A/fogli", "sheets.paper_unasked")
	shut.CaseHead = servertest.CaseHead("")
	all.Add("sheet.case", shut)
	may := one("numbers", "/schede/A/fogli", "")
	may.CaseHead = servertest.CaseHead("")
	may.Fail("how", "sheets.paper_never")
	all.Add("sheet.paper", may)
	paper := func(name string, p sheets.PaperPage) {
		p.Page, p.Back = servertest.DeskPage(sheets.TitlePaper, "/schede/A/fogli/numbers/it/carta"), "/schede/A/fogli/numbers/it"
		all.Add("sheet-paper"+name, &p)
	}
	paper("", sheets.PaperPage{Sheet: *numbers, Lines: numbers.Paper(places), Missing: []string{"desk"}})
	paper(".card", sheets.PaperPage{Sheet: *numbers, Lines: numbers.Card(places), Card: true})
	paper(".never", sheets.PaperPage{Sheet: *numbers, Forbidden: "sheets.paper_never"})
	paper(".no-code", sheets.PaperPage{Sheet: *set.Of(at, "code_card", "it"), Card: true, Missing: []string{"code"}})
	return all
}
