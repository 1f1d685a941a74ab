package referrals

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// Desk is the one door to case data. Ids are 26 letters and digits, days
// YYYY-MM-DD in Italy, hours HH:MM there, codes those of the exported lists.
//
// Any of its acts can end with acts.ErrDenied, for what the caller may not do
// or know of and for what is not there alike; with acts.ErrCovered, when she
// must type her passphrase first; with acts.ErrTampered or crypto.ErrOpen,
// for a row that is not the one the log names; with acts.ErrConflict, when
// others were quicker every time; with acts.ErrUnwritable. A comment names
// what comes beside these. No error means that the act and its leaf are durable;
// so they are at an acts.Partial, with which the lists of a page come but for
// what is not what the log names.
type Desk struct {
	gate     *acts.Gate
	store    Store
	verified atomic.Pointer[Verification] // the last check of all records
}

// NewDesk opens the desk. It refuses nil.
func NewDesk(gate *acts.Gate, store Store) (*Desk, error) {
	if gate == nil || store == nil {
		return nil, errors.New("making the desk: gate and store are both needed")
	}
	d := &Desk{gate: gate, store: store}
	gate.OnRekey(d.rekeyNamed)
	return d, nil
}

// Day is today's date in Italy, YYYY-MM-DD.
func (d *Desk) Day() string { return d.gate.Day() }

// do decides, records and does one act: prepare works on a snapshot, and what
// it leaves in act.Commit is written in the transaction of the leaf.
func (d *Desk) do(ctx context.Context, who acts.Caller, a policies.Action, prepare func(Reader, *acts.Act) error) (audit.Receipt, error) {
	return acts.Do(ctx, d.gate, d.store.View, who, a, prepare)
}

// lines makes the lines of a page's list out of rows, or of the error of reading
// them, and leaves out those for which line says false. What is not what the log
// names is left out too, by act.Spare.
func lines[R, L any](act *acts.Act, rows []R, err error, line func(R) (L, bool, error)) ([]L, error) {
	if err := act.Spare(err); err != nil {
		return nil, err
	}
	var all []L
	for _, row := range rows {
		l, shown, err := line(row)
		if spared := act.Spare(err); spared != nil {
			return nil, spared
		}
		if err == nil && shown {
			all = append(all, l)
		}
	}
	return all, nil
}

// ErrState says that a thing's state does not allow this step.
var ErrState = errors.New("the state does not allow this")

// binding names a sealed column of a row at a version.
func binding(row acts.Row, column string, version int64) crypto.Binding {
	id, _ := row.Key()
	return crypto.Binding{Table: row.Table(), Row: id, Column: column, Version: version}
}

// seal seals a value into a column of a row, at the row's version.
func seal(key crypto.Key, row acts.Row, column string, v any) (crypto.Sealed, error) {
	_, version := row.Key()
	return key.SealValue(binding(row, column, version), v)
}

// open opens what seal sealed.
func open(key crypto.Key, row acts.Row, column string, s crypto.Sealed, v any) error {
	_, version := row.Key()
	return key.OpenValue(binding(row, column, version), s, v)
}

// recordKey is the key of one record that a unit keeps: 32 bytes of its own,
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
