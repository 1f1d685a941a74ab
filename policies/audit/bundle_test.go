package audit_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"sportello/policies/audit"
)

func (s *site) export(from, to int64) []byte {
	s.t.Helper()
	var b bytes.Buffer
	if err := audit.Export(s.t.Context(), s.db, from, to, &b); err != nil {
		s.t.Fatalf("exporting %d to %d: %v", from, to, err)
	}
	return b.Bytes()
}

func verify(b []byte, key string, earlier ...[]byte) (audit.Report, error) {
	return audit.VerifyBundle(bytes.NewReader(b), int64(len(b)), key, earlier...)
}

func TestBundleOfEveryRange(t *testing.T) {
	s := newSite(t)
	s.fill(21)
	for from := int64(0); from < 21; from++ {
		for to := from + 1; to <= 21; to++ {
			b := s.export(from, to)
			r, err := verify(b, s.verifier)
			if err != nil || r.From != from || r.To != to || r.FirstBad != -1 || r.Outcomes[audit.Allowed] != to-from {
				t.Fatalf("%d to %d: %v, %+v", from, to, err, r)
			}
			if r.Checkpoint.Size != 21 || r.FirstDay != "2026-11-22" || r.LastDay != "2026-11-22" {
				t.Fatalf("%d to %d: %+v", from, to, r)
			}
		}
	}
	if !bytes.Equal(s.export(0, -1), s.export(0, 21)) {
		t.Error("the same leaves gave other bytes")
	}
	for _, r := range [][2]int64{{-1, 3}, {3, 3}, {4, 3}, {0, 22}, {21, -1}} {
		if err := audit.Export(t.Context(), s.db, r[0], r[1], io.Discard); !errors.Is(err, audit.ErrNoLeaf) {
			t.Errorf("range %v: got %v", r, err)
		}
	}
}

