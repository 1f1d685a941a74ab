package audit_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"sportello/crypto"
	"sportello/policies/audit"
)

// memory is a database that keeps what it is given: committed bytes, in the order of their keys. Tests tamper with
// its fields as somebody with write access would.
type memory struct {
	mu         sync.RWMutex
	leaves     [][]byte
	hashes     []tlog.Hash
	notes      []storedNote
	details    map[string]audit.SealedDetail
	detailKeys map[string]audit.DetailKeyRow
}

type storedNote struct {
	size int64
	note []byte
}

func newMemory() *memory {
	return &memory{details: map[string]audit.SealedDetail{}, detailKeys: map[string]audit.DetailKeyRow{}}
}

// copy gives a twin that shares no bytes.
func (m *memory) copy() *memory {
	m.mu.RLock()
	defer m.mu.RUnlock()
	c := newMemory()
	for _, b := range m.leaves {
		c.leaves = append(c.leaves, append([]byte(nil), b...))
	}
	c.hashes = append(c.hashes, m.hashes...)
	for _, n := range m.notes {
		c.notes = append(c.notes, storedNote{n.size, append([]byte(nil), n.note...)})
	}
	maps.Copy(c.details, m.details)
	maps.Copy(c.detailKeys, m.detailKeys)
	return c
}

func (m *memory) LastCheckpoint(context.Context) (int64, []byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if len(m.notes) == 0 {
		return 0, nil, nil
	}
	last := m.notes[len(m.notes)-1]
	return last.size, last.note, nil
}

func (m *memory) LeafCount(context.Context) (int64, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return int64(len(m.leaves)), nil
}

