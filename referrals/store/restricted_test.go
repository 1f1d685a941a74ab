package store_test

import (
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// TestRestrictedIsForItsNamesAndRecovery: the unit key, even the lead's, opens
// neither row nor card of a case restricted to somebody else; the unit's recovery
// identity does.
func TestRestrictedIsForItsNamesAndRecovery(t *testing.T) {
	f := storetest.NewFlow(t)
	words := []string{f.Words["restricted alias"], f.Words["restricted request"], f.Words["restricted note"], f.Words["restricted code word"]}
	if cards, _, err := f.Desk.Cases.Search(ctx, f.Caller("anna"), words[0]); err != nil || len(cards) != 1 {
		t.Fatalf("who is named searches: %d cards, %v", len(cards), err)
	}
	for _, name := range []string{"gina", "lia"} {
		if cards, _, err := f.Desk.Cases.Search(ctx, f.Caller(name), words[0]); err != nil || len(cards) != 0 {
			t.Errorf("%s, who is not named, searches: %d cards, %v", name, len(cards), err)
		}
		if err := second(f.Desk.OpenCase(ctx, f.Caller(name), f.Restricted, storetest.Parts...)); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("%s, who is not named, opens it: %v", name, err)
		}
		k := newRing(t, f.World, f.Caller(name))
		if !k.reads(f.Words["closed request"]) {
			t.Fatalf("%s opens not even the unit's cases: this test would prove nothing", name)
		}
		k.mustNotOpen(t, words...)
	}
	rescue := newRing(t, f.World, acts.Caller{}, &ring{ids: []crypto.Identity{f.Rescue}})
	for _, w := range words[1:] {
		if !rescue.reads(w) {
			t.Errorf("the recovery identity does not open what is restricted")
		}
	}
	sofia := f.Caller("sofia")
	if _, _, err := f.Desk.Cases.RecordContact(ctx, sofia, cases.NewContact{Form: "r", OpenCase: true, Restrict: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "info_only"}}); err != nil {
		t.Errorf("restricting where there is recovery: %v", err)
	}
}

// TestNoRecoveryNoRestriction: what people's keys alone keep is lost with them.
func TestNoRecoveryNoRestriction(t *testing.T) {
	w := storetest.New(t).Standard()
	_, _, err := w.Desk.Cases.RecordContact(ctx, w.Caller("anna"), cases.NewContact{Form: "r", OpenCase: true, Restrict: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "info_only"}})
	if !errors.Is(err, kept.ErrNoRecovery) {
		t.Fatalf("restricting without recovery: got %v, want ErrNoRecovery", err)
	}
}

// TestNameTakenOff: who is taken off a case's names, or leaves the unit, opens
// with every key she ever had nothing written after.
func TestNameTakenOff(t *testing.T) {
	for name, leave := range map[string]func(f *storetest.Flow) error{
		"taken off": func(f *storetest.Flow) error {
			_, err := f.Desk.Cases.Restrict(ctx, f.StepUp("gina", policies.CaseRestrict, f.Other), f.Other, f.Version(f.Other), acts.List(f.People["anna"].ID))
			return err
		},
		"removed": func(f *storetest.Flow) error {
			return f.TakeOut("anna", "gina", false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := storetest.NewFlow(t)
			gina := f.SignIn("gina")
			if err := f.Desk.Cases.AdoptNamed(ctx, gina); err != nil {
				t.Fatal(err)
			}
			had := newRing(t, f.World, gina)
			if !had.reads(f.Words["other request"]) {
				t.Fatal("she opens not even what she is named for: this test would prove nothing")
			}
			if err := leave(f); err != nil {
				t.Fatal(err)
			}
			anna := f.SignIn("anna")
			if err := f.Desk.Cases.AdoptNamed(ctx, anna); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Desk.Cases.AddNote(ctx, anna, f.Other, typed.NewForm(), "other", "scritto dopo"); err != nil {
				t.Fatal(err)
			}
			v, _, err := f.Desk.OpenCase(ctx, anna, f.Other, storetest.Parts...)
			if err != nil || !v.Restricted {
				t.Fatalf("who stays named opens it: %v", err)
			}
			newRing(t, f.World, gina, had).mustNotOpen(t, "scritto dopo")
			if err := second(f.Desk.OpenCase(ctx, gina, f.Other, storetest.Parts...)); !errors.Is(err, acts.ErrDenied) {
				t.Errorf("she opens it: got %v, want ErrDenied", err)
			}
			if r := f.CheckRecords(); len(r.Problems) != 0 {
				t.Errorf("checking the records: %v", r.Problems)
			}
		})
	}
}
