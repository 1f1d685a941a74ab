package sheets

import (
	"slices"
	"time"

	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals"
	texts "sportello/referrals/sheets"
	"sportello/server/frame"
	"sportello/server/parts"
)

// ListPage is "sheets": all texts there are, by whom they are for; on that of a case, what
// she has already and what fits what she asks for stand first.
type ListPage struct {
	frame.Page
	frame.CaseHead
	Root     string // under which a sheet is opened
	Given    []Given
	Proposed []Entry
	Groups   []Group
}

// Group is the sheets for one kind of reader.
type Group struct {
	For     string // a word of "sheet_for"
	Entries []Entry
}

// Entry is one sheet of the list.
type Entry struct {
	Sheet  *texts.Sheet
	Href   string
	Others []Other // the other languages that it is in
	Have   bool    // she was read it or took it along
}

// Other is the same sheet in another language.
type Other struct{ Language, Href string }

// under gives the address of a sheet below one of the lists: that of a woman says nothing of it.
func under(q *frame.Request, root string, s *texts.Sheet) string {
	if root == everybody {
		return frame.At(root+"/%s/%s", s.Code, s.Language)
	}
	return frame.At(root+"/%s", parts.SheetRef(q, s))
}

// others are a sheet's other languages.
func others(q *frame.Request, at texts.At, root string, s *texts.Sheet) (all []Other) {
	for _, l := range q.Config.Sheets.Languages(at, s.Code) {
		if l != s.Language {
			all = append(all, Other{l, under(q, root, q.Config.Sheets.Of(at, s.Code, l))})
		}
	}
	return all
}

// everybody is where the sheets stand that are about nobody.
const everybody = "/fogli"

// Given is one that she was read, or took along.
type Given struct {
	Title, Language, Version string
	How                      string // a word of "sheet_how"
	Day                      time.Time
	By                       string
}

// List answers GET /fogli.
func List(q *frame.Request) (frame.Shown, error) {
	if !q.IsDesk() {
		return nil, acts.ErrDenied
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	page := &ListPage{Page: q.Base(TitleList), Root: everybody}
	page.list(q, roster, nil)
	return page, nil
}

// CaseList answers GET /schede/{id}/fogli.
func CaseList(q *frame.Request) (frame.Shown, error) {
	v, roster, err := frame.CaseAndRoster(q, referrals.PartPerson, referrals.PartContacts, referrals.PartSheets)
	if err != nil {
		return nil, err
	}
	page := &ListPage{Page: q.Base(TitleList), CaseHead: frame.HeadOf(q, v.CaseHead, ""), Root: "/schede/" + v.ID + "/fogli"}
	page.Given = givenIn(q, v, roster)
	page.list(q, roster, signsOf(v))
	for _, entries := range append([][]Entry{page.Proposed}, groupsOf(page.Groups)...) {
		for i := range entries {
			entries[i].Have = has(v, entries[i].Sheet.Code)
		}
	}
	return page, nil
}

func groupsOf(groups []Group) (all [][]Entry) {
	for _, g := range groups {
		all = append(all, g.Entries)
	}
	return all
}

// list puts the sheets on the page that hold for a unit today.
func (p *ListPage) list(q *frame.Request, roster *units.Roster, signs []string) {
	at := parts.SheetsAt(q, roster)
	groups := map[string][]Entry{}
	for _, code := range q.Config.Sheets.Codes(at) {
		languages := q.Config.Sheets.Languages(at, code)
		if len(languages) == 0 {
			continue
		}
		sheet := q.Config.Sheets.In(at, code, string(q.Lang))
		if sheet == nil {
			sheet = q.Config.Sheets.Of(at, code, languages[0])
		}
		entry := Entry{Sheet: sheet, Href: under(q, p.Root, sheet), Others: others(q, at, p.Root, sheet)}
		if sheet.Proposed(signs) {
			p.Proposed = append(p.Proposed, entry)
			continue
		}
		groups[sheet.For] = append(groups[sheet.For], entry)
	}
	for _, reader := range texts.Readers {
		if len(groups[reader]) > 0 {
			p.Groups = append(p.Groups, Group{For: reader, Entries: groups[reader]})
		}
	}
}

// signsOf is what proposes a sheet for her: what she asks for, and what she said.
func signsOf(v referrals.CaseView) (all []string) {
	all = append(all, v.Told.Needs...)
	for _, c := range v.Contacts {
		all = append(all, c.Signs()...)
	}
	return all
}

// givenIn is what she was read or given, in a contact or since, newest first.
func givenIn(q *frame.Request, v referrals.CaseView, roster *units.Roster) (all []Given) {
	for _, g := range v.Sheets {
		all = append(all, Given{q.Config.Sheets.Title(g.Sheet, g.Language), g.Language, g.Version, g.How, g.At, roster.Username(g.Author)})
	}
	for _, c := range v.Contacts {
		for _, g := range c.Given {
			all = append(all, Given{q.Config.Sheets.Title(g.Sheet, g.Language), g.Language, g.Version, g.How, c.At, roster.Username(c.Author)})
		}
	}
	slices.SortStableFunc(all, func(a, b Given) int { return b.Day.Compare(a.Day) })
	return all
}

// has tells whether she was read a sheet or took it along.
func has(v referrals.CaseView, code string) bool {
	for _, g := range v.Sheets {
		if g.Sheet == code {
			return true
		}
	}
	for _, c := range v.Contacts {
		for _, g := range c.Given {
			if g.Sheet == code {
				return true
			}
		}
	}
	return false
}

// What the page says.
const (
	TitleList = "sheets.title"
)
