package units

import (
	"context"
	"errors"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
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
	State              acts.PersonState
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
	Unit     acts.Unit
	Recovery bool // the unit accepted an offline recovery recipient
	Waiting  []Newcomer
	Members  []Member
}

// Members lists the members of the caller's unit and who waits to be admitted.
func (h *House) Members(ctx context.Context, who acts.Caller) (*Membership, error) {
	var m *Membership
	_, err := acts.Do(ctx, h.gate, h.store.Look, who, policies.MemberList, func(r acts.Reader, act *acts.Act) error {
		m = &Membership{}
		if err := r.Get(&m.Unit, who.Unit()); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: who.Unit(), Unit: who.Unit(), Agency: who.Agency(), UnitKind: who.UnitKind()}); err != nil {
			return err
		}
		recovery, err := RecoveryOf(r, who.Unit())
		if err != nil {
			return err
		}
		m.Recovery = !recovery.None()
		return m.read(r, act.Who)
	})
	return m, err
}

func (m *Membership) read(r acts.Reader, who acts.Caller) error {
	people, err := acts.PeopleOfUnit.Rows(r, who.Unit())
	if err != nil {
		return err
	}
	known, err := knownTo(r, who.Person())
	if err != nil {
		return err
	}
	leads, err := leadsToBe(r, who)
	if err != nil {
		return err
	}
	for _, p := range people {
		switch acts.PersonState(p.State) {
		case acts.Waiting:
			n, err := newcomer(r, p)
			if err != nil {
				return err
			}
			n.Before = removedAs(people, p.Username)
			m.Waiting = append(m.Waiting, n)
		case acts.Active, acts.Suspended:
			one, err := member(r, p)
			if err != nil {
				return err
			}
			one.Known, one.Mine = known[p.ID], p.ID == who.Person()
			one.MayName, one.ToLead = leads[p.ID]
			m.Members = append(m.Members, one)
		}
	}
	return nil
}

// removedAs is the last day on which a member of a user name was removed: the
// name is free then, and whoever invites can give it to somebody else.
func removedAs(people []*acts.Person, username string) (day string) {
	for _, p := range people {
		if p.Username == username && p.State == string(acts.Removed) {
			day = max(day, p.Removed)
		}
	}
	return day
}

func newcomer(r acts.Reader, p *acts.Person) (Newcomer, error) {
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
func username(r acts.Reader, id string) (string, error) {
	var p acts.Person
	if err := r.Get(&p, id); errors.Is(err, acts.ErrNoRow) {
		return id, nil
	} else if err != nil {
		return "", err
	}
	return p.Username, nil
}

func member(r acts.Reader, p *acts.Person) (Member, error) {
	m := Member{ID: p.ID, Username: p.Username, Role: p.Role, State: acts.PersonState(p.State), Locked: p.WrongCodes >= acts.MaxWrongCodes}
	first, err := firstWrap(r, p)
	if err != nil || first == nil {
		return m, err
	}
	m.Since = first.Day
	if m.Rescue = first.By == acts.RecoveryPerson; !m.Rescue && first.By != p.ID {
		m.By, err = username(r, first.By)
	}
	return m, err
}

// firstWrap is the row with which a person came into her unit; nil before.
func firstWrap(r acts.Reader, p *acts.Person) (*acts.UnitWrap, error) {
	wraps, err := acts.WrapsOfPerson.Rows(r, p.ID)
	for _, w := range wraps {
		if w.Unit == p.Unit {
			return w, err
		}
	}
	return nil, err
}

// AdmittedBy names who let a person into her unit: herself, where she founded it,
// acts.RecoveryPerson, or a member; empty for whoever does not hold its newest key.
func AdmittedBy(r acts.Reader, p *acts.Person) (string, error) {
	err := r.Get(&acts.UnitWrap{}, WrapID(p.Unit, r.Epoch(p.Unit), p.ID))
	if errors.Is(err, acts.ErrNoRow) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	first, err := firstWrap(r, p)
	if err != nil || first == nil {
		return "", err
	}
	return first.By, nil
}

func knownTo(r acts.Reader, person string) (map[string]bool, error) {
	rows, err := AcquaintancesOf.Rows(r, person)
	known := map[string]bool{}
	for _, a := range rows {
		known[a.Colleague] = true
	}
	return known, err
}

// unknownTo lists the active members of a person's unit whom she has not
// confirmed as colleagues.
func unknownTo(r acts.Reader, p *acts.Person) ([]*acts.Person, error) {
	people, err := acts.PeopleOfUnit.Rows(r, p.Unit)
	if err != nil || p.Unit == "" {
		return nil, err
	}
	known, err := knownTo(r, p.ID)
	if err != nil {
		return nil, err
	}
	var all []*acts.Person
	for _, c := range people {
		if c.ID != p.ID && c.State == string(acts.Active) && !known[c.ID] {
			all = append(all, c)
		}
	}
	return all, nil
}

// StrangersBefore lists those of them who came into the unit before her, or on
// the same day: she confirms these before her first record. Later admissions
// only stand on her Agenda until she has seen them.
func StrangersBefore(r acts.Reader, p *acts.Person) ([]*acts.Person, error) {
	if p.State != string(acts.Active) {
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
	var before []*acts.Person
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
func (h *House) NewColleagues(ctx context.Context, who acts.Caller) ([]*acts.Person, error) {
	var list []*acts.Person
	err := h.look(ctx, func(r acts.Reader) error {
		var p acts.Person
		if err := r.Get(&p, who.Person()); err != nil {
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
func (h *House) MustConfirm(ctx context.Context, who acts.Caller) (bool, error) {
	if !who.Strangers() {
		return false, nil
	}
	var before []*acts.Person
	err := h.look(ctx, func(r acts.Reader) error {
		var p acts.Person
		if err := r.Get(&p, who.Person()); err != nil {
			return err
		}
		var err error
		before, err = StrangersBefore(r, &p)
		return err
	})
	return len(before) > 0, err
}

// Confirm says that the caller knows a listed member as a colleague.
func (h *House) Confirm(ctx context.Context, who acts.Caller, colleague string) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.MemberConfirm, func(r acts.Reader, act *acts.Act) error {
		var p acts.Person
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
		act.Commit = func(tx acts.Tx) error { return PutRows(tx, rows, nil) }
		return nil
	})
}

// acquainted makes the row that says so, unless it is there.
func acquainted(r acts.Reader, act *acts.Act, colleague string) ([]acts.Row, error) {
	row := &Acquaintance{RowKey: acts.RowKey{ID: act.Who.Person() + "." + colleague, Version: 1}, Person: act.Who.Person(), Colleague: colleague, Day: act.Day}
	if err := r.Get(&Acquaintance{}, row.ID); !errors.Is(err, acts.ErrNoRow) {
		return nil, err
	}
	return []acts.Row{row}, nil
}
