package people

import (
	"net/http"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/server/frame"
)

// NewCasesPage is "new-cases": whether the new case files of the unit are restricted
// to whoever opens them, unless she says otherwise. Posts restricted to
// /ammissioni/schede; the step-up page follows.
type NewCasesPage struct {
	frame.Page
	Recovery bool // without one nothing can be restricted
	NewCasesForm
}

// NewCasesForm is what the lead says.
type NewCasesForm struct {
	Restricted string `form:"restricted" words:"yesno"`
}

func newCases(q *frame.Request) (*NewCasesPage, error) {
	if !leads(q) {
		return nil, acts.ErrDenied
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	page := &NewCasesPage{Page: q.Base(TitleNewCases), Recovery: roster.Recovery[q.Who.Unit()]}
	page.Restricted = "no"
	if u := roster.Units[q.Who.Unit()]; u != nil && u.RestrictNew {
		page.Restricted = "yes"
	}
	q.Fill(&page.NewCasesForm)
	return page, nil
}

// NewCases answers GET /ammissioni/schede.
func NewCases(q *frame.Request) (frame.Shown, error) {
	page, err := newCases(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// SetNewCases answers POST /ammissioni/schede.
func SetNewCases(q *frame.Request, f *NewCasesForm) error {
	page, err := newCases(q)
	if err != nil {
		return err
	}
	if !frame.IsWord("yesno", f.Restricted) {
		page.Fail("restricted", frame.FailChoice)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err := q.StepUp(policies.UnitRestrict, q.Who.Unit(), StepUpNewCases, q.Word("yesno", f.Restricted)); !ok {
		return err
	}
	receipt, err := q.House.RestrictNew(q.Context(), q.Who, f.Restricted == "yes")
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashNewCases, "/ammissioni")
}

// What the page says.
const (
	StepUpNewCases = "stepup.new_cases"
	FlashNewCases  = "new_cases.done"
	TitleNewCases  = "new_cases.title"
)
