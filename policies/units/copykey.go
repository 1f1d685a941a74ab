package units

import (
	"context"
	"errors"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// copyKeyPerson stands for the holder of a centre's key for copies in its words.
const copyKeyPerson = "copies"

// CopyKeyWords are the four words of the public key to which a centre's sealed
// copies are made. Who holds its secret half computes them off the server.
func CopyKeyWords(by crypto.Stretcher, to crypto.Recipient, unit string) (Words, error) {
	return wordsBy(by, to, copyKeySubject(unit))
}

func copyKeySubject(unit string) crypto.WordsSubject {
	return crypto.WordsSubject{Unit: unit, Person: copyKeyPerson}
}

// CopyKey is the key for copies of the caller's centre, as its members see it.
type CopyKey struct {
	Unit  acts.Unit
	Words Words
	Set   bool
}

// OwnCopyKey reads the key for copies of the caller's own centre; any other
// unit has none, and is absent.
func (h *House) OwnCopyKey(ctx context.Context, who acts.Caller) (*CopyKey, error) {
	k := &CopyKey{}
	_, err := acts.Do(ctx, h.gate, h.store.Look, who, policies.InboxList, func(r acts.Reader, act *acts.Act) error {
		*k = CopyKey{}
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: act.Who.Unit(), Unit: act.Who.Unit(), UnitKind: act.Who.UnitKind(), Agency: act.Who.Agency()}); err != nil {
			return err
		}
		if err := r.Get(&k.Unit, act.Who.Unit()); err != nil {
			return err
		}
		k.Set = k.Unit.CopyKey != ""
		if !k.Set {
			return nil
		}
		to, err := crypto.ParseRecipient(k.Unit.CopyKey)
		if err != nil {
			return acts.ErrTampered
		}
		k.Words, err = h.Words(ctx, to, copyKeySubject(k.Unit.ID))
		return err
	})
	return k, err
}

// SetCopyKey keeps the public key of the caller's centre for its sealed copies,
// or none. It stands with its words before every member of the centre until she
// has seen it. The caller has stepped up. ErrConflict when the unit's row changed
// since version, ErrIncomplete for what is no hybrid age recipient.
func (h *House) SetCopyKey(ctx context.Context, who acts.Caller, recipient string, version int64) (audit.Receipt, error) {
	if recipient != "" {
		if _, err := crypto.ParseRecipient(recipient); err != nil {
			return audit.Receipt{}, errors.Join(ErrIncomplete, err)
		}
	}
	return h.Do(ctx, who, policies.CopyKeySet, func(r acts.Reader, act *acts.Act) error {
		var u acts.Unit
		if err := r.Get(&u, act.Who.Unit()); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: u.ID, Unit: u.ID, UnitKind: u.Kind, Agency: u.Agency}); err != nil {
			return err
		}
		if u.Version != version {
			return acts.ErrConflict
		}
		if u.CopyKey == recipient {
			return nil // sent twice
		}
		u.Version++
		u.CopyKey, u.CopyKeyBy, u.CopyKeyDay = recipient, act.Who.Person(), act.Day
		u.CopyKeyVersion++
		act.Commit = func(tx acts.Tx) error { return tx.Put(&u) }
		return nil
	})
}
