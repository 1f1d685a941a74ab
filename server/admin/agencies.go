package admin

import (
	"time"

	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/server/frame"
)

// AgenciesPage is "agencies": agencies with their units, and what is missing.
type AgenciesPage struct {
	frame.Page
	Start    Start
	Missing  []Missing
	Agencies []AgencyLine
}

// endingSoon is how long before its end an agency is named among what is missing.
const endingSoon = 60

// Agencies lists agencies and their units, with what is missing first.
func Agencies(q *frame.Request) (frame.Shown, error) {
	all, err := q.Office.Administration(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	page := &AgenciesPage{Page: q.Base(TitleAgencies), Start: start(q, all), Missing: missing(q, all)}
	for _, a := range frame.Sorted(all.Agencies, agencyName) {
		page.Agencies = append(page.Agencies, agencyOf(q, all, a))
	}
	return page, nil
}

func agencyOf(q *frame.Request, all *office.Administration, a *acts.Agency) AgencyLine {
	shown := AgencyLine{ID: a.ID, Name: a.Name, Kind: a.Kind, Responsibility: a.Responsibility, Ends: q.Day(a.Ends),
		Ended: a.Over(q.Desk.Day()), Gaps: len(gaps(all, a.ID, q.Desk.Day())), Lapsed: len(lapsed(all, a.ID, q.Desk.Day()))}
	for _, u := range frame.Sorted(all.Units, frame.UnitName) {
		if u.Agency == a.ID {
			shown.Units = append(shown.Units, AgencyUnit{ID: u.ID, Name: u.Name, Kind: u.Kind, State: unitState(all, u), Members: all.MembersOf(u.ID)})
		}
	}
	return shown
}

func unitState(all *office.Administration, u *acts.Unit) string {
	switch {
	case all.Epochs[u.ID] == 0:
		return "empty"
	case !all.Recovery[u.ID] && u.Is().Recovery:
		return "no_recovery"
	}
	return "founded"
}

// missing counts what keeps the service from working, or soon will.
func missing(q *frame.Request, all *office.Administration) []Missing {
	counts := map[string]int{}
	for _, u := range all.Units {
		if unitState(all, u) == "empty" {
			counts[MissingMembers]++
		}
	}
	soon := q.Door.Gate().Now().AddDate(0, 0, endingSoon).Format(time.DateOnly)
	for _, a := range all.Agencies {
		if a.Ends != "" && a.Ends >= q.Desk.Day() && a.Ends <= soon {
			counts[MissingEnding]++
		}
	}
	for id := range all.Agencies {
		counts[MissingTowns] += len(gaps(all, id, q.Desk.Day()))
		counts[MissingLapsed] += len(lapsed(all, id, q.Desk.Day()))
	}
	for _, m := range all.Mandates {
		if !m.Over(q.Desk.Day()) && m.Ends <= soon {
			counts[MissingMandates]++
		}
	}
	var list []Missing
	for _, key := range []string{MissingMembers, MissingEnding, MissingMandates, MissingLapsed, MissingTowns} {
		if counts[key] > 0 {
			list = append(list, Missing{Key: key, Count: counts[key]})
		}
	}
	return list
}

// Missing is one thing that is missing: "2 unità senza membri".
type Missing struct {
	Key   string // "missing.…"
	Count int
}

// AgencyLine is one agency.
type AgencyLine struct {
	ID             string
	Name           string
	Kind           string // a word of "agency_kind"
	Responsibility string // a word of "responsibility"
	Ends           time.Time
	Ended          bool
	Units          []AgencyUnit
	Gaps, Lapsed   int // municipalities that no unit is there for, and those of ended mandates
}

// AgencyUnit is one of its units.
type AgencyUnit struct {
	ID      string
	Name    string
	Kind    string // a word of "unit_kind"
	State   string // a word of "unit_state"
	Members int
}

// What the page says.
const (
	MissingMembers  = "missing.units_empty"
	MissingEnding   = "missing.agencies_ending"
	MissingMandates = "missing.mandates_ending"
	MissingLapsed   = "missing.towns_lapsed"
	MissingTowns    = "missing.towns_uncovered"
	TitleAgencies   = "nav.agencies"
)
