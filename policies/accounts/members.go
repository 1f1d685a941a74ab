package accounts

import (
	"context"
	"errors"
	"fmt"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/audit"
)

// Words are the four words that two people compare by voice.
type Words [4]string

// String is the words with a blank between them.
func (w Words) String() string { return w[0] + " " + w[1] + " " + w[2] + " " + w[3] }

// MyWords computes the words of a waiting person from the identity that her
// passphrase opened, not from what is stored.
func (c Caller) MyWords(epoch int64) Words {
	return Words(crypto.AdmissionWords(c.identity.Recipient(), personSubject(c.agency, c.unit, c.person, epoch)))
}

// words computes the words of a key in a place of those who are known, where
// passphrases are stretched.
func (d *Door) words(ctx context.Context, to crypto.Recipient, s crypto.WordsSubject) (Words, error) {
	free, err := d.place(ctx)
	if err != nil {
		return Words{}, err
	}
	defer free()
	four, err := crypto.AdmissionWordsBy(d.stretcher, to, s)
	return Words(four), err
}

// ownWords is MyWords in one of the places.
func (d *Door) ownWords(ctx context.Context, who Caller, epoch int64) (Words, error) {
	return d.words(ctx, who.identity.Recipient(), personSubject(who.agency, who.unit, who.person, epoch))
}

func personSubject(agency, unit, person string, epoch int64) crypto.WordsSubject {
	return crypto.WordsSubject{Agency: agency, Unit: unit, Person: person, Epoch: epoch}
}

// NewcomerWords computes a waiting person's words from her stored recipient, for
// the member who admits her.
func (d *Door) NewcomerWords(ctx context.Context, who Caller, person string) (Words, error) {
	var w Words
	_, err := d.do(ctx, who, policies.MemberList, func(r Reader, act *Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: who.unit, Unit: who.unit, Agency: who.agency, UnitKind: who.unitKind}); err != nil {
			return err
		}
		var p Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		if p.Unit != who.unit || p.State != string(Waiting) {
			return ErrDenied
		}
		var err error
		w, err = d.storedWords(ctx, &p, r.Epoch(p.Unit))
		return err
	})
	return w, err
}

// storedWords computes a person's words from her stored recipient.
func (d *Door) storedWords(ctx context.Context, p *Person, epoch int64) (Words, error) {
	to, err := crypto.ParseRecipient(p.Recipient)
	if err != nil {
		return Words{}, fmt.Errorf("reading a recipient: %w", err)
	}
	return d.words(ctx, to, personSubject(p.Agency, p.Unit, p.ID, epoch))
}

// storedWords is the same for who works off the server.
func storedWords(p *Person, epoch int64) (Words, error) {
	to, err := crypto.ParseRecipient(p.Recipient)
	if err != nil {
		return Words{}, fmt.Errorf("reading a recipient: %w", err)
	}
	return Words(crypto.AdmissionWords(to, personSubject(p.Agency, p.Unit, p.ID, epoch))), nil
}

// unitWords are the words of a unit's epoch, which its founder reads to others.
func (d *Door) unitWords(ctx context.Context, u *Unit, recipient string, epoch int64) (Words, error) {
	to, err := crypto.ParseRecipient(recipient)
	if err != nil {
		return Words{}, fmt.Errorf("reading a recipient: %w", err)
	}
	return d.words(ctx, to, crypto.WordsSubject{Agency: u.Agency, Unit: u.ID, Epoch: epoch})
}

// unitWords is the same for who works off the server.
func unitWords(u *Unit, recipient string, epoch int64) (Words, error) {
	to, err := crypto.ParseRecipient(recipient)
	if err != nil {
		return Words{}, fmt.Errorf("reading a recipient: %w", err)
	}
	return Words(crypto.AdmissionWords(to, crypto.WordsSubject{Agency: u.Agency, Unit: u.ID, Epoch: epoch})), nil
}

// Found makes the first epoch of a unit, with the caller as its first member.
// She has stepped up. The unit's words, for whoever will send to it, go into
// the row and so into the leaf. ErrFounded, or ErrNoAudit for a unit that would
// keep cases before anybody can check it.
func (d *Door) Found(ctx context.Context, who Caller) (Words, audit.Receipt, error) {
	identity, err := crypto.NewIdentity()
	if err != nil {
		return Words{}, audit.Receipt{}, fmt.Errorf("making a unit identity: %w", err)
	}
	return d.found(ctx, who, identity, "")
}

// found makes the first epoch from an identity, with the recovery recipient whose
// words the founder compared, or none: she accepts alone, being all there is.
func (d *Door) found(ctx context.Context, who Caller, identity crypto.Identity, recovery string) (Words, audit.Receipt, error) {
	var words Words
	receipt, err := d.do(ctx, who, policies.UnitFound, func(r Reader, act *Act) error {
		var u Unit
		if err := r.Get(&u, who.unit); err != nil {
			return err
		}
		o := policies.Object{Kind: policies.KindUnit, ID: u.ID, Unit: u.ID, Agency: u.Agency, UnitKind: u.Kind, Founded: r.Epoch(u.ID) > 0}
		if o.Founded {
			return ErrFounded
		}
		if err := act.Allow(o); err != nil {
			return err
		}
		if u.Kind != KindAudit {
			if err := auditFounded(r); err != nil {
				return err
			}
		}
		commit, w, err := d.foundation(ctx, r, act, &u, identity, recovery)
		words, act.Commit = w, commit
		return err
	})
	if err == nil {
		err = sessionsAfter(receipt, d.renew(ctx, who))
	}
	return words, receipt, err
}

