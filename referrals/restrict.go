package referrals

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/typed"
)

// ErrNoRecovery says that a unit that accepted no recovery may not restrict: a
// case kept under people's keys alone would be lost with them.
var ErrNoRecovery = errors.New("the unit has no recovery")

func caseWrapContext(caseID, person string, version int64) crypto.WrapContext {
	return crypto.WrapContext{Purpose: "restricted-case", Record: caseID, Person: person, Version: version}
}

// nameTo makes a case restricted to the named people and returns the rows that
// keep its key for each of them and for the unit's recovery, without which nothing
// is restricted. Nobody else in the unit can open the case or its card, whatever
// the policy says.
func (d *Desk) nameTo(r Reader, who acts.Caller, c *caseFile, named acts.List) ([]acts.Row, error) {
	recovery, err := units.RecoveryOf(r, c.row.Unit)
	if err != nil {
		return nil, err
	}
	if recovery.None() {
		return nil, ErrNoRecovery
	}
	return d.keepNamed(r, who, c, named, recovery)
}

// keepNamed keeps the key of a restricted case for the named people, and for the
// recovery that its unit has now, if any: a case that was restricted before stays
// so when the unit takes its recovery away.
func (d *Desk) keepNamed(r Reader, who acts.Caller, c *caseFile, named acts.List, recovery units.Recovery) ([]acts.Row, error) {
	c.row.Restricted, c.row.Named, c.row.Epoch, c.row.KeyBox = true, named, 0, nil
	var rows []acts.Row
	for _, person := range named.IDs() {
		row, err := d.wrapCase(r, who, c, person)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	if recovery.None() {
		return rows, nil
	}
	row, err := newCaseWrap(r, c, acts.RecoveryPerson)
	if err != nil {
		return nil, err
	}
	row.Recovery = recovery.Number
	if err := wrapCaseByAge(row, c, recovery.To); err != nil {
		return nil, err
	}
	return append(rows, row), nil
}

// keptFor tells whether a restricted case's newest key is kept for the unit's
// recovery as it is now, and for no other: one that was taken away, or an
// agency's of before, is to read nothing that is written from now on.
func keptFor(r Reader, row *CaseRow, recovery units.Recovery) (bool, error) {
	var w CaseWrapRow
	err := r.Get(&w, row.ID+"."+acts.RecoveryPerson)
	if errors.Is(err, acts.ErrNoRow) {
		return recovery.None(), nil
	}
	if w.KeyVersion != row.KeyVersion {
		return recovery.None(), err
	}
	return w.Recovery == recovery.Number && !recovery.None(), err
}

// stillHere is the list of the named people who did not leave the unit. Nothing
// is taken from somebody suspended: no key moves for that.
func (d *Desk) stillHere(r Reader, unit string, named acts.List) (acts.List, error) {
	for _, id := range named.IDs() {
		var p acts.Person
		if err := r.Get(&p, id); err != nil {
			return "", err
		}
		if p.Unit != unit || p.State == string(acts.Removed) {
			named = named.Without(id)
		}
	}
	return named, nil
}

// newCaseWrap is the row of one person at its next version.
func newCaseWrap(r Reader, c *caseFile, person string) (*CaseWrapRow, error) {
	row := &CaseWrapRow{}
	err := r.Get(row, c.row.ID+"."+person)
	if errors.Is(err, acts.ErrNoRow) {
		row.RowKey = acts.RowKey{ID: c.row.ID + "." + person}
	} else if err != nil {
		return nil, err
	}
	row.Version++
	row.CaseID, row.Person, row.KeyVersion = c.row.ID, person, c.row.KeyVersion
	row.Commitment = c.key.Commitment("restricted-case", c.row.ID)
	return row, nil
}

// wrapCase keeps a restricted case's key for a person: under her own key if she
// is the caller, by age until she next signs in otherwise.
func (d *Desk) wrapCase(r Reader, who acts.Caller, c *caseFile, person string) (*CaseWrapRow, error) {
	row, err := newCaseWrap(r, c, person)
	if err != nil {
		return nil, err
	}
	if person == who.Person() {
		row.Symmetric = true
		row.Wrapped = who.PersonalKey().Derive(crypto.LabelCaseWrap).Seal(binding(row, "wrapped", row.Version), c.key.Bytes())
		return row, nil
	}
	var p acts.Person
	if err := r.Get(&p, person); err != nil {
		return nil, err
	}
	if p.Unit != who.Unit() || p.State != string(acts.Active) && p.State != string(acts.Suspended) {
		return nil, &typed.Invalid{Fields: map[string]string{"named": "error.not_colleague"}}
	}
	to, err := crypto.ParseRecipient(p.Recipient)
	if err != nil {
		return nil, fmt.Errorf("reading a recipient: %w", err)
	}
	return row, wrapCaseByAge(row, c, to)
}

func wrapCaseByAge(row *CaseWrapRow, c *caseFile, to crypto.Recipient) error {
	var err error
	row.Symmetric = false
	row.Wrapped, err = crypto.Wrap(to, caseWrapContext(row.CaseID, row.Person, row.KeyVersion), c.key)
	return err
}

// restrictedKey opens a restricted case's key with the caller's own.
func (d *Desk) restrictedKey(r Reader, who acts.Caller, row *CaseRow) (crypto.Key, error) {
	var w CaseWrapRow
	if err := r.Get(&w, row.ID+"."+who.Person()); err != nil {
		return crypto.Key{}, err
	}
	key, err := openCaseWrap(who, &w)
	if err != nil {
		return crypto.Key{}, err
	}
	if string(key.Commitment("restricted-case", row.ID)) != string(w.Commitment) || w.KeyVersion != row.KeyVersion {
		return crypto.Key{}, crypto.ErrOpen
	}
	return key, nil
}

func openCaseWrap(who acts.Caller, w *CaseWrapRow) (crypto.Key, error) {
	if !w.Symmetric {
		id, ok := who.Identity()
		if !ok {
			return crypto.Key{}, acts.ErrCovered // her passphrase opens what came by age
		}
		return crypto.Unwrap(id, caseWrapContext(w.CaseID, w.Person, w.KeyVersion), w.Wrapped)
	}
	b, err := who.PersonalKey().Derive(crypto.LabelCaseWrap).Open(binding(w, "wrapped", w.Version), w.Wrapped)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("opening a restricted case's key: %w", err)
	}
	return crypto.KeyFromBytes(b)
}

