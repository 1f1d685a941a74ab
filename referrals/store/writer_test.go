package store_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

var shredFile = filepath.Join(store.SecretsDir, store.ShredFile)

// TestSecretsOfACommittedActStay: an act that erases one secret and needs another
// is answered with an error when the first cannot be deleted. What it wrote is
// durable, and so is the secret of it.
func TestSecretsOfACommittedActStay(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := f.Caller("anna")
	mend := f.BreakTable("DELETE", "shred")
	if _, err := f.Desk.Cases.MoveNote(ctx, f.StepUp("anna", policies.NoteMove, f.Note), f.Note, f.Other, ""); err == nil {
		t.Fatal("the secret could not be deleted, and she was told that it was")
	}
	mend()
	if _, err := f.Desk.Cases.AddNote(ctx, anna, f.Case, typed.NewForm(), "interview", "dopo"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	f.Open()
	v, _, err := f.Desk.OpenCase(ctx, anna, f.Other, storetest.Parts...)
	if err != nil {
		t.Fatalf("opening the case to which the note was moved: %v", err)
	}
	found := false
	for _, n := range v.Notes {
		found = found || n.Text == f.Words["corrected note"]
	}
	if !found {
		t.Error("the moved note is nowhere")
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestErasedIsLookedFor: a secret that is in the file again, or still, when its
// deletion is done was not deleted, and nobody is told that it was.
func TestErasedIsLookedFor(t *testing.T) {
	f := storetest.NewFlow(t)
	f.Close()
	db := raw(t, f.World, shredFile)
	defer db.Close()
	before := map[string][]byte{}
	rows, err := db.Query("SELECT id, secret FROM shred")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id string
		var secret []byte
		if err := rows.Scan(&id, &secret); err != nil {
			t.Fatal(err)
		}
		before[id] = secret
	}
	rows.Close()
	put := func() {
		for id, secret := range before {
			if _, err := db.Exec("INSERT INTO shred VALUES (?, ?) ON CONFLICT DO NOTHING", id, secret); err != nil {
				t.Error(err)
			}
		}
	}
	truncated := 0
	f.Point = func(name string) {
		if name == "truncated" {
			truncated++
			put()
		}
	}
	f.Open()
	_, err = f.Desk.Cases.MoveNote(ctx, f.StepUp("anna", policies.NoteMove, f.Note), f.Note, f.Other, "")
	var unfinished *acts.Unfinished
	if !errors.As(err, &unfinished) || !unfinished.Erasing || truncated == 0 {
		t.Errorf("erasing what is there still: %v, after %d deletions", err, truncated)
	}
	f.Close()
	if f.TryOpen() == nil {
		t.Error("an instance opens whose erased secrets stay")
	}
	f.Point = nil
	f.Open()
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestSecretsThatNobodyNeedsGo: the secret of an act that failed is deleted with
// the next ones, also when those could not be kept at once.
func TestSecretsThatNobodyNeedsGo(t *testing.T) {
	f := storetest.NewFlow(t)
	db := raw(t, f.World, shredFile)
	defer db.Close()
	lost := acts.NewSecret(0)
	refused := errors.New("refused")
	if _, err := f.Store.Do(ctx, acts.Work{Secrets: []acts.Secret{lost}, Do: func(acts.Tx) error { return refused }}); !errors.Is(err, refused) {
		t.Fatalf("an act that fails: %v", err)
	}
	mend := f.BreakTable("INSERT", "shred")
	if _, err := f.Desk.Cases.AddNote(ctx, f.Caller("anna"), f.Case, typed.NewForm(), "interview", "non tenuta"); err == nil {
		t.Fatal("a note was acknowledged whose secret was not kept")
	}
	mend()
	if _, err := f.Desk.Cases.AddNote(ctx, f.Caller("anna"), f.Case, typed.NewForm(), "interview", "tenuta"); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.QueryRow("SELECT count(*) FROM shred WHERE id = ?", lost.ID).Scan(&n); err != nil || n != 0 {
		t.Errorf("the secret of an act that failed is still there: %d, %v", n, err)
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// gather holds the writer back until several acts wait for it, so that they are
// one group.
type gather struct {
	mu   sync.Mutex
	hold chan struct{}
}

func (g *gather) point(name string) {
	g.mu.Lock()
	hold := g.hold
	g.mu.Unlock()
	if name == "before commit" && hold != nil {
		<-hold
	}
}

// run does acts in one group; each gives its error.
func (g *gather) run(w *storetest.World, each ...func() error) []error {
	hold := make(chan struct{})
	g.mu.Lock()
	g.hold = hold
	g.mu.Unlock()
	errs := make([]error, len(each))
	var all sync.WaitGroup
	all.Go(func() { // the act that holds the writer
		leaf := audit.Leaf{Day: w.Gate.Day(), Actor: "nobody", Unit: "none", Action: "held", Object: "none", Outcome: audit.Allowed}
		w.Store.Do(ctx, acts.Work{Do: func(tx acts.Tx) error { return tx.Record(leaf, nil) }})
	})
	time.Sleep(50 * time.Millisecond)
	for i, act := range each {
		all.Go(func() { errs[i] = act() })
	}
	time.Sleep(500 * time.Millisecond)
	g.mu.Lock()
	g.hold = nil
	g.mu.Unlock()
	close(hold)
	all.Wait()
	return errs
}

// TestGroupBegunAnew: an act that fails after it wrote, beside acts that invite,
// write, erase, conflict and panic. Each of the others is done once, as if it had
// been alone; nothing of those that failed stays.
func TestGroupBegunAnew(t *testing.T) {
	f := storetest.NewFlow(t)
	g := &gather{}
	f.Close()
	f.Point = g.point
	f.Open()
	anna, console := f.Caller("anna"), acts.ConsoleCaller()
	olga := f.Invite("olga", policies.IntakeWorker, "desk")
	invited, _, _, err := f.Office.CreatePerson(ctx, console, office.NewPerson{Username: "pia", Role: policies.IntakeWorker, Unit: f.Units["desk"], Language: "it"})
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken half way")
	var receipts [4]audit.Receipt
	half := func(end func(acts.Tx) error, secrets ...acts.Secret) func() error {
		return func() error {
			_, err := f.Store.Do(ctx, acts.Work{Secrets: secrets, Do: func(tx acts.Tx) error {
				if err := tx.Put(&acts.Agency{RowKey: acts.RowKey{ID: crypto.NewID(), Version: 1}, Name: "mai", Kind: "operator", Responsibility: "processor"}); err != nil {
					return err
				}
				return end(tx)
			}})
			return err
		}
	}
	leaf := audit.Leaf{Day: f.Gate.Day(), Actor: "nobody", Unit: "none", Action: "half", Object: "none", Outcome: audit.Allowed}
	before := f.Store.Log().Size()
	errs := g.run(f.World,
		func() (err error) { _, receipts[3], err = f.Office.Invite(ctx, console, invited); return },
		func() (err error) {
			receipts[0], err = f.Desk.Cases.AddNote(ctx, anna, f.Case, typed.NewForm(), "interview", "nel gruppo")
			return
		},
		half(func(acts.Tx) error { return broken }),
		func() (err error) {
			receipts[1], err = f.Desk.Sharing.Revoke(ctx, anna, f.Consent, "known_voice")
			return
		},
		half(func(acts.Tx) error { panic("half way") }, acts.NewSecret(0)),
		half(func(tx acts.Tx) error {
			if err := tx.Record(leaf, nil); err != nil {
				return err
			}
			return broken
		}),
		func() (err error) { receipts[2], err = f.Door.Suspend(ctx, console, olga.ID); return },
		half(func(tx acts.Tx) error { return errors.Join(tx.Put(&acts.Agency{}), acts.ErrConflict) }),
	)
	for i, want := range []error{nil, nil, broken, nil, nil, broken, nil, acts.ErrConflict} {
		if i == 4 && errs[i] == nil || i != 4 && !errors.Is(errs[i], want) {
			t.Errorf("act %d: %v, want %v", i, errs[i], want)
		}
	}
	if _, retried := f.Texts.Load("SAVEPOINT act"); !retried {
		t.Fatal("no group was begun anew: this test proves nothing")
	}
	if !bytes.Equal(receipts[2].Checkpoint, receipts[3].Checkpoint) {
		t.Error("the acts were not one group: this test proves less than it says")
	}
	if n := f.Store.Log().Size() - before; n != 5 {
		t.Errorf("%d leaves, want 5: the four acts, and the one that held them", n)
	}
	for _, r := range receipts {
		if p, err := f.Store.Log().Prove(ctx, r.Index); err != nil || len(p.Leaf) == 0 {
			t.Errorf("the leaf of a receipt: %v", err)
		}
	}
	f.Close()
	f.Open()
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestGroupWithALeafThatFails: when the leaf, its detail, or the whole transaction
// of one act is refused by the database, the others of its group are done, and the
// tree goes on from where it was.
func TestGroupWithALeafThatFails(t *testing.T) {
	suspends := func(text string, args []any) bool {
		return strings.HasPrefix(text, "INSERT INTO leaf (") && bytes.Contains(args[1].([]byte), []byte("action person.suspend"))
	}
	suspended := map[any]bool{} // leaves
	for what, fault := range map[string]storetest.Fault{
		"leaf": func(text string, args []any, _ func()) error {
			if suspends(text, args) {
				return storetest.ErrBroken
			}
			return nil
		},
		"transaction": func(text string, args []any, end func()) error {
			if !suspends(text, args) {
				return nil
			}
			end()
			return storetest.ErrBroken
		},
		"detail": func(text string, args []any, _ func()) error {
			if strings.HasPrefix(text, "INSERT INTO leaf (") {
				suspended[args[0]] = suspends(text, args) // an index is used again by a group begun anew
			}
			if strings.HasPrefix(text, "INSERT INTO detail (") && suspended[args[0]] {
				return storetest.ErrBroken
			}
			return nil
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f := storetest.NewFlow(t)
			g := &gather{}
			f.Close()
			f.Point = g.point
			f.Open()
			anna := f.Caller("anna")
			mend := f.Break(fault)
			note := func(text string) func() error {
				return func() error {
					_, err := f.Desk.Cases.AddNote(ctx, anna, f.Case, typed.NewForm(), "interview", text)
					return err
				}
			}
			open := func() error { _, _, err := f.Desk.OpenCase(ctx, anna, f.Other, storetest.Parts...); return err }
			errs := g.run(f.World, open, note("prima"), open,
				func() error { _, err := f.Door.Suspend(ctx, acts.ConsoleCaller(), f.People["lia"].ID); return err },
				note("dopo"), open)
			for i, err := range errs {
				if (err != nil) != (i == 3) {
					t.Errorf("act %d: %v", i, err)
				}
			}
			mend()
			if err := note("poi")(); err != nil {
				t.Errorf("an act after it: %v", err)
			}
			f.Close()
			f.Open()
			if r := f.CheckRecords(); len(r.Problems) != 0 {
				t.Errorf("checking the records: %v", r.Problems)
			}
			if r, err := f.Store.Log().CheckDetails(ctx, f.Store.Details()); err != nil || len(r.Problems) != 0 {
				t.Errorf("checking the details: %v, %v", r.Problems, err)
			}
			f.SignIn("lia")
		})
	}
}

// TestClosingWithWorkInHand: a store that closes under load answers everybody, and
// keeps what it acknowledged.
func TestClosingWithWorkInHand(t *testing.T) {
	f := storetest.NewFlow(t)
	anna, closing := f.Caller("anna"), f.Store
	leaf := audit.Leaf{Day: f.Gate.Day(), Actor: "nobody", Unit: "none", Action: "closing", Object: "none", Outcome: audit.Allowed}
	var mu sync.Mutex
	acked := map[int64]bool{}
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			for {
				secret := acts.NewSecret(0)
				r, err := closing.Do(ctx, acts.Work{Secrets: []acts.Secret{secret}, Do: func(tx acts.Tx) error { return tx.Record(leaf, nil) }})
				if errors.Is(err, store.ErrClosed) {
					return
				}
				if err != nil {
					t.Errorf("an act while the store closes: %v", err)
					return
				}
				mu.Lock()
				if acked[r.Index] {
					t.Errorf("leaf %d was acknowledged twice", r.Index)
				}
				acked[r.Index] = true
				mu.Unlock()
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	f.Close()
	all.Wait()
	f.Open()
	mu.Lock()
	defer mu.Unlock()
	if len(acked) < 40 {
		t.Fatalf("only %d acts: this test proves nothing", len(acked))
	}
	for index := range acked {
		if p, err := f.Store.Log().Prove(ctx, index); err != nil || !bytes.Contains(p.Leaf, []byte("action closing")) {
			t.Fatalf("leaf %d was acknowledged: %v", index, err)
		}
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
	if _, _, err := f.Desk.OpenCase(ctx, anna, f.Case, storetest.Parts...); err != nil {
		t.Error(err)
	}
}