// auditFounded says ErrNoAudit while there is no audit unit with a key.
func auditFounded(r Reader) error {
	units, err := AllUnits.Rows(r)
	if err != nil {
		return err
	}
	for _, u := range units {
		if u.Kind == KindAudit && r.Epoch(u.ID) > 0 {
			return nil
		}
	}
	return ErrNoAudit
}

func (d *Door) foundation(ctx context.Context, r Reader, act *Act, u *Unit, identity crypto.Identity, recovery string) (func(Tx) error, Words, error) {
	row, keys := epochOf(identity, u.ID, 1, nil, act.Who.person, act.Day, "founded")
	words, err := d.unitWords(ctx, u, row.Recipient, 1)
	if err != nil {
		return nil, Words{}, err
	}
	var p Person
	if err := r.Get(&p, act.Who.person); err != nil {
		return nil, Words{}, err
	}
	kept := foundedWith(u.ID, recovery, act.Who.person, act.Day)
	now, err := kept.recovery()
	if err != nil {
		return nil, Words{}, err
	}
	wraps, err := d.wrapAll(now, u.ID, keys, []*Person{&p}, act)
	if err != nil {
		return nil, Words{}, err
	}
	rows := []Row{row, &p, kept}
	p.Version++
	p.State = string(Active)
	return func(tx Tx) error { return putRows(tx, rows, wraps) }, words, nil
}

// putRows writes rows and wraps of one act.
func putRows(tx Tx, rows []Row, wraps []*UnitWrap) error {
	for _, row := range rows {
		if err := tx.Put(row); err != nil {
			return err
		}
	}
	for _, w := range wraps {
		if err := tx.Put(w); err != nil {
			return err
		}
	}
	return nil
}

// wrapAll wraps an epoch key to the given members and to the unit's recovery
// recipient, if it has one.
func (d *Door) wrapAll(recovery Recovery, unit string, keys unitKeys, members []*Person, act *Act) ([]*UnitWrap, error) {
	var wraps []*UnitWrap
	for _, p := range members {
		to, err := crypto.ParseRecipient(p.Recipient)
		if err != nil {
			return nil, fmt.Errorf("reading a recipient: %w", err)
		}
		w, err := wrapTo(to, keys, unit, p.ID, act.Who.person, act.Day, "")
		if err != nil {
			return nil, err
		}
		wraps = append(wraps, w)
	}
	if recovery.None() {
		return wraps, nil
	}
	w, err := wrapTo(recovery.To, keys, unit, RecoveryPerson, act.Who.person, act.Day, "")
	if err != nil {
		return nil, err
	}
	return append(wraps, w), nil
}

// Admit lets a waiting person into the caller's unit, after the words that the
// newcomer read aloud were typed or chosen by the admitter: they must be those
// of the stored recipient, or nothing happens (ErrWords). Who was invited as lead
// is a lead only if the caller is one; see [Door.NameLead].
func (d *Door) Admit(ctx context.Context, who Caller, person string, heard Words) (audit.Receipt, error) {
	return d.do(ctx, who, policies.MemberAdmit, func(r Reader, act *Act) error {
		var p Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		o := policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency, State: p.State}
		if err := act.Allow(o); err != nil {
			return err
		}
		if p.State != string(Waiting) {
			return ErrConflict
		}
		epoch := r.Epoch(p.Unit)
		words, err := d.storedWords(ctx, &p, epoch)
		if err != nil {
			return err
		}
		if words != heard {
			return ErrWords
		}
		w, err := d.admission(r, act, &p, epoch, words)
		if err != nil {
			return err
		}
		rows, err := admittedAs(r, act, &p, act.Who.person)
		if err != nil {
			return err
		}
		p.Version++
		p.State = string(Active)
		known, err := acquainted(r, act, p.ID)
		rows = append(append(rows, &p), known...)
		act.Commit = func(tx Tx) error { return putRows(tx, rows, []*UnitWrap{w}) }
		return err
	})
}

func (d *Door) admission(r Reader, act *Act, p *Person, epoch int64, words Words) (*UnitWrap, error) {
	if act.Who.Epoch() != epoch {
		return nil, ErrCovered
	}
	to, err := crypto.ParseRecipient(p.Recipient)
	if err != nil {
		return nil, fmt.Errorf("reading a recipient: %w", err)
	}
	// A wrap of the same epoch can stand from before a suspension.
	if err := r.Get(&UnitWrap{}, wrapID(p.Unit, epoch, p.ID)); !errors.Is(err, ErrNoRow) {
		return nil, errors.Join(ErrConflict, err)
	}
	return wrapTo(to, act.Who.epochs[0], p.Unit, p.ID, act.Who.person, act.Day, words.String())
}

