package audit_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"sportello/crypto"
	"sportello/policies/audit"
)

// plain is the log retold without a frontier, an overlay or a journal: all leaves, and what is derived from all
// of them each time.
type plain struct {
	bodies [][]byte
	leaves []audit.Leaf
}

func (p plain) with(l audit.Leaf) plain {
	body, err := l.Marshal()
	if err != nil {
		panic(err)
	}
	return plain{append(slices.Clone(p.bodies), body), append(slices.Clone(p.leaves), l)}
}

func (p plain) newest() map[[2]string]audit.Digest16 {
	m := map[[2]string]audit.Digest16{}
	for _, l := range p.leaves {
		for _, r := range l.Rows {
			if r.Gone {
				delete(m, [2]string{r.Table, r.ID})
			} else {
				m[[2]string{r.Table, r.ID}] = audit.Digest16(r.Digest[:16])
			}
		}
	}
	return m
}

func (p plain) epoch() (highest int64) {
	for _, l := range p.leaves {
		for _, r := range l.Rows {
			var e int64
			if r.Table == audit.EpochTable {
				fmt.Sscanf(r.ID, "U.%d", &e)
			}
			highest = max(highest, e)
		}
	}
	return highest
}

// of lists the leaves about a record by looking at every leaf, newest first.
func (p plain) of(object string) []int64 {
	var all []int64
	for i, l := range slices.Backward(p.leaves) {
		if l.Object == object {
			all = append(all, int64(i))
		}
	}
	return all
}

var machineObjects = []string{"case:A", "case:B", "note:A", "log"}

// machine drives a log and the plain one together.
type machine struct {
	t         testing.TB
	site      *site
	committed plain
	inBatch   plain
	tx        *memoryTx
	batch     *audit.Batch
	saves     []save
}

type save struct {
	mark audit.Mark
	tx   *memory
	then plain
}

var machineSessions = []string{"P.1", "P.2", "Q.1"}

var machineRows = func() (all []row) {
	for i := range 4 {
		all = append(all, row{"case", fmt.Sprintf("C%d", i), 1, "x"})
	}
	for i := range 3 {
		all = append(all, row{audit.EpochTable, fmt.Sprintf("U.%d", i+1), 1, "x"})
	}
	for _, id := range machineSessions {
		all = append(all, row{audit.SessionTable, id, 1, "x"})
	}
	return all
}()

func (m *machine) begin(t *rapid.T) {
	if m.batch != nil {
		t.Skip("there is a batch")
	}
	m.tx = m.site.db.begin()
	var err error
	if m.batch, err = m.site.log.Begin(m.tx); err != nil {
		t.Fatal(err)
	}
	m.inBatch, m.saves = m.committed, nil
}

func (m *machine) append(t *rapid.T) {
	if m.batch == nil {
		t.Skip("there is no batch")
	}
	var l audit.Leaf
	for range rapid.IntRange(1, 3).Draw(t, "rows") {
		r := rapid.SampledFrom(machineRows).Draw(t, "row")
		r.version = rapid.Int64Range(1, 50).Draw(t, "version")
		one := write(r)
		if rapid.Bool().Draw(t, "gone") {
			one = remove(r)
		}
		one.Rows = append(l.Rows, one.Rows...)
		l = one
	}
	l.Object = rapid.SampledFrom(machineObjects).Draw(t, "object")
	index, err := m.batch.Append(l, nil)
	if err != nil || index != int64(len(m.inBatch.bodies)) {
		t.Fatalf("appending gave %d, %v", index, err)
	}
	m.inBatch = m.inBatch.with(l)
}

// failAppend is an act that fails in the middle of its leaf: the caller goes back to its savepoint.
func (m *machine) failAppend(t *rapid.T) {
	if m.batch == nil {
		t.Skip("there is no batch")
	}
	s := save{m.batch.Mark(), m.tx.savepoint(), m.inBatch}
	m.tx.fail = "InsertLeaf"
	if _, err := m.batch.Append(write(machineRows[0]), nil); err == nil {
		t.Fatal("a failing store was not noticed")
	}
	m.tx.fail = ""
	m.tx.rollbackTo(s.tx)
	m.batch.Rewind(s.mark)
}

