package units

import (
	"context"
	"errors"
	"fmt"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// Words are the four words that two people compare by voice.
type Words [4]string

// String is the words with a blank between them.
func (w Words) String() string { return w[0] + " " + w[1] + " " + w[2] + " " + w[3] }

// wordsBy has a stretcher make the words of a key.
func wordsBy(by crypto.Stretcher, to crypto.Recipient, s crypto.WordsSubject) (Words, error) {
	four, err := crypto.AdmissionWords(by, to, s)
	return Words(four), err
}

// Words computes the words of a key in a slot of those who are known, where
// passphrases are stretched.
func (h *House) Words(ctx context.Context, to crypto.Recipient, s crypto.WordsSubject) (Words, error) {
	free, err := h.slot(ctx)
	if err != nil {
		return Words{}, err
	}
	defer free()
	return wordsBy(h.stretcher, to, s)
}

// OwnWords computes the words of a waiting person from the identity that her
// passphrase opened, not from what is stored.
func (h *House) OwnWords(ctx context.Context, who acts.Caller, epoch int64) (Words, error) {
	return h.Words(ctx, who.Inside(us).Identity.Recipient(), personSubject(who.Agency(), who.Unit(), who.Person(), epoch))
}

func personSubject(agency, unit, person string, epoch int64) crypto.WordsSubject {
	return crypto.WordsSubject{Agency: agency, Unit: unit, Person: person, Epoch: epoch}
}

// NewcomerWords computes a waiting person's words from her stored recipient, for
// the member who admits her.
func (h *House) NewcomerWords(ctx context.Context, who acts.Caller, person string) (Words, error) {
	var w Words
	_, err := h.Do(ctx, who, policies.MemberList, func(r acts.Reader, act *acts.Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: who.Unit(), Unit: who.Unit(), Agency: who.Agency(), UnitKind: who.UnitKind()}); err != nil {
			return err
		}
		var p acts.Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		if p.Unit != who.Unit() || p.State != string(acts.Waiting) {
			return acts.ErrDenied
		}
		var err error
		w, err = h.storedWords(ctx, &p, r.Epoch(p.Unit))
		return err
	})
	return w, err
}

// storedWords computes a person's words from her stored recipient.
func (h *House) storedWords(ctx context.Context, p *acts.Person, epoch int64) (Words, error) {
	to, err := crypto.ParseRecipient(p.Recipient)
	if err != nil {
		return Words{}, fmt.Errorf("reading a recipient: %w", err)
	}
	return h.Words(ctx, to, personSubject(p.Agency, p.Unit, p.ID, epoch))
}

// storedWords is the same for who works off the server.
func storedWords(by crypto.Stretcher, p *acts.Person, epoch int64) (Words, error) {
	to, err := crypto.ParseRecipient(p.Recipient)
	if err != nil {
		return Words{}, fmt.Errorf("reading a recipient: %w", err)
	}
	return wordsBy(by, to, personSubject(p.Agency, p.Unit, p.ID, epoch))
}

// UnitWords are the words of a unit's epoch, which its founder reads to others.
func (h *House) UnitWords(ctx context.Context, u *acts.Unit, recipient string, epoch int64) (Words, error) {
	to, err := crypto.ParseRecipient(recipient)
	if err != nil {
		return Words{}, fmt.Errorf("reading a recipient: %w", err)
	}
	return h.Words(ctx, to, crypto.WordsSubject{Agency: u.Agency, Unit: u.ID, Epoch: epoch})
}

// unitWords is the same for who works off the server.
func unitWords(by crypto.Stretcher, u *acts.Unit, recipient string, epoch int64) (Words, error) {
	to, err := crypto.ParseRecipient(recipient)
	if err != nil {
		return Words{}, fmt.Errorf("reading a recipient: %w", err)
	}
	return wordsBy(by, to, crypto.WordsSubject{Agency: u.Agency, Unit: u.ID, Epoch: epoch})
}

// Found makes the first epoch of a unit from an identity, with the caller as its
// first member, and with the recovery recipient whose words she compared, or none:
// she accepts alone, being all there is. She has stepped up. The unit's words, for
// whoever will send to it, go into the row and so into the leaf. ErrFounded, or
// ErrNoAudit for a unit that would keep cases before anybody can check it.
func (h *House) Found(ctx context.Context, who acts.Caller, identity crypto.Identity, recovery string) (Words, audit.Receipt, error) {
	var words Words
	receipt, err := h.Do(ctx, who, policies.UnitFound, func(r acts.Reader, act *acts.Act) error {
		var u acts.Unit
		if err := r.Get(&u, who.Unit()); err != nil {
			return err
		}
		o := policies.Object{Kind: policies.KindUnit, ID: u.ID, Unit: u.ID, Agency: u.Agency, UnitKind: u.Kind, Founded: r.Epoch(u.ID) > 0}
		if o.Founded {
			return ErrFounded
		}
		if err := act.Allow(o); err != nil {
			return err
		}
		if !u.Is().Audits {
			if err := auditFounded(r); err != nil {
				return err
			}
		}
		commit, w, err := h.foundation(ctx, r, act, &u, identity, recovery)
		words, act.Commit = w, commit
		return err
	})
	return words, receipt, err
}

