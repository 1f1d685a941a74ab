package audit_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"sportello/crypto"
	"sportello/policies/audit"
)

func TestOpenRebuildsNewestAndEpochs(t *testing.T) {
	s := newSite(t)
	first, second := row{"case", "C1", 1, "red"}, row{"case", "C1", 2, "green"}
	gone := row{"note", "N1", 1, "x"}
	epoch4, epoch3 := row{"unit_epoch", "DESK2.4", 1, "k"}, row{"unit_epoch", "DESK2.3", 1, "k"}
	s.do(write(first, gone))
	s.do(write(second, epoch4), remove(gone), write(epoch3))
	check := func(l *audit.Log) {
		t.Helper()
		if !l.Matches(second) || l.Matches(first) || l.Matches(gone) || l.Matches(row{"case", "C2", 1, "red"}) {
			t.Error("the newest digests are not those of the last leaves")
		}
		digest := audit.MarkOf(second).Digest
		if got, ok := l.Newest("case", "C1"); !ok || got != audit.Digest16(digest[:16]) {
			t.Errorf("Newest gave %x, %v", got, ok)
		}
		if _, ok := l.Newest("note", "N1"); ok {
			t.Error("a gone row is still there")
		}
		if got := l.Epoch("DESK2"); got != 4 {
			t.Errorf("Epoch gave %d, want 4", got)
		}
		if got := l.Epoch("DESK3"); got != 0 {
			t.Errorf("Epoch of an unknown unit gave %d", got)
		}
		if l.Size() != 4 {
			t.Errorf("Size gave %d", l.Size())
		}
	}
	check(s.log)
	s.stop()
	s.mustOpen()
	check(s.log)
	reader, err := audit.Open(t.Context(), audit.Options{Source: s.db, VerifierKey: s.verifier, Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	check(reader)
	if _, err := reader.Begin(s.db.begin()); !errors.Is(err, audit.ErrReadOnly) {
		t.Errorf("beginning without the secret key gave %v", err)
	}
}

func TestCheckpointIsTheC2SPText(t *testing.T) {
	s := newSite(t)
	s.fill(5)
	c := s.log.Checkpoint()
	_, root := plainTree(t, s.db.leaves)
	text, _, _ := strings.Cut(string(c.Note), "\n\n")
	if want := "sportello.example/log\n5\n" + root.String(); text != want || c.Root != root || c.Size != 5 {
		t.Fatalf("got\n%s\nwant\n%s", text, want)
	}
	back, err := audit.OpenCheckpoint(c.Note, s.verifier)
	if err != nil || back.Size != 5 || back.Root != root || back.Origin != "sportello.example/log" {
		t.Fatalf("got %v and %+v", err, back)
	}
	_, other, _ := audit.NewSigner("sportello.example/log")
	for name, broken := range map[string]string{
		"another size": strings.Replace(string(c.Note), "\n5\n", "\n6\n", 1),
		"no signature": text + "\n\n",
		"nothing":      "",
	} {
		if _, err := audit.OpenCheckpoint([]byte(broken), s.verifier); !errors.Is(err, audit.ErrCheckpoint) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := audit.OpenCheckpoint(c.Note, other); !errors.Is(err, audit.ErrCheckpoint) {
		t.Errorf("another key: got %v", err)
	}
	if got, err := audit.VerifierKey(s.secret); err != nil || got != s.verifier || s.log.VerifierKey() != s.verifier {
		t.Errorf("VerifierKey gave %q, %v", got, err)
	}
	if _, _, err := audit.NewSigner("two words"); !errors.Is(err, audit.ErrCheckpoint) {
		t.Errorf("a name with a blank: got %v", err)
	}
}

func TestReceipt(t *testing.T) {
	s := newSite(t)
	s.fill(2)
	r := audit.Receipt{Index: 1, Checkpoint: s.log.Checkpoint().Note}
	back, err := audit.ParseReceipt(r.String())
	if err != nil || back.Index != 1 || string(back.Checkpoint) != string(r.Checkpoint) {
		t.Fatalf("got %v and %+v", err, back)
	}
	for _, bad := range []string{"", "1", "1 ", "01 QQ==", "-1 QQ==", "1 QQ", "1 QR==", "1 QQ==\n", "x QQ=="} {
		if _, err := audit.ParseReceipt(bad); !errors.Is(err, audit.ErrCheckpoint) {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func TestStateFile(t *testing.T) {
	accept := func(o *audit.Options) { o.AcceptOlder = true }
	checked := func(o *audit.Options) { o.ClockChecked = true }
	for name, c := range map[string]struct {
		spoil func(*site)
		want  error
		way   func(*audit.Options) // what gets past it; nil if nothing does
	}{
		"missing":                 {func(s *site) { os.Remove(s.state) }, audit.ErrStateFile, accept},
		"empty file":              {func(s *site) { os.WriteFile(s.state, nil, 0o600) }, audit.ErrStateFile, nil},
		"clock behind":            {func(s *site) { s.sleep(-time.Hour) }, audit.ErrClock, checked},
		"clock 61 days ahead":     {func(s *site) { s.sleep(61 * 24 * time.Hour) }, audit.ErrClock, checked},
		"log cut":                 {func(s *site) { s.db = s.rolledBack(3) }, audit.ErrBehindState, accept},
		"log emptied":             {func(s *site) { s.db = newMemory() }, audit.ErrBehindState, accept},
		"log rewritten":           {func(s *site) { s.db = s.rewritten() }, audit.ErrLogTampered, nil},
		"checkpoint of other key": {func(s *site) { s.foreignState() }, audit.ErrStateFile, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.fill(6)
			s.sleep(time.Minute)
			s.do(write(note(6)))
			s.stop()
			s.mustOpen() // the untampered twin
			s.stop()
			c.spoil(s)
			if _, err := s.open(); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if c.way == nil {
				for _, way := range []func(*audit.Options){accept, checked} {
					if _, err := s.open(way); !errors.Is(err, c.want) {
						t.Fatalf("got %v, want %v", err, c.want)
					}
				}
				return
			}
			s.mustOpen(c.way)
			s.do(write(note(100)))
			s.stop()
			s.mustOpen() // and from then on it is the ordinary state
			s.stop()
		})
	}
}

// rolledBack is the database as it was, in all consistency, at an earlier checkpoint.
func (s *site) rolledBack(size int64) *memory {
	old := s.db.copy()
	for old.notes[len(old.notes)-1].size > size {
		old.notes = old.notes[:len(old.notes)-1]
	}
	size = old.notes[len(old.notes)-1].size
	old.leaves = old.leaves[:size]
	old.hashes = old.hashes[:tlog.StoredHashCount(size)]
	return old
}

// rewritten is a log of the same key and length with other leaves: what who holds the secret key could make.
func (s *site) rewritten() *memory {
	other := newSite(s.t)
	other.stop()
	other.secret, other.verifier = s.secret, s.verifier
	other.mustOpen()
	for i := range len(s.db.leaves) + 2 {
		other.do(write(note(i + 1000)))
	}
	other.stop()
	return other.db
}

func (s *site) foreignState() {
	other := newSite(s.t)
	other.fill(3)
	other.stop()
	b, err := os.ReadFile(other.state)
	if err != nil {
		s.t.Fatal(err)
	}
	os.WriteFile(s.state, b, 0o600)
}

func TestStateFileIsPrivateAndFollows(t *testing.T) {
	s := newSite(t)
	info, err := os.Stat(s.state)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the first state file: %v, %v", info, err)
	}
	s.fill(3)
	s.sleep(time.Second)
	s.do(write(note(3)))
	s.stop()
	b, err := os.ReadFile(s.state)
	if err != nil {
		t.Fatal(err)
	}
	want := "sportello log state v1\ntime 2026-11-22T09:30:01Z\n" + string(s.log.Checkpoint().Note)
	if string(b) != want {
		t.Fatalf("got\n%s\nwant\n%s", b, want)
	}
	if _, err := s.log.Begin(s.db.begin()); !errors.Is(err, audit.ErrReadOnly) {
		t.Errorf("beginning after Close gave %v", err)
	}
	if err := s.log.Close(); err != nil {
		t.Errorf("closing twice gave %v", err)
	}
}

func TestStateFileThatCannotBeWritten(t *testing.T) {
	s := newSite(t)
	if err := os.Mkdir(s.state+".tmp", 0o700); err != nil {
		t.Fatal(err)
	}
	os.WriteFile(s.state+".tmp/x", nil, 0o600)
	s.do(write(note(1))) // a commit neither waits for it nor fails
	if err := s.log.Close(); err == nil || s.log.StateError() == nil {
		t.Fatal("nobody was told")
	}
}

func TestClockWhileServing(t *testing.T) {
	s := newSite(t)
	s.do(write(note(1)))
	for _, c := range []struct {
		by   time.Duration
		want error
	}{{0, nil}, {59 * 24 * time.Hour, nil}, {2 * 24 * time.Hour, audit.ErrClock}} {
		s.sleep(c.by)
		if err := s.log.CheckClock(); !errors.Is(err, c.want) {
			t.Fatalf("after %v more: got %v, want %v", c.by, err, c.want)
		}
	}
	s.do(write(note(2))) // a write does not make the wrong time the last one
	if err := s.log.CheckClock(); !errors.Is(err, audit.ErrClock) {
		t.Fatalf("after a write: got %v", err)
	}
	s.sleep(-62 * 24 * time.Hour)
	if err := s.log.CheckClock(); !errors.Is(err, audit.ErrClock) {
		t.Fatalf("behind: got %v", err)
	}
}

func TestOpenRefusesMissingParts(t *testing.T) {
	s := newSite(t)
	for name, change := range map[string]func(*audit.Options){
		"no source":     func(o *audit.Options) { o.Source = nil },
		"no clock":      func(o *audit.Options) { o.Now = nil },
		"no key":        func(o *audit.Options) { o.SignerKey = "" },
		"two keys":      func(o *audit.Options) { o.VerifierKey = s.verifier },
		"a broken key":  func(o *audit.Options) { o.SignerKey = "PRIVATE" },
		"no state file": func(o *audit.Options) { o.StateFile = "" },
		"no folder":     func(o *audit.Options) { o.StateFile += "/none/state" },
	} {
		if _, err := s.open(change); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func FuzzParseState(f *testing.F) {
	f.Add([]byte("sportello log state v1\ntime 2026-11-22T09:30:01Z\n"))
	f.Add([]byte("sportello log state v1\ntime 2026-11-22T09:30:01Z\nx\n5\nAAAA\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := audit.ParseState(b)
		if err == nil && string(s.Marshal()) != string(b) {
			t.Fatalf("marshal gave %q for %q", s.Marshal(), b)
		}
		if err != nil && (!errors.Is(err, audit.ErrStateFile) || s.Note != nil) {
			t.Fatalf("got %v and %+v", err, s)
		}
	})
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add("sportello.example/log\n5\n" + tlog.Hash{1, 2}.String() + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := audit.ParseCheckpointText(text)
		if err == nil && audit.FormatCheckpoint(c.Origin, c.Size, c.Root) != text {
			t.Fatalf("format gave another text for %q", text)
		}
	})
}

func FuzzParseReceipt(f *testing.F) {
	f.Add(audit.Receipt{Index: 7, Checkpoint: []byte("x\n1\n")}.String())
	f.Fuzz(func(t *testing.T, s string) {
		r, err := audit.ParseReceipt(s)
		if err == nil && r.String() != s {
			t.Fatalf("String gave %q for %q", r.String(), s)
		}
	})
}

func TestMarkOf(t *testing.T) {
	r := row{"case", "C1", 3, "red"}
	m := audit.MarkOf(r)
	want := audit.RowMark{Table: "case", ID: "C1", Version: 3, Digest: crypto.RowDigest("case", "C1", 3, "red")}
	if m != want {
		t.Errorf("got %+v, want %+v", m, want)
	}
}
