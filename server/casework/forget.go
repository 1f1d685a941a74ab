package casework

import (
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/kept"
	"sportello/server/frame"
)

// ForgetPage is "forget": back from identified to an alias. Posts version to
// /schede/ID/persona/dimentica.
type ForgetPage struct {
	frame.Page
	frame.CaseHead
	Version string
}

// Forget answers GET /schede/{id}/persona/dimentica.
func Forget(q *frame.Request) (frame.Shown, error) {
	v, err := frame.OpenCase(q)
	if err != nil {
		return nil, err
	}
	return &ForgetPage{Page: q.Base(TitleForget), CaseHead: frame.HeadOf(q, v.CaseHead, "person"), Version: frame.Version(v.Version)}, nil
}

// ForgetIdentity answers POST /schede/{id}/persona/dimentica.
func ForgetIdentity(q *frame.Request, _ *frame.Nothing) error {
	v, err := frame.OpenCase(q, referrals.PartPerson)
	switch {
	case err != nil:
		return err
	case q.Version() != v.Version: // before a code is spent on it
		return acts.ErrConflict
	case v.Identity == nil:
		return kept.ErrState
	}
	if ok, err := q.StepUp(policies.CaseAnonymise, v.ID, StepUpShred, v.Card.Code); !ok {
		return err
	}
	receipt, err := q.Desk.Cases.Anonymise(q.Context(), q.Who, q.ID("id"), q.Version())
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashForgotten, "/schede/"+q.ID("id")+"/persona")
}

// What the page says.
const (
	FlashForgotten = "forget.done"
	StepUpShred    = "stepup.shred"
	TitleForget    = "forget.title"
)
