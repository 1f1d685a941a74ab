package units

import (
	"errors"
	"fmt"

	"sportello/crypto"
	"sportello/policies/acts"
)

// WrapID is the id of a unit's key as one person has it: UNIT.EPOCH.PERSON.
func WrapID(unit string, epoch int64, person string) string {
	return acts.EpochID(unit, epoch) + "." + person
}

const purposeEpoch = "unit-epoch"

func epochContext(unit string, epoch int64, person string) crypto.WrapContext {
	return crypto.WrapContext{Purpose: purposeEpoch, Unit: unit, Person: person, Epoch: epoch}
}

// newEpoch makes a unit's next generation of keys. before is nil for the first;
// otherwise its unit key makes the MAC, and its epoch key is sealed under the
// new unit key, so that who holds the new epoch reads what was written before.
func newEpoch(unit string, epoch int64, before *acts.UnitKeys, by, day, cause string) (*acts.UnitEpoch, acts.UnitKeys, error) {
	identity, err := crypto.NewIdentity()
	if err != nil {
		return nil, acts.UnitKeys{}, fmt.Errorf("making a unit identity: %w", err)
	}
	row, k := epochOf(identity, unit, epoch, before, by, day, cause)
	return row, k, nil
}

// epochOf is newEpoch with an identity drawn before.
func epochOf(identity crypto.Identity, unit string, epoch int64, before *acts.UnitKeys, by, day, cause string) (*acts.UnitEpoch, acts.UnitKeys) {
	k := acts.UnitKeys{Epoch: epoch, Key: crypto.NewKey(), Identity: string(identity.Secret()), UnitKey: identity.Key(crypto.LabelUnitKey)}
	row := &acts.UnitEpoch{RowKey: acts.RowKey{ID: acts.EpochID(unit, epoch), Version: 1}, Unit: unit, Epoch: epoch,
		Recipient: identity.Recipient().String(), By: by, Day: day, Cause: cause}
	row.Identity = k.Key.Seal(epochBinding(row, "identity"), []byte(k.Identity))
	row.Commitment = k.Key.Commitment(purposeEpoch, row.ID)
	if before != nil {
		row.Before = k.UnitKey.Derive(crypto.LabelPrevEpoch).Seal(epochBinding(row, "before"), before.Key.Bytes())
		mac := epochMAC(before.UnitKey, row)
		row.MAC = mac[:]
	}
	return row, k
}

func epochBinding(row *acts.UnitEpoch, column string) crypto.Binding {
	return crypto.Binding{Table: row.Table(), Row: row.ID, Column: column, Version: 1}
}

func epochMAC(before crypto.Key, row *acts.UnitEpoch) [32]byte {
	return before.MAC(crypto.LabelUnitMAC, []byte(row.ID), []byte(row.Recipient), row.Commitment, row.Identity)
}

// openEpoch opens a unit's identity with the epoch key, and compares everything
// the row says of it.
func openEpoch(row *acts.UnitEpoch, key crypto.Key) (acts.UnitKeys, error) {
	if !commits(key, row) {
		return acts.UnitKeys{}, crypto.ErrOpen
	}
	text, err := key.Open(epochBinding(row, "identity"), row.Identity)
	if err != nil {
		return acts.UnitKeys{}, err
	}
	identity, err := crypto.ParseIdentity(string(text))
	if err != nil {
		return acts.UnitKeys{}, err
	}
	if identity.Recipient().String() != row.Recipient {
		return acts.UnitKeys{}, crypto.ErrOpen
	}
	return acts.UnitKeys{Epoch: row.Epoch, Key: key, Identity: string(text), UnitKey: identity.Key(crypto.LabelUnitKey)}, nil
}

func commits(key crypto.Key, row *acts.UnitEpoch) bool {
	return string(key.Commitment(purposeEpoch, row.ID)) == string(row.Commitment)
}

