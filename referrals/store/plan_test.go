package store_test

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// mayScan are the statements that read a whole table on purpose: the auditor's
// list of every referral, and what is small by nature (agencies, units, people,
// open invitations).
var mayScan = regexp.MustCompile(`FROM referral ORDER BY|FROM (agency|unit|person|invitation)\b`)

// TestStatementsUseIndexes runs the whole flow and asks SQLite how it answers
// each statement of it: no page grows slower with the cases of other women.
func TestStatementsUseIndexes(t *testing.T) {
	f := storetest.NewLiveFlow(t)
	anna := f.SignIn("anna")
	for name, read := range map[string]func() error{
		"agenda":  func() error { _, _, err := f.Desk.ReadAgenda(t.Context(), anna); return err },
		"reports": func() error { _, _, err := f.Desk.Reports.Read(t.Context(), anna, ""); return err },
		"linked":  func() error { _, _, err := f.Desk.Reports.Read(t.Context(), anna, "linked"); return err },
		"search":  func() error { _, _, err := f.Desk.Cases.Search(t.Context(), anna, "Rosa"); return err },
	} {
		if err := read(); err != nil {
			t.Fatalf("reading the %s: %v", name, err)
		}
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(f.Dir, store.MainFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	asked := 0
	f.Texts.Range(func(text, _ any) bool {
		if !explainable.MatchString(text.(string)) || strings.Contains(text.(string), " FROM shred ") {
			return true // the secrets lie in a file of their own, and are asked for by their key
		}
		asked++
		for _, step := range plan(t, db, text.(string)) {
			if strings.HasPrefix(step, "SCAN") && !mayScan.MatchString(text.(string)) {
				t.Errorf("%s: %s", step, text)
			}
		}
		return true
	})
	if asked < 30 {
		t.Errorf("only %d statements were asked about", asked)
	}
}

// explainable are the statements on the main file that look rows up.
var explainable = regexp.MustCompile(`^(SELECT .* FROM|UPDATE|DELETE FROM) `)

// changes finds what a statement that writes looks up, which is explained alone.
var changes = regexp.MustCompile(`^(?:UPDATE|DELETE FROM) (\w+) (?:SET .* )?WHERE`)

var numberedArg = regexp.MustCompile(`[$?](\d+)`)

func plan(t *testing.T, db *sql.DB, text string) (steps []string) {
	t.Helper()
	most := 0
	text = changes.ReplaceAllString(text, "SELECT 1 FROM $1 WHERE")
	text = numberedArg.ReplaceAllStringFunc(text, func(arg string) string {
		n, _ := strconv.Atoi(arg[1:])
		most = max(most, n)
		return "?" + arg[1:]
	})
	rows, err := db.Query("EXPLAIN QUERY PLAN "+text, make([]any, most)...)
	if err != nil {
		t.Fatalf("explaining %s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}
