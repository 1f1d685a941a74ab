package units

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// What callers test for, about a unit's recovery recipient.
var (
	// ErrNothingProposed says that no recovery recipient waits for a word.
	ErrNothingProposed = errors.New("no recovery recipient waits for a word")
	// ErrNoWitness says that the unit has members, or had some a short while ago,
	// but none who could confirm what is proposed.
	ErrNoWitness = errors.New("nobody could confirm a recovery recipient")
	// ErrProposer says that whoever proposed a recipient is no active member now.
	ErrProposer = errors.New("who proposed the recovery recipient is not an active member")
	// ErrTooEarly says that the only member's proposal has not stood long enough.
	ErrTooEarly = errors.New("the recovery recipient was proposed too short a while ago")
	// ErrNotAlone says that the unit has, or lately had, somebody besides the
	// proposer: it is for her to confirm what is proposed anew.
	ErrNotAlone = errors.New("the unit has somebody besides the proposer")
)

const (
	// aloneFor is how many days the proposal of a unit's only member stands where
	// others see it, before she may accept it.
	aloneFor = 14
	// removedFor is for how many days somebody who was removed still counts as a
	// member: nobody becomes the only one by a removal.
	removedFor = 30
	// recoveryNews is for how many days a change is shown.
	recoveryNews = 30
)

// The causes of the epochs that a change of recovery draws.
const (
	causeRecoverySet     = "recovery_set"
	causeRecoveryRemoved = "recovery_removed"
)

// UnitRecovery is where the recovery of one unit stands; its id is the unit's.
// It is written when the unit is founded, so a founded unit without one is older
// than the units' own recovery. A proposal that ended leaves behind by whom it
// was, for who asks about it again.
type UnitRecovery struct {
	acts.RowKey
	InForce     string // recipient of its offline recovery identity, or empty; see RecoveryOf
	Number      int64  // how many recipients it has had
	Changed     string // day on which InForce last changed, or empty
	ChangedBy   string
	Proposed    string // recipient that waits, or empty
	ProposedBy  string
	ProposedDay string
	Witnesses   acts.List // who was an active member when it was proposed, and may confirm it
	WordsBy     acts.List // whose words put InForce in force: when one of them is removed, it goes too
}

// Table is the name of the table of units' recovery.
func (*UnitRecovery) Table() string { return "unit_recovery" }

var _ = acts.Declare[UnitRecovery]()

// Recovery is the recipient that a unit accepted for its recovery, or none.
type Recovery struct {
	To     crypto.Recipient
	Number int64 // which of the unit's recipients it is, from 1; 0 for none
}

// None tells that the unit has no recovery.
func (o Recovery) None() bool { return o.Number == 0 }

// RecoveryOf is the recipient that a unit accepted. It is the one reader of what
// is stored: epochs, restricted cases, rescue and backup all ask here.
func RecoveryOf(r acts.Reader, unit string) (Recovery, error) {
	row, err := recoveryRow(r, unit)
	if err != nil {
		return Recovery{}, err
	}
	return row.recovery()
}

// recovery parses the recipient of a row.
func (u *UnitRecovery) recovery() (Recovery, error) {
	if u.InForce == "" {
		return Recovery{}, nil
	}
	to, err := crypto.ParseRecipient(u.InForce)
	if err != nil {
		return Recovery{}, fmt.Errorf("reading the recovery recipient: %w", err)
	}
	return Recovery{to, u.Number}, nil
}

// recoveryRow reads a unit's row, or makes one of version 0.
func recoveryRow(r acts.Reader, unit string) (*UnitRecovery, error) {
	row := &UnitRecovery{}
	if err := r.Get(row, unit); errors.Is(err, acts.ErrNoRow) {
		return &UnitRecovery{RowKey: acts.RowKey{ID: unit}}, nil
	} else if err != nil {
		return nil, err
	}
	return row, nil
}

// foundedWith is the row of a unit at its founding, with the recipient whose
// words its founder compared, or none.
func foundedWith(unit, recipient, by, day string) *UnitRecovery {
	row := &UnitRecovery{RowKey: acts.RowKey{ID: unit, Version: 1}}
	if recipient != "" {
		row.takeUp(recipient, acts.List(by), by, day)
	}
	return row
}

func (u *UnitRecovery) takeUp(recipient string, words acts.List, by, day string) {
	u.InForce, u.Number, u.Changed, u.ChangedBy, u.WordsBy = recipient, u.Number+1, day, by, words
}