// auditFounded says ErrNoAudit while there is no audit unit with a key.
func auditFounded(r acts.Reader) error {
	units, err := acts.AllUnits.Rows(r)
	if err != nil {
		return err
	}
	for _, u := range units {
		if u.Is().Audits && r.Epoch(u.ID) > 0 {
			return nil
		}
	}
	return ErrNoAudit
}

func (h *House) foundation(ctx context.Context, r acts.Reader, act *acts.Act, u *acts.Unit, identity crypto.Identity, recovery string) (func(acts.Tx) error, Words, error) {
	row, keys := epochOf(identity, u.ID, 1, nil, act.Who.Person(), act.Day, "founded")
	words, err := h.UnitWords(ctx, u, row.Recipient, 1)
	if err != nil {
		return nil, Words{}, err
	}
	var p acts.Person
	if err := r.Get(&p, act.Who.Person()); err != nil {
		return nil, Words{}, err
	}
	kept := foundedWith(u.ID, recovery, act.Who.Person(), act.Day)
	now, err := kept.recovery()
	if err != nil {
		return nil, Words{}, err
	}
	wraps, err := h.wrapAll(now, u.ID, keys, []*acts.Person{&p}, act)
	if err != nil {
		return nil, Words{}, err
	}
	rows := []acts.Row{row, &p, kept}
	p.Version++
	p.State = string(acts.Active)
	return func(tx acts.Tx) error { return PutRows(tx, rows, wraps) }, words, nil
}

// PutRows writes rows and wraps of one act.
func PutRows(tx acts.Tx, rows []acts.Row, wraps []*acts.UnitWrap) error {
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
func (h *House) wrapAll(recovery Recovery, unit string, keys acts.UnitKeys, members []*acts.Person, act *acts.Act) ([]*acts.UnitWrap, error) {
	var wraps []*acts.UnitWrap
	for _, p := range members {
		to, err := crypto.ParseRecipient(p.Recipient)
		if err != nil {
			return nil, fmt.Errorf("reading a recipient: %w", err)
		}
		w, err := wrapTo(to, keys, unit, p.ID, act.Who.Person(), act.Day, "")
		if err != nil {
			return nil, err
		}
		wraps = append(wraps, w)
	}
	if recovery.None() {
		return wraps, nil
	}
	w, err := wrapTo(recovery.To, keys, unit, acts.RecoveryPerson, act.Who.Person(), act.Day, "")
	if err != nil {
		return nil, err
	}
	return append(wraps, w), nil
}

// Admit lets a waiting person into the caller's unit, after the words that the
// newcomer read aloud were typed or chosen by the admitter: they must be those
// of the stored recipient, or nothing happens (ErrWords). Who was invited as lead
// is a lead only if the caller is one; see [Door.NameLead].
func (h *House) Admit(ctx context.Context, who acts.Caller, person string, heard Words) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.MemberAdmit, func(r acts.Reader, act *acts.Act) error {
		var p acts.Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		o := policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency, State: p.State}
		if err := act.Allow(o); err != nil {
			return err
		}
		if p.State != string(acts.Waiting) {
			return acts.ErrConflict
		}
		epoch := r.Epoch(p.Unit)
		words, err := h.storedWords(ctx, &p, epoch)
		if err != nil {
			return err
		}
		if words != heard {
			return ErrWords
		}
		w, err := h.admission(r, act, &p, epoch, words)
		if err != nil {
			return err
		}
		rows, err := admittedAs(r, act, &p, act.Who.Person())
		if err != nil {
			return err
		}
		p.Version++
		p.State = string(acts.Active)
		known, err := acquainted(r, act, p.ID)
		rows = append(append(rows, &p), known...)
		act.Commit = func(tx acts.Tx) error { return PutRows(tx, rows, []*acts.UnitWrap{w}) }
		return err
	})
}

func (h *House) admission(r acts.Reader, act *acts.Act, p *acts.Person, epoch int64, words Words) (*acts.UnitWrap, error) {
	if act.Who.Epoch() != epoch {
		return nil, acts.ErrCovered
	}
	to, err := crypto.ParseRecipient(p.Recipient)
	if err != nil {
		return nil, fmt.Errorf("reading a recipient: %w", err)
	}
	// A wrap of the same epoch can stand from before a suspension.
	if err := r.Get(&acts.UnitWrap{}, WrapID(p.Unit, epoch, p.ID)); !errors.Is(err, acts.ErrNoRow) {
		return nil, errors.Join(acts.ErrConflict, err)
	}
	return wrapTo(to, act.Who.Inside(us).Epochs[0], p.Unit, p.ID, act.Who.Person(), act.Day, words.String())
}

