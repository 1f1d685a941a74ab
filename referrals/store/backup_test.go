package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// copied is a world with a copy of both files, made while it is open.
func copied(t *testing.T) (*storetest.World, store.Inspection) {
	t.Helper()
	w := storetest.New(t).Standard()
	dir := t.TempDir()
	i := store.Inspection{Main: filepath.Join(dir, "main.db"), Shred: filepath.Join(dir, "shred.db"), Verifier: w.Public, Now: w.Clock.Now}
	ctx := context.Background()
	if err := errors.Join(store.CopyMain(ctx, w.Dir, i.Main), store.CopyShred(ctx, w.Dir, i.Shred)); err != nil {
		t.Fatalf("copying: %v", err)
	}
	return w, i
}

// alter changes a file as somebody without any key can.
func alter(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
}

func TestCopyHoldsAndIsTheOwnersAlone(t *testing.T) {
	w, i := copied(t)
	ctx := context.Background()
	report, err := store.Inspect(ctx, i)
	if err != nil || len(report.Problems) != 0 || report.Checked < 20 || report.Checkpoint.Size != w.Store.Log().Size() {
		t.Fatalf("inspecting a copy: %+v, %v", report, err)
	}
	for _, path := range []string{i.Main, i.Shred} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the copy's mode: %v, %v", info.Mode(), err)
		}
	}
	if left, err := filepath.Glob(i.Main + "-*"); err != nil || len(left) != 0 {
		t.Errorf("inspecting left files behind: %v, %v", left, err)
	}
	if err := store.CopyMain(ctx, w.Dir, i.Main); err == nil {
		t.Error("a copy replaced another file")
	}
	if i.Verifier = storetest.New(t).Public; i.Verifier == w.Public {
		t.Fatal("two worlds with one key")
	}
	if _, err := store.Inspect(ctx, i); !errors.Is(err, audit.ErrLogTampered) {
		t.Errorf("inspecting with another instance's key: got %v", err)
	}
}

func TestInspectionNamesWhatDiffers(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		want  audit.Fault
		table string
	}{
		"changed": {text: "UPDATE unit SET phone = '1' WHERE kind = 'centre'", want: audit.Changed, table: "unit"},
		"missing": {text: "DELETE FROM unit WHERE kind = 'centre'", want: audit.Missing, table: "unit"},
		"added":   {text: "INSERT INTO acquaintance VALUES ('A.B', 1, 'A', 'B', '2026-11-20')", want: audit.Unlogged, table: "acquaintance"},
	} {
		t.Run(name, func(t *testing.T) {
			_, i := copied(t)
			alter(t, i.Main, c.text)
			report, err := store.Inspect(context.Background(), i)
			if err != nil || len(report.Problems) != 1 || report.Problems[0].Fault != c.want || report.Problems[0].Table != c.table {
				t.Fatalf("got %+v, %v", report.Problems, err)
			}
			if store.Apart(&report); len(report.Problems) != 1 {
				t.Fatal("damage was taken for the distance between two copies")
			}
		})
	}
}

func TestInspectionRefusesAnotherSchema(t *testing.T) {
	_, i := copied(t)
	alter(t, i.Main, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)")
	if _, err := store.Inspect(context.Background(), i); !errors.Is(err, store.ErrNewerSchema) {
		t.Errorf("a newer copy: got %v", err)
	}
	alter(t, i.Main, "DELETE FROM goose_db_version WHERE version_id > 0")
	if _, err := store.Inspect(context.Background(), i); !errors.Is(err, store.ErrSchema) {
		t.Errorf("a copy that calls itself older: got %v", err)
	}
	dropTables(t, i.Main)
	if _, err := store.Inspect(context.Background(), i); !errors.Is(err, store.ErrOlderSchema) {
		t.Errorf("an older copy: got %v", err)
	}
	i.Main = filepath.Join(t.TempDir(), "none.db")
	if _, err := store.Inspect(context.Background(), i); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no copy: got %v", err)
	}
}

// dropTables makes of a file what it was before its first migration.
func dropTables(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var drops string
	if err := db.QueryRow(`SELECT group_concat('DROP TABLE ' || name, '; ') FROM sqlite_master
		WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'`).Scan(&drops); err != nil {
		t.Fatal(err)
	}
	alter(t, path, drops)
}

func TestInvitedAgain(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	id, first, _, err := w.Office.CreatePerson(ctx, acts.ConsoleCaller(), office.NewPerson{Username: "lia", Role: "intake_worker", Unit: w.Units["desk"], Language: "it"})
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := w.Office.Invite(ctx, acts.ConsoleCaller(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Door.Invited(ctx, first); !errors.Is(err, office.ErrInvitation) {
		t.Errorf("the invitation before: got %v, want ErrInvitation", err)
	}
	if _, err := w.Door.Invited(ctx, second); err != nil {
		t.Errorf("the new invitation: %v", err)
	}
	if _, _, err := w.Office.Invite(ctx, acts.ConsoleCaller(), w.People["anna"].ID); !errors.Is(err, acts.ErrConflict) {
		t.Errorf("inviting somebody who has keys: got %v, want ErrConflict", err)
	}
	if _, _, err := w.Office.Invite(ctx, w.SignIn("anna"), id); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("inviting as a member: got %v, want ErrDenied", err)
	}
}

func TestMaintenanceIsTheConsoles(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	w.SignIn("clara") // the first act of a day draws a detail key, which is a leaf too
	before := w.Store.Log().Size()
	if _, err := w.Office.Maintain(ctx, acts.ConsoleCaller(), "backup.make"); err != nil {
		t.Fatal(err)
	}
	if got := w.Store.Log().Size(); got != before+1 {
		t.Errorf("leaves of a backup: got %d, want 1", got-before)
	}
	if _, err := w.Office.Maintain(ctx, w.SignIn("anna"), "backup.make"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a backup by a member: got %v, want ErrDenied", err)
	}
	if _, err := w.Office.Maintain(ctx, acts.ConsoleCaller(), "case.open"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("another act: got %v, want ErrDenied", err)
	}
}
