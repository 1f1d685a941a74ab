package referrals

import (
	"fmt"
	"strconv"

	"sportello/crypto"
	"sportello/policies/acts"
)

// A record that two units share has a key of its own, and each unit holds it on
// its Side. This file is how a side gets, opens and keeps that key.
//
// A side is kept as the file is that the record speaks of. That of a restricted
// case is kept by name: an identity that is drawn for this side alone lies under the
// case's key, and the record's key is wrapped with age to that identity, and around
// it to the unit. So neither a colleague who is not named opens it, nor somebody
// named who left the unit, whoever of the two units sealed it last.

// sideContext is what an age wrap of a record's key says of itself.
func sideContext(row acts.Row, unit string, epoch, version int64) crypto.WrapContext {
	id, _ := row.Key()
	return crypto.WrapContext{Purpose: "record-" + row.Table(), Unit: unit, Record: id, Epoch: epoch, Version: version}
}

// keep puts the key on the caller's own side, under her unit key.
func (s *Side) keep(who acts.Caller, row acts.Row, column string, version int64, key crypto.Key) (err error) {
	s.Wrap = nil
	s.Box, s.Epoch, err = wrapRecordKey(who, row, column, version, key, crypto.LabelReferralWrap)
	return err
}

// send puts the key on another unit's side, wrapped with age to the epoch that it
// was found to be reachable under.
func (s *Side) send(to addressee, row acts.Row, version int64, key crypto.Key) (err error) {
	s.Box, s.Epoch = nil, to.epoch
	s.Wrap, err = crypto.Wrap(to.recipient, sideContext(row, to.unit, to.epoch, version), key)
	return err
}

// open gets the key from the caller's side. arrived tells that it came by age
// and should now be kept under her unit key.
func (s *Side) open(who acts.Caller, row acts.Row, column string, version int64, commitment []byte) (key crypto.Key, arrived bool, err error) {
	switch {
	case s.Wrap != nil:
		id, ok := who.UnitIdentity(s.Epoch)
		if !ok {
			return crypto.Key{}, false, acts.ErrCovered
		}
		key, err = crypto.Unwrap(id, sideContext(row, who.Unit(), s.Epoch, version), s.Wrap)
		arrived = true
	case s.Box != nil:
		key, err = openRecordKey(who, row, column, version, s.Epoch, s.Box, crypto.LabelReferralWrap)
	default:
		return crypto.Key{}, false, acts.ErrErased
	}
	if err != nil {
		return crypto.Key{}, false, err
	}
	if string(recordCommitment(key, row, version)) != string(commitment) {
		return crypto.Key{}, false, crypto.ErrOpen
	}
	return key, arrived, nil
}

func recordCommitment(key crypto.Key, row acts.Row, version int64) []byte {
	id, _ := row.Key()
	return key.Commitment(row.Table(), id, strconv.FormatInt(version, 10))
}

// fileOf opens the key of the restricted case that a record speaks of, for who is
// to open or keep her own unit's side of it; nil for any other record.
func (d *Desk) fileOf(r Reader, who acts.Caller, row *CaseRow) (*caseFile, error) {
	if row == nil || !row.Restricted || row.Unit != who.Unit() {
		return nil, nil
	}
	key, err := d.restrictedKey(r, who, row)
	if err != nil {
		return nil, err
	}
	return &caseFile{row: row, key: key}, nil
}

// restricted is a case file for a side to be kept as: nil where the unit keeps it.
func (c *caseFile) restricted() *caseFile {
	if c == nil || !c.row.Restricted {
		return nil
	}
	return c
}

func namedContext(row acts.Row, version int64) crypto.WrapContext {
	id, _ := row.Key()
	return crypto.WrapContext{Purpose: "named-" + row.Table(), Record: id, Version: version}
}

// keepNamed puts the key on the caller's own side, by name, and says whom the other
// unit seals a new key to.
func (s *Side) keepNamed(who acts.Caller, f *caseFile, row acts.Row, column string, version int64, key crypto.Key) (crypto.Recipient, error) {
	id, err := crypto.NewIdentity()
	if err != nil {
		return crypto.Recipient{}, fmt.Errorf("keeping a side by name: %w", err)
	}
	to, err := ownUnit(who)
	if err != nil {
		return crypto.Recipient{}, err
	}
	s.Box = f.key.Derive(crypto.LabelReferralWrap).Seal(binding(row, column, f.row.KeyVersion), []byte(id.Secret()))
	return id.Recipient(), s.sendNamed(to, id.Recipient(), row, version, key)
}

// sendNamed puts a new key on a side that is kept by name.
func (s *Side) sendNamed(to addressee, reply crypto.Recipient, row acts.Row, version int64, key crypto.Key) error {
	inner, err := crypto.Wrap(reply, namedContext(row, version), key)
	if err != nil {
		return err
	}
	s.Epoch = to.epoch
	s.Wrap, err = crypto.SealPadded(to.recipient, sideContext(row, to.unit, to.epoch, version), inner)
	return err
}

// openNamed gets the key from the caller's side, kept by name under the case key of
// a version.
func (s *Side) openNamed(r Reader, who acts.Caller, f *caseFile, at int64, row acts.Row, column string, version int64, commitment []byte) (crypto.Key, error) {
	if f == nil || s.Box == nil || s.Wrap == nil {
		return crypto.Key{}, crypto.ErrOpen
	}
	k, err := f.keyAt(r, at)
	if err != nil {
		return crypto.Key{}, err
	}
	secret, err := k.Derive(crypto.LabelReferralWrap).Open(binding(row, column, at), s.Box)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("opening a side kept by name: %w", err)
	}
	id, err := crypto.ParseIdentity(string(secret))
	if err != nil {
		return crypto.Key{}, crypto.ErrOpen
	}
	unit, ok := who.UnitIdentity(s.Epoch)
	if !ok {
		return crypto.Key{}, acts.ErrCovered
	}
	inner, err := crypto.OpenPadded(unit, sideContext(row, who.Unit(), s.Epoch, version), s.Wrap)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("opening a side kept by name: %w", err)
	}
	key, err := crypto.Unwrap(id, namedContext(row, version), inner)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("opening a side kept by name: %w", err)
	}
	if string(recordCommitment(key, row, version)) != string(commitment) {
		return crypto.Key{}, crypto.ErrOpen
	}
	return key, nil
}