// leave takes what is in force away.
func (u *UnitRecovery) leave(by, day string) {
	u.InForce, u.Changed, u.ChangedBy, u.WordsBy = "", day, by, ""
}

// RecoveryWords are the four words of a recovery recipient for one unit. Who
// holds the identity computes them off the server; a member types what she was
// told. Words read for one unit are worth nothing in another.
func RecoveryWords(by crypto.Stretcher, to crypto.Recipient, unit string) (Words, error) {
	return wordsBy(by, to, RecoverySubject(unit))
}

// RecoverySubject is what the words of a unit's recovery recipient are drawn for.
func RecoverySubject(unit string) crypto.WordsSubject {
	return crypto.WordsSubject{Unit: unit, Person: acts.RecoveryPerson}
}

// heardRecovery says ErrWords unless the words heard are those of a recipient.
func (h *House) heardRecovery(ctx context.Context, recipient, unit string, heard Words) error {
	to, err := crypto.ParseRecipient(recipient)
	if err != nil {
		return fmt.Errorf("reading the proposed recipient: %w", err)
	}
	words, err := h.Words(ctx, to, RecoverySubject(unit))
	if err == nil && words != heard {
		err = ErrWords
	}
	return err
}

// ownRecovery reads the row of the caller's unit and asks the policy.
func ownRecovery(r acts.Reader, act *acts.Act) (*UnitRecovery, error) {
	who := act.Who
	if who.Unit() == "" {
		return nil, acts.ErrDenied
	}
	row, err := recoveryRow(r, who.Unit())
	if err != nil {
		return nil, err
	}
	return row, act.Allow(policies.Object{Kind: policies.KindUnit, ID: who.Unit(), Unit: who.Unit(), UnitKind: who.UnitKind(), Agency: who.Agency(),
		Author: row.ProposedBy, Named: row.Witnesses.Has(who.Person())})
}

// SetRecovery proposes the recipient of an offline recovery identity for the
// caller's unit, in place of what was proposed before. She has stepped up, and
// heard are the words that whoever made the identity read to her: ErrWords if
// they are not the recipient's. Nothing is in force yet: another member confirms
// it, or, if she is the only one, she accepts it after its waiting time. It
// answers true, and changes nothing, for the recipient that is in force.
// ErrNoWitness where the others are suspended or were removed lately.
func (h *House) SetRecovery(ctx context.Context, who acts.Caller, recipient string, heard Words) (inForce bool, _ audit.Receipt, _ error) {
	if !IsRecipient(recipient) {
		return false, audit.Receipt{}, ErrIncomplete
	}
	receipt, err := h.Do(ctx, who, policies.RecoverySet, func(r acts.Reader, act *acts.Act) error {
		row, err := ownRecovery(r, act)
		if err != nil {
			return err
		}
		if err := h.heardRecovery(ctx, recipient, row.ID, heard); err != nil {
			return err
		}
		now, err := row.recovery()
		if err != nil {
			return err
		}
		if inForce = !now.None() && now.To.String() == recipient; inForce {
			return nil
		}
		if err := row.propose(r, act, recipient); err != nil {
			return err
		}
		act.Commit = func(tx acts.Tx) error { return tx.Put(row) }
		return nil
	})
	return inForce && err == nil, receipt, err
}

// propose has the caller propose a recipient, with whoever may confirm it.
func (u *UnitRecovery) propose(r acts.Reader, act *acts.Act, recipient string) error {
	witnesses, err := witnessesOf(r, u.ID, act)
	if err != nil {
		return err
	}
	u.Version++
	u.Proposed, u.ProposedBy, u.ProposedDay, u.Witnesses = recipient, act.Who.Person(), act.Day, witnesses
	return nil
}

// witnessesOf lists the active members besides the caller; none if she is the
// unit's only member, and ErrNoWitness if she only looks so.
func witnessesOf(r acts.Reader, unit string, act *acts.Act) (acts.List, error) {
	people, err := acts.PeopleOfUnit.Rows(r, unit)
	if err != nil {
		return "", err
	}
	var all acts.List
	for _, p := range people {
		if p.ID != act.Who.Person() && p.State == string(acts.Active) {
			all = all.With(p.ID)
		}
	}
	if all != "" {
		return all, nil
	}
	alone, err := OnlyMember(r, unit, act.Who.Person(), act.Now)
	if err == nil && !alone {
		err = ErrNoWitness
	}
	return "", err
}

