package people

import (
	"net/http"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/server/frame"
)

// WitnessPage is "witness": which lead of another unit may give the second word where a
// case file is to be hidden from a lead of this one. Posts witness to
// /ammissioni/testimone; the step-up page follows.
type WitnessPage struct {
	frame.Page
	Leads []Elsewhere
	WitnessForm
}

// asks tells that there is somebody to name, or to name no longer.
func (p *WitnessPage) asks() bool { return len(p.Leads) > 0 || p.Witness != "" }

// WitnessForm is whom the lead names: an id, or nobody.
type WitnessForm struct {
	Witness string `form:"witness"`
}

// Elsewhere is somebody of another unit.
type Elsewhere struct{ ID, Name, Unit string }

func witness(q *frame.Request) (*WitnessPage, error) {
	if !leads(q) {
		return nil, acts.ErrDenied
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	page := &WitnessPage{Page: q.Base(TitleWitness)}
	for _, p := range frame.Sorted(roster.People, func(p *acts.Person) (string, string) { return p.Username, p.ID }) {
		if u := roster.Units[p.Unit]; u != nil && units.MayWitness(p, u, q.Who.Unit()) {
			page.Leads = append(page.Leads, Elsewhere{ID: p.ID, Name: p.Username, Unit: u.Name})
		}
	}
	if u := roster.Units[q.Who.Unit()]; u != nil {
		page.Witness = u.Witness
	}
	q.Fill(&page.WitnessForm)
	return page, nil
}

// Witness answers GET /ammissioni/testimone.
func Witness(q *frame.Request) (frame.Shown, error) {
	page, err := witness(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// SetWitness answers POST /ammissioni/testimone.
func SetWitness(q *frame.Request, f *WitnessForm) error {
	page, err := witness(q)
	if err != nil {
		return err
	}
	name := ""
	for _, l := range page.Leads {
		if l.ID == f.Witness {
			name = l.Name
		}
	}
	if f.Witness != "" && name == "" {
		page.Fail("witness", frame.FailChoice)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err := q.StepUp(policies.UnitWitness, q.Who.Unit(), StepUpWitness, frame.If(name == "", q.Text("witness.nobody"), name)); !ok {
		return err
	}
	receipt, err := q.House.NameWitness(q.Context(), q.Who, f.Witness)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashWitness, "/ammissioni")
}

// What the page says.
const (
	StepUpWitness = "stepup.witness"
	FlashWitness  = "witness.done"
	TitleWitness  = "witness.title"
)
