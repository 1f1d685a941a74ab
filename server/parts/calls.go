package parts

import (
	"slices"
	"strings"
	"time"

	"sportello/policies/acts"
	"sportello/policies/opening"
	"sportello/policies/units"
	"sportello/server/frame"
)

// Call is a number that somebody may have to call, and whether it is answered now.
type Call struct {
	Name, Phone, Note string
	Answers           opening.Answer
}

// Emergency is what is called in danger beside 112 and 1522, as it holds today.
func Emergency(q *frame.Request, roster *units.Roster) []Call {
	return calls(q, roster, acts.PostedNumber)
}

// OnCall is who can be called when the desk is shut, or when somebody has to decide now.
func OnCall(q *frame.Request, roster *units.Roster) []Call {
	return calls(q, roster, acts.PostedOnCall)
}

func calls(q *frame.Request, roster *units.Roster, kind string) (all []Call) {
	for _, p := range acts.Holding(roster.Posted, kind, q.Desk.Day()) {
		all = append(all, CallOf(p, roster, q.Door.Gate().Now()))
	}
	return all
}

// CallOf is a number as pages show it at a moment.
func CallOf(p *acts.Posted, roster *units.Roster, now time.Time) Call {
	c := Call{Name: p.Name, Phone: Grouped(p.Phone), Note: p.Note, Answers: answersAt(p, now)}
	if unit := roster.UnitName(p.Unit); unit != "" {
		c.Name += " · " + unit
	}
	return c
}

// Answers is whether a unit answers now, by the hours that are posted of it.
func Answers(q *frame.Request, roster *units.Roster, unit string) opening.Answer {
	for _, p := range acts.Holding(roster.Posted, acts.PostedHours, q.Desk.Day()) {
		if p.Unit == unit {
			return answersAt(p, q.Door.Gate().Now())
		}
	}
	return opening.Answer{State: opening.Ask}
}

// answersAt takes hours that cannot be read for hours to be asked.
func answersAt(p *acts.Posted, now time.Time) opening.Answer {
	hours, _ := opening.Read(p.Hours)
	return hours.At(now)
}

// CentresToCall are the centres of the directory that can be called: those that answer
// now first, those whose hours are not known next. What the directory says of hours is
// beside it.
func CentresToCall(q *frame.Request, roster *units.Roster) (all []Call) {
	for _, u := range frame.Sorted(roster.Units, frame.UnitName) {
		a := roster.Agencies[u.Agency]
		if u.Is().Packages && u.Phone != "" && a != nil && !a.Over(q.Desk.Day()) {
			c := Call{Name: u.Name, Phone: u.Phone, Note: u.Hours, Answers: Answers(q, roster, u.ID)}
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b Call) int {
		return slices.Index(answersFirst, a.Answers.State) - slices.Index(answersFirst, b.Answers.State)
	})
	return all
}

var answersFirst = []opening.State{opening.Open, opening.Ask, opening.Shut}

// Duties is what workers may have to report, as it holds today.
func Duties(q *frame.Request, roster *units.Roster) (all []frame.Duty) {
	for _, p := range acts.Holding(roster.Posted, acts.PostedDuty, q.Desk.Day()) {
		all = append(all, frame.Duty{What: p.Name, ToWhom: p.Note})
	}
	return all
}

// Grouped is a number in groups that can be read aloud and compared.
func Grouped(phone string) string {
	digits, plus := strings.CutPrefix(phone, "+")
	var groups []string
	if plus && len(digits) > 6 && strings.HasPrefix(digits, "39") {
		groups, digits = append(groups, "+39"), digits[2:]
	} else if plus {
		digits = "+" + digits
	}
	for len(digits) > 4 {
		groups, digits = append(groups, digits[:3]), digits[3:]
	}
	return strings.Join(append(groups, digits), " ")
}
