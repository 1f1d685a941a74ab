package admin

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/server/frame"
	"sportello/server/parts"
)

// NumberPage is "number": an emergency number or a service on call, new or to change.
// Posts NumberForm and version to Action.
type NumberPage struct {
	frame.Page
	Action string // /numeri/nuovo, /numeri/reperibilita or /numeri/ENTRY
	OnCall bool
	NumberForm
	Units   []frame.Unit
	Look    bool       // what was typed is read again before it is kept
	Seen    parts.Call // as workers will see it
	Past    []PastVersion
	Version string
}

// NumberForm is a number as it is typed.
type NumberForm struct {
	Name  string `form:"name" max:"120"`
	Of    string `form:"unit"`
	Phone string `form:"phone" max:"40"`
	HoursFields
	Note   string `form:"note" max:"200"`
	Until  string `form:"until" max:"40" as:"day"`
	Starts string `form:"starts" max:"40" as:"day"`
	Tried  string `form:"tried" max:"40" as:"day"`
	Again  string `form:"again" max:"20"` // the digits that were read again
}

// NewNumber answers GET /numeri/nuovo.
func NewNumber(q *frame.Request) (frame.Shown, error) { return numberShown(q, acts.PostedNumber, "") }

// NewOnCall answers GET /numeri/reperibilita.
func NewOnCall(q *frame.Request) (frame.Shown, error) { return numberShown(q, acts.PostedOnCall, "") }

// Number answers GET /numeri/{entry}.
func Number(q *frame.Request) (frame.Shown, error) { return numberShown(q, "", q.ID("entry")) }

