package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sportello/policies/acts"
	"sportello/referrals/auditlog"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"

	"github.com/google/go-cmp/cmp"
)

// oldFolder unpacks a folder that the program of a landed commit made, with
// nearly every kind of record in it, and answers its accounts.
func oldFolder(t *testing.T, commit string) (string, map[string]*seedPerson) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	f, err := os.Open("testdata/" + commit + ".tar.gz")
	check(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	check(t, err)
	for files := tar.NewReader(z); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		check(t, err)
		path := filepath.Join(dir, filepath.Clean("/"+h.Name))
		if h.FileInfo().IsDir() {
			check(t, os.MkdirAll(path, 0o700))
			continue
		}
		b, err := io.ReadAll(files)
		check(t, err)
		check(t, os.WriteFile(path, b, 0o600))
	}
	list, err := readDemoAccounts(dir)
	check(t, err)
	people := map[string]*seedPerson{}
	for _, a := range list {
		people[a.Username] = &seedPerson{demoAccount: a}
	}
	return dir, people
}

// afterOld is a moment at which the old folder's records are still in force.
var afterOld = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

// reopen opens an old folder as the demo's people know it.
func reopen(t *testing.T, dir string, people map[string]*seedPerson, at time.Time) *seed {
	t.Helper()
	clock := &seedClock{now: at}
	in, err := openInstance(t.Context(), dir, opening{now: clock.Now, stretches: 2})
	check(t, err)
	return &seed{ctx: t.Context(), in: in, clock: clock, people: people, units: map[string]string{}}
}

// TestOldFolderGoesOn: what the commit before this schema kept opens, verifies, is
// worked on and verifies again, for each of its people.
func TestOldFolderGoesOn(t *testing.T) {
	dir, people := oldFolder(t, "d081591")
	s := reopen(t, dir, people, afterOld)
	anna := s.signIn("anna")
	check(t, s.err)
	rosa := found(t, s, anna, "Rosa")
	v, _, err := s.in.desk.OpenCase(s.ctx, anna, rosa, storetest.Parts...)
	check(t, err)
	if v.Identity == nil || v.Identity.Surname != "Quaglia" || len(v.Notes) < 3 || v.Safe.CodeWord != "girasole" || v.Told.Town != "Grottaferrata" {
		t.Errorf("the case lost something: %d notes", len(v.Notes))
	}
	if r, _, err := s.in.desk.OpenCase(s.ctx, anna, found(t, s, anna, "Vittoria"), storetest.Parts...); err != nil || !r.Restricted {
		t.Errorf("what is restricted to her: %v", err)
	}
	_, err = s.in.desk.Cases.AddNote(s.ctx, anna, rosa, typed.NewForm(), "phone", "Ha richiamato dopo l'aggiornamento.")
	check(t, err)
	oldReferral(t, s)
	if _, _, err := s.in.desk.AuditLog.Read(s.ctx, s.signIn("clara"), auditlog.Filter{}); err != nil {
		t.Errorf("the log: %v", err)
	}
	verifies(t, s, "after the upgrade")
	s = reopen(t, dir, people, afterOld.Add(time.Hour))
	if lucia := s.signIn("lucia"); lucia.Person() == "" {
		t.Error("lucia does not come in at the second start")
	}
	verifies(t, s, "after the second start")
}

