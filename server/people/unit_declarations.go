package people

import (
	"sportello/server/frame"
)

// UnitDeclarationsPage is "unit-declarations": what the lead of a unit reads
// before she gives a case file to somebody.
type UnitDeclarationsPage struct {
	frame.Page
	All []Declared
}

// UnitDeclarations is what the lead reads before she gives somebody a case file.
func UnitDeclarations(q *frame.Request) (frame.Shown, error) {
	all, receipt, err := q.Desk.Cases.Declarations(q.Context(), q.Who)
	if err = q.Partly(err); err != nil {
		return nil, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := &UnitDeclarationsPage{Page: q.Base(TitleUnitDeclarations)}
	for _, v := range all {
		d := Declared{ID: v.ID, By: roster.Username(v.Author), Sealed: v.Sealed, Name: v.Name, Surname: v.Surname, Phone: v.Phone, Day: q.Day(v.Day)}
		for _, m := range v.Matches {
			d.Matches, d.More = append(d.Matches, DeclaredMatch{Card: frame.CardOf(q, m.SearchCard), By: m.By}), m.More
		}
		page.All = append(page.All, d)
	}
	return page, nil
}

// What the page says.
const (
	TitleUnitDeclarations = "declared.title"
)
