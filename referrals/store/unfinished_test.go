package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/audit"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// TestUnfinishedIsExact: of erased secrets that are in the file again only those of
// the last group, as they were, are what a crash leaves.
func TestUnfinishedIsExact(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := f.Caller("anna")
	db := raw(t, f.World, shredFile)
	defer db.Close()
	secrets := func() map[string][]byte {
		t.Helper()
		rows, err := db.Query("SELECT id, secret FROM shred")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		all := map[string][]byte{}
		for rows.Next() {
			var id string
			var secret []byte
			if err := rows.Scan(&id, &secret); err != nil {
				t.Fatal(err)
			}
			all[id] = secret
		}
		return all
	}
	// erase moves a note, and gives the secret that went.
	erase := func(to, note string) (id string, secret []byte) {
		t.Helper()
		before := secrets()
		if _, err := f.Desk.Cases.MoveNote(ctx, f.StepUp("anna", policies.NoteMove, note), note, to, ""); err != nil {
			t.Fatal(err)
		}
		after := secrets()
		for id, secret := range before {
			if _, ok := after[id]; !ok {
				return id, secret
			}
		}
		t.Fatal("no secret went")
		return "", nil
	}
	if _, err := f.Desk.Cases.AddNote(ctx, anna, f.Case, typed.NewForm(), "other", "la seconda"); err != nil {
		t.Fatal(err)
	}
	v, _, err := f.Desk.OpenCase(ctx, anna, f.Case, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	second := ""
	for _, n := range v.Notes {
		if n.Text == "la seconda" {
			second = n.ID
		}
	}
	older, olderSecret := erase(f.Other, f.Note)
	last, lastSecret := erase(f.Other, second)
	f.Close()
	inspect := func() audit.RecordReport {
		t.Helper()
		r, err := store.Inspect(ctx, store.Inspection{Main: filepath.Join(f.Dir, store.MainFile), Shred: filepath.Join(f.Dir, shredFile),
			Sessions: filepath.Join(f.Dir, store.SecretsDir, store.SessionFile), Verifier: f.Public, Live: true, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := inspect(); len(r.Problems)+len(r.Unfinished) != 0 {
		t.Fatalf("before anything was changed: %v, %v", r.Problems, r.Unfinished)
	}
	for _, c := range []struct {
		name, id            string
		secret              []byte
		damaged, unfinished int
	}{
		{"the last one", last, lastSecret, 0, 1},
		{"the last one, altered", last, olderSecret, 1, 0},
		{"an older one", older, olderSecret, 1, 0},
		{"one that no act needs", "0000000001ABCDEFGHIJKLMNOPQRSTUVWXYZ", lastSecret, 0, 1},
		{"one of a time to come", "00ffffffffABCDEFGHIJKLMNOPQRSTUVWXYZ", lastSecret, 1, 0},
		{"one under a name of another form", "older", lastSecret, 1, 0},
		{"one of another length", "0000000001ABCDEFGHIJKLMNOPQRSTUVWXYZ", []byte("short"), 1, 0},
	} {
		change(t, db, "INSERT INTO shred VALUES (?, ?)", c.id, c.secret)
		if r := inspect(); len(r.Problems) != c.damaged || len(r.Unfinished) != c.unfinished {
			t.Errorf("%s: damaged %v, unfinished %v", c.name, r.Problems, r.Unfinished)
		}
		change(t, db, "DELETE FROM shred WHERE id = ?", c.id)
	}
}
