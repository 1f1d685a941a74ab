package admin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/policies/opening"
	"sportello/referrals/typed"
	"sportello/server/frame"
	"sportello/server/parts"
)

// BoardPage is "board": what the house has on its board, as workers see it, and where each
// of it is changed.
type BoardPage struct {
	frame.Page
	Numbers, OnCall, Duties []BoardLine
	Hours                   []UnitAnswers
	Over                    []BoardLine // what holds no more
	Seen                    []parts.Call
	SeenOnCall              []parts.Call
}

// BoardLine is one thing on the board.
type BoardLine struct {
	Href, Name string
	Call       parts.Call
	From       time.Time // from when it holds, where that is not yet
	Tried      time.Time
	Old        bool // nobody tried the number for a year
}

// UnitAnswers is when a unit answers.
type UnitAnswers struct {
	ID, Name string
	Kind     string // a word of "unit_kind"
	Answers  opening.Answer
}

// Board answers GET /numeri.
func Board(q *frame.Request) (frame.Shown, error) {
	all, err := administers(q)
	if err != nil {
		return nil, err
	}
	page := &BoardPage{Page: q.Base(TitleBoard), Seen: parts.Emergency(q, &all.Roster), SeenOnCall: parts.OnCall(q, &all.Roster)}
	lists := map[string]*[]BoardLine{acts.PostedNumber: &page.Numbers, acts.PostedOnCall: &page.OnCall, acts.PostedDuty: &page.Duties}
	for _, p := range acts.Newest(all.Posted) {
		list, ok := lists[p.Kind]
		if !ok || !keeps(q, all, p.Unit) {
			continue
		}
		line := boardLine(q, all, p)
		if p.Ended && p.Starts <= q.Desk.Day() || p.Until != "" && p.Until < q.Desk.Day() {
			list = &page.Over
		}
		*list = append(*list, line)
	}
	for _, u := range frame.Sorted(all.Units, frame.UnitName) {
		if answersPeople(u) && keeps(q, all, u.ID) {
			page.Hours = append(page.Hours, UnitAnswers{ID: u.ID, Name: u.Name, Kind: u.Kind, Answers: parts.Answers(q, &all.Roster, u.ID)})
		}
	}
	return page, nil
}

func boardLine(q *frame.Request, all *office.Administration, p *acts.Posted) BoardLine {
	line := BoardLine{Href: "/numeri/" + p.Entry, Name: p.Name, Tried: q.Day(p.Tried)}
	if p.Kind == acts.PostedDuty {
		line.Href = "/doveri/" + p.Entry
	}
	now := q.Door.Gate().Now()
	line.Call = parts.CallOf(p, &all.Roster, now)
	line.Old = p.Kind != acts.PostedDuty && p.Tried < now.AddDate(-1, 0, 0).Format(time.DateOnly)
	if p.Starts > q.Desk.Day() {
		line.From = q.Day(p.Starts)
	}
	return line
}

// answersPeople tells whether a unit is one that women or workers call.
func answersPeople(u *acts.Unit) bool { return u.Is().KeepsCases || u.Is().Packages }

// keeps tells whether the administrator keeps what is posted of a unit.
func keeps(q *frame.Request, all *office.Administration, unit string) bool {
	return all.Keeps(q.Who.Agency(), unit)
}

// PastVersion is one version of something on the board.
type PastVersion struct {
	N         int64
	Name      string
	Phone     string
	Note      string
	Hours     opening.Hours
	From      time.Time
	Until     time.Time
	Tried     time.Time
	Made      time.Time
	Ended     bool
	Role, Who string // a word of "role"; of the console nobody
}

// pastOf are the versions of an entry, the newest first.
func pastOf(q *frame.Request, all *office.Administration, entry string) (past []PastVersion) {
	for _, p := range all.Posted {
		if p.Entry != entry {
			continue
		}
		v := PastVersion{N: p.Edition, Name: p.Name, Phone: parts.Grouped(p.Phone), Note: p.Note, From: q.Day(p.Starts), Until: q.Day(p.Until),
			Tried: q.Day(p.Tried), Made: q.Day(p.Day), Ended: p.Ended, Role: p.Role}
		v.Hours, _ = opening.Read(p.Hours) // what cannot be read is to be asked
		if person := all.People[p.By]; person != nil {
			v.Who = person.Username
		}
		past = append(past, v)
	}
	slices.Reverse(past)
	return past
}

// newestOf is the newest version of an entry of some kinds, or ErrDenied.
func newestOf(q *frame.Request, all *office.Administration, entry string, kinds ...string) (*acts.Posted, error) {
	for _, p := range acts.Newest(all.Posted) {
		if p.Entry == entry && slices.Contains(kinds, p.Kind) && keeps(q, all, p.Unit) {
			return p, nil
		}
	}
	return nil, acts.ErrDenied
}