func (m *machine) mark(t *rapid.T) {
	if m.batch == nil {
		t.Skip("there is no batch")
	}
	m.saves = append(m.saves, save{m.batch.Mark(), m.tx.savepoint(), m.inBatch})
}

func (m *machine) rewind(t *rapid.T) {
	if len(m.saves) == 0 || m.batch == nil {
		t.Skip("there is no savepoint")
	}
	i := rapid.IntRange(0, len(m.saves)-1).Draw(t, "savepoint")
	s := m.saves[i]
	m.saves = m.saves[:i]
	m.tx.rollbackTo(s.tx)
	m.batch.Rewind(s.mark)
	m.inBatch = s.then
}

func (m *machine) commit(t *rapid.T) {
	if m.batch == nil {
		t.Skip("there is no batch")
	}
	c, err := m.batch.Sign()
	if err != nil || c.Size != int64(len(m.inBatch.bodies)) {
		t.Fatalf("signing gave %d, %v", c.Size, err)
	}
	m.tx.commit()
	m.site.log.Committed(m.batch)
	m.committed, m.batch = m.inBatch, nil
}

func (m *machine) abort(t *rapid.T) {
	if m.batch == nil {
		t.Skip("there is no batch")
	}
	if rapid.Bool().Draw(t, "signed") {
		if _, err := m.batch.Sign(); err != nil {
			t.Fatal(err)
		}
	}
	m.site.log.Aborted(m.batch)
	m.batch = nil
}

// restart is a crash: whatever was not committed is lost, and the state file is what it happens to be.
func (m *machine) restart(t *rapid.T) {
	m.batch = nil
	m.site.log.Close()
	l, err := m.site.open()
	if err != nil {
		t.Fatal(err)
	}
	m.site.log = l
}

func (m *machine) check(t *rapid.T) {
	stored, root := plainTree(m.t, m.committed.bodies)
	if c := m.site.log.Checkpoint(); c.Root != root || c.Size != int64(len(m.committed.bodies)) {
		t.Fatal("the checkpoint is not that of all records")
	}
	if !slices.Equal(m.site.db.hashes, stored) {
		t.Fatal("the stored hashes are not those of all records")
	}
	m.compare(t, m.committed, m.site.log.Newest, m.site.log.Epoch)
	m.compareSessions(t, m.committed, m.site.log.Session, m.site.log.Sessions)
	for _, object := range machineObjects[:3] {
		want := m.committed.of(object)
		if got := m.site.log.LeavesOf(len(want)+5, object); !slices.Equal(got, want) {
			t.Fatalf("the leaves of %s are %v, want %v", object, got, want)
		}
		if got := m.site.log.LeavesOf(2, object); !slices.Equal(got, want[:min(2, len(want))]) {
			t.Fatalf("the two newest leaves of %s are %v of %v", object, got, want)
		}
	}
	both := slices.Concat(m.committed.of("case:A"), m.committed.of("note:A"))
	slices.SortFunc(both, func(a, b int64) int { return int(b - a) })
	if got := m.site.log.LeavesOf(len(both)+5, "case:A", "note:A"); !slices.Equal(got, both) {
		t.Fatalf("the leaves of two records are %v, want %v", got, both)
	}
	if m.batch != nil {
		m.compare(t, m.inBatch, m.batch.Newest, m.batch.Epoch)
		m.compareSessions(t, m.inBatch, m.batch.Session, m.batch.Sessions)
	}
}

func (m *machine) compareSessions(t *rapid.T, p plain, session func(string) (audit.SessionMark, bool), of func(string) []string) {
	want := p.newest()
	live := map[string][]string{}
	for _, id := range machineSessions {
		got, ok := session(id)
		if d, there := want[[2]string{audit.SessionTable, id}]; ok != there || got.Digest != d {
			t.Fatalf("the newest mark of session %s is another", id)
		}
		if ok {
			live[""] = append(live[""], id)
			live[id[:1]] = append(live[id[:1]], id)
		}
	}
	for _, person := range []string{"", "P", "Q", "R"} {
		if got := of(person); !slices.Equal(got, live[person]) {
			t.Fatalf("the sessions of %q are %v, want %v", person, got, live[person])
		}
	}
}

