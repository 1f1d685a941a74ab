package store_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

var sessionsFile = filepath.Join(store.SecretsDir, store.SessionFile)

// sessionsKept copies the rows of the sessions file, and gives what puts them back, as
// sessions that were used a moment ago.
func sessionsKept(t *testing.T, w *storetest.World) (putBack func()) {
	t.Helper()
	db := raw(t, w, sessionsFile)
	db.SetMaxOpenConns(1) // a temporary table belongs to one connection
	if _, err := db.Exec("CREATE TEMP TABLE kept AS SELECT * FROM main.session"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return func() {
		t.Helper()
		change(t, db, "INSERT OR REPLACE INTO main.session SELECT * FROM kept")
		change(t, db, "UPDATE main.session SET seen = ?", w.Clock.Now().Unix())
	}
}

// hashOf is the hash under which a cookie's session is kept.
func hashOf(cookie string) []byte {
	id, _, _ := strings.Cut(cookie, ".")
	b, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		panic(err)
	}
	return crypto.Hash(b)
}

// TestSessionStandsInTheLog: whatever ends a session or covers it does so for good,
// though its row is put back; after a restart too.
func TestSessionStandsInTheLog(t *testing.T) {
	covered, ended := acts.ErrCovered, accounts.ErrSignedOut
	for name, c := range map[string]struct {
		want error
		end  func(f *storetest.Flow, cookie string, who acts.Caller) error
	}{
		"cover":    {covered, func(f *storetest.Flow, _ string, who acts.Caller) error { return f.Door.Cover(ctx, who) }},
		"sign-out": {ended, func(f *storetest.Flow, _ string, who acts.Caller) error { return f.Door.SignOut(ctx, who) }},
		"step-up": {ended, func(f *storetest.Flow, _ string, who acts.Caller) error {
			p := f.People["lia"]
			_, err := f.Door.StepUp(ctx, who, p.Passphrase, f.World.Code(p), policies.PassphraseChange, p.ID, home)
			return err
		}},
		"closed from another browser": {ended, func(f *storetest.Flow, _ string, _ acts.Caller) error {
			_, other := f.Cookie("lia")
			_, err := f.Door.CloseSession(ctx, other, "")
			return err
		}},
		"a suspension that was lifted": {ended, func(f *storetest.Flow, _ string, _ acts.Caller) error {
			_, err := f.Door.Suspend(ctx, acts.ConsoleCaller(), f.People["lia"].ID)
			_, err2 := f.Office.Lift(ctx, acts.ConsoleCaller(), f.People["lia"].ID)
			return errors.Join(err, err2)
		}},
		"another passphrase": {ended, func(f *storetest.Flow, _ string, _ acts.Caller) error {
			p := f.People["lia"]
			_, other := f.Cookie("lia")
			in, err := f.Door.StepUp(ctx, other, p.Passphrase, f.World.Code(p), policies.PassphraseChange, p.ID, home)
			if err != nil {
				return err
			}
			_, err = f.Door.ChangePassphrase(ctx, in.Caller, string(crypto.NewPassphrase()), false)
			return err
		}},
		"a removal": {ended, func(f *storetest.Flow, _ string, _ acts.Caller) error {
			_, err := f.Door.Remove(ctx, f.StepUp("gina", policies.MemberRemove, f.People["lia"].ID), f.People["lia"].ID, false)
			return err
		}},
		"a quarter of an hour": {covered, func(f *storetest.Flow, cookie string, _ acts.Caller) error {
			f.Clock.Add(16 * time.Minute)
			_, err := f.Door.Caller(ctx, cookie)
			return unlessIs(err, covered)
		}},
		"an hour": {ended, func(f *storetest.Flow, cookie string, _ acts.Caller) error {
			f.Clock.Add(61 * time.Minute)
			_, err := f.Door.Caller(ctx, cookie)
			return unlessIs(err, ended)
		}},
		"a sweep after a quarter of an hour": {covered, func(f *storetest.Flow, _ string, _ acts.Caller) error {
			f.Clock.Add(16 * time.Minute)
			return f.Door.Sweep(ctx)
		}},
		"a sweep after an hour": {ended, func(f *storetest.Flow, _ string, _ acts.Caller) error {
			f.Clock.Add(61 * time.Minute)
			return f.Door.Sweep(ctx)
		}},
		"a sweep after eight hours": {ended, func(f *storetest.Flow, _ string, _ acts.Caller) error {
			f.Clock.Add(9 * time.Hour)
			return f.Door.Sweep(ctx)
		}},
		"a restore": {ended, func(f *storetest.Flow, _ string, _ acts.Caller) error {
			if _, _, err := f.Desk.Restore(ctx, acts.ConsoleCaller(), nil); err != nil {
				return err
			}
			_, err := f.Office.Lift(ctx, acts.ConsoleCaller(), f.People["lia"].ID)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := storetest.NewFlow(t)
			cookie, who := f.Cookie("lia")
			putBack := sessionsKept(t, f.World)
			if err := c.end(f, cookie, who); err != nil {
				t.Fatal(err)
			}
			for _, when := range []string{"at once", "with its row put back", "after a restart"} {
				if when != "at once" {
					putBack()
				}
				if when == "after a restart" {
					f.Close()
					f.Open()
				}
				if got, err := f.Door.Caller(ctx, cookie); !errors.Is(err, c.want) || got.Epoch() != 0 {
					t.Errorf("%s: got %v with epoch %d, want %v and no key", when, err, got.Epoch(), c.want)
				}
			}
			if r := f.CheckRecords(); len(r.Problems) != 0 {
				t.Errorf("checking the records beside sessions: %v", r.Problems)
			}
			if c.want != ended {
				return
			}
			if _, err := f.Door.Uncover(ctx, cookie, f.People["lia"].Passphrase, home); !errors.Is(err, ended) {
				t.Errorf("her passphrase in a session that ended: %v", err)
			}
		})
	}
}

