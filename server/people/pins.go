package people

import (
	"time"

	"sportello/policies"
	"sportello/server/frame"
)

// PinsPage is "pins": the units this one has compared words with.
type PinsPage struct {
	frame.Page
	Units   []Receiver
	Entries []frame.Unit // of the directory, which a lead's unit keeps
	Answers bool         // of a centre, which answers those that wrote to it
}

// keptEntries are the entries that the caller's unit keeps, for the lead of a
// desk or a social service: its own, and those of services without members.
func keptEntries(q *frame.Request) ([]frame.Unit, error) {
	if q.Who.Role() != policies.Lead || !q.IsDesk() {
		return nil, nil
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	var all []frame.Unit
	for _, u := range frame.Sorted(roster.Units, frame.UnitName) {
		if u.ID == q.Who.Unit() || u.Agency == q.Who.Agency() && roster.Epochs[u.ID] == 0 && !u.Is().Audits {
			all = append(all, frame.Unit{ID: u.ID, Name: u.Name})
		}
	}
	return all, nil
}

// What the page says.
const (
	TitlePins     = "nav.centres"
	TitlePinsBack = "nav.desks"
)

// Receiver is one unit that may receive.
type Receiver struct {
	ID    string
	Name  string
	Kind  string // a word of "unit_kind"
	Phone string // published; where to find it, not from this database
	State string // a word of "centre_state"
	Since time.Time

	Agency  string    // of one whose words were never compared
	Founded time.Time // the same
}

// Pins lists the units that this one may come to send to.
func Pins(q *frame.Request) (frame.Shown, error) {
	units, err := q.House.Receivers(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	page := &PinsPage{Page: q.Base(TitlePins)}
	if q.Who.Works().Packages {
		page.Title, page.Answers = TitlePinsBack, true
	}
	for i := range units {
		page.Units = append(page.Units, pinned(q, &units[i]))
	}
	if page.Entries, err = keptEntries(q); err != nil {
		return nil, err
	}
	return page, nil
}
