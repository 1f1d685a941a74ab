package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/store/storetest"
)

func leaving(w *storetest.World) units.Leaving { return units.Leaving{House: w.House} }

// proposesRemoval has somebody propose that another is removed.
func proposesRemoval(w *storetest.World, by, gone string) error {
	return failed(leaving(w).ProposeRemoval(ctx, w.Fresh(by, policies.RemovalPropose, w.People[gone].ID), w.People[gone].ID, false))
}

// removes has somebody remove another, or give the second word.
func removes(w *storetest.World, by, gone string) error {
	return failed(w.Door.Remove(ctx, w.Fresh(by, policies.MemberRemove, w.People[gone].ID), w.People[gone].ID, false))
}

func stateOf(t *testing.T, w *storetest.World, name string) (state string) {
	t.Helper()
	noError(t, w.Store.Look(ctx, func(r acts.Reader) error {
		var p acts.Person
		err := r.Get(&p, w.People[name].ID)
		state = p.State
		return err
	}))
	return state
}

// TestRemovalTakesTwoOrTheLead: T6. A worker removes nobody alone, her lead least of
// all; the lead removes her people and no other lead; who is concerned has no word in
// it and sees nothing of it.
func TestRemovalTakesTwoOrTheLead(t *testing.T) {
	w := storetest.New(t).Wide()
	w.Join("desk", "nora", policies.Lead, "gina")
	for by, gone := range map[string]string{"anna": "gina", "lia": "anna", "gina": "nora", "nora": "nora"} {
		if err := removes(w, by, gone); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("%s removes %s alone: %v", by, gone, err)
		}
	}
	noError(t, proposesRemoval(w, "anna", "gina"))
	if err := removes(w, "anna", "gina"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("who proposed it confirms it: %v", err)
	}
	if err := removes(w, "gina", "gina"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("she removes herself: %v", err)
	}
	if err := failed(leaving(w).StopRemoval(ctx, w.SignIn("gina"), w.People["gina"].ID)); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("she ends her own removal: %v", err)
	}
	if err := failed(leaving(w).StopRemoval(ctx, w.SignIn("bruna"), w.People["gina"].ID)); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("another unit ends it: %v", err)
	}
	for name, want := range map[string]int{"gina": 0, "anna": 1, "lia": 1, "nora": 1, "bruna": 0} {
		all, err := leaving(w).Removals(ctx, w.SignIn(name))
		if err != nil || len(all) != want {
			t.Errorf("%s is shown %v, %v", name, all, err)
		}
		if name == "lia" && (!all[0].May || all[0].Mine || all[0].Name != "gina" || all[0].By != "anna") {
			t.Errorf("lia is shown %+v", all[0])
		}
	}
	w.Join("desk", "mia", policies.IntakeWorker, "anna")
	if err := removes(w, "mia", "gina"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("who came after it was proposed confirms it: %v", err)
	}
	noError(t, removes(w, "lia", "gina"))
	if stateOf(t, w, "gina") != string(acts.Removed) {
		t.Error("she is not removed")
	}
	noError(t, removes(w, "nora", "mia"))
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestRemovalEnds: by itself, by who proposed it, by another member, and with its proposer.
func TestRemovalEnds(t *testing.T) {
	for what, end := range map[string]func(w *storetest.World) error{
		"time": func(w *storetest.World) error { w.Clock.Add(15 * 24 * time.Hour); return nil },
		"taken back": func(w *storetest.World) error {
			return failed(leaving(w).StopRemoval(ctx, w.SignIn("anna"), w.People["gina"].ID))
		},
		"another says no": func(w *storetest.World) error {
			return failed(leaving(w).StopRemoval(ctx, w.SignIn("lia"), w.People["gina"].ID))
		},
		"proposer removed": func(w *storetest.World) error { return removes(w, "gina", "anna") }, // the one concerned is first
		"proposer suspended": func(w *storetest.World) error {
			return failed(w.Door.Suspend(ctx, acts.ConsoleCaller(), w.People["anna"].ID))
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := storetest.New(t).Wide()
			w.Join("desk", "nora", policies.IntakeWorker, "gina")
			noError(t, proposesRemoval(w, "anna", "gina"))
			noError(t, end(w))
			if err := removes(w, "lia", "gina"); !errors.Is(err, acts.ErrDenied) {
				t.Errorf("it is confirmed still: %v", err)
			}
			if all, err := leaving(w).Removals(ctx, w.SignIn("lia")); err != nil || len(all) != 0 {
				t.Errorf("it is shown still: %v, %v", all, err)
			}
			noError(t, proposesRemoval(w, "lia", "gina"))
			noError(t, removes(w, "nora", "gina"))
		})
	}
}

