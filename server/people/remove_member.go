package people

import (
	"errors"
	"net/http"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/server/frame"
)

// RemoveMemberPage is "remove-member": leaving the unit starts a new key. The lead
// removes who does not lead, and whoever is asked confirms what a colleague proposed:
// both post cause to /ammissioni/PERSON/togli. Else it is proposed, at …/togli/proponi.
// The step-up page follows each.
type RemoveMemberPage struct {
	frame.Page
	Who      Member
	Two      bool             // it takes a second word, and nobody has proposed it
	Proposed *ProposedRemoval // it waits
	RemoveMemberForm
}

// ProposedRemoval is what waits about a colleague.
type ProposedRemoval struct {
	By    string
	Day   time.Time
	Cause bool      // there is a suspicion
	Mine  bool      // the reader proposed it
	May   bool      // the reader may confirm it
	Alone time.Time // the day from which whoever proposed it goes on alone, or zero
	Now   bool      // that day has come
}

// RemoveMemberForm is why she is removed.
type RemoveMemberForm struct {
	Cause string `form:"cause" words:"yesno"` // there is a suspicion
}

// removing is the page about a colleague of the caller's unit.
func removing(q *frame.Request) (*RemoveMemberPage, error) {
	who, err := memberOne(q)
	if err != nil {
		return nil, err
	}
	all, err := units.Leaving{House: q.House}.Removals(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	page := &RemoveMemberPage{Page: q.Base(TitleRemove), Who: who}
	for _, p := range all {
		if p.Person != who.ID {
			continue
		}
		page.Proposed = &ProposedRemoval{By: p.By, Day: q.Day(p.Day), Cause: p.ForCause, Mine: p.Mine, May: p.May, Now: p.Mine && p.Now}
		if p.AloneFrom != "" {
			page.Proposed.Alone = q.Day(p.AloneFrom)
		}
	}
	page.Two = page.Proposed == nil && (q.Who.Role() != policies.Lead || who.Role == string(policies.Lead))
	q.Fill(&page.RemoveMemberForm)
	return page, nil
}

// RemoveMember answers GET /ammissioni/{person}/togli.
func RemoveMember(q *frame.Request) (frame.Shown, error) {
	page, err := removing(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// RemoveFromUnit answers POST /ammissioni/{person}/togli.
func RemoveFromUnit(q *frame.Request, f *RemoveMemberForm) error {
	return leaves(q, f, policies.MemberRemove, StepUpRemove, FlashRemoved, func(person string) (audit.Receipt, error) {
		return q.Door.Remove(q.Context(), q.Who, person, f.Cause == "yes")
	})
}

// ProposeRemoval answers POST /ammissioni/{person}/togli/proponi.
func ProposeRemoval(q *frame.Request, f *RemoveMemberForm) error {
	return leaves(q, f, policies.RemovalPropose, StepUpProposeRemoval, FlashRemovalProposed, func(person string) (audit.Receipt, error) {
		return units.Leaving{House: q.House}.ProposeRemoval(q.Context(), q.Who, person, f.Cause == "yes")
	})
}

// leaves asks passphrase and code for one of the acts that take somebody out of the unit.
func leaves(q *frame.Request, f *RemoveMemberForm, a policies.Action, stepUp, flash string, act func(person string) (audit.Receipt, error)) error {
	page, err := removing(q)
	if err != nil {
		return err
	}
	if a == policies.MemberRemove && page.Two || a == policies.MemberRemove && page.Proposed != nil && !page.Proposed.May && q.Who.Role() != policies.Lead {
		return acts.ErrDenied // before a code is spent on it
	}
	if !frame.IsWord("yesno", f.Cause) {
		page.Fail("cause", frame.FailChoice)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	ok, err := q.StepUp(a, page.Who.ID, stepUp, page.Who.Name)
	if !ok {
		return err
	}
	receipt, err := act(page.Who.ID)
	if errors.Is(err, units.ErrNotSuspended) {
		page.Problem = ProblemNotSuspended
		return q.Show(http.StatusConflict, page)
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, flash, "/ammissioni")
}

// RemoveAlone answers POST /ammissioni/{person}/togli/da-sola.
func RemoveAlone(q *frame.Request, _ *frame.Nothing) error {
	page, err := removing(q)
	if err != nil {
		return err
	}
	if page.Proposed == nil || !page.Proposed.Now {
		return acts.ErrDenied
	}
	if ok, err := q.StepUp(policies.RemovalAlone, page.Who.ID, StepUpRemove, page.Who.Name); !ok {
		return err
	}
	receipt, err := q.Door.RemoveAlone(q.Context(), q.Who, page.Who.ID)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashRemoved, "/ammissioni")
}

// StopRemoval answers POST /ammissioni/{person}/togli/ferma.
func StopRemoval(q *frame.Request, _ *frame.Nothing) error {
	receipt, err := units.Leaving{House: q.House}.StopRemoval(q.Context(), q.Who, q.ID("person"))
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashRemovalStopped, "/ammissioni")
}

// What the page says.
const (
	StepUpRemove         = "stepup.remove"
	StepUpProposeRemoval = "stepup.remove_propose"
	FlashRemoved         = "admissions.removed"
	FlashRemovalProposed = "remove.proposed"
	FlashRemovalStopped  = "remove.stopped"
	ProblemNotSuspended  = "remove.not_suspended"
	TitleRemove          = "remove.title"
)
