package kept

import (
	"errors"

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

// tell gives an object what a wall says of the caller.
func (w wall) tell(who acts.Caller, o *policies.Object) {
	o.WalledOff, o.Named = w.of(who.Person())
	o.Restricted = w.restricted
}

// shutTo tells whether a case may not be known to a person.
func (w wall) shutTo(person string) bool {
	off, named := w.of(person)
	return off || w.restricted && !named
}

// CaseObject is a case row as the policy sees it for a caller.
func CaseObject(who acts.Caller, row *CaseRow) policies.Object {
	o := policies.Object{Kind: policies.KindCase, ID: row.ID, Unit: row.Unit, UnitKind: who.UnitKind(), State: row.State}
	row.wall().tell(who, &o)
	return o
}

// WallsOf gives an object the walls of the case it belongs to, and returns that
// case's row, or nil. It reads one row, whether there is a case or not.
func WallsOf(r Reader, act *acts.Act, caseID string, o *policies.Object) (*CaseRow, error) {
	c := &CaseRow{}
	if caseID == "" {
		return nil, NotNoRow(r.Get(c, nowhere))
	}
	if err := r.Get(c, caseID); err != nil {
		return nil, err
	}
	c.wall().tell(act.Who, o)
	return c, nil
}

// ShutTo tells whether a case may not be known to the caller.
func ShutTo(who acts.Caller, c *CaseRow) bool { return c.wall().shutTo(who.Person()) }

// MayKnow tells whether a person may know of a case.
func MayKnow(person string, c *CaseRow) bool { return !c.wall().shutTo(person) }

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