// Restrict says which named people alone may open a case. Taking a name off, or
// restricting a case the unit could open, draws a new version of its key.
func (d *Desk) Restrict(ctx context.Context, who acts.Caller, id string, version int64, named acts.List) (audit.Receipt, error) {
	if len(named.IDs()) == 0 {
		return audit.Receipt{}, &typed.Invalid{Fields: map[string]string{"named": "error.nobody_named"}}
	}
	return d.do(ctx, who, policies.CaseRestrict, func(r Reader, act *acts.Act) error {
		c, err := d.load(r, act, id)
		if err != nil {
			return err
		}
		if err := versionOf(c, version); err != nil {
			return err
		}
		if err := c.readTold(); err != nil {
			return err
		}
		c.row.Version++
		rows := []acts.Row{c.row, c.drawKey()}
		gone, err := d.dropNames(r, c, named)
		if err != nil {
			return err
		}
		wraps, err := d.nameTo(r, act.Who, c, named)
		if err != nil {
			return err
		}
		if err := d.sealCase(act.Who, c); err != nil {
			return err
		}
		sides, err := d.keepSides(r, act, c)
		if err != nil {
			return err
		}
		act.Commit = func(tx acts.Tx) error {
			for _, row := range gone {
				if err := tx.Delete(row); err != nil {
					return err
				}
			}
			return putAll(slices.Concat(rows, wraps, sides)...)(tx)
		}
		return nil
	})
}

