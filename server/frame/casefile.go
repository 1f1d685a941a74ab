package frame

import (
	"slices"

	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/kept"
)

// OpenCase reads a case's head, and the parts that a page of it shows.
func OpenCase(q *Request, parts ...referrals.Part) (referrals.CaseView, error) {
	v, receipt, err := q.Desk.OpenCase(q.Context(), q.Who, q.ID("id"), parts...)
	if err == nil {
		q.Receipt(receipt)
	}
	return v, err
}

// CaseAndRoster reads a case for a page that names people or units too.
func CaseAndRoster(q *Request, parts ...referrals.Part) (referrals.CaseView, *units.Roster, error) {
	v, err := OpenCase(q, parts...)
	if err != nil {
		return v, nil, err
	}
	roster, err := q.Roster()
	return v, roster, err
}

// HeadOf is what every page of a case has.
func HeadOf(q *Request, v kept.CaseHead, tab string) CaseHead {
	s := StripOf(v.Safe, Who{v.Card.Code, v.Card.Alias})
	s.CaseID, s.State, s.MayEdit = v.ID, v.State, true
	if v.Safe.Rings() && v.Safe.Number == "" {
		s.Notices = append(s.Notices, q.Text("strip.no_number"))
	}
	return CaseHead{Strip: s, Tab: tab}
}

// CaseHead is what every page of a case has.
type CaseHead struct {
	Strip Strip
	Tab   string // "summary", "diary", "person", "referrals", "readers"; empty on a page under no tab
}

// CaseTab is one tab of a case file.
type CaseTab struct {
	Key, Href string
	Current   bool
}

// Tabs lists the tabs of the case file.
func (h CaseHead) Tabs() []CaseTab {
	root := At("/schede/%s", h.Strip.CaseID)
	tabs := []CaseTab{
		{Key: "case.tab_summary", Href: root}, {Key: "case.tab_diary", Href: root + "/diario"}, {Key: "case.tab_person", Href: root + "/persona"},
		{Key: "case.tab_referrals", Href: root + "/invii"}, {Key: "case.tab_readers", Href: root + "/aperture"},
	}
	for i, name := range []string{"summary", "diary", "person", "referrals", "readers"} {
		tabs[i].Current = name == h.Tab
	}
	return tabs
}

// Is tells whether an address is that of one of the tabs itself.
func (h CaseHead) Is(here string) bool {
	return slices.ContainsFunc(h.Tabs(), func(tab CaseTab) bool { return tab.Href == here })
}