// HoursFields are hours as they are typed.
type HoursFields struct {
	HoursKind string   `form:"hours_kind" words:"hours_kind"`
	Days      []string `form:"day" max:"80"` // seven, from Monday on
	Holidays  string   `form:"holidays" words:"holidays"`
	Patron    string   `form:"patron" max:"40"`
	Closed    string   `form:"closed" max:"2000"` // a day a line
}

// hoursFields are hours as the form shows them.
func hoursFields(text string) HoursFields {
	h, _ := opening.Read(text)
	f := HoursFields{HoursKind: h.Kind, Holidays: h.Holidays, Patron: patronText(h.Patron)}
	if f.HoursKind == opening.Unknown {
		f.HoursKind = hoursAsk
	}
	if f.Holidays == opening.HolidayAsk {
		f.Holidays = hoursAsk
	}
	for _, day := range h.Week {
		f.Days = append(f.Days, opening.Line(day))
	}
	for _, day := range h.Closed {
		t, _ := time.Parse(time.DateOnly, day)
		f.Closed += t.Format("2/1/2006") + "\n"
	}
	return f
}

// hoursAsk is the answer that nothing is known.
const hoursAsk = "ask"

func patronText(patron string) string {
	t, err := time.Parse("2006-01-02", "2024-"+patron)
	if err != nil {
		return ""
	}
	return t.Format("2/1")
}

// read is the hours that were typed; what is wrong is marked on the page, field by field.
func (f *HoursFields) read(q *frame.Request, page *frame.Page) opening.Hours {
	h := opening.Hours{Kind: f.HoursKind}
	if f.HoursKind != opening.Weekly && strings.TrimSpace(strings.Join(f.Days, "")) != "" { // nothing typed falls away
		page.Fail("hours_kind", FailHoursTyped)
		return opening.Hours{}
	}
	switch f.HoursKind {
	case hoursAsk:
		return opening.Hours{}
	case opening.Always:
		return h
	case opening.Weekly:
	default:
		page.Fail("hours_kind", frame.FailChoice)
		return opening.Hours{}
	}
	some := false
	for i := range h.Week {
		spans, err := opening.Spans(at(f.Days, i))
		if err != nil {
			page.Fail(fmt.Sprint("day-", i+1), FailSpans)
		}
		h.Week[i], some = spans, some || len(spans) > 0 || err != nil
	}
	if !some {
		page.Fail("day-1", FailNoHours)
	}
	if h.Holidays = f.Holidays; f.Holidays == hoursAsk {
		h.Holidays = opening.HolidayAsk
	} else if !frame.IsWord("holidays", f.Holidays) {
		page.Fail("holidays", frame.FailChoice)
	}
	h.Patron = f.patron(page)
	h.Closed = f.closed(q, page)
	return h
}

// patron is the feast of the town's patron, written "29/6".
func (f *HoursFields) patron(page *frame.Page) string {
	if f.Patron == "" {
		return ""
	}
	for _, layout := range []string{"2/1/2006", "2.1.2006", "2-1-2006", "2 1 2006"} {
		if t, err := time.Parse(layout, f.Patron+layout[1:2]+"2024"); err == nil {
			return t.Format("01-02")
		}
	}
	page.Fail("patron", FailPatron)
	return ""
}

// closed are single days, one a line.
func (f *HoursFields) closed(q *frame.Request, page *frame.Page) (days []string) {
	for _, text := range strings.FieldsFunc(f.Closed, func(c rune) bool { return c == '\n' || c == '\r' || c == ';' || c == ',' }) {
		day, ok := typed.Day(text)
		if !ok || q.Day(day).IsZero() {
			page.Fail("closed", FailClosedDay)
			return nil
		}
		if !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	return days
}

// starts is from when something holds, judged: today where nothing was typed.
func starts(q *frame.Request, page *frame.Page, typed string) string {
	today := q.Desk.Day()
	if typed == "" {
		return today
	}
	if q.Day(typed).IsZero() || typed < today || typed > q.Door.Gate().Now().AddDate(1, 0, 0).Format(time.DateOnly) {
		page.Fail("starts", FailStarts)
	}
	return typed
}

// What the pages say.
const (
	TitleBoard     = "board.title"
	FlashPosted    = "board.saved"
	FlashEnded     = "board.ended"
	FailSpans      = "hours.spans_wrong"
	FailHoursTyped = "hours.typed"
	FailNoHours    = "hours.none"
	FailPatron     = "hours.patron_wrong"
	FailClosedDay  = "hours.closed_wrong"
	FailStarts     = "board.starts_wrong"
)
