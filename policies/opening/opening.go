// Package opening says whether somebody answers at a moment, from the hours that were
// entered. What is not known is not taken for open, nor for closed.
package opening

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// Kinds of hours.
const (
	Unknown = ""       // to be asked
	Always  = "always" // day and night, holidays too
	Weekly  = "week"
)

// What holds on a national holiday and on the town's own.
const (
	HolidayClosed = "closed"
	HolidayOpen   = "open" // as on any other day of the week
	HolidayAsk    = ""     // to be asked
)

// Hours are when somebody answers.
type Hours struct {
	Kind     string    `json:"kind"`
	Week     [7][]Span `json:"week"` // from Monday on
	Holidays string    `json:"holidays,omitempty"`
	Patron   string    `json:"patron,omitempty"` // MM-DD, the feast of the town's patron
	Closed   []string  `json:"closed,omitempty"` // single days
}

// Span is from one hour of a day to another, "09:00" and "13:00"; to an hour that is
// not later it ends on the day after. "24:00" is the end of the day.
type Span struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// ErrHours says that what was entered is no hours.
var ErrHours = errors.New("reading hours: they are none")

// State is what is known of a moment.
type State string

// The states.
const (
	Ask  State = "ask"
	Open State = "open"
	Shut State = "shut"
)

// Answer is whether somebody answers at a moment.
type Answer struct {
	State State
	Round bool      // day and night
	Until time.Time // while open: when that ends, where it does within eight days
	Next  time.Time // while shut: when it opens, where that is known
}

// ahead is how many days the next opening is looked for.
const ahead = 15

// At is whether somebody answers at a moment, by the clocks of its zone.
func (h Hours) At(now time.Time) Answer {
	switch h.Kind {
	case Always:
		return Answer{State: Open, Round: true}
	case Weekly:
	default:
		return Answer{State: Ask}
	}
	answer := Answer{State: Shut}
	for _, turn := range h.turns(now) {
		switch {
		case turn.ask && !now.Before(turn.from) && now.Before(turn.to):
			return Answer{State: Ask}
		case turn.ask && turn.from.After(now) && answer.State == Shut:
			return answer // what comes before the next opening is not known
		case turn.ask:
		case answer.State == Open && !turn.from.After(answer.Until):
			answer.Until = later(answer.Until, turn.to)
		case answer.State == Open:
			return answer
		case !now.Before(turn.from) && now.Before(turn.to):
			answer = Answer{State: Open, Until: turn.to}
		case turn.from.After(now):
			answer.Next = turn.from
			return answer
		}
	}
	if answer.State == Open && answer.Until.Sub(now) > 8*24*time.Hour {
		answer.Until = time.Time{}
	}
	return answer
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// turn is one stretch of time in which somebody answers, or of which it is not known.
type turn struct {
	from, to time.Time
	ask      bool
}

// turns are those around a moment in the order in which they begin. What began before
// midnight belongs to the day on which it began.
func (h Hours) turns(now time.Time) (all []turn) {
	for n := -1; n <= ahead; n++ {
		day := time.Date(now.Year(), now.Month(), now.Day()+n, 0, 0, 0, 0, now.Location())
		spans := h.Week[(int(day.Weekday())+6)%7]
		ask := false
		switch {
		case slices.Contains(h.Closed, day.Format(time.DateOnly)):
			spans = nil
		case !Holiday(day) && day.Format("01-02") != h.Patron, h.Holidays == HolidayOpen:
		case h.Holidays == HolidayClosed:
			spans = nil
		default:
			spans, ask = []Span{{"00:00", "24:00"}}, true
		}
		for _, s := range spans {
			from, to := clock(day, s.From), clock(day, s.To)
			if s.To <= s.From {
				to = clock(day.AddDate(0, 0, 1), s.To)
			}
			all = append(all, turn{from, to, ask})
		}
	}
	slices.SortStableFunc(all, func(a, b turn) int { return a.from.Compare(b.from) })
	return all
}

// clock is an hour of a day as its clocks show it.
func clock(day time.Time, hour string) time.Time {
	h, m := int(hour[0]-'0')*10+int(hour[1]-'0'), int(hour[3]-'0')*10+int(hour[4]-'0')
	return time.Date(day.Year(), day.Month(), day.Day(), h, m, 0, 0, day.Location())
}

// fixed are the national holidays that stand on a day of the year (law 260 of 1949 and
// those that changed it).
var fixed = []string{"01-01", "01-06", "04-25", "05-01", "06-02", "08-15", "11-01", "12-08", "12-25", "12-26"}

// Holiday tells whether a day is a national holiday, Sundays aside.
func Holiday(day time.Time) bool {
	md := day.Format("01-02")
	if slices.Contains(fixed, md) || md == "10-04" && day.Year() >= 2026 { // law 151 of 2025
		return true
	}
	easter := Easter(day.Year())
	return md == easter.Format("01-02") || md == easter.AddDate(0, 0, 1).Format("01-02")
}

// Easter is Easter Sunday of a year, by the rule of Meeus, Jones and Butcher.
func Easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	n := h + l - 7*((a+11*h+22*l)/451) + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}