func unlessIs(err, want error) error {
	if errors.Is(err, want) {
		return nil
	}
	return fmt.Errorf("got %w, want %w", err, want)
}

// TestOldKeysOfASessionOpenNothing: what was sealed before the screen was covered is
// worth nothing after, though her passphrase brought the session back.
func TestOldKeysOfASessionOpenNothing(t *testing.T) {
	w := storetest.New(t).Standard()
	cookie, who := w.Cookie("anna")
	putBack := sessionsKept(t, w)
	if err := w.Door.Cover(ctx, who); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Door.Uncover(ctx, cookie, w.People["anna"].Passphrase, home); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Door.Caller(ctx, cookie); err != nil {
		t.Fatalf("after her passphrase: %v", err)
	}
	putBack()
	if _, err := w.Door.Caller(ctx, cookie); !errors.Is(err, acts.ErrCovered) {
		t.Errorf("with the row of before: %v, want ErrCovered", err)
	}
	db := raw(t, w, sessionsFile)
	defer db.Close()
	change(t, db, "UPDATE session SET generation = 2 WHERE sealed IS NOT NULL AND person = ?", w.People["anna"].ID)
	if got, err := w.Door.Caller(ctx, cookie); err == nil || got.Epoch() != 0 {
		t.Errorf("with the row of before under a later number: %v", err)
	}
}

