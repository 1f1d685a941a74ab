package units

import (
	"context"
	"errors"
	"slices"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// Removing somebody takes her lead, or two: one proposes, another who was a member
// then confirms. Removing a lead always takes two. The one concerned has no word in it
// and is shown nothing until it is done: who may be dangerous is not warned, and an
// administrator can stop her at once by suspending her. A proposal ends by itself, may
// be taken back, and falls when whoever made it is no active member any more.
//
// Where nobody is left to confirm (a unit of two, or one whose others are suspended)
// nobody is locked in: an administrator suspends the one concerned, and her removal,
// proposed then, may be done by whoever proposed it once it has stood, and she has been
// suspended, for removalAlone days. So it never takes one account alone, and whoever
// lifts the suspension ends it.

// What callers test for, about removals.
var (
	// ErrTwo says that it takes a second word.
	ErrTwo = errors.New("removing her takes a second word")
	// ErrRemovalOver says that no removal of hers waits, or waits any longer.
	ErrRemovalOver = errors.New("no removal waits")
	// ErrNotSuspended says that there is nobody to confirm it, and that she is not suspended.
	ErrNotSuspended = errors.New("nobody could confirm it, and she is not suspended")
)

const (
	removalWaits = 14 // days for which a second word is waited for
	removalAlone = 14 // days after which one who is alone may go on; she has as many again to do so
)

// Leaving is the house where its people say that one of them is to leave.
type Leaving struct{ *House }

// Removal is a proposal to take somebody out of her unit; its id is hers. One that
// ended names nobody in By.
type Removal struct {
	acts.RowKey
	Unit      string
	By        string `row:"made_by"`
	Day       string
	ForCause  bool
	Suspended bool      // there is nobody to confirm it, and she was suspended when it was proposed
	Witnesses acts.List // who may confirm it
}

// Table is the name of the table of proposed removals.
func (*Removal) Table() string { return "removal" }

var (
	removalRows = acts.Declare[Removal]()
	// RemovalsOf lists the removals proposed in a unit.
	RemovalsOf = removalRows.Find().Is("unit").Not("made_by", "").By("day", "id")
)

// since is the day before which what lasts some days is over.
func since(day string, days int) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return d.AddDate(0, 0, -days).Format(time.DateOnly)
}

// waits tells whether a removal stands on a day.
func (m *Removal) waits(day string) bool {
	lasts := removalWaits
	if m.Suspended {
		lasts += removalAlone
	}
	return m.By != "" && m.Day >= since(day, lasts)
}

// AloneFrom is the day from which who proposed it may remove her alone, or empty.
func (m *Removal) AloneFrom() string {
	if !m.Suspended {
		return ""
	}
	return since(m.Day, -removalAlone)
}

// end ends what is proposed.
func (m *Removal) end() { m.By, m.Witnesses, m.Suspended, m.ForCause = "", "", false, false }

// removalOf reads what is proposed about a person, or makes a row of version 0.
func removalOf(r acts.Reader, p *acts.Person) (*Removal, error) {
	row := &Removal{}
	if err := r.Get(row, p.ID); errors.Is(err, acts.ErrNoRow) {
		return &Removal{RowKey: acts.RowKey{ID: p.ID}, Unit: p.Unit}, nil
	} else if err != nil {
		return nil, err
	}
	return row, nil
}

// removable reads a person and what is proposed about her, with her as the policy sees
// her. A proposal that is over, or whose maker is no active member, names nobody.
func removable(r acts.Reader, act *acts.Act, person string) (*acts.Person, *Removal, policies.Object, error) {
	p := &acts.Person{}
	if err := r.Get(p, person); err != nil {
		return nil, nil, policies.Object{}, err
	}
	row, err := removalOf(r, p)
	if err != nil {
		return nil, nil, policies.Object{}, err
	}
	o := policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency, Leads: policies.Role(p.Role) == policies.Lead}
	stands, err := row.stands(r, act.Day)
	if stands && row.Unit == p.Unit {
		o.Author, o.Named = row.By, row.Witnesses.Has(act.Who.Person())
	}
	return p, row, o, err
}

// stands tells whether a removal waits, and whether who proposed it still may.
func (m *Removal) stands(r acts.Reader, day string) (bool, error) {
	if !m.waits(day) {
		return false, nil
	}
	var by acts.Person
	if err := r.Get(&by, m.By); err != nil {
		return false, err
	}
	return by.Unit == m.Unit && by.State == string(acts.Active), nil
}

// Remove ends a membership and starts a new epoch of the unit, wrapped to who
// stays: the removed member's keys and a fresh copy of the database open
// nothing written from now on. The caller leads the unit, and not the one concerned,
// or gives the second word for what somebody else proposed. ErrTwo where another
// member has to propose or confirm it.
func (h *House) Remove(ctx context.Context, who acts.Caller, person string, forCause bool) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.MemberRemove, func(r acts.Reader, act *acts.Act) error {
		p, row, o, err := removable(r, act, person)
		if err != nil {
			return err
		}
		if err := act.Allow(o); err != nil {
			return err
		}
		if p.State == string(acts.Removed) {
			return acts.ErrConflict
		}
		if o.Named {
			forCause = forCause || row.ForCause
		}
		act.Commit, err = h.succession(r, act, p, row, forCause)
		return err
	})
}

