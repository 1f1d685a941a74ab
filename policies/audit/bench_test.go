package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"sportello/crypto"
	"sportello/policies/audit"
)

// made is a log of any length that is made as it is read, so that a benchmark measures the log, not a store. Each
// leaf writes three rows: two new ones, and one that was there.
type made struct {
	size   int64
	public string
	note   []byte
	hashes []tlog.Hash
}

func madeLeaf(i int64) audit.Leaf {
	l := audit.Leaf{
		Day: "2026-11-22", Actor: "7K3QWERTYUIOPASDFGHJKLZXCV", Unit: "4M2QWERTYUIOPASDFGHJKLZXCV",
		Action: "case.note.add", Outcome: audit.Allowed, Rules: []string{"worker-writes-in-own-unit"},
		Object: fmt.Sprintf("CASE%022d", i/10), DetailID: fmt.Sprintf("DET%023d", i), Detail: make([]byte, 32),
	}
	for _, id := range []string{fmt.Sprintf("NOTE%022d", i), fmt.Sprintf("TASK%022d", i), fmt.Sprintf("CASE%022d", i/10)} {
		l.Rows = append(l.Rows, audit.RowMark{Table: "note", ID: id, Version: i%10 + 1, Digest: crypto.Digest{byte(i), byte(i >> 8)}})
	}
	return l
}

func newMade(b *testing.B, size int64) (*made, []byte) {
	s := newSite(b)
	tx := s.db.begin()
	batch, err := s.log.Begin(tx)
	if err != nil {
		b.Fatal(err)
	}
	for i := range size {
		if _, err := batch.Append(madeLeaf(i), nil); err != nil {
			b.Fatal(err)
		}
	}
	c, err := batch.Sign()
	if err != nil {
		b.Fatal(err)
	}
	m := &made{size: size, public: s.verifier, note: c.Note, hashes: tx.new.hashes}
	body := joined(tx.new.leaves)
	return m, body
}

// joined keeps the bodies in one block, as they lie in a database file, each after its length.
func joined(leaves [][]byte) []byte {
	var all []byte
	for _, l := range leaves {
		all = append(all, byte(len(l)>>8), byte(len(l)))
		all = append(all, l...)
	}
	return all
}

type madeSource struct {
	*made
	all []byte
}

func (m madeSource) LastCheckpoint(context.Context) (int64, []byte, error) {
	return m.size, m.note, nil
}
func (m madeSource) LeafCount(context.Context) (int64, error) { return m.size, nil }
func (m madeSource) Hashes(_ context.Context, indexes []int64) ([]tlog.Hash, error) {
	return pick(m.hashes, indexes)
}

func (m madeSource) EachLeaf(_ context.Context, from, to int64, f func(int64, []byte) error) error {
	rest := m.all
	for i := int64(0); i < to; i++ {
		n := int(rest[0])<<8 | int(rest[1])
		if i >= from {
			if err := f(i, rest[2:2+n]); err != nil {
				return err
			}
		}
		rest = rest[2+n:]
	}
	return nil
}

func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkReplay opens a log of a million leaves with three rows each: 2,100,000 rows.
func BenchmarkReplay(b *testing.B) {
	const size = 1_000_000
	m, all := newMade(b, size)
	source := madeSource{m, all}
	before := heap()
	for b.Loop() {
		l, err := audit.Open(b.Context(), audit.Options{Source: source, VerifierKey: m.public, Now: func() time.Time { return start }})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric((heap()-before)/2.1e6, "B/row")
		b.ReportMetric(float64(len(all))/size, "B/leaf")
		runtime.KeepAlive(l)
	}
}

// BenchmarkAppend is what the writer does for one leaf of three rows, the store aside.
func BenchmarkAppend(b *testing.B) {
	s := newSite(b)
	batch, err := s.log.Begin(discard{s.db.begin()})
	if err != nil {
		b.Fatal(err)
	}
	leaf := madeLeaf(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := batch.Append(leaf, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBatch is a group of 50 acts with a savepoint each, signed; per act.
func BenchmarkBatch(b *testing.B) {
	s := newSite(b)
	leaf := madeLeaf(1)
	b.ReportAllocs()
	for i := 0; i < b.N; {
		tx := s.db.begin()
		batch, err := s.log.Begin(tx)
		if err != nil {
			b.Fatal(err)
		}
		for range 50 {
			batch.Mark()
			if _, err := batch.Append(leaf, nil); err != nil {
				b.Fatal(err)
			}
			i++
		}
		if _, err := batch.Sign(); err != nil {
			b.Fatal(err)
		}
		tx.commit()
		s.log.Committed(batch)
	}
}

// discard keeps no leaf.
type discard struct{ *memoryTx }

func (discard) InsertLeaf(int64, []byte) error { return nil }

func BenchmarkExport(b *testing.B) {
	m, all := newMade(b, 10_000)
	source := madeSource{m, all}
	for b.Loop() {
		if err := audit.Export(b.Context(), source, 0, -1, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLeavesOfARecord: who opened a case, out of a hundred thousand leaves, by the
// index and by looking at every leaf.
func BenchmarkLeavesOfARecord(b *testing.B) {
	const leaves = 100_000
	s := newSite(b)
	for i := 0; i < leaves; {
		var batch []audit.Leaf
		for range 1000 {
			l := write(note(i))
			l.Object = fmt.Sprintf("case:C%d", i%500)
			batch = append(batch, l)
			i++
		}
		s.do(batch...)
	}
	scan := func() (n int) {
		for _, body := range s.db.leaves {
			if bytes.Contains(body, []byte("object case:C7\n")) {
				n++
			}
		}
		return n
	}
	if got, want := len(s.log.LeavesOf(leaves, "case:C7")), scan(); got != want || want == 0 {
		b.Fatalf("the index has %d leaves, want %d", got, want)
	}
	began := time.Now()
	for range 5 {
		scan()
	}
	slow := time.Since(began) / 5
	b.ResetTimer()
	for b.Loop() {
		s.log.LeavesOf(200, "case:C7")
	}
	b.ReportMetric(float64(slow.Nanoseconds())/(float64(b.Elapsed().Nanoseconds())/float64(b.N)), "times-faster")
}
