package store_test

import (
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// asBefore makes of a desk with recovery what the program before left: the agency
// holds the recipient, the newest key is wrapped to it, the unit has no row of its
// own, and the restricted cases do not say for which recipient they are kept.
func asBefore(t *testing.T, f *storetest.Flow) {
	t.Helper()
	var a acts.Agency
	unit := recoveryRow(t, f.World, "desk")
	var wraps []acts.Row
	err := f.Store.View(ctx, func(r kept.Reader) error {
		for _, id := range []string{f.Restricted, f.Other} {
			w := &kept.CaseWrapRow{}
			if err := r.Get(w, id+"."+acts.RecoveryPerson); err != nil {
				return err
			}
			w.Version, w.Recovery = w.Version+1, 0
			wraps = append(wraps, w)
		}
		return r.Get(&a, f.Agency)
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Version, a.OldRecovery, a.OldRecoveryEpoch = a.Version+1, f.Rescue.Recipient().String(), 1
	_, err = f.Store.Do(ctx, acts.Work{Do: func(tx acts.Tx) error {
		for _, row := range append(wraps, &a) {
			if err := tx.Put(row); err != nil {
				return err
			}
		}
		if err := tx.Delete(unit); err != nil {
			return err
		}
		return tx.Record(audit.Leaf{Day: f.Gate.Day(), Actor: "console", Unit: "none", Action: string(policies.RecoverySet), Object: "none",
			Outcome: audit.Allowed, Rules: []string{"console"}}, nil)
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// TestOlderAgencyRecovery: in a folder from before, nothing new is wrapped to the
// agency's recipient until the unit accepts it again, and its Agenda says so.
func TestOlderAgencyRecovery(t *testing.T) {
	f := storetest.NewFlow(t)
	asBefore(t, f)
	older := func(name string) bool {
		t.Helper()
		news := storetest.Must(f.House.RecoveryNews(ctx, f.SignIn(name)))(t)
		return len(news) > 0 && news[0].Kind == units.RecoveryOlder && news[0].Unit == f.Units["desk"]
	}
	if !older("anna") || older("sofia") {
		t.Error("whose unit lost its recovery with the agency's sees it, and nobody else")
	}
	anna := f.SignIn("anna")
	if _, _, err := f.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: "r", OpenCase: true, Restrict: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "info_only"}}); !errors.Is(err, kept.ErrNoRecovery) {
		t.Errorf("restricting before the unit accepted one: %v", err)
	}
	if _, err := f.Door.Remove(ctx, f.StepUp("gina", policies.MemberRemove, f.People["lia"].ID), f.People["lia"].ID, false); err != nil {
		t.Fatal(err)
	}
	if opensEpoch(f.World, f.Rescue, "desk", 2) || !opensEpoch(f.World, f.Rescue, "desk", 1) {
		t.Error("the next epoch is wrapped to the agency's recipient")
	}
	if !older("anna") {
		t.Error("it is not said any more, though the unit has decided nothing")
	}
	anna = f.SignIn("anna")
	if err := f.Desk.Cases.AdoptNamed(ctx, anna); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Desk.Cases.AddNote(ctx, anna, f.Restricted, typed.NewForm(), "other", "scritto dopo il passaggio"); err != nil {
		t.Fatal(err)
	}
	newRing(t, f.World, acts.Caller{}, &ring{ids: []crypto.Identity{f.Rescue}}).mustNotOpen(t, "scritto dopo il passaggio")
	// Accepted again, by two.
	words := wordsFor(f.World, f.Rescue, "desk")
	if err := propose(f.World, "anna", "desk", f.Rescue, words); err != nil {
		t.Fatal(err)
	}
	if err := seconded(f.World, "gina", "desk", words); err != nil {
		t.Fatal(err)
	}
	if !opensEpoch(f.World, f.Rescue, "desk", 3) || older("anna") {
		t.Error("accepted by the unit, it is in force and nothing is older")
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestOlderRecoveryTakenAway: the unit may say no to an agency's recipient, at
// once, and has its next key for its members alone.
func TestOlderRecoveryTakenAway(t *testing.T) {
	f := storetest.NewFlow(t)
	asBefore(t, f)
	if _, err := f.Door.RemoveRecovery(ctx, f.StepUp("gina", policies.RecoveryRemove, f.Units["desk"])); err != nil {
		t.Fatal(err)
	}
	if f.Store.Log().Epoch(f.Units["desk"]) != 2 || opensEpoch(f.World, f.Rescue, "desk", 2) {
		t.Error("the next epoch opens with the agency's recipient")
	}
	for _, n := range storetest.Must(f.House.RecoveryNews(ctx, f.SignIn("anna")))(t) {
		if n.Kind == units.RecoveryOlder {
			t.Error("it is still said")
		}
	}
}

// TestOlderWrapStillRescues: what an agency's recovery could open it may still
// rescue, until the unit draws its next key; that one is not for it.
func TestOlderWrapStillRescues(t *testing.T) {
	f, _, livia := lost(t)
	asBefore(t, f)
	file, _ := rewrapped(t, f.World, f.Rescue, exported(t, f.World, "livia"), f.OwnWords(livia, 1))
	if _, err := f.House.ImportRescue(ctx, acts.ConsoleCaller(), file); err != nil {
		t.Fatal(err)
	}
	livia = f.SignIn("livia")
	if livia.State() != acts.Active || opensEpoch(f.World, f.Rescue, "desk", 2) {
		t.Errorf("she is %s; the new epoch must be for her alone", livia.State())
	}
	if v, _, err := f.Desk.OpenCase(ctx, livia, f.Closed, storetest.Parts...); err != nil || v.Card.Alias != f.Words["closed alias"] {
		t.Errorf("opening an old case: %v", err)
	}
}
