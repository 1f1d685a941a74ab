package referrals

import (
	"strconv"

	"sportello/crypto"
	"sportello/policies/accounts"
)

// A record that two units share has a key of its own, and each unit holds it on
// its Side. This file is how a side gets, opens and keeps that key.

// sideContext is what an age wrap of a record's key says of itself.
func sideContext(row accounts.Row, unit string, epoch, version int64) crypto.WrapContext {
	id, _ := row.Key()
	return crypto.WrapContext{Purpose: "record-" + row.Table(), Unit: unit, Record: id, Epoch: epoch, Version: version}
}

// keep puts the key on the caller's own side, under her unit key.
func (s *Side) keep(who accounts.Caller, row accounts.Row, column string, version int64, key crypto.Key) (err error) {
	s.Wrap = nil
	s.Box, s.Epoch, err = wrapRecordKey(who, row, column, version, key, crypto.LabelReferralWrap)
	return err
}

// send puts the key on another unit's side, wrapped with age to the epoch that it
// was found to be reachable under.
func (s *Side) send(to addressee, row accounts.Row, version int64, key crypto.Key) (err error) {
	s.Box, s.Epoch = nil, to.epoch
	s.Wrap, err = crypto.Wrap(to.recipient, sideContext(row, to.unit, to.epoch, version), key)
	return err
}

// open gets the key from the caller's side. arrived tells that it came by age
// and should now be kept under her unit key.
func (s *Side) open(who accounts.Caller, row accounts.Row, column string, version int64, commitment []byte) (key crypto.Key, arrived bool, err error) {
	switch {
	case s.Wrap != nil:
		id, ok := who.UnitIdentity(s.Epoch)
		if !ok {
			return crypto.Key{}, false, accounts.ErrCovered
		}
		key, err = crypto.Unwrap(id, sideContext(row, who.Unit(), s.Epoch, version), s.Wrap)
		arrived = true
	case s.Box != nil:
		key, err = openRecordKey(who, row, column, version, s.Epoch, s.Box, crypto.LabelReferralWrap)
	default:
		return crypto.Key{}, false, accounts.ErrErased
	}
	if err != nil {
		return crypto.Key{}, false, err
	}
	if string(recordCommitment(key, row, version)) != string(commitment) {
		return crypto.Key{}, false, crypto.ErrOpen
	}
	return key, arrived, nil
}

func recordCommitment(key crypto.Key, row accounts.Row, version int64) []byte {
	id, _ := row.Key()
	return key.Commitment(row.Table(), id, strconv.FormatInt(version, 10))
}