// OnlyMember tells whether a unit has nobody besides a person. Who is suspended
// counts, and so does who was removed a short while ago: otherwise whoever may
// suspend, or remove, could make somebody the only member.
func OnlyMember(r acts.Reader, unit, person string, now time.Time) (bool, error) {
	ever, err := everMembers(r, unit)
	if err != nil {
		return false, err
	}
	since := now.AddDate(0, 0, -removedFor).Format(time.DateOnly)
	for id := range ever {
		if id == person {
			continue
		}
		var p acts.Person
		if err := r.Get(&p, id); err != nil {
			return false, err
		}
		switch acts.PersonState(p.State) {
		case acts.Active, acts.Suspended:
			return false, nil
		case acts.Removed:
			if p.Removed >= since {
				return false, nil
			}
		}
	}
	return true, nil
}

// everMembers is everybody to whom a key of the unit was ever wrapped. Both
// lists are asked, so that one row taken out of the database hides nobody.
func everMembers(r acts.Reader, unit string) (map[string]bool, error) {
	ever := map[string]bool{}
	for epoch := r.Epoch(unit); epoch > 0; epoch-- {
		wraps, err := acts.WrapsOfEpoch.Rows(r, unit, epoch)
		if err != nil {
			return nil, err
		}
		for _, w := range wraps {
			if w.Person != acts.RecoveryPerson {
				ever[w.Person] = true
			}
		}
	}
	people, err := acts.PeopleOfUnit.Rows(r, unit)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if ever[p.ID] {
			continue
		}
		if ever[p.ID], err = heldKey(r, unit, p.ID); err != nil {
			return nil, err
		}
		if !ever[p.ID] {
			delete(ever, p.ID) // an account that nobody ever admitted
		}
	}
	return ever, nil
}

// heldKey tells whether any epoch of a unit was wrapped to a person; a wrap that
// was taken out of the database is ErrTampered.
func heldKey(r acts.Reader, unit, person string) (bool, error) {
	for epoch := r.Epoch(unit); epoch > 0; epoch-- {
		err := r.Get(&acts.UnitWrap{}, WrapID(unit, epoch, person))
		if err == nil || !errors.Is(err, acts.ErrNoRow) {
			return err == nil, err
		}
	}
	return false, nil
}

// proposed says whether something waits, and whether its proposer still stands.
func proposed(r acts.Reader, row *UnitRecovery) error {
	if row.Proposed == "" {
		return ErrNothingProposed
	}
	var p acts.Person
	if err := r.Get(&p, row.ProposedBy); err != nil {
		return err
	}
	if p.Unit != row.ID || p.State != string(acts.Active) {
		return ErrProposer
	}
	return nil
}

// ConfirmRecovery is the second word for the recipient that waits: the caller was
// a member when it was proposed by somebody else, has stepped up, and heard the
// same four words from whoever made the identity. It is in force at once, with a
// new epoch of the unit.
func (h *House) ConfirmRecovery(ctx context.Context, who acts.Caller, heard Words) (audit.Receipt, error) {
	return h.acceptRecovery(ctx, who, policies.RecoveryConfirm, heard, asSecond)
}

// AcceptRecovery puts in force what the unit's only member proposed, after it
// stood for fourteen days where the unit's senders and the auditor saw it and
// could have stopped it. ErrTooEarly, ErrNotAlone.
func (h *House) AcceptRecovery(ctx context.Context, who acts.Caller, heard Words) (audit.Receipt, error) {
	return h.acceptRecovery(ctx, who, policies.RecoveryAccept, heard, mayAcceptAlone)
}

func mayAcceptAlone(r acts.Reader, act *acts.Act, row *UnitRecovery) error {
	alone, err := OnlyMember(r, row.ID, row.ProposedBy, act.Now)
	if err != nil {
		return err
	}
	if !alone || row.Witnesses != "" {
		return ErrNotAlone
	}
	if from, ok := row.acceptedFrom(); !ok || act.Day < from {
		return ErrTooEarly
	}
	return nil
}

// acceptedFrom is the day from which the unit's only member may accept.
func (u *UnitRecovery) acceptedFrom() (string, bool) {
	day, err := time.Parse(time.DateOnly, u.ProposedDay)
	return day.AddDate(0, 0, aloneFor).Format(time.DateOnly), err == nil
}

