package accounts

import (
	"context"
	"errors"
	"time"

	"sportello/policies"
	"sportello/policies/audit"
)

// Newcomer waits to be admitted.
type Newcomer struct {
	ID, Username, Role string
	Invited            time.Time
	By                 string // who invited her, by user name
	Before             string // day on which somebody of this user name was removed, or empty: another person
}

// Member is a person of the caller's unit who was admitted at some time.
type Member struct {
	ID, Username, Role string
	State              PersonState
	Since              string // day of her admission
	By                 string // who admitted her, by user name; empty for the founder
	Rescue             bool   // recovery made the unit's key for her
	Locked             bool   // ten wrong codes locked her second factor
	Known              bool   // the caller confirmed her as a colleague
	Mine               bool   // the caller herself
	ToLead             bool   // invited as lead; one member's word is still missing
	MayName            bool   // the caller may give it
}

// Membership is the caller's unit with its people.
type Membership struct {
	Unit     Unit
	Recovery bool // the unit accepted an offline recovery recipient
	Waiting  []Newcomer
	Members  []Member
}

// Members lists the members of the caller's unit and who waits to be admitted.
func (d *Door) Members(ctx context.Context, who Caller) (*Membership, error) {
	var m *Membership
	_, err := Do(ctx, d.gate, d.store.Look, who, policies.MemberList, func(r Reader, act *Act) error {
		m = &Membership{}
		if err := r.Get(&m.Unit, who.unit); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: who.unit, Unit: who.unit, Agency: who.agency, UnitKind: who.unitKind}); err != nil {
			return err
		}
		recovery, err := RecoveryOf(r, who.unit)
		if err != nil {
			return err
		}
		m.Recovery = !recovery.None()
		return m.read(r, act.Who)
	})
	return m, err
}

func (m *Membership) read(r Reader, who Caller) error {
	people, err := PeopleOfUnit.Rows(r, who.unit)
	if err != nil {
		return err
	}
	known, err := knownTo(r, who.person)
	if err != nil {
		return err
	}
	leads, err := leadsToBe(r, who)
	if err != nil {
		return err
	}
	for _, p := range people {
		switch PersonState(p.State) {
		case Waiting:
			n, err := newcomer(r, p)
			if err != nil {
				return err
			}
			n.Before = removedAs(people, p.Username)
			m.Waiting = append(m.Waiting, n)
		case Active, Suspended:
			one, err := member(r, p)
			if err != nil {
				return err
			}
			one.Known, one.Mine = known[p.ID], p.ID == who.person
			one.MayName, one.ToLead = leads[p.ID]
			m.Members = append(m.Members, one)
		}
	}
	return nil
}

// removedAs is the last day on which a member of a user name was removed: the
// name is free then, and whoever invites can give it to somebody else.
func removedAs(people []*Person, username string) (day string) {
	for _, p := range people {
		if p.Username == username && p.State == string(Removed) {
			day = max(day, p.Removed)
		}
	}
	return day
}

func newcomer(r Reader, p *Person) (Newcomer, error) {
	n := Newcomer{ID: p.ID, Username: p.Username, Role: p.Role}
	invitations, err := InvitationsOf.Rows(r, p.ID)
	if err != nil {
		return n, err
	}
	for _, i := range invitations {
		if i.State != "used" {
			continue
		}
		if ends, err := time.Parse(time.DateOnly, i.Ends); err == nil {
			n.Invited = ends.Add(-InvitationFor)
		}
		n.By, err = username(r, i.By)
		return n, err
	}
	return n, nil
}

// username names a person; the command line and the gone by their pseudonym.
func username(r Reader, id string) (string, error) {
	var p Person
	if err := r.Get(&p, id); errors.Is(err, ErrNoRow) {
		return id, nil
	} else if err != nil {
		return "", err
	}
	return p.Username, nil
}

func member(r Reader, p *Person) (Member, error) {
	m := Member{ID: p.ID, Username: p.Username, Role: p.Role, State: PersonState(p.State), Locked: p.WrongCodes >= maxWrong}
	first, err := firstWrap(r, p)
	if err != nil || first == nil {
		return m, err
	}
	m.Since = first.Day
	if m.Rescue = first.By == RecoveryPerson; !m.Rescue && first.By != p.ID {
		m.By, err = username(r, first.By)
	}
	return m, err
}