// TestBundleInAnEmptyFolder verifies what a stranger has: the file and the public key.
func TestBundleInAnEmptyFolder(t *testing.T) {
	s := newSite(t)
	s.fill(5)
	path := filepath.Join(t.TempDir(), "log.zip")
	if err := os.WriteFile(path, s.export(0, -1), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if r, err := audit.VerifyBundle(f, info.Size(), s.verifier); err != nil || r.Checkpoint.Size != 5 {
		t.Fatalf("got %v, %+v", err, r)
	}
	_, other, _ := audit.NewSigner("sportello.example/log")
	if _, err := audit.VerifyBundle(f, info.Size(), other); !errors.Is(err, audit.ErrCheckpoint) {
		t.Errorf("another key: got %v", err)
	}
}

// TestBundleNamesWhatTheDatabaseLost tampers with the database and exports what is left.
func TestBundleNamesWhatTheDatabaseLost(t *testing.T) {
	for name, c := range tampering {
		t.Run(name, func(t *testing.T) {
			s := filled(t)
			if _, err := verify(s.export(0, -1), s.verifier); err != nil { // the untampered twin
				t.Fatal(err)
			}
			c.do(s.db)
			if name == "a leaf added at the end" {
				if _, err := verify(s.export(0, -1), s.verifier); err != nil {
					t.Fatalf("an unsigned leaf came into the bundle: %v", err)
				}
				return
			}
			r, err := verify(s.export(0, -1), s.verifier)
			if !errors.Is(err, audit.ErrLogTampered) || r.FirstBad != c.bad || r.Problem == "" {
				t.Fatalf("got %v, %+v, want leaf %d", err, r, c.bad)
			}
		})
	}
}

// TestBundleNamesWhatTheFileLost tampers with the exported file.
func TestBundleNamesWhatTheFileLost(t *testing.T) {
	s := filled(t)
	b := s.export(3, 17)
	if _, err := verify(b, s.verifier); err != nil {
		t.Fatal(err)
	}
	if _, err := verify(repack(t, b, "", nil), s.verifier); err != nil {
		t.Fatalf("packing again broke it: %v", err)
	}
	entry := func(text string, i int) string { // leaves.txt has one blank line after each leaf
		return strings.SplitAfter(text, "\n\n")[i]
	}
	for name, c := range map[string]struct {
		file   string
		change func(string) string
		want   error
		bad    int64
	}{
		"a leaf changed":    {"leaves.txt", func(t string) string { return strings.Replace(t, "NOTE9", "NOTE8", 1) }, audit.ErrLogTampered, 9},
		"a leaf deleted":    {"leaves.txt", func(t string) string { return strings.Replace(t, entry(t, 4), "", 1) }, audit.ErrLogTampered, 7},
		"a leaf inserted":   {"leaves.txt", func(t string) string { return strings.Replace(t, entry(t, 4), entry(t, 4)+entry(t, 4), 1) }, audit.ErrLogTampered, 8},
		"leaves exchanged":  {"leaves.txt", func(t string) string { return strings.Replace(t, entry(t, 4)+entry(t, 5), entry(t, 5)+entry(t, 4), 1) }, audit.ErrLogTampered, 7},
		"the last cut off":  {"leaves.txt", func(t string) string { return strings.Replace(t, entry(t, 13), "", 1) }, audit.ErrLogTampered, 16},
		"one too many":      {"leaves.txt", func(t string) string { return t + strings.Replace(entry(t, 13), "leaf 16 ", "leaf 17 ", 1) }, audit.ErrLogTampered, 17},
		"half a leaf":       {"leaves.txt", func(t string) string { return t[:len(t)-9] }, audit.ErrBundle, -1},
		"garbage":           {"leaves.txt", func(t string) string { return t + "x" }, audit.ErrBundle, -1},
		"a huge leaf":       {"leaves.txt", func(t string) string { return t + "leaf 17 999999999999 x\n" }, audit.ErrBundle, -1},
		"a hash changed":    {"leaves.txt", swapFirstHash, audit.ErrLogTampered, 3},
		"a proof hash":      {"proof.txt", func(t string) string { return strings.Replace(t, "left ", "left A", 1) }, audit.ErrBundle, -1},
		"proof hashes":      {"proof.txt", exchangeHashes, audit.ErrLogTampered, -1},
		"a proof hash less": {"proof.txt", func(t string) string { return t[:strings.LastIndex(t, "right")] }, audit.ErrBundle, -1},
		"the range":         {"proof.txt", func(t string) string { return strings.Replace(t, "to 17", "to 15", 1) }, audit.ErrLogTampered, 15},
		"a range too far":   {"proof.txt", func(t string) string { return strings.Replace(t, "to 17", "to 99", 1) }, audit.ErrBundle, -1},
		"no range":          {"proof.txt", func(string) string { return "" }, audit.ErrBundle, -1},
		"a large proof":     {"proof.txt", func(t string) string { return t + strings.Repeat("x", 20<<10) }, audit.ErrBundle, -1},
		"the checkpoint":    {"checkpoint.txt", func(t string) string { return strings.Replace(t, "\n20\n", "\n19\n", 1) }, audit.ErrCheckpoint, -1},
		"older checkpoint":  {"checkpoint.txt", func(string) string { return string(s.db.notes[len(s.db.notes)-2].note) }, audit.ErrLogTampered, -1},
	} {
		changed := repack(t, b, c.file, c.change)
		r, err := verify(changed, s.verifier)
		if errors.Is(err, audit.ErrBundle) && c.want == audit.ErrLogTampered && name == "older checkpoint" {
			continue // its size asks for another number of proof hashes
		}
		if !errors.Is(err, c.want) || r.FirstBad != c.bad {
			t.Errorf("%s: got %v, first bad %d; want %v, %d", name, err, r.FirstBad, c.want, c.bad)
		}
	}
	if _, err := verify([]byte("no zip"), s.verifier); !errors.Is(err, audit.ErrBundle) {
		t.Errorf("no zip: got %v", err)
	}
}

// swapFirstHash gives the first leaf the hash of the second.
func swapFirstHash(text string) string {
	lines := strings.Split(text, "\n")
	second := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "leaf 4 ") })
	hash := func(l string) string { return l[strings.LastIndexByte(l, ' ')+1:] }
	lines[0] = strings.Replace(lines[0], hash(lines[0]), hash(lines[second]), 1)
	return strings.Join(lines, "\n")
}