func numberShown(q *frame.Request, kind, entry string) (frame.Shown, error) {
	page, _, _, err := numberPage(q, kind, entry)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// numberPage is the form of a number, as it is kept and as far as it was typed.
func numberPage(q *frame.Request, kind, entry string) (*NumberPage, *acts.Posted, *office.Administration, error) {
	all, err := administers(q)
	if err != nil {
		return nil, nil, nil, err
	}
	before := &acts.Posted{Kind: kind}
	if entry != "" {
		if before, err = newestOf(q, all, entry, acts.PostedNumber, acts.PostedOnCall); err != nil {
			return nil, nil, nil, err
		}
	}
	page := &NumberPage{OnCall: before.Kind == acts.PostedOnCall, Action: "/numeri/nuovo", Version: frame.Version(before.Edition), Past: pastOf(q, all, entry)}
	title := TitleNumberNew
	switch {
	case entry != "" && page.OnCall:
		title, page.Action = TitleOnCall, "/numeri/"+entry
	case entry != "":
		title, page.Action = TitleNumber, "/numeri/"+entry
	case page.OnCall:
		title, page.Action = TitleOnCallNew, "/numeri/reperibilita"
	}
	page.Page = q.Base(title)
	page.NumberForm = NumberForm{Name: before.Name, Of: before.Unit, Phone: parts.Grouped(before.Phone), HoursFields: hoursFields(before.Hours), Note: before.Note,
		Until: before.Until, Tried: before.Tried}
	q.Fill(&page.NumberForm)
	for _, u := range frame.Sorted(all.Units, frame.UnitName) {
		if answersPeople(u) && keeps(q, all, u.ID) {
			page.Units = append(page.Units, frame.Unit{ID: u.ID, Name: u.Name})
		}
	}
	return page, before, all, nil
}

// PostNumber answers POST /numeri/nuovo.
func PostNumber(q *frame.Request, _ *NumberForm) error { return postNumber(q, acts.PostedNumber, "") }

// PostOnCall answers POST /numeri/reperibilita.
func PostOnCall(q *frame.Request, _ *NumberForm) error { return postNumber(q, acts.PostedOnCall, "") }

// SaveNumber answers POST /numeri/{entry}.
func SaveNumber(q *frame.Request, _ *NumberForm) error { return postNumber(q, "", q.ID("entry")) }

func postNumber(q *frame.Request, kind, entry string) error {
	page, before, all, err := numberPage(q, kind, entry)
	if err != nil {
		return err
	}
	next := *before
	if entry != "" {
		if next.Edition = q.Version(); next.Edition != before.Edition {
			return acts.ErrConflict
		}
	}
	flash := FlashPosted
	if q.Pressed() == goEnd && entry != "" {
		next.Ended, next.Starts, flash = true, q.Desk.Day(), FlashEnded
	} else {
		next.Ended = false
		page.read(q, &next)
		page.look(q, &next, before)
		if page.Look {
			page.Seen = parts.CallOf(&next, &all.Roster, page.Now)
		}
	}
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err := q.StepUp(policies.PostedNumber, office.PostedObject(next), StepUpPosted, next.Name+", "+parts.Grouped(next.Phone)); !ok {
		return err
	}
	_, receipt, err := q.Office.Post(q.Context(), q.Who, next)
	if err != nil {
		return err
	}
	return q.Done(receipt, flash, "/numeri")
}

// read is what was typed; what is wrong is marked, field by field.
func (p *NumberPage) read(q *frame.Request, next *acts.Posted) {
	next.Name, next.Note = strings.TrimSpace(p.Name), strings.TrimSpace(p.Note)
	if next.Name == "" {
		p.Fail("name", FailService)
	}
	if next.Phone = office.Dialled(p.Phone); next.Phone == "" {
		p.Fail("phone", FailPhone)
	}
	next.Hours = p.HoursFields.read(q, &p.Page).Text()
	next.Starts = starts(q, &p.Page, p.Starts)
	next.Unit, next.Until = p.unit(next), ""
	if p.OnCall {
		if next.Until = p.Until; p.Until != "" && (q.Day(p.Until).IsZero() || p.Until < next.Starts) {
			p.Fail("until", FailUntil)
		}
	}
	if next.Tried = p.Tried; p.Tried != "" && q.Day(p.Tried).IsZero() || p.Tried > q.Desk.Day() {
		p.Fail("tried", FailTriedDay)
	}
}

// unit is whose service it is; of one that there is that stays.
func (p *NumberPage) unit(next *acts.Posted) string {
	if next.Entry != "" || !p.OnCall || p.Of == "" {
		return next.Unit
	}
	if !slices.ContainsFunc(p.Units, func(u frame.Unit) bool { return u.ID == p.Of }) {
		p.Fail("unit", frame.FailChoice)
	}
	return p.Of
}

// look asks for a second look at a number that is new: it is read again in groups, and
// somebody called it. A number that nobody tried since it was changed was not tried.
func (p *NumberPage) look(q *frame.Request, next, before *acts.Posted) {
	if next.Phone == "" || next.Phone == before.Phone {
		return
	}
	p.Look = true
	recent := q.Door.Gate().Now().AddDate(0, 0, -triedWithin).Format(time.DateOnly)
	if p.Tried < recent || p.Tried == before.Tried {
		p.Fail("tried", FailTried)
	}
	if p.Again != next.Phone {
		p.Fail("again", FailAgain)
	}
}

// triedWithin is how many days ago a new number may have been tried.
const triedWithin = 30

// goEnd is the button that takes something off the board.
const goEnd = "end"

// What the page says.
const (
	TitleNumber    = "number.title"
	TitleNumberNew = "number.new"
	TitleOnCall    = "oncall.change"
	TitleOnCallNew = "oncall.new"
	StepUpPosted   = "stepup.posted"
	FailService    = "number.name_missing"
	FailPhone      = "number.phone_wrong"
	FailUntil      = "oncall.until_wrong"
	FailTried      = "number.tried_missing"
	FailTriedDay   = "number.tried_wrong"
	FailAgain      = "number.again_missing"
)

// Digits are what is read again, as it would be dialled.
func (p *NumberPage) Digits() string { return office.Dialled(p.Phone) }
