package people

import (
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/server/frame"
	"sportello/server/parts"
)

// AdmissionsPage is "admissions": who waits, and members of the unit.
type AdmissionsPage struct {
	frame.Page
	Waiting []Newcomer
	Members []Member
	State   string // a word of "unit_state"
	Entry   string // address of the centre's entry in the directory, or empty

	Declarations bool // the reader leads the unit: whom its people should not be given
}

// Admissions lists who waits and who is in the caller's unit. Whoever waits
// herself goes to her words, or founds the unit.
func Admissions(q *frame.Request) (frame.Shown, error) {
	if q.Who.State() == acts.Waiting {
		return nil, q.Redirect("/attesa")
	}
	m, err := q.House.Members(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	page := &AdmissionsPage{Page: q.Base(TitleAdmissions), State: "founded"}
	if !m.Recovery && m.Unit.Is().Recovery {
		page.State = "no_recovery"
	}
	if m.Unit.Is().Packages {
		page.Entry = "/unita/" + m.Unit.ID + "/elenco"
	}
	page.Declarations = leads(q)
	for _, n := range m.Waiting {
		page.Waiting = append(page.Waiting, newcomer(q, n))
	}
	for _, c := range m.Members {
		page.Members = append(page.Members, member(q, c))
	}
	return page, nil
}

func newcomer(q *frame.Request, n units.Newcomer) Newcomer {
	return Newcomer{ID: n.ID, Name: n.Username, Role: n.Role, Invited: n.Invited, By: n.By, Before: q.Day(n.Before)}
}

func member(q *frame.Request, c units.Member) Member {
	return Member{ID: c.ID, Name: c.Username, Role: c.Role, State: frame.PersonState(string(c.State)), Since: q.Day(c.Since),
		By: c.By, Rescue: c.Rescue, Locked: c.Locked, Known: c.Known, Mine: c.Mine, ToLead: c.ToLead, MayName: c.MayName}
}

// memberOne finds a member of the caller's unit; anybody else is absent.
func memberOne(q *frame.Request) (Member, error) {
	m, err := q.House.Members(q.Context(), q.Who)
	if err != nil {
		return Member{}, err
	}
	for _, c := range m.Members {
		if c.ID == q.ID("person") && !c.Mine {
			return member(q, c), nil
		}
	}
	return Member{}, acts.ErrDenied
}

func leads(q *frame.Request) bool { return q.IsDesk() && q.Who.Role() == policies.Lead }

// Unlock lets a colleague's locked factor be tried again.
func Unlock(q *frame.Request, _ *frame.Nothing) error {
	return parts.UnlockPerson(q, q.ID("person"), "/ammissioni")
}

// What the page says.
const (
	TitleAdmissions = "nav.admissions"
)

// Newcomer waits to be admitted.
type Newcomer struct {
	ID      string
	Name    string
	Role    string // a word of "role"
	Invited time.Time
	By      string    // who invited her
	Before  time.Time // when somebody else of this name left, or zero
}

// Member is a colleague of the unit.
type Member struct {
	ID     string
	Name   string
	Role   string // a word of "role"
	State  string // a word of "person_state"
	Since  time.Time
	By     string // who admitted her
	Rescue bool   // nobody did: recovery made the unit's key for her
	Locked bool   // ten wrong codes: unlocking posts to /ammissioni/PERSON/sblocca, the step-up page follows
	Known  bool   // confirmed by the reader as a colleague she knows
	Mine   bool   // the reader herself

	ToLead  bool // invited as lead: a second word is missing
	MayName bool // the reader may give it, at /ammissioni/PERSON/responsabile
}