// ProposeRemoval asks the others of the caller's unit to remove somebody. She has
// stepped up. Its witnesses are the other active members of now. ErrNotSuspended where
// there are none and she is not suspended.
func (h Leaving) ProposeRemoval(ctx context.Context, who acts.Caller, person string, forCause bool) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.RemovalPropose, func(r acts.Reader, act *acts.Act) error {
		p, row, o, err := removable(r, act, person)
		if err != nil {
			return err
		}
		if err := act.Allow(o); err != nil {
			return err
		}
		if p.State == string(acts.Removed) || o.Author != "" {
			return acts.ErrConflict
		}
		witnesses, err := othersActive(r, p.Unit, act.Who.Person(), p.ID)
		if err != nil {
			return err
		}
		if witnesses == "" && p.State != string(acts.Suspended) {
			return ErrNotSuspended
		}
		row.Next()
		row.Unit, row.By, row.Day, row.ForCause, row.Witnesses = p.Unit, act.Who.Person(), act.Day, forCause, witnesses
		row.Suspended = witnesses == ""
		act.Commit = func(tx acts.Tx) error { return tx.Put(row) }
		return nil
	})
}

// othersActive lists the active members of a unit but for the people named.
func othersActive(r acts.Reader, unit string, but ...string) (acts.List, error) {
	people, err := acts.PeopleOfUnit.Rows(r, unit)
	var all acts.List
	for _, p := range people {
		if p.State == string(acts.Active) && !slices.Contains(but, p.ID) {
			all = all.With(p.ID)
		}
	}
	return all, err
}

// RemoveAlone removes somebody suspended where nobody else could confirm it, after it
// stood for fourteen days. ErrTooEarly; ErrTwo where there is somebody now; ErrRemovalOver.
func (h Leaving) RemoveAlone(ctx context.Context, who acts.Caller, person string) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.RemovalAlone, func(r acts.Reader, act *acts.Act) error {
		p, row, o, err := removable(r, act, person)
		if err != nil {
			return err
		}
		if err := act.Allow(o); err != nil {
			return err
		}
		if !row.Suspended || p.State != string(acts.Suspended) {
			return ErrRemovalOver
		}
		others, err := othersActive(r, p.Unit, act.Who.Person(), p.ID)
		if err != nil {
			return err
		}
		if others != "" {
			return ErrTwo
		}
		if act.Day < row.AloneFrom() {
			return ErrTooEarly
		}
		act.Commit, err = h.succession(r, act, p, row, row.ForCause)
		return err
	})
}

// StopRemoval ends what is proposed about a member: any other may, whoever proposed it
// among them. It only takes away. ErrRemovalOver.
func (h Leaving) StopRemoval(ctx context.Context, who acts.Caller, person string) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.RemovalStop, func(r acts.Reader, act *acts.Act) error {
		_, row, o, err := removable(r, act, person)
		if err != nil {
			return err
		}
		if err := act.Allow(o); err != nil {
			return err
		}
		if row.By == "" {
			return ErrRemovalOver
		}
		row.Next()
		row.end()
		act.Commit = func(tx acts.Tx) error { return tx.Put(row) }
		return nil
	})
}

// EndRemoval is the row that ends what is proposed about a person whose suspension is
// lifted, where that is what it stood on.
func EndRemoval(r acts.Reader, p *acts.Person) ([]acts.Row, error) {
	row, err := removalOf(r, p)
	if err != nil || !row.Suspended {
		return nil, err
	}
	row.Next()
	row.end()
	return []acts.Row{row}, nil
}

// endRemovals are the rows that end some of what is proposed in a unit.
func endRemovals(r acts.Reader, which func(*Removal) bool, unit string) (rows []acts.Row, err error) {
	all, err := RemovalsOf.Rows(r, unit)
	for _, m := range all {
		if which(m) {
			m.Next()
			m.end()
			rows = append(rows, m)
		}
	}
	return rows, err
}

// Proposed is a removal as a member who may know of it sees it.
type Proposed struct {
	Person, Name string
	By           string // user name of who proposed it
	Day          string
	ForCause     bool
	Mine         bool   // the reader proposed it
	May          bool   // the reader may confirm it
	AloneFrom    string // the day from which she may remove her alone, or empty
	Now          bool   // that day has come
}

// Removals lists the removals that wait in the caller's unit, but for her own.
func (h Leaving) Removals(ctx context.Context, who acts.Caller) (all []Proposed, err error) {
	err = h.look(ctx, func(r acts.Reader) error {
		all, err = removals(r, who, h.gate.Day())
		return err
	})
	return all, err
}

func removals(r acts.Reader, who acts.Caller, day string) (all []Proposed, err error) {
	rows, err := RemovalsOf.Rows(r, who.Unit())
	for _, m := range rows {
		stands, err := m.stands(r, day)
		if err != nil {
			return nil, err
		}
		if !stands || m.ID == who.Person() {
			continue
		}
		var p acts.Person
		if err := r.Get(&p, m.ID); err != nil {
			return nil, err
		}
		if p.State == string(acts.Removed) {
			continue
		}
		by, err := username(r, m.By)
		if err != nil {
			return nil, err
		}
		from := m.AloneFrom()
		all = append(all, Proposed{Person: p.ID, Name: p.Username, By: by, Day: m.Day, ForCause: m.ForCause, Mine: m.By == who.Person(),
			May: m.Witnesses.Has(who.Person()), AloneFrom: from, Now: from != "" && from <= day})
	}
	return all, err
}
