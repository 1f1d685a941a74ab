package audit_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"sportello/policies/audit"
)

// tampering is what somebody with write access to the database, but no key, can do to the log.
var tampering = map[string]struct {
	do  func(*memory)
	bad int64 // the first bad leaf, as the start and a bundle name it
}{
	"a leaf changed": {func(m *memory) {
		m.leaves[7] = bytes.Replace(m.leaves[7], []byte("allowed"), []byte("refused"), 1)
	}, 7},
	"a leaf and its stored hash changed": {func(m *memory) {
		m.leaves[7] = bytes.Replace(m.leaves[7], []byte("allowed"), []byte("refused"), 1)
		m.hashes[tlog.StoredHashIndex(0, 7)] = tlog.RecordHash(m.leaves[7])
	}, -1},
	"a leaf made unreadable": {func(m *memory) { m.leaves[7] = []byte("nothing\n") }, 7},
	"a leaf deleted":         {func(m *memory) { m.leaves = slices.Delete(m.leaves, 4, 5) }, 4},
	"a leaf inserted":        {func(m *memory) { m.leaves = slices.Insert(m.leaves, 4, m.leaves[2]) }, 4},
	"two leaves exchanged":   {func(m *memory) { m.leaves[3], m.leaves[9] = m.leaves[9], m.leaves[3] }, 3},
	"the last leaf cut off":  {func(m *memory) { m.leaves = m.leaves[:19] }, 19},
	"a leaf added at the end": {func(m *memory) {
		m.leaves = append(m.leaves, m.leaves[0])
	}, 20},
}

func TestOpenNoticesTampering(t *testing.T) {
	for name, c := range tampering {
		t.Run(name, func(t *testing.T) {
			s := filled(t)
			c.do(s.db)
			_, err := s.open()
			var bad *audit.TamperError
			if !errors.Is(err, audit.ErrLogTampered) || !errors.As(err, &bad) {
				t.Fatalf("got %v", err)
			}
			// A count that does not fit is told before any leaf is read.
			counted := int64(len(s.db.leaves)) != 20
			if bad.Leaf != c.bad && !counted {
				t.Errorf("named leaf %d, want %d: %v", bad.Leaf, c.bad, err)
			}
		})
	}
}

func TestOpenNoticesOtherTampering(t *testing.T) {
	for name, spoil := range map[string]func(*memory){
		"a leaf with all hashes above it": func(m *memory) {
			m.leaves[7] = bytes.Replace(m.leaves[7], []byte("allowed"), []byte("refused"), 1)
			m.hashes, _ = plainTree(t, m.leaves)
		},
		"the right edge of the stored hashes": func(m *memory) { m.hashes[tlog.StoredHashIndex(4, 0)][0] ^= 1 },
		"the last checkpoint removed":         func(m *memory) { m.notes = m.notes[:len(m.notes)-1] },
		"all checkpoints removed":             func(m *memory) { m.notes = nil },
		"a checkpoint's size raised": func(m *memory) {
			last := &m.notes[len(m.notes)-1]
			last.size++
		},
		"a checkpoint's text changed": func(m *memory) {
			last := &m.notes[len(m.notes)-1]
			last.note = bytes.Replace(last.note, []byte("\n20\n"), []byte("\n19\n"), 1)
			last.size = 19
			m.leaves = m.leaves[:19]
		},
		"a checkpoint of another key": func(m *memory) {
			other := newSite(t)
			other.fill(20)
			m.notes = other.db.notes
		},
		"the stored hashes cut off": func(m *memory) { m.hashes = m.hashes[:10] },
	} {
		t.Run(name, func(t *testing.T) {
			s := filled(t)
			spoil(s.db)
			_, err := s.open()
			if name == "the stored hashes cut off" && err != nil {
				return // the source itself says that they are missing
			}
			if !errors.Is(err, audit.ErrLogTampered) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// filled is a stopped log of 20 leaves that opens: the untampered twin.
func filled(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	s.fill(20)
	s.stop()
	s.mustOpen()
	s.stop()
	return s
}

func TestBeginNoticesChangedHashes(t *testing.T) {
	s := newSite(t)
	s.fill(20)
	b, err := s.log.Begin(s.db.begin()) // the untampered twin
	if err != nil {
		t.Fatal(err)
	}
	s.log.Aborted(b)
	s.db.hashes[tlog.StoredHashIndex(4, 0)][3] ^= 1
	for range 2 {
		if _, err := s.log.Begin(s.db.begin()); !errors.Is(err, audit.ErrLogTampered) {
			t.Fatalf("got %v", err)
		}
	}
	s.db.hashes[tlog.StoredHashIndex(4, 0)][3] ^= 1
	s.do(write(note(20)))
}

func TestProofs(t *testing.T) {
	s := newSite(t)
	s.fill(20)
	for i := range int64(20) {
		p, err := s.log.Prove(t.Context(), i)
		if err != nil {
			t.Fatalf("leaf %d: %v", i, err)
		}
		leaf, err := audit.CheckProof(p, s.verifier)
		if err != nil || leaf.Action != "case.write" {
			t.Fatalf("leaf %d: %v, %+v", i, err, leaf)
		}
		for name, spoil := range map[string]func(*audit.Proof){
			"another leaf":  func(p *audit.Proof) { p.Leaf = append([]byte(nil), s.db.leaves[(i+1)%20]...) },
			"another index": func(p *audit.Proof) { p.Index = (i + 1) % 20 },
			"a changed hash": func(p *audit.Proof) {
				p.Hashes = slices.Clone(p.Hashes)
				p.Hashes[0][0] ^= 1
			},
			"a hash less": func(p *audit.Proof) { p.Hashes = p.Hashes[1:] },
		} {
			q := p
			spoil(&q)
			if _, err := audit.CheckProof(q, s.verifier); !errors.Is(err, audit.ErrLogTampered) {
				t.Fatalf("leaf %d, %s: got %v", i, name, err)
			}
		}
	}
	for _, i := range []int64{-1, 20} {
		if _, err := s.log.Prove(t.Context(), i); !errors.Is(err, audit.ErrNoLeaf) {
			t.Errorf("leaf %d: got %v", i, err)
		}
	}
	s.db.leaves[5] = []byte(strings.Replace(string(s.db.leaves[5]), "allowed", "failed", 1))
	if _, err := s.log.Prove(t.Context(), 5); !errors.Is(err, audit.ErrLogTampered) {
		t.Errorf("a changed leaf: got %v", err)
	}
}