// Read reads hours as they are kept. Nothing kept is hours to be asked.
func Read(text string) (h Hours, err error) {
	if text == "" {
		return h, nil
	}
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		return Hours{}, ErrHours
	}
	return h, h.Check()
}

// Text is how hours are kept.
func (h Hours) Text() string {
	if h.Kind == Unknown {
		return ""
	}
	text, _ := json.Marshal(h) // of strings alone: it cannot fail
	return string(text)
}

// Check refuses what is no hours.
func (h Hours) Check() error {
	spans := 0
	for _, day := range h.Week {
		spans += len(day)
		for i, s := range day {
			if !Hour(s.From) || s.From == "24:00" || !Hour(s.To) || s.From == s.To ||
				i > 0 && (s.From < day[i-1].To || day[i-1].To <= day[i-1].From) || s.To <= s.From && i < len(day)-1 {
				return ErrHours
			}
		}
	}
	if h.Patron != "" {
		if _, err := time.Parse("2006-01-02", "2024-"+h.Patron); err != nil {
			return ErrHours
		}
	}
	for _, day := range h.Closed {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return ErrHours
		}
	}
	switch {
	case !slices.Contains([]string{HolidayAsk, HolidayClosed, HolidayOpen}, h.Holidays),
		h.Kind != Weekly && spans > 0, h.Kind == Weekly && spans == 0,
		!slices.Contains([]string{Unknown, Always, Weekly}, h.Kind):
		return ErrHours
	}
	return nil
}

// Hour tells whether a text is an hour of a day, "00:00" to "24:00".
func Hour(text string) bool {
	_, err := time.Parse("15:04", text)
	return len(text) == 5 && (err == nil || text == "24:00")
}

// Spans reads the spans of one day as people write them: "9-13, 14:30-17.00".
func Spans(text string) (all []Span, err error) {
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ';' || c == '\n' }) {
		from, to, ok := strings.Cut(strings.NewReplacer("–", "-", "—", "-").Replace(part), "-")
		s := Span{hour(from), hour(to)}
		if !ok || !Hour(s.From) || !Hour(s.To) {
			return nil, ErrHours
		}
		all = append(all, s)
	}
	if len(all) > 0 {
		err = Hours{Kind: Weekly, Week: [7][]Span{all}}.Check()
	}
	return all, err
}

// hour is "9", "9.30" or "09:30" as "09:30".
func hour(text string) string {
	text = strings.ReplaceAll(strings.TrimSpace(text), ".", ":")
	if !strings.Contains(text, ":") {
		text += ":00"
	}
	if len(text) == 4 {
		text = "0" + text
	}
	return text
}

// Line is the spans of one day as Spans reads them.
func Line(all []Span) string {
	var parts []string
	for _, s := range all {
		parts = append(parts, s.From+"-"+s.To)
	}
	return strings.Join(parts, ", ")
}