// keepSides keeps the unit's own side of everything that was shared of a restricted
// case as the case is kept now. Every word that is written from now on gets another
// key.
func (d *Desk) keepSides(r Reader, act *acts.Act, c *caseFile) ([]acts.Row, error) {
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	refs, err := referralsOfCase.Rows(r, c.row.ID)
	if err != nil {
		return nil, err
	}
	var rows []acts.Row
	for _, row := range refs {
		s := sentReferral(row, c)
		if !row.holds() || !s.misplaced() {
			continue
		}
		if err := d.openReferral(r, act, s); errors.Is(err, acts.ErrErased) {
			continue
		} else if err != nil {
			return nil, err
		}
		row.Version++
		row.KeyDue = true // a colleague, or who is named no longer, may hold the one it has
		if err := row.keepFrom(act.Who, c, s.key, s.data); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	tasks, err := tasksOfCase.Rows(r, c.row.ID)
	if err != nil {
		return nil, err
	}
	for _, row := range tasks {
		if row.Body == nil || row.FromUnit != c.row.Unit || row.FromCaseKey == c.row.KeyVersion {
			continue
		}
		body, err := openSentTask(r, act, row, c)
		if errors.Is(err, acts.ErrErased) {
			continue
		} else if err != nil {
			return nil, err
		}
		row.Version++
		if err := row.keepFrom(act.Who, c, body.key); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// dropNames finds the wraps of people who are named no longer.
func (d *Desk) dropNames(r Reader, c *caseFile, named acts.List) ([]acts.Row, error) {
	var gone []acts.Row
	for _, person := range c.row.Named.IDs() {
		if named.Has(person) {
			continue
		}
		row := &CaseWrapRow{}
		if err := r.Get(row, c.row.ID+"."+person); err != nil {
			return nil, err
		}
		gone = append(gone, row)
	}
	return gone, nil
}

// Wall hides a case from people: for them it does not exist, in search, lists,
// counts and time. It names who is walled off; an empty list takes walls down.
func (d *Desk) Wall(ctx context.Context, who acts.Caller, id string, version int64, people acts.List) (audit.Receipt, error) {
	return d.edit(ctx, who, policies.CaseWall, id, version, func(_ Reader, _ *acts.Act, c *caseFile) ([]acts.Row, error) {
		c.row.Walled = people
		return nil, nil
	})
}

// AdoptNamed keeps, under the caller's own key, the restricted cases and the
// declarations whose keys came to her by age, keeps by name what an older program
// shared of those cases under the unit's key, and brings what she declared up to who
// leads her unit now. It is called right after sign-in, when her passphrase
// has just opened her identity.
func (d *Desk) AdoptNamed(ctx context.Context, who acts.Caller) error {
	if _, ok := who.Identity(); !ok {
		return nil
	}
	var waiting []string
	err := d.view(ctx, func(r Reader) error {
		rows, err := caseWrapsOf.Rows(r, who.Person())
		for _, w := range rows {
			due := !w.Symmetric
			if !due && err == nil {
				due, err = unitKeeps(r, w.CaseID)
			}
			if due {
				waiting = append(waiting, w.CaseID)
			}
		}
		return err
	})
	for _, id := range waiting {
		err = errors.Join(err, d.adoptNamed(ctx, who, id))
	}
	return errors.Join(err, d.keepDeclarations(ctx, who))
}

// unitKeeps tells whether something that was shared of a restricted case is kept
// under the unit's key.
func unitKeeps(r Reader, caseID string) (bool, error) {
	refs, err := referralsOfCase.Rows(r, caseID)
	if err != nil {
		return false, err
	}
	tasks, err := tasksOfCase.Rows(r, caseID)
	return slices.ContainsFunc(refs, func(row *ReferralRow) bool { return row.holds() && row.FromCaseKey == 0 }) ||
		slices.ContainsFunc(tasks, func(row *TaskRow) bool { return row.Body != nil && row.FromCaseKey == 0 }), err
}

func (d *Desk) adoptNamed(ctx context.Context, who acts.Caller, id string) error {
	_, err := d.do(ctx, who, policies.KeyAdopt, func(r Reader, act *acts.Act) error {
		row := &CaseRow{}
		if err := r.Get(row, id); err != nil {
			return err
		}
		if err := act.Allow(caseObject(act.Who, row)); err != nil {
			return err
		}
		w := &CaseWrapRow{}
		if err := r.Get(w, id+"."+act.Who.Person()); err != nil {
			return err
		}
		key, err := d.restrictedKey(r, act.Who, row)
		if err != nil {
			return err
		}
		rows, err := d.keepSides(r, act, &caseFile{row: row, key: key})
		if err != nil {
			return err
		}
		if !w.Symmetric {
			w.Version++
			w.Symmetric = true
			w.Wrapped = act.Who.PersonalKey().Derive(crypto.LabelCaseWrap).Seal(binding(w, "wrapped", w.Version), key.Bytes())
			rows = append(rows, w)
		}
		act.Commit = putAll(rows...)
		return nil
	})
	return err
}

// rekeyNamed gives each case restricted to a person a new key version, kept under
// her new identity and for the others it names, in the act that gives it to her:
// what her old keys opened is not the key of what is written next.
func (d *Desk) rekeyNamed(r acts.Reader, act *acts.Act, after acts.Caller) (func(acts.Tx) error, error) {
	all, ok := r.(Reader)
	if !ok {
		return nil, errors.New("keeping restricted cases: the snapshot reads no casework")
	}
	wraps, err := caseWrapsOf.Rows(all, act.Who.Person())
	if err != nil {
		return nil, err
	}
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	var rows []acts.Row
	for _, w := range wraps {
		row := &CaseRow{}
		if err := r.Get(row, w.CaseID); err != nil {
			return nil, err
		}
		c, err := d.openCase(all, act, row)
		if err != nil {
			return nil, err
		}
		stay, err := d.stillHere(all, after.Unit(), row.Named)
		if err != nil {
			return nil, err
		}
		recovery, err := units.RecoveryOf(all, c.row.Unit)
		if err != nil {
			return nil, err
		}
		if err := c.readTold(); err != nil {
			return nil, err
		}
		c.row.Version++
		rows = append(rows, c.row, c.drawKey())
		named, err := d.keepNamed(all, after, c, stay, recovery)
		if err != nil {
			return nil, err
		}
		if err := d.sealCase(after, c); err != nil {
			return nil, err
		}
		sides, err := d.keepSides(all, act, c)
		if err != nil {
			return nil, err
		}
		rows = append(append(rows, named...), sides...)
	}
	declared, err := rekeyedDeclarations(all, act.Who, after, true)
	return putAll(append(rows, declared...)...), err
}

// view reads a snapshot, again when a group committed in between.
func (d *Desk) view(ctx context.Context, f func(Reader) error) error {
	for {
		err := d.store.View(ctx, f)
		if !errors.Is(err, acts.ErrStale) {
			return err
		}
		if err := d.store.Settle(ctx); err != nil {
			return err
		}
	}
}
