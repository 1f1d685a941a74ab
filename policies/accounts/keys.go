package accounts

import (
	"errors"
	"fmt"
	"strconv"

	"sportello/crypto"
	"sportello/policies/audit"
)

func epochID(unit string, epoch int64) string { return unit + "." + strconv.FormatInt(epoch, 10) }

func wrapID(unit string, epoch int64, person string) string {
	return epochID(unit, epoch) + "." + person
}

// RecoveryPerson names a unit's offline recovery recipient among the wraps.
const RecoveryPerson = "recovery"

const purposeEpoch = "unit-epoch"

func epochContext(unit string, epoch int64, person string) crypto.WrapContext {
	return crypto.WrapContext{Purpose: purposeEpoch, Unit: unit, Person: person, Epoch: epoch}
}

// newEpoch makes a unit's next generation of keys. before is nil for the first;
// otherwise its unit key makes the MAC, and its epoch key is sealed under the
// new unit key, so that who holds the new epoch reads what was written before.
func newEpoch(unit string, epoch int64, before *unitKeys, by, day, cause string) (*UnitEpoch, unitKeys, error) {
	identity, err := crypto.NewIdentity()
	if err != nil {
		return nil, unitKeys{}, fmt.Errorf("making a unit identity: %w", err)
	}
	row, k := epochOf(identity, unit, epoch, before, by, day, cause)
	return row, k, nil
}

