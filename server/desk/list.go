package desk

import (
	"slices"
	"strconv"
	"time"

	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/server/frame"
)

// ListPage is "list": who is followed, by last contact. Which part of it is shown
// stands in the address as codes, never a name.
type ListPage struct {
	frame.Page
	Mine, Closed bool
	Cases        []ListLine
	Contacts     []ContactLine
	From, All    int
	Next, Before string // addresses of the pages beside it; empty for none
}

// ListLine is one case file of a list.
type ListLine struct {
	Who    frame.Who
	Href   string
	State  string // a word of "case_state"
	Last   time.Time
	Worker string
	Mine   bool
	Marks  []string // words of "now"
}

// ContactLine is a contact that nobody closed yet.
type ContactLine struct {
	Who    frame.Who
	Href   string
	Begun  time.Time
	Worker string
}

// List answers GET /schede.
func List(q *frame.Request) (frame.Shown, error) {
	if !q.IsDesk() {
		return nil, acts.ErrDenied
	}
	of := cases.ListOf{Mine: q.Asked("chi") == "mie", Closed: q.Asked("stato") == "chiuse"}
	if n, err := strconv.Atoi(q.Asked("da")); err == nil && n > 0 {
		of.From = n
	}
	l, receipt, err := q.Desk.Cases.List(q.Context(), q.Who, of)
	if err = q.Partly(err); err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	roster, err := q.Names()
	if err != nil {
		return nil, err
	}
	page := &ListPage{Page: q.Base(TitleList), Mine: of.Mine, Closed: of.Closed, From: min(of.From, l.All), All: l.All}
	for _, c := range l.Cases {
		line := ListLine{Who: frame.Who{Code: c.Code, Alias: c.Alias}, Href: "/schede/" + c.ID, State: c.State, Last: q.Day(c.LastDay), Worker: nameOf(roster, c.Worker), Mine: c.Worker == q.Who.Person()}
		for _, kind := range kept.MarkKinds {
			if c.Marks.Of(kind, page.Now) != nil {
				line.Marks = append(line.Marks, kind)
			}
		}
		page.Cases = append(page.Cases, line)
	}
	for _, c := range l.Contacts {
		page.Contacts = append(page.Contacts, ContactLine{Who: frame.Who{Code: c.Code, Alias: c.Alias}, Href: "/contatti/" + c.ID, Begun: c.Begun, Worker: nameOf(roster, c.Author)})
	}
	if end := page.From + len(page.Cases); end < page.All {
		page.Next = page.address(end)
	}
	if page.From > 0 {
		page.Before = page.address(max(0, page.From-cases.ListPage))
	}
	return page, nil
}

// address is that of a page of the list.
func (p *ListPage) address(from int) string {
	address, sep := "/schede", "?"
	for _, part := range []struct{ name, value string }{{"chi", frame.If(p.Mine, "mie", "")}, {"stato", frame.If(p.Closed, "chiuse", "")}, {"da", frame.If(from > 0, strconv.Itoa(from), "")}} {
		if part.value != "" {
			address, sep = address+sep+part.name+"="+part.value, "&"
		}
	}
	return address
}

// Filters are the parts of the list that can be asked for.
func (p *ListPage) Filters() []Filter {
	at := func(mine, closed bool) string { return (&ListPage{Mine: mine, Closed: closed}).address(0) }
	all := []Filter{{"files.unit", at(false, false), false}, {"files.mine", at(true, false), false}, {"files.closed", at(false, true), false}}
	for i := range all {
		all[i].Here = all[i].Href == (&ListPage{Mine: p.Mine, Closed: p.Closed}).address(0)
	}
	return slices.Clip(all)
}

// Filter is a part of the list that can be asked for.
type Filter struct {
	Key, Href string
	Here      bool
}

// What the page says.
const (
	TitleList = "files.title"
)