// Remove ends a membership and starts a new epoch of the unit, wrapped to who
// stays: the removed member's keys and a fresh copy of the database open
// nothing written from now on.
func (d *Door) Remove(ctx context.Context, who Caller, person string, forCause bool) (audit.Receipt, error) {
	receipt, err := d.do(ctx, who, policies.MemberRemove, func(r Reader, act *Act) error {
		var p Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency}); err != nil {
			return err
		}
		if p.State == string(Removed) {
			return ErrConflict
		}
		commit, err := d.succession(r, act, &p, forCause)
		act.Commit = commit
		return err
	})
	if err != nil {
		return receipt, err
	}
	d.dropRows(ctx, person, Caller{})
	return receipt, sessionsAfter(receipt, d.renew(ctx, who))
}

// succession prepares the epoch after a removal.
func (d *Door) succession(r Reader, act *Act, gone *Person, forCause bool) (func(Tx) error, error) {
	cause := "removed"
	if forCause {
		cause = "removed_for_cause"
	}
	recovery, changed, err := without(r, act, gone)
	if err != nil {
		return nil, err
	}
	now, err := recovery.recovery()
	if err != nil {
		return nil, err
	}
	next, err := d.epochFor(r, act, gone.Unit, cause, now, func(p *Person) *Person {
		if p.ID == gone.ID {
			return nil
		}
		return p
	})
	if err != nil {
		return nil, err
	}
	gone.Version++
	gone.State, gone.Removed = string(Removed), act.Day
	rows := []Row{gone}
	if changed {
		rows = append(rows, recovery)
	}
	return func(tx Tx) error {
		EndSessions(tx, gone.ID, Caller{})
		return errors.Join(next(tx), putRows(tx, rows, nil))
	}, nil
}

// nextEpoch prepares a unit's next epoch, wrapped to whoever stays gives back for
// each holder of the epoch before, and to the recovery that the unit accepted.
func (d *Door) nextEpoch(r Reader, act *Act, unit, cause string, stays func(*Person) *Person) (func(Tx) error, error) {
	recovery, err := RecoveryOf(r, unit)
	if err != nil {
		return nil, err
	}
	return d.epochFor(r, act, unit, cause, recovery, stays)
}

// epochFor is nextEpoch for a recovery that this very act puts in force.
func (d *Door) epochFor(r Reader, act *Act, unit, cause string, recovery Recovery, stays func(*Person) *Person) (func(Tx) error, error) {
	epoch := r.Epoch(unit)
	if act.Who.unit != unit || act.Who.Epoch() != epoch {
		return nil, ErrCovered
	}
	stay, err := remaining(r, unit, epoch, stays)
	if err != nil {
		return nil, err
	}
	row, keys, err := newEpoch(unit, epoch+1, &act.Who.epochs[0], act.Who.person, act.Day, cause)
	if err != nil {
		return nil, err
	}
	wraps, err := d.wrapAll(recovery, unit, keys, stay, act)
	if err != nil {
		return nil, err
	}
	return func(tx Tx) error { return putRows(tx, []Row{row}, wraps) }, nil
}

// remaining lists who holds an epoch's key and stays; ErrLastMember when nobody
// would.
func remaining(r Reader, unit string, epoch int64, stays func(*Person) *Person) ([]*Person, error) {
	wraps, err := WrapsOfEpoch.Rows(r, unit, epoch)
	if err != nil {
		return nil, err
	}
	var stay []*Person
	for _, w := range wraps {
		if w.Person == RecoveryPerson {
			continue
		}
		p := &Person{}
		if err := r.Get(p, w.Person); err != nil {
			return nil, err
		}
		if p = stays(p); p != nil && (p.State == string(Active) || p.State == string(Suspended)) {
			stay = append(stay, p)
		}
	}
	if len(stay) == 0 {
		return nil, ErrLastMember
	}
	return stay, nil
}

// UnitWordsOf computes the words of the caller's own unit from the key that she
// holds, to be read to whoever pins it.
func (d *Door) UnitWordsOf(ctx context.Context, who Caller) (Words, error) {
	var words Words
	err := d.look(ctx, func(r Reader) error {
		var u Unit
		if err := r.Get(&u, who.unit); err != nil {
			return err
		}
		id, ok := who.UnitIdentity(r.Epoch(who.unit))
		if !ok {
			return ErrCovered
		}
		var err error
		words, err = d.unitWords(ctx, &u, id.Recipient().String(), r.Epoch(who.unit))
		return err
	})
	return words, err
}

// RefuseWords records that a newcomer read other words than the page showed:
// nothing is done, and the log says so.
func (d *Door) RefuseWords(ctx context.Context, who Caller, person string) error {
	_, err := d.do(ctx, who, policies.MemberAdmit, func(r Reader, act *Act) error {
		var p Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		if p.Unit != act.Who.unit || p.State != string(Waiting) || act.Who.state != Active || p.ID == act.Who.person {
			return ErrDenied
		}
		act.refusing("words", policies.KindPerson, p.ID)
		return nil
	})
	return err
}
