package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"sportello/crypto"
)

// Detail is what a leaf must not say in the open: the exact time, the reason given, the ids shown in a list, and the
// mark of a code that a record is given (code.go).
type Detail struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
	IDs    []string  `json:"ids,omitempty"`
	Also   []string  `json:"also,omitempty"` // what the act did or showed beside its action: other actions, parts of a record
	Code   []byte    `json:"code,omitempty"`
}

// SealedDetail is a detail as it is stored; its leaf commits to it. The audit unit opens it, unless the salt
// it was sealed with was shredded.
type SealedDetail struct {
	Leaf      int64 // the index of its leaf, known once it is stored
	ID, KeyID string
	Sealed    crypto.Sealed

	unit  string // for whom it was sealed, and under which epoch; known until it is stored
	epoch int64
}

// detailVersion is the only version of the rows of this file: they are written once.
const detailVersion = 1

// Tables of the rows that this package describes.
const (
	DetailTable    = "detail"
	DetailKeyTable = "detail_key"
)

// ActionDetailKey is the action of the leaf that UseDetailKey appends: an act of the service itself.
const ActionDetailKey = "audit.detail_key"

// Table is DetailTable; a stored detail is a Record whose digest is the leaf's commitment.
func (d SealedDetail) Table() string { return DetailTable }

// Key gives the id of the detail and its only version.
func (d SealedDetail) Key() (string, int64) { return d.ID, detailVersion }

// Values are the key's id and the ciphertext.
func (d SealedDetail) Values() []any { return []any{&d.KeyID, &d.Sealed} }

func (d SealedDetail) commitment() []byte {
	digest := MarkOf(d).Digest
	return digest[:]
}

// CheckDetail compares a stored detail with the commitment of its leaf; ErrDetail if it is not the one.
func CheckDetail(leaf Leaf, d SealedDetail) error {
	if leaf.DetailID == "" || leaf.DetailID != d.ID || !bytes.Equal(leaf.Detail, d.commitment()) {
		return fmt.Errorf("comparing a detail with its leaf: %w", ErrDetail)
	}
	return nil
}

// DetailKeyRow is a detail key as it is stored: wrapped to the audit unit. It is a Record, and its leaf marks it.
type DetailKeyRow struct {
	ID, Day, Unit string
	Epoch         int64
	Wrapped       crypto.Sealed
}

// Table is DetailKeyTable.
func (r DetailKeyRow) Table() string { return DetailKeyTable }

// Key gives the id of the key and its only version.
func (r DetailKeyRow) Key() (string, int64) { return r.ID, detailVersion }

// Values are day, unit, epoch and the wrap.
func (r DetailKeyRow) Values() []any { return []any{&r.Day, &r.Unit, &r.Epoch, &r.Wrapped} }

func (r DetailKeyRow) context() crypto.WrapContext {
	return crypto.WrapContext{Purpose: "audit detail key of " + r.Day, Unit: r.Unit, Record: r.ID, Epoch: r.Epoch, Version: detailVersion}
}

// Open unwraps the key with the identity of the audit unit's epoch. The caller first sees to it that the row
// matches the log. crypto.ErrOpen if the identity or any part of the row is another.
func (r DetailKeyRow) Open(id crypto.Identity) (crypto.Key, error) {
	k, err := crypto.Unwrap(id, r.context(), r.Wrapped)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("opening a detail key: %w", err)
	}
	return k, nil
}

// detailKey is a detail key in force. It lives in memory only and is lost with the process; its wrap is stored.
type detailKey struct {
	id, day, unit string
	epoch         int64
	key           crypto.Key
}

func (k detailKey) serves(day, unit string, epoch int64) bool {
	return k.id != "" && k.day == day && k.unit == unit && k.epoch == epoch
}

// PendingDetailKey is a new detail key, wrapped already, that a batch has yet to store.
type PendingDetailKey struct {
	row DetailKeyRow
	key crypto.Key
}

// DetailKeyNeeded holds if no key is in force for this day and this epoch of the audit unit.
func (l *Log) DetailKeyNeeded(day, unit string, epoch int64) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return !l.detail.serves(day, unit, epoch)
}