// succession prepares the epoch after a removal, which ends what was proposed of it.
func (h *House) succession(r acts.Reader, act *acts.Act, gone *acts.Person, proposed *Removal, forCause bool) (func(acts.Tx) error, error) {
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
	next, err := h.epochFor(r, act, gone.Unit, cause, now, func(p *acts.Person) *acts.Person {
		if p.ID == gone.ID {
			return nil
		}
		return p
	})
	if err != nil {
		return nil, err
	}
	gone.Version++
	gone.State, gone.Removed = string(acts.Removed), act.Day
	rows := []acts.Row{gone}
	if changed {
		rows = append(rows, recovery)
	}
	if proposed.By != "" {
		proposed.Next()
		proposed.end()
		rows = append(rows, proposed)
	}
	return func(tx acts.Tx) error {
		acts.EndSessions(tx, gone.ID, acts.Caller{})
		return errors.Join(next(tx), PutRows(tx, rows, nil))
	}, nil
}

// NextEpoch prepares a unit's next epoch, wrapped to whoever stays gives back for
// each holder of the epoch before, and to the recovery that the unit accepted.
func (h *House) NextEpoch(r acts.Reader, act *acts.Act, unit, cause string, stays func(*acts.Person) *acts.Person) (func(acts.Tx) error, error) {
	recovery, err := RecoveryOf(r, unit)
	if err != nil {
		return nil, err
	}
	return h.epochFor(r, act, unit, cause, recovery, stays)
}

// epochFor is nextEpoch for a recovery that this very act puts in force.
func (h *House) epochFor(r acts.Reader, act *acts.Act, unit, cause string, recovery Recovery, stays func(*acts.Person) *acts.Person) (func(acts.Tx) error, error) {
	epoch := r.Epoch(unit)
	if act.Who.Unit() != unit || act.Who.Epoch() != epoch {
		return nil, acts.ErrCovered
	}
	stay, err := remaining(r, unit, epoch, stays)
	if err != nil {
		return nil, err
	}
	row, keys, err := newEpoch(unit, epoch+1, &act.Who.Inside(us).Epochs[0], act.Who.Person(), act.Day, cause)
	if err != nil {
		return nil, err
	}
	wraps, err := h.wrapAll(recovery, unit, keys, stay, act)
	if err != nil {
		return nil, err
	}
	return func(tx acts.Tx) error { return PutRows(tx, []acts.Row{row}, wraps) }, nil
}

// remaining lists who holds an epoch's key and stays; ErrLastMember when nobody
// would.
func remaining(r acts.Reader, unit string, epoch int64, stays func(*acts.Person) *acts.Person) ([]*acts.Person, error) {
	wraps, err := acts.WrapsOfEpoch.Rows(r, unit, epoch)
	if err != nil {
		return nil, err
	}
	var stay []*acts.Person
	for _, w := range wraps {
		if w.Person == acts.RecoveryPerson {
			continue
		}
		p := &acts.Person{}
		if err := r.Get(p, w.Person); err != nil {
			return nil, err
		}
		if p = stays(p); p != nil && (p.State == string(acts.Active) || p.State == string(acts.Suspended)) {
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
func (h *House) UnitWordsOf(ctx context.Context, who acts.Caller) (Words, error) {
	var words Words
	err := h.look(ctx, func(r acts.Reader) error {
		var u acts.Unit
		if err := r.Get(&u, who.Unit()); err != nil {
			return err
		}
		id, ok := who.UnitIdentity(r.Epoch(who.Unit()))
		if !ok {
			return acts.ErrCovered
		}
		var err error
		words, err = h.UnitWords(ctx, &u, id.Recipient().String(), r.Epoch(who.Unit()))
		return err
	})
	return words, err
}

// RefuseWords records that a newcomer read other words than the page showed:
// nothing is done, and the log says so.
func (h *House) RefuseWords(ctx context.Context, who acts.Caller, person string) error {
	_, err := h.Do(ctx, who, policies.MemberAdmit, func(r acts.Reader, act *acts.Act) error {
		var p acts.Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		if p.Unit != act.Who.Unit() || p.State != string(acts.Waiting) || act.Who.State() != acts.Active || p.ID == act.Who.Person() {
			return acts.ErrDenied
		}
		act.Refusing("words", policies.KindPerson, p.ID)
		return nil
	})
	return err
}
