package admin

import (
	"slices"
	"time"

	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/policies/opening"
	"sportello/server/frame"
)

// Start is what there has to be before the service works, each thing as the records have
// it now: nothing is ticked by hand, and what falls out comes back.
type Start struct {
	Steps []Step
	Done  bool // all of them
}

// Step is one of them.
type Step struct {
	Key     string // "start.…", what it is
	Done    bool
	Why     string   // message key: what is missing, or who does it
	Units   []string // of which units, by name
	Href    string   // the page that does it, where an administrator has one
	Command string   // what the console does, where only it can
}

// start is the list, in the order in which it is done.
func start(q *frame.Request, all *office.Administration) Start {
	l := look{q: q, all: all, day: q.Desk.Day()}
	s := Start{Steps: []Step{l.audit(), l.desk(), l.centre(), l.words(), l.recovery(), l.numbers(), l.hours(), l.onCall(), l.duties()}}
	s.Done = !slices.ContainsFunc(s.Steps, func(step Step) bool { return !step.Done })
	return s
}

// Left counts what is to be done.
func (s Start) Left() (n int) {
	for _, step := range s.Steps {
		if !step.Done {
			n++
		}
	}
	return n
}

// look is what the steps are computed from.
type look struct {
	q   *frame.Request
	all *office.Administration
	day string
}

// founded are the units of some kind that were founded, whether of it there are others.
func (l look) founded(is func(acts.UnitKind) bool) (units []*acts.Unit, some bool) {
	for _, u := range frame.Sorted(l.all.Units, frame.UnitName) {
		if is(u.Is()) {
			some = true
			if l.all.Epochs[u.ID] > 0 {
				units = append(units, u)
			}
		}
	}
	return units, some
}

// unit is a step about a kind of unit: there is one, it was founded, and in each are as
// many people as it takes.
func (l look) unit(key string, least int, is func(acts.UnitKind) bool) Step {
	step := Step{Key: key}
	founded, some := l.founded(is)
	switch {
	case !some:
		step.Why, step.Href = key+"_none", "/unita/nuova"
		return step
	case len(founded) == 0:
		step.Why, step.Href = "start.nobody", "/personale/invita"
		return step
	}
	for _, u := range founded {
		if l.all.MembersOf(u.ID) < least {
			step.Units = append(step.Units, u.Name)
		}
	}
	if step.Done = len(step.Units) == 0; !step.Done {
		step.Why, step.Href = "start.alone", "/personale/invita"
		if least == 1 {
			step.Why = "start.nobody"
		}
	}
	return step
}

func (l look) audit() Step {
	return l.unit("start.audit", 1, func(k acts.UnitKind) bool { return k.Audits })
}

func (l look) desk() Step {
	return l.unit("start.desk", 2, func(k acts.UnitKind) bool { return k.KeepsCases && !k.Tasks })
}

func (l look) centre() Step {
	return l.unit("start.centre", 1, func(k acts.UnitKind) bool { return k.Packages })
}

// words are compared by the desks themselves, on the telephone.
func (l look) words() Step {
	step := Step{Key: "start.words", Why: "start.words_by"}
	desks, _ := l.founded(func(k acts.UnitKind) bool { return k.KeepsCases && !k.Tasks })
	for _, u := range desks {
		if !l.all.Pinned[u.ID] {
			step.Units = append(step.Units, u.Name)
		}
	}
	step.Done = len(desks) > 0 && len(step.Units) == 0
	return step
}

// recovery is made off the server and set by the members.
func (l look) recovery() Step {
	step := Step{Key: "start.recovery", Why: "start.recovery_by", Command: "sportello recovery new"}
	units, _ := l.founded(func(k acts.UnitKind) bool { return k.Recovery })
	for _, u := range units {
		if !l.all.Recovery[u.ID] {
			step.Units = append(step.Units, u.Name)
		}
	}
	step.Done = len(units) > 0 && len(step.Units) == 0
	return step
}

// numbers are to be there, and tried within a year.
func (l look) numbers() Step {
	step := Step{Key: "start.numbers", Why: "start.numbers_none", Href: "/numeri/nuovo"}
	held := acts.Holding(l.all.Posted, acts.PostedNumber, l.day)
	year := l.q.Door.Gate().Now().AddDate(-1, 0, 0).Format(time.DateOnly)
	for _, p := range held {
		if p.Tried < year {
			step.Why, step.Href, step.Units = "start.numbers_untried", "/numeri", append(step.Units, p.Name)
		}
	}
	step.Done = len(held) > 0 && len(step.Units) == 0
	return step
}

// hours are to be known of every unit that somebody calls.
func (l look) hours() Step {
	step := Step{Key: "start.hours", Why: "start.hours_ask", Href: "/numeri"}
	units, _ := l.founded(func(k acts.UnitKind) bool { return k.KeepsCases || k.Packages })
	known := map[string]bool{}
	for _, p := range acts.Holding(l.all.Posted, acts.PostedHours, l.day) {
		h, err := opening.Read(p.Hours)
		known[p.Unit] = err == nil && h.Kind != opening.Unknown
	}
	for _, u := range units {
		if !known[u.ID] {
			step.Units = append(step.Units, u.Name)
		}
	}
	step.Done = len(units) > 0 && len(step.Units) == 0
	return step
}

func (l look) onCall() Step {
	return Step{Key: "start.oncall", Why: "start.oncall_none", Href: "/numeri/reperibilita", Done: len(acts.Holding(l.all.Posted, acts.PostedOnCall, l.day)) > 0}
}

func (l look) duties() Step {
	return Step{Key: "start.duties", Why: "start.duties_none", Href: "/doveri/nuovo", Done: len(acts.Holding(l.all.Posted, acts.PostedDuty, l.day)) > 0}
}
