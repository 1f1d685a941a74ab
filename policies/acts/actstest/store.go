// Package actstest keeps rows and a log in memory, for tests of what passes the gate:
// the plain twin of a storage. It compares every row with the log, as a storage must.
package actstest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"

	"golang.org/x/mod/sumdb/tlog"
)

// Store is an [acts.Store]. Its hooks let a test do what another process would.
type Store struct {
	// BeforeCommit is called before an act is written, after it was prepared.
	BeforeCommit func()
	// Finish may say of an act that is durable that something of it could not be
	// finished.
	Finish func(audit.Receipt) error

	log     *audit.Log
	mu      sync.Mutex
	rows    map[string]acts.Row // by table and id
	secrets map[string][]byte
	memory
}

// World is a gate on a store of its own.
type World struct {
	*Store
	Gate *acts.Gate
	Now  time.Time
}

// New makes a gate with the program's policy.
func New(t testing.TB) *World {
	t.Helper()
	signer, _, err := audit.NewSigner("sportello.example/log")
	if err != nil {
		t.Fatal(err)
	}
	w := &World{Store: &Store{rows: map[string]acts.Row{}, secrets: map[string][]byte{}}, Now: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)}
	now := func() time.Time { return w.Now }
	w.log, err = audit.Open(t.Context(), audit.Options{Source: &w.memory, SignerKey: signer, StateFile: filepath.Join(t.TempDir(), "state"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.log.Close() })
	policy, err := policies.New()
	if err != nil {
		t.Fatal(err)
	}
	if w.Gate, err = acts.NewGate(w.Store, policy, w.log, now); err != nil {
		t.Fatal(err)
	}
	w.Gate.CodesUnder(crypto.NewKey())
	return w
}

