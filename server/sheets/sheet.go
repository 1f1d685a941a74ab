package sheets

import (
	"sportello/policies/acts"
	"sportello/policies/units"
	texts "sportello/referrals/sheets"
	"sportello/server/frame"
	"sportello/server/parts"
)

// SheetPage is "sheet": one text, to be read aloud. In a case it posts go, "read" or
// "paper", to where it stands, and leads to the paper where her rule lets paper go home.
type SheetPage struct {
	frame.Page
	frame.CaseHead
	Sheet     texts.Sheet
	Lines     []texts.Line
	Sources   []texts.Line
	At        string // where it stands
	Others    []Other
	Missing   []string // words of "sheet_missing"
	Root      string   // of the list
	Forbidden string   // message key: why paper may not go home; empty where it may
	Form      string   // the form's own mark: sent twice, it is noted once
}

// ForAll tells whether it is for people who are no case of this desk.
func (p *SheetPage) ForAll() bool { return p.Sheet.For == "near" }

// Sheet answers GET /fogli/{sheet}/{lang}.
func Sheet(q *frame.Request) (frame.Shown, error) {
	if !q.IsDesk() {
		return nil, acts.ErrDenied
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	page := &SheetPage{Page: q.Base(TitleSheet), Root: everybody}
	return page, page.read(q, roster, q.Config.Sheets.Of(parts.SheetsAt(q, roster), q.ID("sheet"), q.ID("lang")), "")
}

// CaseSheet answers GET /schede/{id}/fogli/{sheet}.
func CaseSheet(q *frame.Request) (frame.Shown, error) { return caseSheet(q, nil) }

func caseSheet(q *frame.Request, cause error) (frame.Shown, error) {
	v, roster, err := frame.CaseAndRoster(q)
	if err != nil {
		return nil, err
	}
	page := &SheetPage{Page: q.Base(TitleSheet), CaseHead: frame.HeadOf(q, v.CaseHead, ""), Root: "/schede/" + v.ID + "/fogli", Form: q.NewForm()}
	if err := page.read(q, roster, parts.SheetBy(q, parts.SheetsAt(q, roster), q.ID("sheet")), v.Card.Code); err != nil {
		return nil, err
	}
	page.Forbidden = texts.PaperRefused(v.Safe, page.Now)
	frame.Explain(&page.Page, cause)
	return page, nil
}

// read puts the sheet that an address names on the page.
func (p *SheetPage) read(q *frame.Request, roster *units.Roster, sheet *texts.Sheet, code string) error {
	if sheet == nil {
		return acts.ErrDenied
	}
	places := parts.PlacesOf(q, roster)
	places.Code = code
	p.Sheet, p.At, p.Others = *sheet, under(q, p.Root, sheet), others(q, parts.SheetsAt(q, roster), p.Root, sheet)
	p.Lines, p.Missing = sheet.Read(places), sheet.Missing(places)
	for _, l := range p.Sheet.Paper(places) {
		if l.Source != "" {
			p.Sources = append(p.Sources, l)
		}
	}
	return nil
}

// GiveSheet answers POST /schede/{id}/fogli/{sheet}: she was read it, or takes it along.
func GiveSheet(q *frame.Request, _ *frame.Nothing) error {
	roster, err := q.Roster()
	if err != nil {
		return err
	}
	sheet := parts.SheetBy(q, parts.SheetsAt(q, roster), q.ID("sheet"))
	if sheet == nil {
		return acts.ErrDenied
	}
	receipt, err := q.Desk.Sheets.Give(q.Context(), q.Who, q.ID("id"), q.FormID(), sheet, q.Pressed())
	return q.DoneOr(caseSheet, receipt, err, FlashGiven, "/schede/"+q.ID("id")+"/fogli")
}

// PaperPage is "sheet-paper": a text as it is printed, on a page of A4 or on a small card.
type PaperPage struct {
	frame.Page
	Sheet     texts.Sheet
	Lines     []texts.Line
	Card      bool
	Missing   []string // words of "sheet_missing"
	Forbidden string   // message key: why paper may not go home
	Back      string
}

// The two ways of printing, as an address says them.
const (
	a4   = "carta"
	card = "biglietto"
)

// Paper answers GET /fogli/{sheet}/{lang}/{form}: what is for people who are no case here.
func Paper(q *frame.Request) (frame.Shown, error) {
	if !q.IsDesk() {
		return nil, acts.ErrDenied
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	page := &PaperPage{Page: q.Base(TitlePaper), Back: frame.At(everybody+"/%s/%s", q.ID("sheet"), q.ID("lang"))}
	if err := page.print(q, roster, q.Config.Sheets.Of(parts.SheetsAt(q, roster), q.ID("sheet"), q.ID("lang")), ""); err != nil {
		return nil, err
	}
	if page.Sheet.For != "near" {
		return nil, acts.ErrDenied // it is given where her rule is known
	}
	return page, nil
}

// CasePaper answers GET /schede/{id}/fogli/{sheet}/{form}.
func CasePaper(q *frame.Request) (frame.Shown, error) {
	v, roster, err := frame.CaseAndRoster(q)
	if err != nil {
		return nil, err
	}
	page := &PaperPage{Page: q.Base(TitlePaper), Forbidden: texts.PaperRefused(v.Safe, q.Server.Door.Gate().Now()), Back: frame.At("/schede/%s/fogli/%s", v.ID, q.ID("sheet"))}
	return page, page.print(q, roster, parts.SheetBy(q, parts.SheetsAt(q, roster), q.ID("sheet")), v.Card.Code)
}

// ContactPaper answers GET /contatti/{id}/fogli/{sheet}/{form}. What belongs to a
// case is printed there, by the rule that holds there.
func ContactPaper(q *frame.Request) (frame.Shown, error) {
	v, receipt, err := q.Desk.Cases.OpenContact(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	if v.CaseID != "" {
		return nil, q.Redirect("/schede/" + v.CaseID + "/fogli")
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	page := &PaperPage{Page: q.Base(TitlePaper), Forbidden: texts.PaperRefused(v.Safe, q.Server.Door.Gate().Now()), Back: "/contatti/" + v.ID}
	return page, page.print(q, roster, parts.SheetBy(q, parts.SheetsAt(q, roster), q.ID("sheet")), v.Contact.Code)
}

// print puts a sheet on the page as it is printed; where paper may not go home, no text
// of it stands there.
func (p *PaperPage) print(q *frame.Request, roster *units.Roster, sheet *texts.Sheet, code string) error {
	places := parts.PlacesOf(q, roster)
	places.Code = code
	card := q.ID("form") == card
	if sheet == nil || card && !sheet.HasCard() || !card && (q.ID("form") != a4 || !sheet.HasPaper()) {
		return acts.ErrDenied
	}
	p.Sheet, p.Card = *sheet, card
	if p.Missing = p.Sheet.Missing(places); p.Forbidden != "" || p.NoCode() {
		return nil
	}
	p.Lines = p.Sheet.Paper(places)
	if p.Card {
		p.Lines = p.Sheet.Card(places)
	}
	return nil
}

// NoCode tells that the sheet is about a code, and she has none yet.
func (p *PaperPage) NoCode() bool {
	for _, m := range p.Missing {
		if m == "code" {
			return true
		}
	}
	return false
}

// What the pages say.
const (
	TitleSheet = "sheets.one"
	TitlePaper = "sheets.paper_title"
	FlashGiven = "sheets.noted"
)