func (h *House) acceptRecovery(ctx context.Context, who acts.Caller, a policies.Action, heard Words, may func(acts.Reader, *acts.Act, *UnitRecovery) error) (audit.Receipt, error) {
	receipt, err := h.Do(ctx, who, a, func(r acts.Reader, act *acts.Act) error {
		row, err := acceptable(r, act, may)
		if err != nil {
			return err
		}
		if err := h.heardRecovery(ctx, row.Proposed, row.ID, heard); err != nil {
			return err
		}
		row.Version++
		row.takeUp(row.Proposed, acts.List(row.ProposedBy).With(act.Who.Person()), act.Who.Person(), act.Day)
		row.drop()
		return h.changeRecovery(r, act, row, causeRecoverySet)
	})
	return receipt, err
}

// acceptable reads what waits for the caller's word, if she may give it now.
func acceptable(r acts.Reader, act *acts.Act, may func(acts.Reader, *acts.Act, *UnitRecovery) error) (*UnitRecovery, error) {
	row, err := ownRecovery(r, act)
	if err != nil {
		return nil, err
	}
	if err := proposed(r, row); err != nil {
		return nil, err
	}
	return row, may(r, act, row)
}

// asSecond is the second member's word: what she must be, the policy asks.
func asSecond(acts.Reader, *acts.Act, *UnitRecovery) error { return nil }

// drop ends what is proposed.
func (u *UnitRecovery) drop() { u.Proposed, u.ProposedDay = "", "" }

// changeRecovery draws the epoch that follows a change: wrapped to the members
// and to the recipient in force only, it opens nothing new to one of before.
func (h *House) changeRecovery(r acts.Reader, act *acts.Act, row *UnitRecovery, cause string) error {
	now, err := row.recovery()
	if err != nil {
		return err
	}
	next, err := h.epochFor(r, act, row.ID, cause, now, func(p *acts.Person) *acts.Person { return p })
	if err != nil {
		return err
	}
	act.Commit = func(tx acts.Tx) error { return errors.Join(tx.Put(row), next(tx)) }
	return nil
}

// RemoveRecovery takes the recipient of the caller's unit away, at once: the
// epoch that follows is wrapped to its members alone. She has stepped up. It
// works for what a unit's key was handed to before units had their own recovery.
// ErrNoRecovery when there is nothing to take away.
func (h *House) RemoveRecovery(ctx context.Context, who acts.Caller) (audit.Receipt, error) {
	receipt, err := h.Do(ctx, who, policies.RecoveryRemove, func(r acts.Reader, act *acts.Act) error {
		row, err := ownRecovery(r, act)
		if err != nil {
			return err
		}
		now, err := row.recovery()
		if err != nil {
			return err
		}
		old, err := older(r, row)
		if err != nil {
			return err
		}
		if now.None() && !old {
			return ErrNoRecovery
		}
		row.Version++
		row.leave(act.Who.Person(), act.Day)
		return h.changeRecovery(r, act, row, causeRecoveryRemoved)
	})
	return receipt, err
}

// StopRecovery ends what is proposed for a unit: a member of it may, and, while a
// unit's only member waits to accept, so may a unit that sends to it and the
// auditor. It only takes away.
func (h *House) StopRecovery(ctx context.Context, who acts.Caller, unit string) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.RecoveryStop, func(r acts.Reader, act *acts.Act) error {
		row, err := lookedOn(r, act, unit)
		if err != nil {
			return err
		}
		if row.Proposed == "" {
			return ErrNothingProposed
		}
		row.Version++
		row.drop()
		act.Commit = func(tx acts.Tx) error { return tx.Put(row) }
		return nil
	})
}

// lookedOn reads the recovery of a unit that the caller looks on as a member, as
// a sender or as the auditor, and asks the policy. To senders and auditor what
// waits for a second member is not there: it is no business of theirs.
func lookedOn(r acts.Reader, act *acts.Act, unit string) (*UnitRecovery, error) {
	who := act.Who
	o := policies.Object{Kind: policies.KindUnit, ID: unit, Unit: unit}
	if unit != who.Unit() && !who.Works().Audits {
		var pin Pin
		if err := r.Get(&pin, who.Unit()+"."+unit); err != nil {
			return nil, err
		}
		o = policies.Object{Kind: policies.KindPin, ID: pin.ID, Unit: pin.Unit, UnitKind: who.UnitKind(), Centre: pin.Centre}
	}
	var u acts.Unit
	if err := r.Get(&u, unit); err != nil {
		return nil, err
	}
	if o.Kind == policies.KindUnit {
		o.UnitKind, o.Agency = u.Kind, u.Agency
	}
	if err := act.Allow(o); err != nil {
		return nil, err
	}
	row, err := recoveryRow(r, unit)
	if err == nil && unit != who.Unit() && row.Witnesses != "" {
		row.drop()
	}
	return row, err
}