// TestSessionRaces: drafts, a passphrase, a step-up, new keys and ends at once. Once
// an end was answered, nothing that came before or after it opens the session.
func TestSessionRaces(t *testing.T) {
	w := storetest.New(t).StretchFully().Standard()
	anna := w.People["anna"]
	text := bytes.Repeat([]byte("mezza frase "), 200)
	for round := range 12 {
		cookie, who := w.Cookie("anna")
		code := w.Code(anna)
		var group sync.WaitGroup
		begin := make(chan struct{})
		at := func(n int, do func()) {
			for range n {
				group.Go(func() { <-begin; do() })
			}
		}
		at(8, func() {
			for range 6 {
				if c, err := w.Door.Caller(ctx, cookie); err == nil {
					_ = w.Door.HoldDraft(ctx, c, text)
					_ = w.Door.DropDraft(ctx, c)
				}
				_ = w.Door.HoldDraft(ctx, who, text)
			}
		})
		at(1, func() {
			if err := w.Door.Sweep(ctx); err != nil {
				t.Errorf("sweeping: %v", err)
			}
		})
		var stepped *accounts.SignedIn
		want := accounts.ErrSignedOut
		end := map[string]func() error{"sign-out": func() error { return w.Door.SignOut(ctx, who) },
			"cover": func() error { return w.Door.Cover(ctx, who) }}
		name := "sign-out"
		if round%2 == 0 {
			name, want = "cover", acts.ErrCovered
		}
		if round%3 == 0 {
			at(1, func() {
				stepped, _ = w.Door.StepUp(ctx, who, anna.Passphrase, code, policies.PassphraseChange, anna.ID, home)
			})
		}
		if name == "sign-out" {
			at(2, func() { _, _ = w.Door.Uncover(ctx, cookie, anna.Passphrase, home) })
		}
		at(2, func() {
			time.Sleep(time.Duration(round) * 2 * time.Millisecond)
			if err := end[name](); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		close(begin)
		group.Wait()
		_, err := w.Door.Caller(ctx, cookie)
		if stepped != nil {
			want = accounts.ErrSignedOut
		}
		if !errors.Is(err, want) {
			t.Fatalf("round %d: after %s among drafts: %v, want %v", round, name, err, want)
		}
		var sealed int
		db := raw(t, w, sessionsFile)
		if err := db.QueryRow("SELECT count(*) FROM session WHERE hash = ? AND sealed IS NOT NULL", hashOf(cookie)).Scan(&sealed); err != nil {
			t.Fatal(err)
		}
		db.Close()
		if sealed != 0 {
			t.Errorf("round %d: after %s the row holds keys", round, name)
		}
		w.Clock.Add(time.Minute)
	}
}

// TestSweepLeavesOneLeaf: one for all that time ended, none where nothing did; what
// the log names of sessions that are gone is forgotten.
func TestSweepLeavesOneLeaf(t *testing.T) {
	w := storetest.New(t).Standard()
	for range 3 {
		w.Cookie("anna")
	}
	leaves := func(d time.Duration) int64 {
		t.Helper()
		w.Clock.Add(d)
		before := w.Store.Log().Size()
		if err := w.Door.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		return w.Store.Log().Size() - before
	}
	for _, step := range []struct {
		after time.Duration
		want  int64
	}{{time.Minute, 0}, {15 * time.Minute, 1}, {time.Minute, 0}, {time.Hour, 1}, {time.Minute, 0}, {8 * time.Hour, 1}, {time.Minute, 0}} {
		if got := leaves(step.after); got != step.want {
			t.Errorf("a sweep %v later left %d leaves, want %d", step.after, got, step.want)
		}
	}
	if got := w.Store.Log().Sessions(""); len(got) != 0 {
		t.Errorf("the log still names %d sessions", len(got))
	}
	// A session whose row is lost is forgotten at the second sweep.
	cookie, _ := w.Cookie("anna")
	putBack := sessionsKept(t, w)
	db := raw(t, w, sessionsFile)
	defer db.Close()
	change(t, db, "DELETE FROM session")
	if first, second := leaves(time.Second), leaves(time.Second); first != 0 || second != 1 {
		t.Errorf("sweeps without the row left %d and %d leaves", first, second)
	}
	putBack()
	if _, err := w.Door.Caller(ctx, cookie); !errors.Is(err, accounts.ErrSignedOut) {
		t.Errorf("a row that came back after it was given up: %v", err)
	}
}

// TestSessionsOfBeforeHaveEnded: a row that no leaf names opens nothing, and goes.
func TestSessionsOfBeforeHaveEnded(t *testing.T) {
	w := storetest.New(t).Standard()
	cookie, who := w.Cookie("anna")
	putBack := sessionsKept(t, w)
	if err := w.Door.SignOut(ctx, who); err != nil {
		t.Fatal(err)
	}
	putBack()
	db := raw(t, w, sessionsFile)
	defer db.Close()
	if _, err := w.Door.Caller(ctx, cookie); !errors.Is(err, accounts.ErrSignedOut) {
		t.Errorf("a row without a leaf: %v", err)
	}
	w.Clock.Add(2 * time.Minute)
	if err := w.Door.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := db.QueryRow("SELECT count(*) FROM session WHERE hash = ?", hashOf(cookie)).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows without a leaf, %v", rows, err)
	}
}

// TestEndedSessionsLeaveTheFile: of a session that ended, and of a sign-in between
// passphrase and code, nothing sealed is left in the file, whole or in part, nor in
// its write-ahead log; and nobody waited for that.
func TestEndedSessionsLeaveTheFile(t *testing.T) {
	w := storetest.New(t).Standard()
	db := raw(t, w, sessionsFile) // keeps the write-ahead log
	defer db.Close()
	sealed := func(cookie string) (b []byte) {
		t.Helper()
		if err := db.QueryRow("SELECT sealed FROM session WHERE hash = ?", hashOf(cookie)).Scan(&b); err != nil || len(b) < 200 {
			t.Fatalf("%d bytes are sealed, %v", len(b), err)
		}
		return b
	}
	var ends []func() error
	var boxes [][]byte
	anna := w.People["anna"]
	for range 2 { // one is finished, one is left to its two minutes
		pending, err := w.Door.Begin(ctx, anna.Username, anna.Passphrase, home)
		if err != nil {
			t.Fatal(err)
		}
		var b []byte
		if err := db.QueryRow("SELECT sealed FROM pending WHERE hash = ?", hashOf(pending)).Scan(&b); err != nil {
			t.Fatal(err)
		}
		if boxes = append(boxes, b); len(boxes) == 1 {
			if _, err := w.Door.Finish(ctx, pending, w.Code(anna), home); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range 6 {
		cookie, who := w.Cookie("anna")
		boxes = append(boxes, sealed(cookie))
		if err := w.Door.HoldDraft(ctx, who, bytes.Repeat([]byte{byte(i)}, 9000*i)); err != nil {
			t.Fatal(err)
		}
		boxes = append(boxes, sealed(cookie))
		end := w.Door.SignOut
		if i%2 == 0 {
			end = w.Door.Cover
		}
		ends = append(ends, func() error { return end(ctx, who) })
	}
	found := func() (names []string) {
		t.Helper()
		for _, name := range []string{sessionsFile, sessionsFile + "-wal"} {
			b, err := os.ReadFile(filepath.Join(w.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for i, box := range boxes {
				for at := 0; at+32 <= len(box); at += 512 {
					if bytes.Contains(b, box[at:at+32]) {
						names = append(names, fmt.Sprint(name, " box ", i, " at ", at))
						break
					}
				}
			}
		}
		return names
	}
	if len(found()) < len(boxes)/2 {
		t.Fatal("what is searched for was never there")
	}
	began := time.Now()
	for _, end := range ends {
		if err := end(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d ends took %v", len(ends), time.Since(began))
	w.Clock.Add(3 * time.Minute)
	if err := w.Door.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for len(found()) > 0 && time.Now().Before(deadline) {
		time.Sleep(200 * time.Millisecond)
	}
	if left := found(); len(left) > 0 {
		t.Errorf("of sessions that ended there are: %v", left)
	}
}
