package admin

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// UnitPage is "unit": new units of one agency. Posts agency, and name and kind of
// each, to /unita/nuova; the step-up page follows.
type UnitPage struct {
	frame.Page
	Agencies []frame.Unit
	Agency   string
	Rows     []UnitRow
}

// UnitsForm is the units of a form, a row each.
type UnitsForm struct {
	Agency string   `form:"agency"` // its id
	Names  []string `form:"name" max:"200"`
	Kinds  []string `form:"kind" words:"unit_kind"`
}

// Unit answers GET /unita/nuova.
func Unit(q *frame.Request) (frame.Shown, error) {
	f := new(UnitsForm)
	q.Fill(f)
	page, err := unitPage(q, f)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// unitPage is the form of several units of one agency, as far as it was filled in.
func unitPage(q *frame.Request, f *UnitsForm) (*UnitPage, error) {
	all, err := administers(q)
	if err != nil {
		return nil, err
	}
	page := &UnitPage{Page: q.Base(TitleUnit), Agency: f.Agency}
	for i := range rowsOf(q, f.Names) {
		page.Rows = append(page.Rows, UnitRow{N: i + 1, Name: at(f.Names, i), Kind: at(f.Kinds, i)})
	}
	for _, a := range frame.Sorted(all.Agencies, agencyName) {
		page.Agencies = append(page.Agencies, frame.Unit{ID: a.ID, Name: a.Name})
	}
	return page, nil
}

// CreateUnits enters the units of a form, after one step-up for all of them.
func CreateUnits(q *frame.Request, f *UnitsForm) error {
	page, err := unitPage(q, f)
	if err != nil {
		return err
	}
	if q.Pressed() == goMore {
		return q.Show(http.StatusOK, page)
	}
	list, places := page.units()
	page.check(len(list) == 0)
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if err := q.Office.UnitsFit(q.Context(), q.Who, list); err != nil {
		return unitsUnfit(q, f, err, places)
	}
	var names []string
	for _, u := range list {
		names = append(names, u.Name)
	}
	if ok, err := q.StepUpList(policies.UnitCreate, office.UnitsObject(list), StepUpUnits, names); !ok {
		return err
	}
	_, receipt, err := q.Office.CreateUnits(q.Context(), q.Who, list)
	if err != nil {
		return unitsUnfit(q, f, err, places)
	}
	return q.Done(receipt, FlashUnitSaved, "/enti")
}

// units are those that were typed, and the place of each on the form.
func (p *UnitPage) units() (list []acts.Unit, places []int) {
	for _, r := range p.Rows {
		if name := strings.TrimSpace(r.Name); name != "" {
			list, places = append(list, acts.Unit{Agency: p.Agency, Name: name, Kind: r.Kind}), append(places, r.N)
		}
	}
	return list, places
}

// check marks what is missing.
func (p *UnitPage) check(none bool) {
	if none {
		p.Fail("name-1", FailName)
	}
	for _, r := range p.Rows {
		name := strings.TrimSpace(r.Name)
		if typed.Length(name) > 200 {
			p.Fail(fmt.Sprint("name-", r.N), FailName)
		}
		if !frame.IsWord("unit_kind", r.Kind) && (name != "" || none && r.N == 1) {
			p.Fail(fmt.Sprint("kind-", r.N), frame.FailChoice)
		}
	}
	if !slices.ContainsFunc(p.Agencies, func(u frame.Unit) bool { return u.ID == p.Agency }) {
		p.Fail("agency", frame.FailChoice)
	}
}

// unitsUnfit brings the form back, with why beside the unit that does not fit.
func unitsUnfit(q *frame.Request, f *UnitsForm, err error, places []int) error {
	n, why := stopped(err, places)
	field, key := "name", FailNameTaken
	switch {
	case errors.Is(why, office.ErrOneAudit):
		field, key = "kind", FailOneAudit
	case !errors.Is(why, office.ErrTaken):
		return err
	}
	page, err := unitPage(q, f)
	if err != nil {
		return err
	}
	page.Fail(fmt.Sprint(field, "-", n), key)
	return q.Show(http.StatusConflict, page)
}

// UnitRow is one of them; one without a name is left out.
type UnitRow struct {
	N          int // its place on the form, from 1
	Name, Kind string
}

// What the page says.
const (
	StepUpUnits    = "stepup.units"
	FailOneAudit   = "unit.one_audit"
	FlashUnitSaved = "unit.saved"
	TitleUnit      = "unit.new"
)
