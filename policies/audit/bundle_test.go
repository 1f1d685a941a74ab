package audit_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
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

func (s *site) exportOnly(indexes ...int64) []byte {
	s.t.Helper()
	var b bytes.Buffer
	if err := audit.ExportOnly(s.t.Context(), s.db, indexes, &b); err != nil {
		s.t.Fatalf("exporting %v: %v", indexes, err)
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

// TestBundleOfEveryChoice: whichever leaves are chosen, each is shown to be in the signed log, and none beside them is
// in the file.
func TestBundleOfEveryChoice(t *testing.T) {
	s := newSite(t)
	s.fill(9)
	for choice := 1; choice < 1<<9; choice++ {
		var indexes []int64
		for i := range int64(9) {
			if choice>>i&1 == 1 {
				indexes = append(indexes, i)
			}
		}
		b := s.exportOnly(indexes...)
		r, err := verify(b, s.verifier)
		if err != nil || r.Leaves != int64(len(indexes)) || r.From != indexes[0] || r.To != indexes[len(indexes)-1]+1 || r.FirstBad != -1 ||
			r.Outcomes[audit.Allowed] != r.Leaves || r.Whole != (choice == 1<<9-1) {
			t.Fatalf("%v: %v, %+v", indexes, err, r)
		}
		text := fileOf(t, b, "leaves.txt")
		for i := range 9 {
			if has := strings.Contains(text, fmt.Sprintf("leaf %d ", i)); has != slices.Contains(indexes, int64(i)) {
				t.Fatalf("%v: leaf %d in the file is %v", indexes, i, has)
			}
		}
	}
	if !bytes.Equal(s.exportOnly(2, 3, 4), s.export(2, 5)) {
		t.Error("leaves that stand together gave other bytes than their range")
	}
	for _, bad := range [][]int64{nil, {}, {9}, {-1}, {3, 3}, {4, 2}, {0, 9}} {
		if err := audit.ExportOnly(t.Context(), s.db, bad, io.Discard); !errors.Is(err, audit.ErrNoLeaf) {
			t.Errorf("%v: got %v", bad, err)
		}
	}
}

func TestSelectNamesLeaves(t *testing.T) {
	s := newSite(t)
	s.fill(9)
	got, err := s.log.Select(t.Context(), func(l *audit.Leaf) bool { return len(l.Rows) > 0 && l.Rows[0].ID == "NOTE3" })
	if err != nil || !slices.Equal(got, []int64{3}) {
		t.Errorf("got %v, %v, want leaf 3", got, err)
	}
}

// TestSelectNoticesTampering: a leaf that answers and was hidden or altered, while the
// log is open, leaves no list that looks whole.
func TestSelectNoticesTampering(t *testing.T) {
	for name, c := range tampering {
		if name == "a leaf added at the end" {
			continue // it is not below the checkpoint, and no leaf of the log
		}
		s := newSite(t)
		s.fill(20)
		all := func(*audit.Leaf) bool { return true }
		if got, err := s.log.Select(t.Context(), all); err != nil || len(got) != 20 {
			t.Fatalf("the untampered twin: %d leaves, %v", len(got), err)
		}
		c.do(s.db)
		if got, err := s.log.Select(t.Context(), all); !errors.Is(err, audit.ErrLogTampered) || got != nil {
			t.Errorf("%s: got %d leaves, %v", name, len(got), err)
		}
	}
}

// TestPartOfTheLogNamesWhatTheFileLost tampers with a bundle of chosen leaves.
func TestPartOfTheLogNamesWhatTheFileLost(t *testing.T) {
	s := filled(t)
	b := s.exportOnly(3, 4, 9, 12, 17)
	if r, err := verify(b, s.verifier); err != nil || r.Leaves != 5 {
		t.Fatalf("the untampered twin: %v, %+v", err, r)
	}
	entry := func(text string, i int) string { return strings.SplitAfter(text, "\n\n")[i] }
	for name, c := range map[string]struct {
		file   string
		change func(string) string
		want   error
		bad    int64
	}{
		"a leaf changed":   {"leaves.txt", func(t string) string { return strings.Replace(t, "NOTE9", "NOTE8", 1) }, audit.ErrLogTampered, 9},
		"a leaf deleted":   {"leaves.txt", func(t string) string { return strings.Replace(t, entry(t, 2), "", 1) }, audit.ErrLogTampered, 9},
		"the last deleted": {"leaves.txt", func(t string) string { return strings.Replace(t, entry(t, 4), "", 1) }, audit.ErrLogTampered, 17},
		"leaves exchanged": {"leaves.txt", func(t string) string { return entry(t, 2) + entry(t, 0) + entry(t, 1) }, audit.ErrLogTampered, 3},
		"one too many":     {"leaves.txt", func(t string) string { return t + strings.Replace(entry(t, 4), "leaf 17 ", "leaf 18 ", 1) }, audit.ErrLogTampered, 18},
		"renumbered":       {"leaves.txt", func(t string) string { return strings.Replace(t, "leaf 9 ", "leaf 10 ", 1) }, audit.ErrLogTampered, 9},
		"a leaf hidden, its place given to a hash": {"proof.txt", func(t string) string {
			return strings.Replace(t, "leaves 12 13\n", "", 1)
		}, audit.ErrBundle, -1},
		"moved to another place": {"proof.txt", func(t string) string { return strings.Replace(t, "leaves 9 10", "leaves 10 11", 1) }, audit.ErrLogTampered, 10},
		"hashes exchanged":       {"proof.txt", exchangeHashes, audit.ErrLogTampered, -1},
		"the first choice gone":  {"proof.txt", func(t string) string { return strings.Replace(t, "leaves 3 5\n", "", 1) }, audit.ErrBundle, -1},
		"out of order": {"proof.txt", func(t string) string {
			return strings.NewReplacer("leaves 9 10", "leaves 12 13", "leaves 12 13", "leaves 9 10").Replace(t)
		}, audit.ErrBundle, -1},
		"beyond the end": {"proof.txt", func(t string) string { return strings.Replace(t, "leaves 17 18", "leaves 17 99", 1) }, audit.ErrBundle, -1},
	} {
		r, err := verify(repack(t, b, c.file, c.change), s.verifier)
		if !errors.Is(err, c.want) || r.FirstBad != c.bad {
			t.Errorf("%s: got %v, first bad %d; want %v, %d", name, err, r.FirstBad, c.want, c.bad)
		}
	}
	// Moved in both files at once, or taken from another log with its own honest hash: the root tells.
	moved := repack(t, b, "proof.txt", func(t string) string { return strings.Replace(t, "leaves 9 10", "leaves 10 11", 1) })
	moved = repack(t, moved, "leaves.txt", func(t string) string { return strings.Replace(t, "leaf 9 ", "leaf 10 ", 1) })
	other := newSite(t)
	for i := range 20 {
		other.do(write(note(i + 100)))
	}
	foreign := repack(t, b, "leaves.txt", func(string) string { return fileOf(t, other.exportOnly(3, 4, 9, 12, 17), "leaves.txt") })
	for name, changed := range map[string][]byte{"moved in both": moved, "of another log": foreign} {
		if r, err := verify(changed, s.verifier); !errors.Is(err, audit.ErrLogTampered) || r.FirstBad != -1 {
			t.Errorf("%s: got %v, first bad %d", name, err, r.FirstBad)
		}
	}
}

// fileOf is one file of a bundle.
func fileOf(t *testing.T, b []byte, name string) string {
	t.Helper()
	return string(filesOf(t, b)[name])
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
		"a proof hash":      {"proof.txt", func(t string) string { return strings.Replace(t, "hash ", "hash A", 1) }, audit.ErrBundle, -1},
		"proof hashes":      {"proof.txt", exchangeHashes, audit.ErrLogTampered, -1},
		"a proof hash less": {"proof.txt", func(t string) string { return t[:strings.LastIndex(t, "hash")] }, audit.ErrBundle, -1},
		"the range":         {"proof.txt", func(t string) string { return strings.Replace(t, "leaves 3 17", "leaves 3 15", 1) }, audit.ErrLogTampered, 15},
		"a range too far":   {"proof.txt", func(t string) string { return strings.Replace(t, "leaves 3 17", "leaves 3 99", 1) }, audit.ErrBundle, -1},
		"no range":          {"proof.txt", func(string) string { return "" }, audit.ErrBundle, -1},
		"a range twice":     {"proof.txt", func(t string) string { return strings.Replace(t, "leaves 3 17\n", "leaves 3 10\nleaves 10 17\n", 1) }, audit.ErrBundle, -1},
		"garbage in it":     {"proof.txt", func(t string) string { return t + strings.Repeat("x", 20<<10) }, audit.ErrBundle, -1},
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

// exchangeHashes swaps the two hashes before the leaves.
func exchangeHashes(text string) string {
	lines := strings.Split(text, "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "hash ") })
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

// TestBundlePackedAgain: a bundle that was unpacked and packed again, its small texts
// with a byte order mark and the line ends of another system, is what was signed.
func TestBundlePackedAgain(t *testing.T) {
	s := filled(t)
	bundle := s.export(0, -1)
	z, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range []string{"export/", "export/proof.txt", "__MACOSX/export/._proof.txt", "export/leaves.txt", "export/checkpoint.txt", "export/.DS_Store"} {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, of := range z.File {
			if name != "export/"+of.Name {
				continue
			}
			r, err := of.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if of.Name != "leaves.txt" {
				text = append([]byte("\ufeff"), bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))...)
			}
			f.Write(text)
		}
	}
	w.Close()
	if _, err := verify(out.Bytes(), "\ufeff"+s.verifier+"\r\n"); err != nil {
		t.Errorf("got %v", err)
	}
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
	if _, err := verify(s.export(0, -1), s.verifier, []byte("no note")); !errors.Is(err, audit.ErrBundle) {
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
	f.Add(audit.Span{Runs: []audit.Run{{From: 3, To: 7}}, Gaps: [][]tlog.Hash{{{1}, {2}}, {{3}}}}.Marshal())
	f.Add(audit.Span{Runs: []audit.Run{{To: 1}}, Gaps: [][]tlog.Hash{nil, nil}}.Marshal())
	f.Add(audit.Span{Runs: []audit.Run{{From: 1, To: 2}, {From: 4, To: 9}}, Gaps: [][]tlog.Hash{{{1}}, {{2}}, nil}}.Marshal())
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

// FuzzVerifyBundle fills a zip with strange texts around an honest checkpoint: nothing verifies but what was signed.
// The checkpoint is of this process, whose key no other knows; the texts are the same in all of them.
func FuzzVerifyBundle(f *testing.F) {
	secret, public, err := audit.NewSigner("log")
	if err != nil {
		f.Fatal(err)
	}
	s := &site{t: f, db: newMemory(), secret: secret, verifier: public, state: filepath.Join(f.TempDir(), "s"), clock: start}
	s.mustOpen()
	s.fill(9)
	s.stop()
	whole := filesOf(f, s.export(0, -1))
	for _, b := range [][]byte{s.export(0, -1), s.export(1, 3), s.exportOnly(0, 2, 8)} {
		files := filesOf(f, b)
		f.Add(files["proof.txt"], files["leaves.txt"])
	}
	f.Fuzz(func(t *testing.T, proof, leaves []byte) {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, file := range []struct {
			name string
			text []byte
		}{{"checkpoint.txt", whole["checkpoint.txt"]}, {"proof.txt", proof}, {"leaves.txt", leaves}} {
			to, err := w.CreateHeader(&zip.FileHeader{Name: file.name}) // stored, so that the fuzzer sees its bytes
			if err == nil {
				_, err = to.Write(file.text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := verify(out.Bytes(), public)
		if err != nil {
			return
		}
		if r.Checkpoint.Size != 9 || r.FirstBad != -1 || r.Leaves < 1 || r.Leaves > 9 {
			t.Fatalf("a strange bundle verified: %+v", r)
		}
		for _, entry := range bytes.SplitAfter(leaves, []byte("\n\n")) {
			if !bytes.Contains(whole["leaves.txt"], entry) {
				t.Fatalf("a leaf that was never signed verified: %q", entry)
			}
		}
	})
}

func filesOf(t testing.TB, b []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if all[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return all
}