// exchangeHashes swaps the two left hashes.
func exchangeHashes(text string) string {
	lines := strings.Split(text, "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "left ") })
	lines[i], lines[i+1] = lines[i+1], lines[i]
	return strings.Join(lines, "\n")
}

// repack writes the zip again with one file changed.
func repack(t *testing.T, b []byte, name string, change func(string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == name {
			text = []byte(change(string(text)))
		}
		to, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestBundleWithOtherFiles(t *testing.T) {
	for _, names := range [][]string{
		{}, {"checkpoint.txt"}, {"proof.txt", "checkpoint.txt", "leaves.txt"},
		{"checkpoint.txt", "proof.txt", "leaves.txt", "more.txt"}, {"checkpoint.txt", "proof.txt", "../leaves.txt"},
	} {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, n := range names {
			if _, err := w.Create(n); err != nil {
				t.Fatal(err)
			}
		}
		w.Close()
		_, key, _ := audit.NewSigner("log")
		if _, err := verify(out.Bytes(), key); !errors.Is(err, audit.ErrBundle) {
			t.Errorf("%v: got %v", names, err)
		}
	}
}

func TestBundleExtendsAnEarlierCheckpoint(t *testing.T) {
	s := newSite(t)
	notes := map[int64][]byte{}
	for i := range 20 {
		c := s.do(write(note(i)))
		notes[c.Size] = c.Note
	}
	fork := newSite(t)
	fork.stop()
	fork.secret = s.secret
	fork.mustOpen()
	forked := map[int64][]byte{}
	for i := range 25 {
		c := fork.do(write(note(i + 100)))
		forked[c.Size] = c.Note
	}
	// Beside the leaves themselves a bundle covers the boundaries of the subtrees around them.
	for from, boundaries := range map[int64][]int64{0: nil, 6: {4}, 11: {8, 10}} {
		boundaries = append(boundaries, 16, 20)
		b := s.export(from, 15)
		for size := int64(1); size <= 25; size++ {
			genuine, other := continuityCase{audit.NotCovered, nil}, continuityCase{audit.NotCovered, nil}
			switch {
			case size > 20:
				other = continuityCase{audit.Longer, audit.ErrBehindState}
			case size >= from && size <= 15 || slices.Contains(boundaries, size):
				genuine = continuityCase{audit.Extended, nil}
				other = continuityCase{audit.Forked, audit.ErrLogTampered}
			}
			if size <= 20 {
				genuine.check(t, b, s.verifier, from, size, notes[size])
			}
			other.check(t, b, s.verifier, from, size, forked[size])
		}
	}
	if _, err := verify(s.export(0, -1), s.verifier, []byte("no note")); !errors.Is(err, audit.ErrCheckpoint) {
		t.Errorf("no note: got %v", err)
	}
}

type continuityCase struct {
	state audit.Continues
	err   error
}

func (c continuityCase) check(t *testing.T, b []byte, key string, from, size int64, earlier []byte) {
	t.Helper()
	r, err := verify(b, key, earlier)
	want := audit.Continuity{Size: size, State: c.state}
	if !errors.Is(err, c.err) || len(r.Continuity) != 1 || r.Continuity[0] != want {
		t.Errorf("from %d, checkpoint %d: got %v, %v, want %v, %v", from, size, r.Continuity, err, want, c.err)
	}
}

func FuzzParseSpan(f *testing.F) {
	f.Add(audit.Span{From: 3, To: 7, Left: []tlog.Hash{{1}, {2}}, Right: []tlog.Hash{{3}}}.Marshal())
	f.Add(audit.Span{To: 1}.Marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := audit.ParseSpan(b)
		if err == nil && !bytes.Equal(s.Marshal(), b) {
			t.Fatalf("marshal gave %q for %q", s.Marshal(), b)
		}
	})
}

func FuzzReadEntries(f *testing.F) {
	hash := tlog.RecordHash([]byte("x\n"))
	f.Add([]byte("leaf 0 2 " + hash.String() + "\nx\n\nleaf 7 0 " + hash.String() + "\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		again, err := audit.ReformatEntries(b)
		if err == nil && !bytes.Equal(again, b) {
			t.Fatalf("writing again gave %q for %q", again, b)
		}
	})
}

func FuzzVerifyBundle(f *testing.F) {
	secret, public, err := audit.NewSigner("log")
	if err != nil {
		f.Fatal(err)
	}
	s := &site{t: f, db: newMemory(), secret: secret, verifier: public, state: filepath.Join(f.TempDir(), "s"), clock: start}
	s.mustOpen()
	s.fill(4)
	s.stop()
	good := s.export(1, 3)
	f.Add(good)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := verify(b, public)
		if err == nil && (r.Checkpoint.Size != 4 || r.FirstBad != -1) {
			t.Fatalf("a strange bundle verified: %+v", r)
		}
	})
}