// epochOf is newEpoch with an identity drawn before.
func epochOf(identity crypto.Identity, unit string, epoch int64, before *unitKeys, by, day, cause string) (*UnitEpoch, unitKeys) {
	k := unitKeys{Epoch: epoch, Key: crypto.NewKey(), Identity: string(identity.Secret()), UnitKey: identity.Key(crypto.LabelUnitKey)}
	row := &UnitEpoch{RowKey: RowKey{epochID(unit, epoch), 1}, Unit: unit, Epoch: epoch,
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

func epochBinding(row *UnitEpoch, column string) crypto.Binding {
	return crypto.Binding{Table: row.Table(), Row: row.ID, Column: column, Version: 1}
}

func epochMAC(before crypto.Key, row *UnitEpoch) [32]byte {
	return before.MAC(crypto.LabelUnitMAC, []byte(row.ID), []byte(row.Recipient), row.Commitment, row.Identity)
}

// openEpoch opens a unit's identity with the epoch key, and compares everything
// the row says of it.
func openEpoch(row *UnitEpoch, key crypto.Key) (unitKeys, error) {
	if !commits(key, row) {
		return unitKeys{}, crypto.ErrOpen
	}
	text, err := key.Open(epochBinding(row, "identity"), row.Identity)
	if err != nil {
		return unitKeys{}, err
	}
	identity, err := crypto.ParseIdentity(string(text))
	if err != nil {
		return unitKeys{}, err
	}
	if identity.Recipient().String() != row.Recipient {
		return unitKeys{}, crypto.ErrOpen
	}
	return unitKeys{Epoch: row.Epoch, Key: key, Identity: string(text), UnitKey: identity.Key(crypto.LabelUnitKey)}, nil
}

func commits(key crypto.Key, row *UnitEpoch) bool {
	return string(key.Commitment(purposeEpoch, row.ID)) == string(row.Commitment)
}

// chain opens every epoch from the newest back to the first.
func chain(r Reader, unit string, newest unitKeys) ([]unitKeys, error) {
	all := []unitKeys{newest}
	for k := newest; k.Epoch > 1; {
		var row UnitEpoch
		if err := r.Get(&row, epochID(unit, k.Epoch)); err != nil {
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
func epochBefore(r Reader, row *UnitEpoch, k unitKeys) (unitKeys, error) {
	b, err := k.UnitKey.Derive(crypto.LabelPrevEpoch).Open(epochBinding(row, "before"), row.Before)
	if err != nil {
		return unitKeys{}, fmt.Errorf("opening the epoch before: %w", err)
	}
	key, err := crypto.KeyFromBytes(b)
	if err != nil {
		return unitKeys{}, fmt.Errorf("opening the epoch before: %w", err)
	}
	var prev UnitEpoch
	if err := r.Get(&prev, epochID(row.Unit, row.Epoch-1)); err != nil {
		return unitKeys{}, fmt.Errorf("reading a unit epoch: %w", err)
	}
	before, err := openEpoch(&prev, key)
	if err != nil {
		return unitKeys{}, fmt.Errorf("opening the epoch before: %w", err)
	}
	if mac := epochMAC(before.UnitKey, row); string(mac[:]) != string(row.MAC) {
		return unitKeys{}, fmt.Errorf("%w: unit_epoch %s", ErrTampered, row.ID)
	}
	return before, nil
}

// fetch opens, with a person's identity, the keys of her unit. No wrap for the
// newest epoch means no keys: she is not a member now.
func fetch(r Reader, p *Person, identity crypto.Identity) ([]unitKeys, error) {
	epoch := r.Epoch(p.Unit)
	if p.Unit == "" || epoch == 0 || p.State != string(Active) {
		return nil, nil
	}
	var w UnitWrap
	if err := r.Get(&w, wrapID(p.Unit, epoch, p.ID)); err != nil {
		if errors.Is(err, ErrNoRow) {
			return nil, nil
		}
		return nil, fmt.Errorf("reading a unit key: %w", err)
	}
	var row UnitEpoch
	if err := r.Get(&row, epochID(p.Unit, epoch)); err != nil {
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
func wrapTo(to crypto.Recipient, k unitKeys, unit, person, by, day, words string) (*UnitWrap, error) {
	w, err := crypto.Wrap(to, epochContext(unit, k.Epoch, person), k.Key)
	if err != nil {
		return nil, fmt.Errorf("wrapping a unit key: %w", err)
	}
	return &UnitWrap{RowKey: RowKey{wrapID(unit, k.Epoch, person), 1}, Unit: unit, Epoch: k.Epoch,
		Person: person, Wrapped: w, By: by, Day: day, Words: words}, nil
}

// pendingDetailKey draws today's detail key for the audit unit.
func (g *Gate) pendingDetailKey(day string, row *UnitEpoch) (audit.PendingDetailKey, error) {
	to, err := crypto.ParseRecipient(row.Recipient)
	if err != nil {
		return audit.PendingDetailKey{}, fmt.Errorf("reading the audit unit's recipient: %w", err)
	}
	p, err := g.log.NewDetailKey(day, row.Unit, row.Epoch, to)
	if err != nil {
		return audit.PendingDetailKey{}, fmt.Errorf("drawing a detail key: %w", err)
	}
	return p, nil
}

// box is what a passphrase opens: the person's identity and second factors.
type box struct {
	Identity string   `json:"identity"`
	TOTP     string   `json:"totp"`            // base32 seed
	Step     int64    `json:"step"`            // the last step used
	Recovery [][]byte `json:"recovery"`        // hashes of the codes not used yet
	Enrol    bool     `json:"enrol,omitempty"` // a recovery code was used: a new factor comes first
	Factor   string   `json:"factor"`          // day the factor was enrolled
	Phrase   string   `json:"phrase"`          // day the passphrase was set
}

func (b *box) facts() ownFacts { return ownFacts{len(b.Recovery), b.Factor, b.Phrase} }

func boxBinding(p *Person) crypto.Binding {
	return crypto.Binding{Table: p.Table(), Row: p.ID, Column: "box", Version: p.BoxVersion}
}

// sealBox seals b into the next version of p.
func sealBox(p *Person, kek crypto.Key, b *box) error {
	p.Version++
	p.BoxVersion = p.Version
	var err error
	p.Box, err = kek.SealValue(boxBinding(p), b)
	return err
}

func openBox(p *Person, kek crypto.Key) (*box, error) {
	var b box
	if err := kek.OpenValue(boxBinding(p), p.Box, &b); err != nil {
		return nil, err
	}
	return &b, nil
}
