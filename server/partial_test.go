package server_test

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"sportello/policies/audit"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// cannotBeRead is what a page says in the place of what it cannot list.
const cannotBeRead = "Almeno una voce di questa pagina non si può leggere"

// inFile runs a statement of somebody who can write to the database: it changes one
// row.
func (s *site) inFile(t *testing.T, text string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, store.MainFile)+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	res, err := db.Exec(text, args...)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%q changed %d rows: %v", text, n, err)
	}
}

// failed counts the leaves of failed acts of a kind.
func (s *site) failed(t *testing.T, action string) (n int) {
	t.Helper()
	_, err := s.Store.Log().Select(t.Context(), func(l *audit.Leaf) bool {
		if l.Action == action && l.Outcome == audit.Failed {
			n++
		}
		return false
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOneBadRowHidesNobodyElse changes one row, or takes it out, under each list
// that people work from: the others stay on the page, one line says that something
// cannot be read, what it is stands nowhere on the page, and one leaf says that an
// act failed.
func TestOneBadRowHidesNobodyElse(t *testing.T) {
	sent := func(r *records) string { return r.sent }
	file := func(r *records) string { return r.file }
	shut := func(r *records) string { return r.shut }
	for name, c := range map[string]struct {
		who, path, leaf string
		change          string
		of              func(*records) string // the row that is changed
		gone, kept      func(*records) string // ids of the page's links
	}{
		"a referral at its centre":  {"bruna", "/arrivi", "inbox.list", "UPDATE referral SET code = 'full' WHERE id = ?", sent, sent, func(r *records) string { return r.of["walled"].sent }},
		"a content at its centre":   {"bruna", "/arrivi", "inbox.list", "UPDATE referral SET body = x'00' WHERE id = ?", sent, sent, func(r *records) string { return r.of["walled"].sent }},
		"a referral of the desk":    {"anna", "/agenda", "agenda.read", "UPDATE referral SET code = 'full' WHERE id = ?", sent, sent, shut},
		"a case of a referral":      {"anna", "/agenda", "agenda.read", "UPDATE case_file SET last_day = '2020-01-01' WHERE id = ?", file, sent, shut},
		"a case that was taken out": {"anna", "/agenda", "agenda.read", "DELETE FROM case_file WHERE id = ?", file, sent, shut},
		"a task of the desk":        {"anna", "/agenda", "agenda.read", "UPDATE task SET due_day = '2020-01-01' WHERE id = ?", func(r *records) string { return r.task }, func(r *records) string { return r.task }, shut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			r := s.fill(t)
			b := s.signedIn(c.who)
			before := b.status(b.get(c.path), http.StatusOK)
			b.silent(before, cannotBeRead)
			b.says(before, c.gone(r), c.kept(r))
			failed := s.failed(t, c.leaf)
			s.inFile(t, c.change, c.of(r))
			after := b.status(b.get(c.path), http.StatusOK)
			b.says(after, cannotBeRead, c.kept(r))
			b.silent(after, c.gone(r), c.of(r))
			if n := s.failed(t, c.leaf) - failed; n != 1 {
				t.Errorf("%d leaves say that it failed, want one", n)
			}
		})
	}
}

// TestBadNameHidesNoWoman changes the row of a centre that a referral went to, before
// anything is remembered of it: the Agenda shows the women.
func TestBadNameHidesNoWoman(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.fill(t)
	s.inFile(t, "UPDATE unit SET hours = 'mai' WHERE id = ?", s.Units[storetest.Ginestra])
	b := s.signedIn("anna")
	b.says(b.status(b.get("/agenda"), http.StatusOK), cannotBeRead, r.sent, r.shut)
}

// TestBadColleagueHidesNoWoman changes the row of a colleague of somebody at work.
func TestBadColleagueHidesNoWoman(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.fill(t)
	b := s.signedIn("anna")
	b.silent(b.status(b.get("/agenda"), http.StatusOK), cannotBeRead)
	s.inFile(t, "UPDATE person SET language = 'en' WHERE id = ?", s.People["lucia"].ID)
	b.says(b.status(b.get("/agenda"), http.StatusOK), cannotBeRead, r.sent, r.shut)
}

// TestSearchFindsTheOthers changes the row of one case file: a search that found it
// and another shows the other.
func TestSearchFindsTheOthers(t *testing.T) {
	for name, change := range map[string]string{
		"its row":  "UPDATE case_file SET last_day = '2020-01-01' WHERE id = ?",
		"its card": "UPDATE case_file SET card = x'00' WHERE id = ?",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			r := s.fill(t)
			b := s.signedIn("lucia")
			b.get("/cerca")
			b.says(b.post("/cerca", "q", "ta"), r.walled, r.restricted)
			s.inFile(t, change, r.walled)
			got := b.status(b.post("/cerca", "q", "ta"), http.StatusOK)
			b.says(got, cannotBeRead, r.restricted)
			if strings.Contains(got.body, r.walled) {
				t.Error("what differs is shown")
			}
		})
	}
}
