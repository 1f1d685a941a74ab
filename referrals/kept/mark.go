package kept

import (
	"slices"
	"time"
)

// Mark is something of a woman that must not be forgotten: it stands, sealed, on the
// card that lists read, from the act that makes it until the act that ends it. It
// says never more than a code and its hour; what was said stands in the record.
type Mark struct {
	Kind  string    `json:"kind"`            // one of MarkKinds
	Since time.Time `json:"since"`           // the hour from which it holds
	Until time.Time `json:"until,omitzero"`  // when it is over by itself; zero for never
	Tries int       `json:"tries,omitempty"` // calls made under it
	// NoLeave says that she did not let us call back: nobody calls, and she is waited for.
	NoLeave bool `json:"no_leave,omitempty"`
	// Record is the contact in which it was said, where that is not the card's own.
	Record string `json:"record,omitempty"`
	Life   bool   `json:"life,omitempty"` // danger to life, or children: her no is not decided by one person alone
	Hold
}

// Hold says in whose hands something is.
type Hold struct {
	By   string    `json:"by,omitempty"`   // the person who has taken it on
	Hand string    `json:"hand,omitempty"` // how it was handed on, one of HandKinds; empty while it was not
	To   string    `json:"to,omitempty"`   // to whom: a person's id, or in words
	At   time.Time `json:"at,omitzero"`    // since when
}

// How something that cannot wait is handed on: to a colleague, who has to take it; to
// the emergency service, which was told by telephone; or to nobody before the desk
// opens again, with what happens until then.
const (
	HandColleague = "colleague"
	HandService   = "service"
	HandUntilOpen = "until_open"
)

// HandKinds are the ways in which something is handed on.
var HandKinds = []string{HandColleague, HandService, HandUntilOpen}

// Given tells whether something is in the hands of somebody other than a person.
func (h Hold) Given(person string) bool {
	return h.By != "" && h.By != person || h.By == "" && (h.Hand == HandService || h.Hand == HandUntilOpen)
}

// The marks. What they ask of whom stands where they are read: the Agenda.
const (
	MarkDanger     = "danger"       // danger said, or the outcome of a contact was an emergency
	MarkDropped    = "dropped"      // the line dropped
	MarkOther      = "other_person" // somebody else answered her number
	MarkRuleWaits  = "rule_waits"   // somebody not recognised said another rule: she is asked
	MarkRuleUnkept = "rule_unkept"  // she asked to be called, and her rule cannot be kept
)

// MarkKinds are the marks in the order in which the Agenda shows them.
var MarkKinds = []string{MarkDanger, MarkOther, MarkDropped, MarkRuleUnkept, MarkRuleWaits}

// Marks are the marks of one card, at most one of each kind.
type Marks []Mark

// Of is the mark of a kind that holds at a moment, or nil.
func (m Marks) Of(kind string, at time.Time) *Mark {
	i := slices.IndexFunc(m, func(m Mark) bool { return m.Kind == kind && (m.Until.IsZero() || at.Before(m.Until)) })
	if i < 0 {
		return nil
	}
	return &m[i]
}

// With is m with a mark, in the place of the one of its kind.
func (m Marks) With(mark Mark) Marks { return append(m.Without(mark.Kind), mark) }

// Without is m without the marks of a kind.
func (m Marks) Without(kind string) Marks {
	return slices.DeleteFunc(slices.Clone(m), func(m Mark) bool { return m.Kind == kind })
}

// Day is since when marks ask for somebody, as a day; empty where none does. It is
// what stands of them in plaintext.
func (m Marks) Day(now time.Time) string {
	var first time.Time
	for _, mark := range m {
		if (mark.Until.IsZero() || now.Before(mark.Until)) && slices.Contains(MarkKinds, mark.Kind) && (first.IsZero() || mark.Since.Before(first)) {
			first = mark.Since
		}
	}
	if first.IsZero() {
		return ""
	}
	return first.In(now.Location()).Format(time.DateOnly)
}
