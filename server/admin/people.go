package admin

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/server/frame"
	"sportello/server/parts"
)

// PeoplePage is "people". Suspending posts person to /personale/sospendi; lifting
// and inviting again post those ticked to /personale/riammetti and
// /personale/reinvita. The step-up page follows each.
type PeoplePage struct {
	frame.Page
	Suspended   bool // somebody is: there is somebody to lift
	Invited     bool // somebody has not taken her invitation
	People      []PersonRow
	Invitations []Invitation
}

func personName(p *acts.Person) (name, id string) { return p.Username, p.ID }

// People lists the staff, and the invitations that wait.
func People(q *frame.Request) (frame.Shown, error) { return peoplePage(q, nil) }

// errNobodyChosen says that a form lists nobody.
var errNobodyChosen = errors.New("nobody was chosen")

func peoplePage(q *frame.Request, cause error) (frame.Shown, error) {
	all, err := administers(q)
	if err != nil {
		return nil, err
	}
	page := &PeoplePage{Page: q.Base(TitlePeople)}
	f := new(ChosenForm)
	q.Fill(f)
	for _, p := range frame.Sorted(all.People, personName) {
		page.People = append(page.People, PersonRow{ID: p.ID, Username: p.Username, Role: p.Role, Unit: all.UnitName(p.Unit),
			State: frame.PersonState(p.State), Mine: p.ID == q.Who.Person(), Chosen: frame.Contains(f.People, p.ID), Locked: p.Unit == "" && p.LockedFactor() && p.ID != q.Who.Person()})
	}
	for _, i := range all.Invitations {
		if p, ok := all.People[i.Person]; ok {
			page.Invitations = append(page.Invitations, Invitation{ID: i.ID, Name: p.Username, Role: p.Role, Unit: all.UnitName(p.Unit), Ends: q.Day(i.Ends)})
		}
	}
	if errors.Is(cause, errNobodyChosen) {
		page.Problem = ProblemNobody
	}
	for _, p := range page.People {
		page.Suspended = page.Suspended || p.State == "suspended"
		page.Invited = page.Invited || p.State == "invited"
	}
	return page, nil
}

// chosen are the people who were ticked and are in a state, with their names.
// Nobody, or somebody who is not there, is absent; somebody who is in another
// state by now changed meanwhile.
func chosen(q *frame.Request, f *ChosenForm, state string) (ids, names []string, err error) {
	all, err := administers(q)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range f.People {
		p, ok := all.People[id]
		if !ok {
			return nil, nil, acts.ErrDenied
		}
		if p.State != state {
			return nil, nil, acts.ErrConflict
		}
		if !slices.Contains(ids, id) {
			ids, names = append(ids, id), append(names, p.Username)
		}
	}
	return ids, names, nil
}

// Suspend shuts somebody else out, after passphrase and code: nobody does so to
// herself.
func Suspend(q *frame.Request, f *PersonForm) error {
	all, err := administers(q)
	if err != nil {
		return err
	}
	p, ok := all.People[f.Person]
	if !ok || p.ID == q.Who.Person() {
		return acts.ErrDenied
	}
	if ok, err = q.StepUp(policies.PersonSuspend, p.ID, StepUpSuspend, p.Username); !ok {
		return err
	}
	receipt, err := q.Door.Suspend(q.Context(), q.Who, p.ID)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashSuspended, "/personale")
}

// Lift ends the suspension of those who were ticked, after one step-up for all of
// them.
func Lift(q *frame.Request, f *ChosenForm) error {
	ids, names, err := chosen(q, f, string(acts.Suspended))
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return q.ShowBack(http.StatusUnprocessableEntity, peoplePage, errNobodyChosen)
	}
	if ok, err := q.StepUpList(policies.PersonLift, acts.ListOf(ids...), StepUpLift, names); !ok {
		return err
	}
	receipt, err := q.Office.LiftAll(q.Context(), q.Who, ids)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashLifted, "/personale")
}

// WithdrawInvitation answers POST /personale/inviti/ritira.
func WithdrawInvitation(q *frame.Request, f *WithdrawForm) error {
	receipt, err := q.Office.WithdrawInvitation(q.Context(), q.Who, f.Invitation)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashWithdrawn, "/personale")
}

// InviteAgain replaces the invitations of those who were ticked and have not taken
// theirs, after one step-up for all of them.
func InviteAgain(q *frame.Request, f *ChosenForm) error {
	ids, names, err := chosen(q, f, string(acts.Invited))
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return q.ShowBack(http.StatusUnprocessableEntity, peoplePage, errNobodyChosen)
	}
	if ok, err := q.StepUpList(policies.PersonInvite, acts.ListOf(ids...), StepUpInviteAgain, names); !ok {
		return err
	}
	made, receipt, err := q.Office.InviteAll(q.Context(), q.Who, ids)
	if len(made) == 0 && err != nil {
		return err
	}
	return showCodes(q, made, receipt, err)
}

// UnlockAdministrator does so for a person of no unit, by another administrator.
func UnlockAdministrator(q *frame.Request, f *PersonForm) error {
	return parts.UnlockPerson(q, f.Person, "/personale")
}

// ChosenForm is the people who were ticked.
type ChosenForm struct {
	People []string `form:"person"` // ids
}

// PersonForm is one person.
type PersonForm struct {
	Person string `form:"person"` // her id
}

// WithdrawForm is one invitation.
type WithdrawForm struct {
	Invitation string `form:"invitation"` // its id
}

// PersonRow is one person of the staff.
type PersonRow struct {
	ID       string
	Username string
	Role     string // a word of "role"
	Unit     string
	State    string // a word of "person_state"
	Chosen   bool   // ticked on the form that came back
	Mine     bool   // the caller: nobody suspends herself
	Locked   bool   // ten wrong codes, and no unit whose members could unlock: posts person to /personale/sblocca
}

// Invitation is one that was not used yet. Withdrawing posts invitation to
// /personale/inviti/ritira.
type Invitation struct {
	ID   string
	Name string
	Role string // a word of "role"
	Unit string
	Ends time.Time
}

// What the page says.
const (
	StepUpSuspend     = "stepup.suspend"
	StepUpInviteAgain = "stepup.invite_again"
	StepUpLift        = "stepup.lift"
	FlashSuspended    = "people.suspended"
	FlashLifted       = "people.lifted"
	FlashWithdrawn    = "people.withdrawn"
	ProblemNobody     = "people.nobody"
	TitlePeople       = "nav.people"
)
