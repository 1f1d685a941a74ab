package casework

import (
	"regexp"
	"slices"
	"strings"

	"sportello/referrals/cases"
	"sportello/referrals/sheets"
	"sportello/server/frame"
	"sportello/server/parts"
)

// GiveSheet is one sheet that can be read to her or given while the contact goes on.
type GiveSheet struct {
	Sheet    *sheets.Sheet // nil for what was ticked and is not there today
	Ref      string        // in an address of hers
	Lines    []sheets.Line // as it is read aloud
	Proposed bool          // by what she asks for or said
	Read     string        // the tick that it was read
	Paper    string        // the tick that she takes it along; empty where her rule does not let paper go home
}

// giver finds the sheet that a tick names, today and here.
type giver struct {
	set *sheets.Set
	at  sheets.At
}

// ticks are CODE.LANGUAGE.HOW; what an earlier program kept is a mark without points.
var earlierTick = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// given is a tick as it is kept; none for what nobody could tick.
func (g giver) given(tick string) (cases.Given, bool) {
	if part := strings.Split(tick, "."); len(part) == 3 && slices.Contains(sheets.Ways, part[2]) {
		if sheet := g.set.Of(g.at, part[0], part[1]); sheet != nil {
			return cases.Given{Sheet: sheet.Code, Version: sheet.Version, Language: sheet.Language, How: part[2]}, true
		}
		return cases.Given{}, false
	}
	return cases.Given{Sheet: tick}, earlierTick.MatchString(tick)
}

// tickOf is what was kept as the form ticks it.
func tickOf(g cases.Given) string {
	if g.How == "" {
		return g.Sheet
	}
	return g.Sheet + "." + g.Language + "." + g.How
}

// offer puts the sheets on the page, in her language where there is one: what fits what
// she asks for or said first. Her code she has when the contact is closed.
func (p *ContactPage) offer(q *frame.Request, places sheets.Places) {
	var rest []GiveSheet
	told := p.Form.contact(p.give)
	paper := !p.InCase() && sheets.PaperRefused(told.Safe, p.Now) == ""
	offered := map[string]bool{}
	for _, code := range p.give.set.Codes(p.give.at) {
		sheet := p.give.set.In(p.give.at, code, p.Form.Language)
		if sheet == nil || code == "code_card" {
			continue
		}
		g := p.ticks(sheet, paper)
		g.Ref, g.Lines, g.Proposed = parts.SheetRef(q, sheet), sheet.Read(places), sheet.Proposed(told.Signs())
		offered[g.Read], offered[g.Paper] = true, true
		if g.Proposed {
			p.Sheets = append(p.Sheets, g)
		} else {
			rest = append(rest, g)
		}
	}
	p.Sheets = append(p.Sheets, rest...)
	for _, tick := range p.Form.Given { // in another language, or on paper that she said no to since
		if given, ok := p.give.given(tick); ok && !offered[tick] {
			p.Loose = append(p.Loose, GiveSheet{Sheet: p.give.set.Of(p.give.at, given.Sheet, given.Language), Read: tick})
		}
	}
}

func (p *ContactPage) ticks(sheet *sheets.Sheet, paper bool) GiveSheet {
	g := GiveSheet{Sheet: sheet, Read: sheet.Code + "." + sheet.Language + "." + sheets.Aloud}
	if paper {
		g.Paper = sheet.Code + "." + sheet.Language + "." + sheets.OnPaper
	}
	return g
}

// NoPaper is why no paper is offered here, as a message key.
func (p *ContactPage) NoPaper() string {
	if p.InCase() {
		return "sheets.paper_in_case"
	}
	if why := sheets.PaperRefused(p.Form.rule(), p.Now); why != "sheets.paper_unasked" {
		return why
	}
	return "sheets.paper_ask"
}

// looseName is what a tick is called whose sheet is not offered now.
func (g GiveSheet) looseName(v *frame.PageView) string {
	if g.Sheet == nil {
		return g.Read
	}
	_, how, _ := strings.Cut(strings.TrimPrefix(g.Read, g.Sheet.Code+"."), ".")
	return g.Sheet.Title + " (" + v.Language(g.Sheet.Language) + "): " + v.Word("sheet_how", how)
}

// givenLine says what was given, in the page's language.
func givenLine(q *frame.Request, code, version, language, how string) string {
	line := q.Config.Sheets.Title(code, language)
	for _, more := range []string{q.Word("sheet_how", how), q.Word("language", language)} {
		if more != "" {
			line += ", " + more
		}
	}
	if version != "" {
		line += ", " + q.Text("sheets.version_short", "Version", version)
	}
	return line
}