func (m *machine) compare(t *rapid.T, p plain, newest func(table, id string) (audit.Digest16, bool), epoch func(string) int64) {
	want := p.newest()
	for _, r := range machineRows {
		if r.table == audit.SessionTable {
			continue
		}
		got, ok := newest(r.table, r.id)
		if d, there := want[[2]string{r.table, r.id}]; ok != there || got != d {
			t.Fatalf("the newest digest of %s %s is another", r.table, r.id)
		}
	}
	if got := epoch("U"); got != p.epoch() {
		t.Fatalf("the epoch is %d, want %d", got, p.epoch())
	}
}

func TestBatchesAgainstThePlainLog(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{t: t, site: newSite(t)}
		defer func() { m.site.log.Close() }()
		actions := map[string]func(*rapid.T){
			"": m.check, "begin": m.begin, "append": m.append, "append again": m.append, "fail": m.failAppend, "mark": m.mark,
			"rewind": m.rewind, "commit": m.commit, "abort": m.abort, "restart": m.restart,
		}
		rt.Repeat(maps.Clone(actions))
	})
}

func TestBatchFailsAtEveryWrite(t *testing.T) {
	for _, name := range []string{"InsertLeaf", "InsertHashes", "InsertCheckpoint"} {
		s := newSite(t)
		s.fill(3)
		tx := s.db.begin()
		tx.fail = name
		b, err := s.log.Begin(tx)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Append(write(note(3)), nil)
		if err == nil {
			_, err = b.Sign()
		}
		if err == nil {
			t.Errorf("%s: nobody noticed", name)
		}
		s.log.Aborted(b)
		s.do(write(note(3)))
		s.stop()
		s.mustOpen()
	}
}

func TestBatchOutOfTurn(t *testing.T) {
	s := newSite(t)
	tx := s.db.begin()
	b, err := s.log.Begin(tx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.log.Begin(s.db.begin()); !errors.Is(err, audit.ErrBatch) {
		t.Errorf("a second batch: got %v", err)
	}
	if _, err := b.Append(audit.Leaf{}, nil); !errors.Is(err, audit.ErrLeaf) {
		t.Errorf("an empty leaf: got %v", err)
	}
	if _, err := b.Append(write(note(1)), nil); err != nil {
		t.Fatal(err)
	}
	mark := b.Mark()
	mustPanic(t, "committing unsigned leaves", func() { s.log.Committed(b) })
	if _, err := b.Sign(); err != nil {
		t.Fatal(err)
	}
	mustPanic(t, "rewinding what is signed", func() { b.Rewind(mark) })
	if _, err := b.Sign(); !errors.Is(err, audit.ErrBatch) {
		t.Errorf("signing twice: got %v", err)
	}
	if _, err := b.Append(write(note(2)), nil); !errors.Is(err, audit.ErrBatch) {
		t.Errorf("appending after signing: got %v", err)
	}
	tx.commit()
	s.log.Committed(b)
	mustPanic(t, "committing twice", func() { s.log.Committed(b) })
	if s.log.Size() != 1 {
		t.Errorf("the log has %d leaves", s.log.Size())
	}
}

func TestEmptyBatch(t *testing.T) {
	s := newSite(t)
	for range 2 {
		before := s.log.Checkpoint()
		tx := s.db.begin()
		b, err := s.log.Begin(tx)
		if err != nil {
			t.Fatal(err)
		}
		c, err := b.Sign()
		if err != nil || c.Size != before.Size || len(tx.new.notes) != 0 {
			t.Fatalf("got %+v, %v", c, err)
		}
		tx.commit()
		s.log.Committed(b)
		s.fill(2)
	}
}

func mustPanic(t *testing.T, doing string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s did not panic", doing)
		}
	}()
	f()
}

