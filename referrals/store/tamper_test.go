package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies/accounts"
	"sportello/policies/audit"
	"sportello/referrals"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"

	_ "github.com/mattn/go-sqlite3"
)

// T3: somebody who can write to the database, and holds no key, changes it under
// the running server and while it is stopped.

// raw is a connection of the attacker's own to a file of the instance.
func raw(t *testing.T, w *storetest.World, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.Dir, file)+"?_journal_mode=WAL&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// change runs a statement that must hit something.
func change(t *testing.T, db *sql.DB, text string, args ...any) {
	t.Helper()
	res, err := db.Exec(text, args...)
	if err != nil {
		t.Fatalf("the attacker's statement %q: %v", text, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("the attacker's statement %q changed nothing", text)
	}
}

// dump reads one row with its column names.
func dump(t *testing.T, db *sql.DB, table, id string) ([]string, []any) {
	t.Helper()
	rows, err := db.Query("SELECT * FROM "+table+" WHERE id = ?", id)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil || !rows.Next() {
		t.Fatalf("no row %s in %s: %v", id, table, err)
	}
	values := make([]any, len(names))
	to := make([]any, len(names))
	for i := range values {
		to[i] = &values[i]
	}
	if err := rows.Scan(to...); err != nil {
		t.Fatal(err)
	}
	return names, values
}

// put writes a dumped row over the one with the id, or as a new one.
func put(t *testing.T, db *sql.DB, table, id string, names []string, values []any) {
	t.Helper()
	values = slices.Clone(values)
	values[slices.Index(names, "id")] = id
	if _, err := db.Exec("DELETE FROM "+table+" WHERE id = ?", id); err != nil {
		t.Fatal(err)
	}
	change(t, db, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES (?"+strings.Repeat(", ?", len(names)-1)+")", values...)
}

// reading is an act that reads a record through Desk or Door.
type reading func(f *storetest.Flow) error

// The readings, by the kind of row that they meet.
var readings = map[string]reading{
	"agency":        func(f *storetest.Flow) error { _, err := f.Door.Roster(ctx); return err },
	"unit":          directory,
	"person":        openCase,
	"unit_epoch":    pinned,
	"unit_wrap":     whoCanOpen,
	"pin":           send,
	"acquaintance":  confirm,
	"invitation":    func(f *storetest.Flow) error { _, err := f.Door.OpenInvitations(ctx, accounts.ConsoleCaller()); return err },
	"contact":       openCase,
	"case_file":     openCase,
	"case_wrap":     func(f *storetest.Flow) error { return second(f.Desk.OpenCase(ctx, f.Caller("anna"), f.Restricted)) },
	"case_key":      nil,
	"identity":      openCase,
	"note":          openCase,
	"note_version":  openCase,
	"task":          func(f *storetest.Flow) error { return second(f.Desk.OpenTask(ctx, f.Caller("sofia"), f.Task)) },
	"consent":       openCase,
	"referral":      func(f *storetest.Flow) error { return second(f.Desk.OpenReferral(ctx, f.Caller("bruna"), f.Consent)) },
	"referral_step": func(f *storetest.Flow) error { return second(f.Desk.OpenReferral(ctx, f.Caller("bruna"), f.Consent)) },
	"message":       func(f *storetest.Flow) error { return second(f.Desk.OpenReferral(ctx, f.Caller("bruna"), f.Consent)) },
}

var ctx = context.Background()

func second[V any](_ V, _ audit.Receipt, err error) error { return err }

func openCase(f *storetest.Flow) error { return second(f.Desk.OpenCase(ctx, f.Caller("anna"), f.Case)) }
func directory(f *storetest.Flow) error {
	return second(f.Desk.Directory(ctx, f.Caller("anna"), 0, 0))
}
func whoCanOpen(f *storetest.Flow) error { return second(f.Desk.WhoCanOpen(ctx, f.Caller("clara"))) }
func confirm(f *storetest.Flow) error {
	_, err := f.Door.Confirm(ctx, f.Caller("anna"), f.People["gina"].ID)
	return err
}
func pinned(f *storetest.Flow) error {
	_, err := f.Door.UnitWordsOf(ctx, f.Caller("bruna"))
	if err != nil {
		return err
	}
	return second(f.Desk.WhoCanOpen(ctx, f.Caller("clara")))
}
func send(f *storetest.Flow) error { return second(f.Desk.Directory(ctx, f.Caller("anna"), 0, 0)) }