func (m *memory) EachLeaf(_ context.Context, from, to int64, f func(int64, []byte) error) error {
	m.mu.RLock()
	leaves := m.leaves
	m.mu.RUnlock()
	var buf []byte // reused, as a driver may
	for i := from; i < min(to, int64(len(leaves))); i++ {
		buf = append(buf[:0], leaves[i]...)
		if err := f(i, buf); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Hashes(_ context.Context, indexes []int64) ([]tlog.Hash, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return pick(m.hashes, indexes)
}

func pick(hashes []tlog.Hash, indexes []int64) ([]tlog.Hash, error) {
	var list []tlog.Hash
	for _, i := range indexes {
		if i < 0 || i >= int64(len(hashes)) {
			return nil, errors.New("reading a hash: there is none")
		}
		list = append(list, hashes[i])
	}
	return list, nil
}

// memoryTx is one transaction with savepoints.
type memoryTx struct {
	m    *memory
	new  *memory
	fail string // name of the method that fails
}

func (m *memory) begin() *memoryTx { return &memoryTx{m: m, new: newMemory()} }

func (t *memoryTx) failing(name string) error {
	if t.fail == name {
		return errors.New("writing: no space left")
	}
	return nil
}

func (t *memoryTx) InsertLeaf(index int64, body []byte) error {
	if index != int64(len(t.m.leaves)+len(t.new.leaves)) {
		return fmt.Errorf("inserting leaf %d: there is one, or a gap", index)
	}
	t.new.leaves = append(t.new.leaves, append([]byte(nil), body...))
	return t.failing("InsertLeaf")
}

func (t *memoryTx) InsertHashes(first int64, hashes []tlog.Hash) error {
	if first != int64(len(t.m.hashes)+len(t.new.hashes)) {
		return fmt.Errorf("inserting hash %d: there is one, or a gap", first)
	}
	t.new.hashes = append(t.new.hashes, hashes...)
	return t.failing("InsertHashes")
}

func (t *memoryTx) ReadHashes(indexes []int64) ([]tlog.Hash, error) { return pick(t.m.hashes, indexes) }

func (t *memoryTx) InsertCheckpoint(size int64, note []byte) error {
	t.new.notes = append(t.new.notes, storedNote{size, note})
	return t.failing("InsertCheckpoint")
}

func (t *memoryTx) InsertDetail(index int64, id, keyID string, sealed []byte) error {
	t.new.details[id] = audit.SealedDetail{Leaf: index, ID: id, KeyID: keyID, Sealed: sealed}
	return t.failing("InsertDetail")
}

func (t *memoryTx) InsertDetailKey(id, day, unit string, epoch int64, wrapped []byte) error {
	t.new.detailKeys[id] = audit.DetailKeyRow{ID: id, Day: day, Unit: unit, Epoch: epoch, Wrapped: wrapped}
	return t.failing("InsertDetailKey")
}

func (t *memoryTx) savepoint() *memory { return t.new.copy() }

func (t *memoryTx) rollbackTo(save *memory) { t.new = save }

func (t *memoryTx) commit() {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	t.m.leaves = append(t.m.leaves, t.new.leaves...)
	t.m.hashes = append(t.m.hashes, t.new.hashes...)
	t.m.notes = append(t.m.notes, t.new.notes...)
	maps.Copy(t.m.details, t.new.details)
	maps.Copy(t.m.detailKeys, t.new.detailKeys)
}

// row is a record of any table.
type row struct {
	table, id string
	version   int64
	text      string
}

func (r row) Table() string        { return r.table }
func (r row) Key() (string, int64) { return r.id, r.version }
func (r row) Values() []any        { return []any{&r.text} }

type rows []audit.Record

func (r rows) EachRecord(_ context.Context, f func(audit.Record) error) error {
	for _, rec := range r {
		if err := f(rec); err != nil {
			return err
		}
	}
	return nil
}

// site is a log with its database, key, clock and state file.
type site struct {
	t        testing.TB
	db       *memory
	log      *audit.Log
	secret   string
	verifier string
	state    string
	mu       sync.Mutex
	clock    time.Time
}

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func newSite(t testing.TB) *site {
	t.Helper()
	secret, verifier, err := audit.NewSigner("sportello.example/log")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{
		t: t, db: newMemory(), secret: secret, verifier: verifier,
		state: filepath.Join(t.TempDir(), "state"), clock: start,
	}
	s.mustOpen()
	t.Cleanup(func() { s.log.Close() })
	return s
}

func (s *site) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

func (s *site) sleep(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(d)
}

func (s *site) options() audit.Options {
	return audit.Options{Source: s.db, SignerKey: s.secret, StateFile: s.state, Now: s.now}
}

func (s *site) open(change ...func(*audit.Options)) (*audit.Log, error) {
	o := s.options()
	for _, f := range change {
		f(&o)
	}
	return audit.Open(s.t.Context(), o)
}

func (s *site) mustOpen(change ...func(*audit.Options)) {
	s.t.Helper()
	l, err := s.open(change...)
	if err != nil {
		s.t.Fatalf("opening the log: %v", err)
	}
	s.log = l
}

// stop closes the log as a stop of the server does.
func (s *site) stop() {
	s.t.Helper()
	if err := s.log.Close(); err != nil {
		s.t.Fatalf("closing the log: %v", err)
	}
}

// do writes leaves in one committed batch.
func (s *site) do(leaves ...audit.Leaf) audit.Checkpoint {
	s.t.Helper()
	tx := s.db.begin()
	b, err := s.log.Begin(tx)
	if err != nil {
		s.t.Fatalf("beginning: %v", err)
	}
	for _, leaf := range leaves {
		if _, err := b.Append(leaf, nil); err != nil {
			s.t.Fatalf("appending: %v", err)
		}
	}
	c, err := b.Sign()
	if err != nil {
		s.t.Fatalf("signing: %v", err)
	}
	tx.commit()
	s.log.Committed(b)
	return c
}

// write is a leaf about rows as they are now.
func write(records ...audit.Record) audit.Leaf {
	l := audit.Leaf{
		Day: "2026-11-22", Actor: "ANNA", Unit: "DESK2", Action: "case.write", Outcome: audit.Allowed,
		Rules: []string{"worker-writes-own-unit"}, Object: "CASE1",
	}
	for _, r := range records {
		l.Rows = append(l.Rows, audit.MarkOf(r))
	}
	return l
}

// remove is a leaf about rows that are gone.
func remove(records ...audit.Record) audit.Leaf {
	l := write(records...)
	l.Action = "case.shred"
	for i := range l.Rows {
		l.Rows[i].Gone, l.Rows[i].Digest = true, crypto.Digest{}
	}
	return l
}

func note(n int) row { return row{"note", fmt.Sprintf("NOTE%d", n), 1, fmt.Sprintf("text %d", n)} }

// fill writes n acts, some to a batch.
func (s *site) fill(n int) {
	s.t.Helper()
	for i := 0; i < n; {
		var batch []audit.Leaf
		for k := i%3 + 1; k > 0 && i < n; k-- {
			batch = append(batch, write(note(i)))
			i++
		}
		s.do(batch...)
	}
}
