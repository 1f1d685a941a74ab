package kept

import (
	"context"
	"errors"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// Work is what acts of the casework pass through: the gate, which decides and records
// them, and the storage.
type Work struct {
	Gate  *acts.Gate
	Store Store
}

// Do decides, records and does one act: prepare works on a snapshot, and what
// it leaves in act.Commit is written in the transaction of the leaf.
func (w Work) Do(ctx context.Context, who acts.Caller, a policies.Action, prepare func(Reader, *acts.Act) error) (audit.Receipt, error) {
	return acts.Do(ctx, w.Gate, w.Store.View, who, a, prepare)
}

// View reads a snapshot, again when a group committed in between.
func (w Work) View(ctx context.Context, f func(Reader) error) error {
	for {
		err := w.Store.View(ctx, f)
		if !errors.Is(err, acts.ErrStale) {
			return err
		}
		if err := w.Store.Settle(ctx); err != nil {
			return err
		}
	}
}

// Lines makes the lines of a page's list out of rows, or of the error of reading
// them, and leaves out those for which line says false. What is not what the log
// names is left out too, by act.Spare.
func Lines[R, L any](act *acts.Act, rows []R, err error, line func(R) (L, bool, error)) ([]L, error) {
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

// PutAll writes rows in order.
func PutAll(rows ...acts.Row) func(acts.Tx) error { return Change{Put: rows}.Write }

// NewRow is the identity of a row that is new.
func NewRow() acts.RowKey { return acts.RowKey{ID: crypto.NewID(), Version: 1} }

// NotNoRow drops ErrNoRow: the form's own message says it better.
func NotNoRow(err error) error {
	if errors.Is(err, acts.ErrNoRow) {
		return nil
	}
	return err
}
