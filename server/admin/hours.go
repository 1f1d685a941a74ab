package admin

import (
	"net/http"

	"sportello/policies/acts"
	"sportello/policies/opening"
	"sportello/server/frame"
	"sportello/server/parts"
)

// HoursPage is "hours": when a unit answers. Posts HoursForm and version to
// /orari/UNIT.
type HoursPage struct {
	frame.Page
	ID, Name string
	Listed   string // what the directory says of its hours
	HoursForm
	Answers opening.Answer // by what is kept
	Past    []PastVersion
	Version string
}

// HoursForm is a unit's hours as they are typed.
type HoursForm struct {
	HoursFields
	Starts string `form:"starts" max:"40" as:"day"`
}

// UnitHours answers GET /orari/{unit}.
func UnitHours(q *frame.Request) (frame.Shown, error) {
	page, _, err := hoursPage(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func hoursPage(q *frame.Request) (*HoursPage, *acts.Posted, error) {
	all, err := administers(q)
	if err != nil {
		return nil, nil, err
	}
	u := all.Units[q.ID("unit")]
	if u == nil || !answersPeople(u) || !keeps(q, all, u.ID) {
		return nil, nil, acts.ErrDenied
	}
	before, err := newestOf(q, all, u.ID, acts.PostedHours)
	if err != nil {
		before = &acts.Posted{Entry: u.ID, Kind: acts.PostedHours, Unit: u.ID}
	}
	page := &HoursPage{Page: q.Base(TitleHours), ID: u.ID, Name: u.Name, Listed: u.Hours, Answers: parts.Answers(q, &all.Roster, u.ID),
		HoursForm: HoursForm{HoursFields: hoursFields(before.Hours)}, Past: pastOf(q, all, u.ID), Version: frame.Version(before.Edition)}
	q.Fill(&page.HoursForm)
	return page, before, nil
}

// SaveUnitHours answers POST /orari/{unit}.
func SaveUnitHours(q *frame.Request, _ *HoursForm) error {
	page, before, err := hoursPage(q)
	if err != nil {
		return err
	}
	next := *before
	if q.Hidden("version") != page.Version {
		return acts.ErrConflict
	}
	next.Hours = page.read(q, &page.Page).Text()
	next.Starts = starts(q, &page.Page, page.Starts)
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	_, receipt, err := q.Office.Post(q.Context(), q.Who, next)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashPosted, "/numeri")
}

// TitleHours is what the page is called.
const TitleHours = "hours.title"