// chain opens every epoch from the newest back to the first.
func chain(r acts.Reader, unit string, newest acts.UnitKeys) ([]acts.UnitKeys, error) {
	all := []acts.UnitKeys{newest}
	for k := newest; k.Epoch > 1; {
		var row acts.UnitEpoch
		if err := r.Get(&row, acts.EpochID(unit, k.Epoch)); err != nil {
			return nil, fmt.Errorf("reading a unit epoch: %w", err)
		}
		before, err := epochBefore(r, &row, k)
		if err != nil {
			return nil, err
		}
		all = append(all, before)
		k = before
	}
	return all, nil
}

// epochBefore opens the epoch before row with row's own keys, and compares the
// MAC that its unit key made: whoever made row held the key of the epoch before.
func epochBefore(r acts.Reader, row *acts.UnitEpoch, k acts.UnitKeys) (acts.UnitKeys, error) {
	b, err := k.UnitKey.Derive(crypto.LabelPrevEpoch).Open(epochBinding(row, "before"), row.Before)
	if err != nil {
		return acts.UnitKeys{}, fmt.Errorf("opening the epoch before: %w", err)
	}
	key, err := crypto.KeyFromBytes(b)
	if err != nil {
		return acts.UnitKeys{}, fmt.Errorf("opening the epoch before: %w", err)
	}
	var prev acts.UnitEpoch
	if err := r.Get(&prev, acts.EpochID(row.Unit, row.Epoch-1)); err != nil {
		return acts.UnitKeys{}, fmt.Errorf("reading a unit epoch: %w", err)
	}
	before, err := openEpoch(&prev, key)
	if err != nil {
		return acts.UnitKeys{}, fmt.Errorf("opening the epoch before: %w", err)
	}
	if mac := epochMAC(before.UnitKey, row); string(mac[:]) != string(row.MAC) {
		return acts.UnitKeys{}, fmt.Errorf("%w: unit_epoch %s", acts.ErrTampered, row.ID)
	}
	return before, nil
}

// Fetch opens, with a person's identity, the keys of her unit. No wrap for the
// newest epoch means no keys: she is not a member now.
func Fetch(r acts.Reader, p *acts.Person, identity crypto.Identity) ([]acts.UnitKeys, error) {
	epoch := r.Epoch(p.Unit)
	if p.Unit == "" || epoch == 0 || p.State != string(acts.Active) {
		return nil, nil
	}
	var w acts.UnitWrap
	if err := r.Get(&w, WrapID(p.Unit, epoch, p.ID)); err != nil {
		if errors.Is(err, acts.ErrNoRow) {
			return nil, nil
		}
		return nil, fmt.Errorf("reading a unit key: %w", err)
	}
	var row acts.UnitEpoch
	if err := r.Get(&row, acts.EpochID(p.Unit, epoch)); err != nil {
		return nil, fmt.Errorf("reading a unit epoch: %w", err)
	}
	key, err := crypto.Unwrap(identity, epochContext(p.Unit, epoch, p.ID), w.Wrapped)
	if err != nil {
		return nil, fmt.Errorf("opening a unit key: %w", err)
	}
	newest, err := openEpoch(&row, key)
	if err != nil {
		return nil, fmt.Errorf("opening a unit epoch: %w", err)
	}
	return chain(r, p.Unit, newest)
}

// wrapTo makes the row that hands an epoch key to one person.
func wrapTo(to crypto.Recipient, k acts.UnitKeys, unit, person, by, day, words string) (*acts.UnitWrap, error) {
	w, err := crypto.Wrap(to, epochContext(unit, k.Epoch, person), k.Key)
	if err != nil {
		return nil, fmt.Errorf("wrapping a unit key: %w", err)
	}
	return &acts.UnitWrap{RowKey: acts.RowKey{ID: WrapID(unit, k.Epoch, person), Version: 1}, Unit: unit, Epoch: k.Epoch,
		Person: person, Wrapped: w, By: by, Day: day, Words: words}, nil
}