// EndProposals are the rows that end what a person proposed for her unit: whoever is
// gone, or whose passphrase somebody else may know, proposes nothing.
func EndProposals(r acts.Reader, p *acts.Person) ([]acts.Row, error) {
	if p.Unit == "" {
		return nil, nil
	}
	rows, err := endRemovals(r, func(m *Removal) bool { return m.By == p.ID }, p.Unit)
	if err != nil {
		return nil, err
	}
	row, err := recoveryRow(r, p.Unit)
	if err != nil || row.Proposed == "" || row.ProposedBy != p.ID {
		return rows, err
	}
	row.Version++
	row.drop()
	return append(rows, row), nil
}

// without is a unit's recovery once a member is removed, and whether that changes
// it: what she proposed ends, and so does what her word put in force. Whoever keeps
// that identity may be she, and the epoch that shuts her out would open to her.
func without(r acts.Reader, act *acts.Act, gone *acts.Person) (row *UnitRecovery, changed bool, err error) {
	if row, err = recoveryRow(r, gone.Unit); err != nil {
		return nil, false, err
	}
	before := *row
	if row.ProposedBy == gone.ID {
		row.drop()
	}
	if row.WordsBy.Has(gone.ID) {
		row.leave(act.Who.Person(), act.Day)
	}
	if changed = *row != before; changed {
		row.Version++
	}
	return row, changed, nil
}

// AfterRestore are the rows of all units' recovery, and of removals that wait, as a restore leaves them. What
// was proposed may have been stopped since the copy, and what was in force taken
// away: proposals end, and what is in force is shown as a change, to be looked at.
func AfterRestore(r acts.Reader, day string) ([]acts.Row, error) {
	units, err := acts.AllUnits.Rows(r)
	if err != nil {
		return nil, err
	}
	var rows []acts.Row
	for _, u := range units {
		row, err := recoveryRow(r, u.ID)
		if err != nil {
			return nil, err
		}
		removals, err := endRemovals(r, func(*Removal) bool { return true }, u.ID)
		if err != nil {
			return nil, err
		}
		rows = append(rows, removals...)
		if row.Version == 0 || row.Number == 0 && row.Proposed == "" {
			continue
		}
		row.Version++
		row.drop()
		row.Changed, row.ChangedBy = day, string(policies.Console)
		rows = append(rows, row)
	}
	return rows, nil
}

// older tells that a unit was founded before units had a recovery of their own,
// in an agency that had one: nothing new is wrapped to that before the unit
// accepts it. It is the only thing still read of an agency's old columns.
func older(r acts.Reader, row *UnitRecovery) (bool, error) {
	epoch := r.Epoch(row.ID)
	if row.Version > 0 || epoch == 0 {
		return false, nil
	}
	err := r.Get(&acts.UnitWrap{}, WrapID(row.ID, epoch, acts.RecoveryPerson))
	if err == nil || !errors.Is(err, acts.ErrNoRow) {
		return err == nil, err
	}
	var u acts.Unit
	if err := r.Get(&u, row.ID); err != nil {
		return false, err
	}
	var a acts.Agency
	if err := r.Get(&a, u.Agency); err != nil {
		return false, err
	}
	return a.OldRecovery != "", nil
}

// BackupRecipient is to whom the key files of a backup are sealed: the recipient
// that the audit unit accepted, or another unit that is named. ErrNoRecovery.
func (h *House) BackupRecipient(ctx context.Context, unit string) (crypto.Recipient, error) {
	var to crypto.Recipient
	err := h.look(ctx, func(r acts.Reader) error {
		units, err := acts.AllUnits.Rows(r)
		if err != nil {
			return err
		}
		for _, u := range units {
			if u.ID != unit && (unit != "" || !u.Is().Audits) {
				continue
			}
			now, err := RecoveryOf(r, u.ID)
			if err != nil {
				return err
			}
			if now.None() {
				break
			}
			to = now.To
			return nil
		}
		return ErrNoRecovery
	})
	return to, err
}

// IsRecipient tells whether a text is a hybrid age recipient at all.
func IsRecipient(s string) bool {
	_, err := crypto.ParseRecipient(s)
	return err == nil
}
