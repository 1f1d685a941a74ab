package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sportello/policies/acts"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// aReader holds a snapshot of the main file, as a backup does.
func aReader(t *testing.T, w *storetest.World) (end func()) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.Dir, store.MainFile))
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM referral").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return func() { tx.Rollback(); db.Close() }
}

func walSize(t *testing.T, w *storetest.World) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(w.Dir, store.MainFile+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// TestErasureIsAnsweredOnceTheLogIsTruncated: somebody reads meanwhile. The others
// go on; what she took back is answered when he has ended.
func TestErasureIsAnsweredOnceTheLogIsTruncated(t *testing.T) {
	f := storetest.NewFlow(t)
	ctx, anna := context.Background(), f.Caller("anna")
	end := aReader(t, f.World)
	answered := make(chan error, 1)
	go func() {
		_, err := f.Desk.Sharing.Revoke(ctx, anna, f.Consent, "code_word")
		answered <- err
	}()
	for range 3 {
		if _, err := f.Desk.Cases.AddNote(ctx, anna, f.Case, typed.NewForm(), "interview", "intanto"); err != nil {
			t.Fatalf("writing meanwhile: %v", err)
		}
	}
	select {
	case err := <-answered:
		t.Fatalf("answered while the log was held: %v", err)
	case <-time.After(time.Second):
	}
	end()
	select {
	case err := <-answered:
		if err != nil || walSize(t, f.World) != 0 {
			t.Fatalf("answered: %v, the log has %d bytes", err, walSize(t, f.World))
		}
	case <-time.After(30 * time.Second):
		t.Fatal("not answered")
	}
}

// TestErasureThatCannotEndSaysSo, and ends later by itself.
func TestErasureThatCannotEndSaysSo(t *testing.T) {
	defer store.Patience(500 * time.Millisecond)()
	f := storetest.NewFlow(t)
	end := aReader(t, f.World)
	_, err := f.Desk.Sharing.Revoke(context.Background(), f.Caller("anna"), f.Consent, "code_word")
	var done *acts.Unfinished
	if !errors.As(err, &done) || !done.Erasing || len(done.Receipt.Checkpoint) == 0 {
		t.Fatalf("an erasure that could not end: %v", err)
	}
	end()
	for wait := time.Now().Add(20 * time.Second); walSize(t, f.World) != 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(wait) {
			t.Fatal("the log was never truncated")
		}
	}
}

// TestErasureEndsWithTheProcess: nobody waits for a store that closes.
func TestErasureEndsWithTheProcess(t *testing.T) {
	f := storetest.NewFlow(t)
	defer aReader(t, f.World)()
	answered := make(chan error, 1)
	go func() {
		_, err := f.Desk.Sharing.Revoke(context.Background(), f.Caller("anna"), f.Consent, "code_word")
		answered <- err
	}()
	time.Sleep(500 * time.Millisecond)
	f.Close()
	select {
	case err := <-answered:
		var done *acts.Unfinished
		if !errors.As(err, &done) {
			t.Fatalf("answered: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("not answered")
	}
}
