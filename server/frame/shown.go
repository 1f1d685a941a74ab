package frame

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"sportello/policies/acts"
	"sportello/referrals/cases"
)

// PersonState is a person's state as pages say it.
func PersonState(s string) string {
	if s == string(acts.Active) {
		return "member"
	}
	return s
}

// Sorted lists what a roster keeps by id, by name.
func Sorted[V any](all map[string]*V, name func(*V) (name, id string)) []*V {
	list := slices.Collect(maps.Values(all))
	slices.SortFunc(list, func(a, b *V) int {
		nameA, idA := name(a)
		nameB, idB := name(b)
		return cmp.Or(cmp.Compare(nameA, nameB), cmp.Compare(idA, idB))
	})
	return list
}

// UnitName is the name of a unit, to sort by.
func UnitName(u *acts.Unit) (name, id string) { return u.Name, u.ID }

// CardOf is a case as lists show it.
func CardOf(q *Request, c cases.SearchCard) Card {
	return Card{ID: c.ID, Who: Who{c.Code, c.Alias}, State: c.State, LastContact: q.Day(c.LastDay), Found: c.Found, Never: c.Never, Contact: c.Contact}
}

// Href is the page of what a card stands for.
func (c Card) Href() string { return At(If(c.Contact, "/contatti/%s", "/schede/%s"), c.ID) }

// StateList is the list of words of its state.
func (c Card) StateList() string { return If(c.Contact, "contact_state", "case_state") }

// NoSending is why nothing may be sent to a centre, as a message key.
func (c Centre) NoSending() string {
	if c.State == "ended" {
		return "error.unit_ended"
	}
	return "way.not_pinned"
}

// Duty is one thing a worker may have to report, said before she tells. The
// texts are the agency's own, in the page's language.
type Duty struct{ What, ToWhom string }

// Unit is a unit to choose from.
type Unit struct{ ID, Name string }

// Hold says who has a task and since when, or why nobody does.
type Hold struct {
	State  string // a word of "task_state"
	Worker string
	Mine   bool
	Since  time.Time
	Back   string // a word of "task_reason", or empty: why it was handed back
}

// Who names a record on lists: code and alias, never more.
type Who struct{ Code, Alias string }

// Task is something to do, with its day or hour.
type Task struct {
	Who     Who
	Kind    string // a word of "urgent" or of "task"
	Href    string
	Due     time.Time
	DayOnly bool // only the day is known
	Hold         // of a task that somebody takes on; else empty
}

// Ends tells whether the day is the last one of her authorisation: elsewhere it
// is when the thing itself was due.
func (t Task) Ends() bool {
	switch t.Kind {
	case "referral_unanswered", "referral_question", "consent_ending":
		return true
	}
	return false
}

// Card is what a list shows of a case: never the reason she came.
type Card struct {
	ID          string
	Who         Who
	State       string // a word of "case_state"
	LastContact time.Time
	Contact     bool   // a contact without a case file, and its id
	Found       string // a word of "found_by", where something was looked for
	Never       bool   // by a number that she forbade
}

// Centre is one entry of the directory, public anyway.
type Centre struct {
	ID        string
	Name      string
	Area      string
	Needs     []string // words of "need"
	Hours     string
	Languages []string // words of "language"
	Phone     string
	Cost      string // a word of "cost"
	Distance  int    // km from the municipality she named; 0 when she named none
	State     string // a word of "centre_state": sending needs "pinned"
	Mark      string // a word of "centre_state", where this desk does not know that the entry is the centre's; else empty
}