// NewDetailKey draws a key and wraps it to the audit unit. The public-key work happens here, outside the writer;
// the key seals nothing before the batch that stores its wrap is committed.
func (l *Log) NewDetailKey(day, unit string, epoch int64, to crypto.Recipient) (PendingDetailKey, error) {
	p := PendingDetailKey{
		row: DetailKeyRow{ID: crypto.NewID(), Day: day, Unit: unit, Epoch: epoch},
		key: crypto.NewKey(),
	}
	var err error
	if p.row.Wrapped, err = crypto.Wrap(to, p.row.context(), p.key); err != nil {
		return PendingDetailKey{}, fmt.Errorf("wrapping a detail key: %w", err)
	}
	return p, nil
}

// UseDetailKey stores the wrapped key and appends its leaf; with the commit it comes into force. It does nothing
// if another key for the same day and epoch came first. ErrDetailKey if the unit has a later epoch by now.
func (b *Batch) UseDetailKey(p PendingDetailKey) error {
	r := p.row
	if p.key.IsZero() {
		return fmt.Errorf("using a detail key: there is none: %w", ErrDetailKey)
	}
	if r.Epoch < b.Epoch(r.Unit) {
		return fmt.Errorf("using a detail key: %w", ErrDetailKey)
	}
	if b.detail.serves(r.Day, r.Unit, r.Epoch) || !b.log.DetailKeyNeeded(r.Day, r.Unit, r.Epoch) {
		return nil
	}
	if b.signed || b.over {
		return fmt.Errorf("using a detail key: %w", ErrBatch)
	}
	if err := b.tx.InsertDetailKey(r.ID, r.Day, r.Unit, r.Epoch, r.Wrapped); err != nil {
		return fmt.Errorf("storing a detail key: %w", err)
	}
	leaf := Leaf{Day: r.Day, Unit: r.Unit, Action: ActionDetailKey, Object: r.ID, Outcome: Allowed, Rows: []RowMark{MarkOf(r)}}
	if _, err := b.Append(leaf, nil); err != nil {
		return err
	}
	b.detail = detailKey{id: r.ID, day: r.Day, unit: r.Unit, epoch: r.Epoch, key: p.key}
	return nil
}

// SealDetail seals a detail under the key in force and the record's shred secret as salt (nil for an act on no
// record); nil, nil while no key is in force. A key of an earlier epoch than the unit's seals nothing: who left
// the audit unit could still open it (ErrDetailKey; a new key is needed).
func (l *Log) SealDetail(salt []byte, d Detail) (*SealedDetail, error) {
	l.mu.RLock()
	k, epoch := l.detail, l.marks.epochs[l.detail.unit]
	l.mu.RUnlock()
	if k.id == "" {
		return nil, nil
	}
	if k.epoch < epoch {
		return nil, fmt.Errorf("sealing a detail: %w", ErrDetailKey)
	}
	plain, err := d.marshal()
	if err != nil {
		return nil, err
	}
	s := &SealedDetail{ID: crypto.NewID(), KeyID: k.id, unit: k.unit, epoch: k.epoch}
	s.Sealed = k.key.Derive(crypto.LabelDetail, salt).Seal(detailBinding(s.ID), plain)
	return s, nil
}

// OpenDetail opens a detail with its day's key and the salt it was sealed with, or gives ErrDetail.
func OpenDetail(key crypto.Key, id string, salt []byte, sealed crypto.Sealed) (Detail, error) {
	if key.IsZero() {
		return Detail{}, fmt.Errorf("opening a detail: %w", ErrDetail)
	}
	plain, err := key.Derive(crypto.LabelDetail, salt).Open(detailBinding(id), sealed)
	if err != nil {
		return Detail{}, fmt.Errorf("opening a detail: %w", ErrDetail)
	}
	return parseDetail(plain)
}

func detailBinding(id string) crypto.Binding {
	return crypto.Binding{Table: DetailTable, Row: id, Column: "sealed", Version: detailVersion}
}

func (d Detail) marshal() ([]byte, error) {
	d.At = d.At.UTC()
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("writing a detail: %w", ErrDetail)
	}
	return b, nil
}

// parseDetail reads what marshal writes and nothing else.
func parseDetail(b []byte) (Detail, error) {
	var d Detail
	if err := json.Unmarshal(b, &d); err != nil {
		return Detail{}, fmt.Errorf("reading a detail: %w", ErrDetail)
	}
	if again, err := d.marshal(); err != nil || !bytes.Equal(again, b) {
		return Detail{}, fmt.Errorf("reading a detail: %w", ErrDetail)
	}
	return d, nil
}