// firstWrap is the row with which a person came into her unit; nil before.
func firstWrap(r Reader, p *Person) (*UnitWrap, error) {
	wraps, err := WrapsOfPerson.Rows(r, p.ID)
	for _, w := range wraps {
		if w.Unit == p.Unit {
			return w, err
		}
	}
	return nil, err
}

func knownTo(r Reader, person string) (map[string]bool, error) {
	rows, err := AcquaintancesOf.Rows(r, person)
	known := map[string]bool{}
	for _, a := range rows {
		known[a.Colleague] = true
	}
	return known, err
}

// unknownTo lists the active members of a person's unit whom she has not
// confirmed as colleagues.
func unknownTo(r Reader, p *Person) ([]*Person, error) {
	people, err := PeopleOfUnit.Rows(r, p.Unit)
	if err != nil || p.Unit == "" {
		return nil, err
	}
	known, err := knownTo(r, p.ID)
	if err != nil {
		return nil, err
	}
	var all []*Person
	for _, c := range people {
		if c.ID != p.ID && c.State == string(Active) && !known[c.ID] {
			all = append(all, c)
		}
	}
	return all, nil
}

// strangersBefore lists those of them who came into the unit before her, or on
// the same day: she confirms these before her first record. Later admissions
// only stand on her Agenda until she has seen them.
func strangersBefore(r Reader, p *Person) ([]*Person, error) {
	if p.State != string(Active) {
		return nil, nil
	}
	unknown, err := unknownTo(r, p)
	if err != nil || len(unknown) == 0 {
		return nil, err
	}
	mine, err := firstWrap(r, p)
	if err != nil || mine == nil {
		return nil, err
	}
	var before []*Person
	for _, c := range unknown {
		first, err := firstWrap(r, c)
		if err != nil {
			return nil, err
		}
		if first != nil && first.Day <= mine.Day {
			before = append(before, c)
		}
	}
	return before, nil
}

// NewColleagues lists the active members of the caller's unit that she has not
// confirmed as colleagues she knows: each later admission stands on her Agenda
// until she has seen it.
func (d *Door) NewColleagues(ctx context.Context, who Caller) ([]*Person, error) {
	var list []*Person
	err := d.look(ctx, func(r Reader) error {
		var p Person
		if err := r.Get(&p, who.person); err != nil {
			return err
		}
		var err error
		list, err = unknownTo(r, &p)
		return err
	})
	return list, err
}

// MustConfirm tells whether members who were there before the caller still wait
// for her word: she gives it before her first record.
func (d *Door) MustConfirm(ctx context.Context, who Caller) (bool, error) {
	if !who.strangers {
		return false, nil
	}
	var before []*Person
	err := d.look(ctx, func(r Reader) error {
		var p Person
		if err := r.Get(&p, who.person); err != nil {
			return err
		}
		var err error
		before, err = strangersBefore(r, &p)
		return err
	})
	return len(before) > 0, err
}

// Confirm says that the caller knows a listed member as a colleague.
func (d *Door) Confirm(ctx context.Context, who Caller, colleague string) (audit.Receipt, error) {
	return d.do(ctx, who, policies.MemberConfirm, func(r Reader, act *Act) error {
		var p Person
		if err := r.Get(&p, colleague); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency}); err != nil {
			return err
		}
		rows, err := acquainted(r, act, p.ID)
		if err != nil || len(rows) == 0 {
			return err // already known: nothing to write, the act is recorded
		}
		act.Commit = func(tx Tx) error { return putRows(tx, rows, nil) }
		return nil
	})
}

// acquainted makes the row that says so, unless it is there.
func acquainted(r Reader, act *Act, colleague string) ([]Row, error) {
	row := &Acquaintance{RowKey: RowKey{act.Who.person + "." + colleague, 1}, Person: act.Who.person, Colleague: colleague, Day: act.Day}
	if err := r.Get(&Acquaintance{}, row.ID); !errors.Is(err, ErrNoRow) {
		return nil, err
	}
	return []Row{row}, nil
}
