package store_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/auditlog"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// detailAttack moves a detail in the database. The check of the details must name
// what it did; where opens is wanted, so must the page of that leaf.
type detailAttack struct {
	what, text string
	faults     map[audit.Fault]int
	page       error
}

// With the leaves :a and :b, that have details, and the leaf :n, that has none.
var detailAttacks = []detailAttack{
	{"deleted", "DELETE FROM detail WHERE idx = :a", map[audit.Fault]int{audit.Missing: 1}, acts.ErrTampered},
	{"moved to a leaf without one", "UPDATE detail SET idx = :n WHERE idx = :a", map[audit.Fault]int{audit.Missing: 1, audit.Unlogged: 1}, acts.ErrTampered},
	{"moved beyond the log", "UPDATE detail SET idx = -idx WHERE idx = :a", map[audit.Fault]int{audit.Missing: 1, audit.Unlogged: 1}, acts.ErrTampered},
	{"twice, at a leaf without one", "INSERT INTO detail SELECT :n, id, key_id, sealed FROM detail WHERE idx = :a", map[audit.Fault]int{audit.Unlogged: 1}, nil},
	{"twice, before the first leaf", "INSERT INTO detail SELECT -1, id, key_id, sealed FROM detail WHERE idx = :a", map[audit.Fault]int{audit.Unlogged: 1}, nil},
	{"another leaf's in its place", "UPDATE detail SET (id, key_id, sealed) = (SELECT id, key_id, sealed FROM detail WHERE idx = :b) WHERE idx = :a",
		map[audit.Fault]int{audit.Changed: 1}, audit.ErrDetail},
	{"another leaf's under its own id", "UPDATE detail SET (key_id, sealed) = (SELECT key_id, sealed FROM detail WHERE idx = :b) WHERE idx = :a",
		map[audit.Fault]int{audit.Changed: 1}, audit.ErrDetail},
	{"swapped with another leaf's", "UPDATE detail SET idx = -idx WHERE idx IN (:a, :b); UPDATE detail SET idx = :a + :b + idx WHERE idx < 0",
		map[audit.Fault]int{audit.Changed: 2}, audit.ErrDetail},
}

// TestDetailsStayWithTheirLeaves: a detail that was deleted, moved, doubled or
// swapped is named by the check, and opens on no page as another leaf's.
func TestDetailsStayWithTheirLeaves(t *testing.T) {
	for _, a := range detailAttacks {
		t.Run(a.what, func(t *testing.T) {
			t.Parallel()
			f := storetest.NewFlow(t)
			clara := f.Caller("clara")
			page, _, err := f.Desk.AuditLog.Read(ctx, clara, auditlog.Filter{Action: "case.open", Outcome: audit.Allowed})
			entries := page.Entries
			if err != nil || len(entries) < 2 {
				t.Fatalf("reading the log: %d entries, %v", len(entries), err)
			}
			db := raw(t, f.World, store.MainFile)
			defer db.Close()
			var without int64
			if err := db.QueryRow("SELECT min(idx) FROM leaf WHERE idx NOT IN (SELECT idx FROM detail)").Scan(&without); err != nil {
				t.Fatal(err)
			}
			change(t, db, at(a.text, map[string]int64{":a": entries[0].Index, ":b": entries[1].Index, ":n": without}))
			report, err := f.Store.Log().CheckDetails(ctx, f.Store.Details())
			if err != nil {
				t.Fatalf("checking the details: %v", err)
			}
			faults := map[audit.Fault]int{}
			for _, p := range report.Problems {
				faults[p.Fault]++
			}
			for fault, n := range a.faults {
				if faults[fault] != n || len(faults) != len(a.faults) {
					t.Errorf("the check names %v, want %v", report.Problems, a.faults)
				}
			}
			if _, d, _, err := f.Desk.AuditLog.ProveEntry(ctx, clara, entries[0].Index); !errors.Is(err, a.page) || err == nil && d == nil {
				t.Errorf("the page of the leaf: %v, %v, want %v", d, err, a.page)
			}
			if _, d, _, err := f.Desk.AuditLog.ProveEntry(ctx, clara, without); err != nil || d != nil {
				t.Errorf("the page of the leaf without a detail: %v, %v", d, err)
			}
		})
	}
}

// at puts indexes into a statement.
func at(text string, indexes map[string]int64) string {
	for name, index := range indexes {
		text = strings.ReplaceAll(text, name, strconv.FormatInt(index, 10))
	}
	return text
}
