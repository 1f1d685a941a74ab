package kept

import (
	"fmt"

	"sportello/crypto"
	"sportello/policies/acts"
)

// binding names a sealed column of a row at a version.
func binding(row acts.Row, column string, version int64) crypto.Binding {
	id, _ := row.Key()
	return crypto.Binding{Table: row.Table(), Row: id, Column: column, Version: version}
}

// SealUnder seals a value into a column of a row, at the row's version.
func SealUnder(key crypto.Key, row acts.Row, column string, v any) (crypto.Sealed, error) {
	_, version := row.Key()
	return key.SealValue(binding(row, column, version), v)
}

// OpenUnder opens what seal sealed.
func OpenUnder(key crypto.Key, row acts.Row, column string, s crypto.Sealed, v any) error {
	_, version := row.Key()
	return key.OpenValue(binding(row, column, version), s, v)
}

// wrapRecordKey is the key of one record that a unit keeps: 32 bytes of its own,
// wrapped under the unit key of an epoch.
func wrapRecordKey(who acts.Caller, row acts.Row, column string, version int64, key crypto.Key, label crypto.Label) (crypto.Sealed, int64, error) {
	epoch := who.Epoch()
	unit, ok := who.UnitKey(epoch)
	if !ok {
		return nil, 0, acts.ErrCovered
	}
	return unit.Derive(label).Seal(binding(row, column, version), key.Bytes()), epoch, nil
}

func openRecordKey(who acts.Caller, row acts.Row, column string, version, epoch int64, s crypto.Sealed, label crypto.Label) (crypto.Key, error) {
	unit, ok := who.UnitKey(epoch)
	if !ok {
		return crypto.Key{}, acts.ErrCovered
	}
	b, err := unit.Derive(label).Open(binding(row, column, version), s)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("opening a record's key: %w", err)
	}
	return crypto.KeyFromBytes(b)
}
