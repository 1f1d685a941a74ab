package server_test

import (
	"net/http"
	"testing"

	"sportello/server/servertest"
)

// TestOneBadRowHidesNobodyElse changes one row, or takes it out, under each list
// that people work from: the others stay on the page, one line says that something
// cannot be read, what it is stands nowhere on the page, and one leaf says that an
// act failed.
func TestOneBadRowHidesNobodyElse(t *testing.T) {
	sent := func(r *servertest.Records) string { return r.Sent }
	file := func(r *servertest.Records) string { return r.File }
	shut := func(r *servertest.Records) string { return r.Shut }
	for name, c := range map[string]struct {
		who, path, leaf string
		change          string
		of              func(*servertest.Records) string // the row that is changed
		gone, kept      func(*servertest.Records) string // ids of the page's links
	}{
		"a referral at its centre":  {"bruna", "/arrivi", "inbox.list", "UPDATE referral SET code = 'full' WHERE id = ?", sent, sent, func(r *servertest.Records) string { return r.Of["walled"].Sent }},
		"a content at its centre":   {"bruna", "/arrivi", "inbox.list", "UPDATE referral SET body = x'00' WHERE id = ?", sent, sent, func(r *servertest.Records) string { return r.Of["walled"].Sent }},
		"a referral of the desk":    {"anna", "/agenda", "agenda.read", "UPDATE referral SET code = 'full' WHERE id = ?", sent, sent, shut},
		"a case of a referral":      {"anna", "/agenda", "agenda.read", "UPDATE case_file SET last_day = '2020-01-01' WHERE id = ?", file, sent, shut},
		"a case that was taken out": {"anna", "/agenda", "agenda.read", "DELETE FROM case_file WHERE id = ?", file, sent, shut},
		"a task of the desk":        {"anna", "/agenda", "agenda.read", "UPDATE task SET due_day = '2020-01-01' WHERE id = ?", func(r *servertest.Records) string { return r.Task }, func(r *servertest.Records) string { return r.Task }, shut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site.Town(t)
			r := s.Fill(t)
			b := s.SignedIn(c.who)
			before := b.Status(b.Get(c.path), http.StatusOK)
			b.Silent(before, servertest.CannotBeRead)
			b.Says(before, c.gone(r), c.kept(r))
			failed := s.Failed(t, c.leaf)
			s.InFile(t, c.change, c.of(r))
			after := b.Status(b.Get(c.path), http.StatusOK)
			b.Says(after, servertest.CannotBeRead, c.kept(r))
			b.Silent(after, c.gone(r), c.of(r))
			if n := s.Failed(t, c.leaf) - failed; n != 1 {
				t.Errorf("%d leaves say that it failed, want one", n)
			}
		})
	}
}
