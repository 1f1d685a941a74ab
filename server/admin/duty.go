package admin

import (
	"net/http"
	"strings"

	"sportello/policies/acts"
	"sportello/server/frame"
)

// DutyPage is "duty": what workers may have to report, and to whom. Posts DutyForm and
// version to Action.
type DutyPage struct {
	frame.Page
	Action string // /doveri/nuovo or /doveri/ENTRY
	DutyForm
	Past    []PastVersion
	Version string
}

// DutyForm is a duty as it is typed.
type DutyForm struct {
	What   string `form:"what" max:"400"`
	ToWhom string `form:"to_whom" max:"200"`
	Starts string `form:"starts" max:"40" as:"day"`
}

// NewDuty answers GET /doveri/nuovo.
func NewDuty(q *frame.Request) (frame.Shown, error) { return dutyShown(q, "") }

// Duty answers GET /doveri/{entry}.
func Duty(q *frame.Request) (frame.Shown, error) { return dutyShown(q, q.ID("entry")) }

func dutyShown(q *frame.Request, entry string) (frame.Shown, error) {
	page, _, err := dutyPage(q, entry)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func dutyPage(q *frame.Request, entry string) (*DutyPage, *acts.Posted, error) {
	all, err := administers(q)
	if err != nil {
		return nil, nil, err
	}
	page, before := &DutyPage{Page: q.Base(TitleDutyNew), Action: "/doveri/nuovo"}, &acts.Posted{Kind: acts.PostedDuty}
	if entry != "" {
		if before, err = newestOf(q, all, entry, acts.PostedDuty); err != nil {
			return nil, nil, err
		}
		page.Page, page.Action, page.Past = q.Base(TitleDuty), "/doveri/"+entry, pastOf(q, all, entry)
	}
	page.DutyForm, page.Version = DutyForm{What: before.Name, ToWhom: before.Note}, frame.Version(before.Edition)
	q.Fill(&page.DutyForm)
	return page, before, nil
}

// PostDuty answers POST /doveri/nuovo.
func PostDuty(q *frame.Request, _ *DutyForm) error { return postDuty(q, "") }

// SaveDuty answers POST /doveri/{entry}.
func SaveDuty(q *frame.Request, _ *DutyForm) error { return postDuty(q, q.ID("entry")) }

func postDuty(q *frame.Request, entry string) error {
	page, before, err := dutyPage(q, entry)
	if err != nil {
		return err
	}
	next, flash := *before, FlashPosted
	if entry != "" && q.Version() != before.Edition {
		return acts.ErrConflict
	}
	if q.Pressed() == goEnd && entry != "" {
		next.Ended, next.Starts, flash = true, q.Desk.Day(), FlashEnded
	} else {
		next.Ended, next.Name, next.Note = false, strings.TrimSpace(page.What), strings.TrimSpace(page.ToWhom)
		next.Starts = starts(q, &page.Page, page.Starts)
		if next.Name == "" {
			page.Fail("what", FailDuty)
		}
	}
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	_, receipt, err := q.Office.Post(q.Context(), q.Who, next)
	if err != nil {
		return err
	}
	return q.Done(receipt, flash, "/numeri")
}

// What the page says.
const (
	TitleDuty    = "duty.title"
	TitleDutyNew = "duty.new"
	FailDuty     = "duty.missing"
)
