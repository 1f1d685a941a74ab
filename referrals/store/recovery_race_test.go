package store_test

import (
	"errors"
	"sync"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/store/storetest"
)

// TestRecoveryAtOnce: of what happens to one proposal at the same moment, one
// thing is done, and the other is told so.
func TestRecoveryAtOnce(t *testing.T) {
	type deed struct {
		name string
		act  policies.Action
		do   func(*storetest.World, acts.Caller, units.Words) error
	}
	confirms := func(who string) deed {
		return deed{who, policies.RecoveryConfirm, func(w *storetest.World, c acts.Caller, heard units.Words) error {
			return failed(w.Door.ConfirmRecovery(ctx, c, heard))
		}}
	}
	for what, other := range map[string]deed{
		"two confirm": confirms("lia"),
		"one takes away": {"lia", policies.RecoveryRemove, func(w *storetest.World, c acts.Caller, _ units.Words) error {
			return failed(w.Door.RemoveRecovery(ctx, c))
		}},
		"one stops": {"lia", policies.RecoveryStop, func(w *storetest.World, c acts.Caller, _ units.Words) error {
			return failed(w.House.StopRecovery(ctx, c, w.Units["desk"]))
		}},
		"the proposer is removed": {"gina", policies.MemberRemove, func(w *storetest.World, c acts.Caller, _ units.Words) error {
			return failed(w.Door.Remove(ctx, c, w.People["anna"].ID, false))
		}},
	} {
		t.Run(what, func(t *testing.T) {
			w := storetest.New(t).Wide()
			id, desk := identity(t), w.Units["desk"]
			words := wordsFor(w, id, "desk")
			if err := propose(w, "anna", "desk", id, words); err != nil {
				t.Fatal(err)
			}
			deeds := []deed{confirms("gina"), other}
			if other.name == "gina" {
				deeds[0] = confirms("lia")
			}
			errs, who := make([]error, 2), make([]acts.Caller, 2)
			for i, d := range deeds {
				object := desk
				if d.act == policies.MemberRemove {
					object = w.People["anna"].ID
				}
				who[i] = w.StepUp(d.name, d.act, object)
			}
			var both sync.WaitGroup
			for i, d := range deeds {
				both.Go(func() { errs[i] = d.do(w, who[i], words) })
			}
			both.Wait()
			done := 0
			for i, err := range errs {
				switch {
				case err == nil:
					done++
				case errors.Is(err, acts.ErrCovered), errors.Is(err, acts.ErrConflict), errors.Is(err, units.ErrNothingProposed):
				default:
					t.Errorf("%s: %v", deeds[i].name, err)
				}
			}
			row, epoch := recoveryRow(t, w, "desk"), w.Store.Log().Epoch(desk)
			if done != 1 {
				t.Errorf("%d of two were done: %v", done, errs)
			}
			confirmed := errs[0] == nil || other.act == policies.RecoveryConfirm && errs[1] == nil
			if confirmed && (!opensEpoch(w, id, "desk", epoch) || row.Number != 2) {
				t.Error("confirmed, and not in force")
			}
			if !confirmed && (opensEpoch(w, id, "desk", epoch) || row.Number != 1) {
				t.Error("in force, and not confirmed")
			}
			if r := w.CheckRecords(); len(r.Problems) != 0 {
				t.Errorf("checking the records: %v", r.Problems)
			}
		})
	}
}