// TestOldFolderGetsTheKeyOfCodes: a folder from before codes were marked gets the key of
// the marks at its first start, its cases are found by their codes once they were opened,
// and from then on the key is asked for like the others.
func TestOldFolderGetsTheKeyOfCodes(t *testing.T) {
	dir, people := oldFolder(t, "d081591")
	s := reopen(t, dir, people, afterOld)
	info, err := os.Stat(keyPath(dir, codesFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key of codes: %v", err)
	}
	anna, clara := s.signIn("anna"), s.signIn("clara")
	check(t, s.err)
	cards, _, err := s.in.desk.Cases.Search(s.ctx, anna, "Rosa")
	check(t, err)
	ask := func() error {
		_, _, err := s.in.desk.AuditLog.Ask(s.ctx, clara, cards[0].Code, auditlog.Filter{})
		return err
	}
	if err := ask(); !errors.Is(err, auditlog.ErrNothing) {
		t.Errorf("before its next opening: %v", err)
	}
	_, _, err = s.in.desk.OpenCase(s.ctx, anna, cards[0].ID)
	check(t, err)
	check(t, ask())
	verifies(t, s, "with the code of an older case")
	key, err := os.ReadFile(keyPath(dir, codesFile))
	check(t, err)
	check(t, os.Remove(keyPath(dir, codesFile)))
	clock := &seedClock{now: afterOld.Add(time.Hour)}
	if _, err := openInstance(t.Context(), dir, opening{now: clock.Now, stretches: 2}); err == nil || !strings.Contains(err.Error(), "keys/codes is missing: put it back") {
		t.Errorf("without the key of codes: %v", err)
	}
	if _, err := os.Stat(keyPath(dir, codesFile)); err == nil {
		t.Error("another key was made in its place")
	}
	check(t, os.WriteFile(keyPath(dir, codesFile), key, 0o600))
	s = reopen(t, dir, people, afterOld.Add(2*time.Hour))
	clara = s.signIn("clara")
	check(t, errors.Join(s.err, ask(), s.in.Close()))
}

// verifies holds every record to the log, and closes the folder.
func verifies(t *testing.T, s *seed, when string) {
	t.Helper()
	v, err := s.in.desk.AuditLog.CheckRecords(s.ctx)
	check(t, errors.Join(err, s.err))
	if !v.Good() || v.Records.Checked < 150 {
		t.Errorf("%s: %d records were checked: %v", when, v.Records.Checked, v.Records.Problems)
	}
	check(t, s.in.Close())
}

func found(t *testing.T, s *seed, who acts.Caller, alias string) string {
	t.Helper()
	cards, _, err := s.in.desk.Cases.Search(s.ctx, who, alias)
	check(t, err)
	if len(cards) != 1 {
		t.Fatalf("%d cards for one alias", len(cards))
	}
	return cards[0].ID
}

// oldReferral: the centre reads what it was sent and what was said, and answers.
func oldReferral(t *testing.T, s *seed) {
	t.Helper()
	bruna := s.signIn("bruna")
	check(t, s.err)
	cards, _, err := s.in.desk.Sharing.Inbox(s.ctx, bruna)
	check(t, err)
	r, _, err := s.in.desk.Sharing.OpenReferral(s.ctx, bruna, cards[0].ID)
	check(t, err)
	if len(r.Messages) != 2 {
		t.Errorf("%d messages, want 2", len(r.Messages))
	}
	if _, err := s.in.desk.Sharing.Accept(s.ctx, bruna, cards[0].ID); err != nil {
		t.Errorf("accepting: %v", err)
	}
}

// TestUnknownFolderIsRefused: a folder of no version that this program knows, or
// with one file of another time, is refused in one sentence and left as it is. The
// cases are those of commits before the first whose schema is marked: a schema
// that was edited in place, and boxes of another encoding under the same schema.
func TestUnknownFolderIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ file, change, says string }{
		"a schema of before":      {"sportello.db", "DROP INDEX unit_audit", "cannot bring up to date"},
		"a table of somebody's":   {"sportello.db", "CREATE TABLE kept (secret BLOB)", "cannot bring up to date"},
		"a version nobody made":   {"sportello.db", "DELETE FROM goose_db_version", "cannot bring up to date"},
		"no versions at all":      {"sportello.db", "DROP TABLE goose_db_version", "cannot bring up to date"},
		"boxes of before":         {"secrets/shred.db", "INSERT INTO shred VALUES ('ABCDEFGHIJKLMNOPQRSTUVWXYZ', x'00')", "cannot bring up to date"},
		"sessions of before":      {"secrets/sessions.db", "DROP INDEX session_person", "cannot bring up to date"},
		"a newer version":         {"sportello.db", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)", "newer version"},
		"newer secrets, old main": {"secrets/shred.db", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)", "newer version"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := oldFolder(t, "d081591")
			db, err := sql.Open("sqlite3", filepath.Join(dir, c.file))
			check(t, err)
			_, err = db.Exec(c.change)
			check(t, errors.Join(err, db.Close()))
			before := contents(t, dir)
			_, err = openInstance(t.Context(), dir, opening{now: func() time.Time { return afterOld }})
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("it says: %v", err)
			}
			if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
				t.Errorf("the folder was changed: %s", diff)
			}
		})
	}
}

// contents are the digests of a folder's databases and keys.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range []string{"sportello.db", "secrets/shred.db", "secrets/sessions.db", "keys/state", "keys/session"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		check(t, err)
		all[name] = fmt.Sprintf("%x", sha256.Sum256(b))
	}
	return all
}
