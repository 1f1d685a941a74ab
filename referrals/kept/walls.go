package kept

import (
	"errors"
	"slices"

	"sportello/policies"
	"sportello/policies/acts"
)

// wall is what a case's row, and its card, says of who may know of the case.
type wall struct {
	restricted    bool
	named, walled acts.List
}

func (c *CaseRow) wall() wall { return wall{c.Restricted, c.Named, c.Walled} }

func (c *Card) wall() wall { return wall{c.Restricted, c.Named, c.Walled} }

// of is what a wall says of a person.
func (w wall) of(person string) (off, named bool) {
	return w.walled.Has(person), w.named.Has(person)
}

// tell gives an object what the walls of a case say of the caller, and whether she
// answers for it.
func (c *CaseRow) tell(who acts.Caller, o *policies.Object) {
	w := c.wall()
	o.WalledOff, o.Named = w.of(who.Person())
	o.Restricted = w.restricted
	o.Answers = AnswersFor(who, c)
}

// AnswersFor tells whether the caller answers for a case: she leads its unit, or
// stands there for a lead from whom it is walled off, and may know of it. It decides
// for every place that says lead of a case. What belongs to no case, nil, is the
// lead's.
func AnswersFor(who acts.Caller, c *CaseRow) bool { return answersFor(who.Role(), who.Person(), c) }

func answersFor(role policies.Role, person string, c *CaseRow) bool {
	if c == nil {
		return role == policies.Lead
	}
	return !c.wall().shutTo(person) && (role == policies.Lead || c.Stands.Has(person))
}

// WhoAnswers are the active people of its unit who answer for a case.
func WhoAnswers(r Reader, c *CaseRow) ([]*acts.Person, error) {
	people, err := acts.PeopleOfUnit.Rows(r, c.Unit)
	return slices.DeleteFunc(people, func(p *acts.Person) bool {
		return p.State != string(acts.Active) || !answersFor(policies.Role(p.Role), p.ID, c)
	}), err
}

// KnowsWalls tells whether the caller is told what is walled off in a case that she
// may open: who answers for it, and who set it.
func KnowsWalls(who acts.Caller, c *CaseRow) bool {
	return AnswersFor(who, c) || !ShutTo(who, c) && c.WalledBy.Has(who.Person())
}

// shutTo tells whether a case may not be known to a person.
func (w wall) shutTo(person string) bool {
	off, named := w.of(person)
	return off || w.restricted && !named
}

// takenFromLead tells whether a lead among some people may know of a case as it is, and
// not behind other walls.
func takenFromLead(people []*acts.Person, c *CaseRow, then wall) bool {
	return slices.ContainsFunc(people, func(p *acts.Person) bool {
		return answersFor(policies.Role(p.Role), p.ID, nil) && !c.wall().shutTo(p.ID) && then.shutTo(p.ID)
	})
}

// CaseObject is a case row as the policy sees it for a caller.
func CaseObject(who acts.Caller, row *CaseRow) policies.Object {
	o := policies.Object{Kind: policies.KindCase, ID: row.ID, Unit: row.Unit, UnitKind: who.UnitKind(), State: row.State}
	row.tell(who, &o)
	return o
}

// WallsOf gives an object the walls of the case it belongs to, and returns that
// case's row, or nil. It reads one row, whether there is a case or not.
func WallsOf(r Reader, act *acts.Act, caseID string, o *policies.Object) (*CaseRow, error) {
	c := &CaseRow{}
	if caseID == "" {
		o.Answers = AnswersFor(act.Who, nil)
		return nil, NotNoRow(r.Get(c, nowhere))
	}
	if err := r.Get(c, caseID); err != nil {
		return nil, err
	}
	c.tell(act.Who, o)
	return c, nil
}

// ShutTo tells whether a case may not be known to the caller.
func ShutTo(who acts.Caller, c *CaseRow) bool { return c.wall().shutTo(who.Person()) }

// ShutTo tells whether the file that a card is of does not exist for a person.
func (c *Card) ShutTo(person string) bool { return c.wall().shutTo(person) }

// ShutFor tells whether a case may not be known to a person.
func ShutFor(p *acts.Person, c *CaseRow) bool { return c.wall().shutTo(p.ID) }

// WalledFrom tells whether a case is walled off from a person.
func WalledFrom(person string, c *CaseRow) bool { return c.wall().walled.Has(person) }

// Outside are the members of its unit for whom a case that is kept for all but some is
// not kept, though it is not walled off from them: who walled it off must say that
// they may (see joined).
func Outside(r Reader, c *CaseRow) (acts.List, error) {
	if !c.AllBut {
		return "", nil
	}
	members, err := membersOf(r, c.Unit)
	var all acts.List
	for _, m := range members {
		if c.wall().shutTo(m.id) && !WalledFrom(m.id, c) {
			all = all.With(m.id)
		}
	}
	return all, err
}

// LikeThere reads, for a thing that is not there, as many rows as are read for
// one that is and may not be opened: from outside both take the same time.
func LikeThere(r Reader, err error, rows ...acts.Row) error {
	if !errors.Is(err, acts.ErrNoRow) {
		return err
	}
	for _, row := range rows {
		if err := r.Get(row, nowhere); !errors.Is(err, acts.ErrNoRow) {
			return err
		}
	}
	return err
}

// nowhere is an id that no row has.
const nowhere = "none"

// UnitObject is the unit of the caller as an object of the policy.
func UnitObject(who acts.Caller) policies.Object {
	return policies.Object{Kind: policies.KindUnit, ID: who.Unit(), Unit: who.Unit(), UnitKind: who.UnitKind(), Agency: who.Agency()}
}