// TestCrash stops at every place of a batch; the next start has either all of it or nothing.
func TestCrash(t *testing.T) {
	for _, committed := range []bool{false, true} {
		s := newSite(t)
		s.fill(5)
		tx := s.db.begin()
		b, err := s.log.Begin(tx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Append(write(note(5)), nil); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Sign(); err != nil {
			t.Fatal(err)
		}
		want := int64(5)
		if committed { // durable, but the process died before Committed
			tx.commit()
			want++
		}
		s.stop()
		s.mustOpen()
		if s.log.Size() != want || s.log.Matches(note(5)) != committed {
			t.Errorf("committed %v: the log has %d leaves", committed, s.log.Size())
		}
		s.do(write(note(6)))
	}
}

func TestReadersBesideTheWriter(t *testing.T) {
	s := newSite(t)
	s.fill(10)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for i := int64(0); ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if !s.log.Matches(note(int(i % 10))) {
					t.Error("a committed row does not match")
				}
				p, err := s.log.Prove(t.Context(), i%s.log.Size())
				if err != nil || p.Index > s.log.Size() {
					t.Errorf("proving: %v", err)
				}
				s.log.Epoch("U")
				s.log.CheckClock()
				s.log.DetailKeyNeeded("2026-11-22", "AUDIT", 1)
				if _, err := s.log.SealDetail(nil, audit.Detail{}); err != nil {
					t.Errorf("sealing: %v", err)
				}
				report, err := s.log.CheckRecords(t.Context(), snapshot{s})
				if err != nil || len(report.Problems) != 0 {
					t.Errorf("checking: %v, %+v", err, report.Problems)
				}
			}
		})
	}
	for i := range 200 {
		s.do(write(row{"case", "C1", int64(i), "x"}), write(row{"unit_epoch", fmt.Sprintf("U.%d", i), 1, "x"}))
	}
	close(stop)
	readers.Wait()
	s.stop()
	s.mustOpen()
	if s.log.Epoch("U") != 199 {
		t.Errorf("the epoch is %d", s.log.Epoch("U"))
	}
}

// snapshot is the rows that the leaves say are there when it is read.
type snapshot struct{ s *site }

func (n snapshot) EachRecord(ctx context.Context, f func(audit.Record) error) error {
	return n.s.rowsNow().EachRecord(ctx, f)
}

func (s *site) rowsNow() rows {
	latest := map[[2]string]row{}
	size, _, _ := s.db.LastCheckpoint(s.t.Context())
	s.db.EachLeaf(s.t.Context(), 0, size, func(_ int64, body []byte) error {
		l, err := audit.ParseLeaf(body)
		if err != nil {
			return err
		}
		for _, m := range l.Rows {
			text := "x"
			if m.Table == "note" {
				text = "text " + m.ID[len("NOTE"):]
			}
			latest[[2]string{m.Table, m.ID}] = row{m.Table, m.ID, m.Version, text}
		}
		return nil
	})
	var all rows
	for _, r := range latest {
		all = append(all, r)
	}
	return all
}

// TestCodesAreThoseOfCommittedLeaves: which leaf marks a record's code is forgotten with
// a leaf that was rolled back, is the newest of a record, and is there again after a
// start; a mark has no row that could be missing.
func TestCodesAreThoseOfCommittedLeaves(t *testing.T) {
	s := newSite(t)
	one, other := crypto.Digest{1}, crypto.Digest{2}
	leaf := func(object string, key crypto.Digest) audit.Leaf {
		l := write()
		l.Rows = []audit.RowMark{audit.CodeMark(object, "secret", key)}
		return l
	}
	tx := s.db.begin()
	b, err := s.log.Begin(tx)
	if err != nil {
		t.Fatal(err)
	}
	add := func(object string) {
		t.Helper()
		if _, err := b.Append(leaf(object, one), nil); err != nil {
			t.Fatal(err)
		}
	}
	add("case:A")
	mark, save := b.Mark(), tx.savepoint()
	add("case:B")
	b.Rewind(mark)
	tx.rollbackTo(save)
	add("case:C")
	if _, err := b.Sign(); err != nil {
		t.Fatal(err)
	}
	tx.commit()
	s.log.Committed(b)
	if got := s.log.Codes(); !slices.Equal(got, []int64{0, 1}) {
		t.Errorf("codes are marked at %v, want the two that stayed", got)
	}
	s.do(leaf("case:A", other))
	for range 2 {
		if got := s.log.Codes(); !slices.Equal(got, []int64{1, 2}) {
			t.Errorf("codes are marked at %v, want the newest of each record", got)
		}
		for object, is := range map[string]bool{"case:A": true, "case:B": false, "case:C": false} {
			if s.log.Coded(audit.CodeMark(object, "another", other)) != is {
				t.Errorf("%s is marked under that key: %v", object, !is)
			}
		}
		if report, err := s.log.CheckRecords(t.Context(), rows{}); err != nil || len(report.Problems) > 0 {
			t.Errorf("a mark is taken for a row: %v %v", report.Problems, err)
		}
		s.stop()
		s.mustOpen()
	}
}