// Leaves are the leaves of the log from an index on.
func (s *Store) Leaves(t testing.TB, from int64) (all []audit.Leaf) {
	t.Helper()
	for _, body := range s.leaves[from:] {
		l, err := audit.ParseLeaf(body)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

// Put writes rows as an act of the command line would that nobody prepared.
func (s *Store) Put(t testing.TB, rows ...acts.Row) {
	t.Helper()
	_, err := s.Do(context.Background(), acts.Work{Do: func(tx acts.Tx) error {
		for _, row := range rows {
			if err := tx.Put(row); err != nil {
				return err
			}
		}
		return tx.Record(audit.Leaf{Day: "2026-11-22", Actor: "console", Unit: "none", Action: "unit.create", Object: "none", Outcome: audit.Allowed, Rules: []string{"test"}}, nil)
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// Spoil changes a stored row behind the log's back.
func (s *Store) Spoil(table, id string, change func(acts.Row)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := clone(s.rows[table+" "+id])
	change(row)
	s.rows[table+" "+id] = row
}

func key(row acts.Row) string {
	id, _ := row.Key()
	return row.Table() + " " + id
}

// clone is a row that shares no column that is replaced.
func clone(row acts.Row) acts.Row {
	c := reflect.New(reflect.TypeOf(row).Elem())
	c.Elem().Set(reflect.ValueOf(row).Elem())
	return c.Interface().(acts.Row)
}

// Do runs work alone.
func (s *Store) Do(ctx context.Context, w acts.Work) (audit.Receipt, error) {
	if s.BeforeCommit != nil {
		f := s.BeforeCommit
		s.BeforeCommit = nil
		f()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &tx{s: s, rows: maps.Clone(s.rows), secrets: maps.Clone(s.secrets)}
	var err error
	if t.batch, err = s.log.Begin(t); err != nil {
		return audit.Receipt{}, err
	}
	for _, secret := range w.Secrets {
		t.secrets[secret.ID] = secret.Bytes
		t.marks = append(t.marks, secret.Mark())
	}
	err = w.Do(t)
	if err == nil && !t.recorded {
		err = errors.New("writing an act: no leaf was recorded")
	}
	var c audit.Checkpoint
	if err == nil {
		c, err = t.batch.Sign()
	}
	if err != nil {
		s.log.Aborted(t.batch)
		return audit.Receipt{}, err
	}
	s.rows, s.secrets = t.rows, t.secrets
	s.memory.take(&t.new)
	s.log.Committed(t.batch)
	receipt := audit.Receipt{Index: t.index, Checkpoint: c.Note}
	if s.Finish != nil {
		return receipt, s.Finish(receipt)
	}
	return receipt, nil
}

// Look runs f on one snapshot.
func (s *Store) Look(_ context.Context, f func(acts.Reader) error) error {
	s.mu.Lock()
	r := &reader{log: s.log, rows: s.rows, secrets: s.secrets}
	s.mu.Unlock()
	return f(r)
}

// Settle has nothing to wait for.
func (s *Store) Settle(context.Context) error { return nil }

// reader is one snapshot.
type reader struct {
	log     *audit.Log
	rows    map[string]acts.Row
	secrets map[string][]byte
	seen    []acts.Seen
}

func (r *reader) check(table, id string, row acts.Row) error {
	d, named := r.log.Newest(table, id)
	r.seen = append(r.seen, acts.Seen{Table: table, ID: id, Digest: d, Present: named})
	switch {
	case row == nil && !named:
		return acts.ErrNoRow
	case row == nil || !named:
		return fmt.Errorf("%w: %s %s", acts.ErrTampered, table, id)
	case d != digestOf(row):
		return fmt.Errorf("%w: %s %s", acts.ErrTampered, table, id)
	}
	return nil
}

func (r *reader) Get(row acts.Row, id string) error {
	stored := r.rows[row.Table()+" "+id]
	if err := r.check(row.Table(), id, stored); err != nil {
		return err
	}
	reflect.ValueOf(row).Elem().Set(reflect.ValueOf(stored).Elem())
	return nil
}

func (r *reader) Recall(row acts.Row, id string) error { return r.Get(row, id) }

func (r *reader) Rows(q *acts.Query, args []any, each func(acts.Row) error) error {
	var bad error
	for _, row := range r.find(q, args) {
		id, _ := row.Key()
		if err := r.check(row.Table(), id, row); err != nil {
			bad = err
			continue
		}
		if err := each(clone(row)); err != nil {
			return err
		}
	}
	return bad
}

func (r *reader) Count(q *acts.Query, args []any) (int, error) { return len(r.find(q, args)), nil }

func (r *reader) Secret(id string) ([]byte, error) {
	if b, ok := r.secrets[id]; ok {
		return b, nil
	}
	return nil, acts.ErrErased
}

func (r *reader) Newest(table, id string) (audit.Digest16, bool) { return r.log.Newest(table, id) }

func (r *reader) Unnamed(table, id string) bool {
	d, named := r.log.Newest(table, id)
	r.seen = append(r.seen, acts.Seen{Table: table, ID: id, Digest: d, Present: named})
	return !named
}

func (r *reader) Epoch(unit string) int64 { return r.log.Epoch(unit) }
func (r *reader) Seen() []acts.Seen       { return r.seen }

// find carries a query out: every row is looked at.
func (r *reader) find(q *acts.Query, args []any) (found []acts.Row) {
	for _, row := range r.rows {
		if row.Table() == q.Kind.Table() && r.fits(row, q, args) {
			found = append(found, row)
		}
	}
	slices.SortFunc(found, func(a, b acts.Row) int {
		for _, by := range append(slices.Clone(q.Order), "id") {
			name, down := strings.CutSuffix(by, " desc")
			c := strings.Compare(text(value(a, name)), text(value(b, name)))
			if down {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return found
}

func (r *reader) fits(row acts.Row, q *acts.Query, args []any) bool {
	for _, c := range q.Where {
		v := value(row, c.Column)
		var ok bool
		switch c.Is {
		case acts.Equals:
			ok = text(v) == text(args[c.Arg-1])
		case acts.UpTo:
			ok = text(v) <= text(args[c.Arg-1])
		case acts.Before:
			ok = text(v) < text(args[c.Arg-1])
		case acts.OneOf:
			ok = slices.Contains(c.Values, text(v))
		case acts.NoneOf:
			ok = !slices.Contains(c.Values, text(v))
		case acts.IsSet:
			ok = v == true
		case acts.IsUnset:
			ok = v == false
		case acts.Holds:
			ok = !reflect.ValueOf(v).IsNil()
		case acts.Among:
			ok = slices.ContainsFunc(c.Among, func(s acts.Selection) bool {
				return slices.ContainsFunc(r.find(s.Query, args), func(other acts.Row) bool { return text(value(other, s.Column)) == text(v) })
			})
		}
		if !ok {
			return false
		}
	}
	return true
}

func digestOf(row acts.Row) audit.Digest16 {
	m := acts.MarkOf(row)
	return audit.Digest16(m.Digest[:16])
}

func kindOf(row acts.Row) *acts.Kind {
	all := acts.Kinds()
	return all[slices.IndexFunc(all, func(k *acts.Kind) bool { return k.Table() == row.Table() })]
}

// value is a column of a row.
func value(row acts.Row, column string) any {
	names := append([]string{"id", "version"}, kindOf(row).Columns()...)
	return reflect.ValueOf(acts.Columns(row)[slices.Index(names, column)]).Elem().Interface()
}

// text writes a value so that texts compare as the values do.
func text(v any) string {
	switch v := v.(type) {
	case int64:
		return fmt.Sprintf("%020d", v)
	case int:
		return fmt.Sprintf("%020d", v)
	case []byte:
		return string(v)
	}
	return fmt.Sprint(v)
}

// tx is one act being written.
type tx struct {
	s        *Store
	batch    *audit.Batch
	rows     map[string]acts.Row
	secrets  map[string][]byte
	marks    []audit.RowMark
	index    int64
	recorded bool
	new      memory
}

func (t *tx) Newest(table, id string) (audit.Digest16, bool) { return t.batch.Newest(table, id) }
func (t *tx) Epoch(unit string) int64                        { return t.batch.Epoch(unit) }

func (t *tx) Put(row acts.Row) error {
	_, version := row.Key()
	if old := t.rows[key(row)]; old != nil {
		if _, before := old.Key(); version != before+1 {
			return acts.ErrConflict
		}
	} else if version != 1 {
		return acts.ErrConflict
	}
	t.rows[key(row)] = clone(row)
	t.marks = append(t.marks, acts.MarkOf(row))
	return nil
}

func (t *tx) Delete(row acts.Row) error {
	if t.rows[key(row)] == nil {
		return acts.ErrConflict
	}
	delete(t.rows, key(row))
	m := acts.MarkOf(row)
	m.Gone, m.Digest = true, [32]byte{}
	t.marks = append(t.marks, m)
	return nil
}

func (t *tx) Erase(secret string) error {
	if t.secrets[secret] == nil {
		return acts.ErrErased
	}
	delete(t.secrets, secret)
	t.marks = append(t.marks, audit.RowMark{Table: "shred", ID: secret, Version: 1, Gone: true})
	return nil
}

func (t *tx) UseDetailKey(p audit.PendingDetailKey) error {
	t.recorded = true
	return t.batch.UseDetailKey(p)
}

func (t *tx) Record(leaf audit.Leaf, detail *audit.SealedDetail) (err error) {
	leaf.Rows, t.recorded = t.marks, true
	t.index, err = t.batch.Append(leaf, detail)
	return err
}

func (t *tx) Session(id string) (audit.SessionMark, bool) { return t.batch.Session(id) }
func (t *tx) Sessions(person string) []string             { return t.batch.Sessions(person) }
func (t *tx) Mark(session audit.RowMark)                  { t.marks = append(t.marks, session) }

// memory is what the log keeps.
type memory struct {
	leaves [][]byte
	hashes []tlog.Hash
	sizes  []int64
	notes  [][]byte
}

func (m *memory) take(more *memory) {
	m.leaves, m.hashes = append(m.leaves, more.leaves...), append(m.hashes, more.hashes...)
	m.sizes, m.notes = append(m.sizes, more.sizes...), append(m.notes, more.notes...)
}

func (t *tx) InsertLeaf(_ int64, body []byte) error {
	t.new.leaves = append(t.new.leaves, slices.Clone(body))
	return nil
}

func (t *tx) InsertHashes(_ int64, hashes []tlog.Hash) error {
	t.new.hashes = append(t.new.hashes, hashes...)
	return nil
}

func (t *tx) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	return t.s.Hashes(context.Background(), indexes)
}

func (t *tx) InsertCheckpoint(size int64, note []byte) error {
	t.new.sizes, t.new.notes = append(t.new.sizes, size), append(t.new.notes, note)
	return nil
}

func (t *tx) InsertDetail(int64, string, string, []byte) error { return nil }

func (t *tx) InsertDetailKey(string, string, string, int64, []byte) error { return nil }

func (m *memory) LastCheckpoint(context.Context) (int64, []byte, error) {
	if len(m.notes) == 0 {
		return 0, nil, nil
	}
	return m.sizes[len(m.sizes)-1], m.notes[len(m.notes)-1], nil
}

func (m *memory) LeafCount(context.Context) (int64, error) { return int64(len(m.leaves)), nil }

func (m *memory) EachLeaf(_ context.Context, from, to int64, f func(int64, []byte) error) error {
	for i := from; i < min(to, int64(len(m.leaves))); i++ {
		if err := f(i, m.leaves[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Hashes(_ context.Context, indexes []int64) ([]tlog.Hash, error) {
	var list []tlog.Hash
	for _, i := range indexes {
		if i < 0 || i >= int64(len(m.hashes)) {
			return nil, errors.New("reading a hash: there is none")
		}
		list = append(list, m.hashes[i])
	}
	return list, nil
}
