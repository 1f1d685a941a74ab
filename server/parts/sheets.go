package parts

import (
	"encoding/base32"
	"strings"

	"sportello/crypto"
	"sportello/policies/units"
	"sportello/referrals/sheets"
	"sportello/server/frame"
)

// SheetsAt is where and when a unit asks for a sheet.
func SheetsAt(q *frame.Request, roster *units.Roster) sheets.At {
	at := sheets.At{Day: q.Desk.Day()}
	if u := roster.Units[q.Who.Unit()]; u != nil {
		at.Territory = strings.Fields(u.Territory)
	}
	return at
}

// PlacesOf is what fills the braces of a sheet for a unit: what is public anyway.
func PlacesOf(q *frame.Request, roster *units.Roster) sheets.Places {
	var p sheets.Places
	if all := Emergency(q, roster); len(all) > 0 {
		p.Emergency = sheets.Place{Name: all[0].Name, Phone: all[0].Phone, Hours: all[0].Note}
	}
	if u := roster.Units[q.Who.Unit()]; u != nil {
		p.Desk = sheets.Place{Phone: u.Phone, Hours: u.Hours}
	}
	for _, c := range CentresToCall(q, roster) {
		p.Centres = append(p.Centres, sheets.Place{Name: c.Name, Phone: c.Phone, Hours: c.Note})
	}
	return p
}

// SheetRef is a sheet in an address that is a woman's: it means nothing outside this
// session, so that no history of a browser and no log of a proxy says what she was read.
func SheetRef(q *frame.Request, s *sheets.Sheet) string {
	return base32.StdEncoding.EncodeToString(crypto.Hash([]byte("sheet"), []byte(q.Door.FormToken(q.Who)), []byte(s.Code), []byte(s.Language)))[:26]
}

// SheetBy finds the sheet that a SheetRef means, or nil.
func SheetBy(q *frame.Request, at sheets.At, ref string) *sheets.Sheet {
	for _, code := range q.Config.Sheets.Codes(at) {
		for _, language := range q.Config.Sheets.Languages(at, code) {
			if s := q.Config.Sheets.Of(at, code, language); SheetRef(q, s) == ref {
				return s
			}
		}
	}
	return nil
}

// blocks puts the items of a list together.
func blocks(lines []sheets.Line) (all [][]sheets.Line) {
	for _, l := range lines {
		if n := len(all); l.Kind == "item" && n > 0 && all[n-1][0].Kind == "item" {
			all[n-1] = append(all[n-1], l)
			continue
		}
		all = append(all, []sheets.Line{l})
	}
	return all
}

// direction is how a language is written.
func direction(language string) string {
	if language == "ar" || language == "ur" {
		return "rtl"
	}
	return "ltr"
}