// TestRemovalRaces: of two that would each do it, or undo it, exactly one is done.
func TestRemovalRaces(t *testing.T) {
	for what, other := range map[string]struct {
		by  string
		a   policies.Action
		her string
		do  func(w *storetest.World, who acts.Caller, her string) error
	}{
		"two confirm": {"nora", policies.MemberRemove, "gina", func(w *storetest.World, who acts.Caller, her string) error {
			return failed(w.Door.Remove(ctx, who, her, false))
		}},
		"taken back meanwhile": {"anna", policies.RemovalStop, "gina", func(w *storetest.World, who acts.Caller, her string) error {
			return failed(leaving(w).StopRemoval(ctx, who, her))
		}},
		"she removes who proposed it": {"gina", policies.MemberRemove, "anna", func(w *storetest.World, who acts.Caller, her string) error {
			return failed(w.Door.Remove(ctx, who, her, false))
		}},
	} {
		t.Run(what, func(t *testing.T) {
			w := storetest.New(t).Wide()
			w.Join("desk", "nora", policies.IntakeWorker, "gina")
			noError(t, proposesRemoval(w, "anna", "gina"))
			gina, her := w.People["gina"].ID, w.People[other.her].ID
			one, two := w.Fresh("lia", policies.MemberRemove, gina), w.Fresh(other.by, other.a, her)
			var errs [2]error
			var both sync.WaitGroup
			both.Go(func() { errs[0] = failed(w.Door.Remove(ctx, one, gina, false)) })
			both.Go(func() { errs[1] = other.do(w, two, her) })
			both.Wait()
			done := 0
			for _, err := range errs {
				switch {
				case err == nil:
					done++
				case errors.Is(err, acts.ErrDenied), errors.Is(err, acts.ErrCovered), errors.Is(err, acts.ErrConflict), errors.Is(err, units.ErrRemovalOver):
				default:
					t.Errorf("got %v", err)
				}
			}
			if done != 1 {
				t.Errorf("%d of two were done: %v", done, errs)
			}
			if gone := stateOf(t, w, "gina") == string(acts.Removed); gone != (errs[0] == nil || other.her == "gina" && other.a == policies.MemberRemove && errs[1] == nil) {
				t.Errorf("she is removed: %v, after %v", gone, errs)
			}
			if r := w.CheckRecords(); len(r.Problems) != 0 {
				t.Errorf("checking the records: %v", r.Problems)
			}
		})
	}
}

// TestTwoAreNotLockedIn: T7. Of two, the lead removes the other; the other gets the lead
// out once an administrator suspended her and it stood for fourteen days, and neither
// of the two can without the other.
func TestTwoAreNotLockedIn(t *testing.T) {
	w := storetest.New(t).Standard()
	w.Join("desk", "lia", policies.IntakeWorker, "anna")
	lia := w.People["lia"].ID
	alone := func() error { return failed(w.Door.RemoveAlone(ctx, w.Fresh("anna", policies.RemovalAlone, lia), lia)) }
	if err := proposesRemoval(w, "anna", "lia"); !errors.Is(err, units.ErrNotSuspended) {
		t.Errorf("proposing without anybody to confirm: %v", err)
	}
	console := acts.ConsoleCaller()
	noError(t, failed(w.Door.Suspend(ctx, console, lia)))
	noError(t, proposesRemoval(w, "anna", "lia"))
	if err := alone(); !errors.Is(err, units.ErrTooEarly) {
		t.Errorf("at once: %v", err)
	}
	w.Clock.Add(13 * 24 * time.Hour)
	if err := alone(); !errors.Is(err, units.ErrTooEarly) {
		t.Errorf("after thirteen days: %v", err)
	}
	w.Clock.Add(24 * time.Hour)
	noError(t, failed(w.Office.Lift(ctx, console, lia)))
	noError(t, failed(w.Door.Suspend(ctx, console, lia)))
	if err := alone(); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("after her suspension was lifted once: %v", err)
	}
	noError(t, proposesRemoval(w, "anna", "lia"))
	w.Clock.Add(14 * 24 * time.Hour)
	w.Join("desk", "zoe", policies.IntakeWorker, "anna")
	if err := alone(); !errors.Is(err, units.ErrTwo) {
		t.Errorf("beside somebody who could confirm it: %v", err)
	}
	if err := removes(w, "zoe", "lia"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the newcomer confirms: %v", err)
	}
	noError(t, failed(w.Door.Suspend(ctx, console, w.People["zoe"].ID)))
	noError(t, alone())
	if stateOf(t, w, "lia") != string(acts.Removed) {
		t.Error("she is not removed")
	}
	if err := proposesRemoval(w, "anna", "anna"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("she removes herself: %v", err)
	}
}

// TestSuspicionEndsWhatSheProposed: whose passphrase somebody else may know removes nobody.
func TestSuspicionEndsWhatSheProposed(t *testing.T) {
	w := storetest.New(t).Wide()
	noError(t, proposesRemoval(w, "anna", "gina"))
	noError(t, failed(w.Door.ChangePassphrase(ctx, w.StepUp("anna", policies.PassphraseChange, w.People["anna"].ID), string(crypto.NewPassphrase()), true)))
	if err := removes(w, "lia", "gina"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("it is confirmed still: %v", err)
	}
}
