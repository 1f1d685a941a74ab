package walls

import (
	"net/http"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/walls"
	"sportello/server/frame"
)

// RestrictedPage is "restricted": who alone may open a case file. Those it is
// restricted to share it and hand it on, who answers for one of the unit restricts it:
// named, agreed and version go to /schede/ID/riservata. Opening it to the unit posts
// agreed and version to …/riservata/apri. The step-up page follows both.
type RestrictedPage struct {
	frame.Page
	frame.CaseHead
	Version    string
	Restricted bool
	Recovery   bool // without one nothing is restricted
	People     []Behind
	RestrictedForm
}

// RestrictedForm is who may open it from now on.
type RestrictedForm struct {
	Named []string `form:"named"` // ids
	AgreedForm
}

// AgreedForm is that the woman agreed.
type AgreedForm struct {
	Agreed string `form:"agreed" words:"agreed"`
}

func restrictedOf(q *frame.Request) (*RestrictedPage, walls.View, error) {
	v, receipt, err := q.Desk.Walls.Of(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, v, err
	}
	if !v.MayShare {
		return nil, v, acts.ErrDenied
	}
	q.Receipt(receipt)
	page := &RestrictedPage{Page: q.Base(TitleRestricted), CaseHead: frame.HeadOf(q, v.CaseHead, ""), Version: frame.Version(v.Version),
		Restricted: v.Restricted, Recovery: v.Recovery}
	page.People = []Behind{{ID: q.Who.Person(), Name: q.Who.Username()}}
	for _, p := range v.People {
		if !v.Shut[p.ID] {
			page.People = append(page.People, Behind{ID: p.ID, Name: p.Username})
		}
	}
	page.Named = v.Named.IDs()
	if !v.Restricted {
		page.Named = []string{q.Who.Person()}
	}
	q.Fill(&page.RestrictedForm)
	return page, v, nil
}

// Restricted answers GET /schede/{id}/riservata.
func Restricted(q *frame.Request) (frame.Shown, error) {
	page, _, err := restrictedOf(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// agreed says whether the form says that she agreed, at the version of now.
func (p *RestrictedPage) agreed(q *frame.Request, v walls.View) error {
	if q.Version() != v.Version { // before a code is spent on it
		return acts.ErrConflict
	}
	if p.Agreed != "yes" {
		p.Fail("agreed", FailAgreed)
	}
	return nil
}

// Restrict answers POST /schede/{id}/riservata.
func Restrict(q *frame.Request, f *RestrictedForm) error {
	page, v, err := restrictedOf(q)
	if err != nil {
		return err
	}
	page.RestrictedForm = *f
	if err := page.agreed(q, v); err != nil {
		return err
	}
	var named acts.List
	for _, id := range f.Named {
		named = named.With(id)
	}
	if named == "" {
		page.Fail("named", "error.nobody_named")
	}
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err := q.StepUp(policies.CaseRestrict, v.ID, StepUpRestrict, v.Card.Code); !ok {
		return err
	}
	receipt, err := q.Desk.Cases.Restrict(q.Context(), q.Who, v.ID, q.Version(), named)
	to := "/schede/" + v.ID
	if !named.Has(q.Who.Person()) {
		to = "/agenda" // she handed it on
	}
	return wallDone(q, &page.Page, err, func() error { return q.Done(receipt, FlashRestricted, to) }, page)
}

// Lift answers POST /schede/{id}/riservata/apri.
func Lift(q *frame.Request, f *AgreedForm) error {
	page, v, err := restrictedOf(q)
	if err != nil {
		return err
	}
	page.AgreedForm = *f
	if err := page.agreed(q, v); err != nil {
		return err
	}
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err := q.StepUp(policies.CaseRestrict, v.ID, StepUpLift, v.Card.Code); !ok {
		return err
	}
	receipt, err := q.Desk.Cases.Lift(q.Context(), q.Who, v.ID, q.Version())
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashLifted, "/schede/"+v.ID)
}

// What the page says.
const (
	FailAgreed      = "restricted.agreed_missing"
	FlashRestricted = "restricted.done"
	FlashLifted     = "restricted.lifted"
	StepUpRestrict  = "stepup.restrict"
	StepUpLift      = "stepup.lift_case"
	TitleRestricted = "restricted.title"
)
