package store_test

import (
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

func says(t *testing.T, f *storetest.Flow, by, referral, text string) {
	t.Helper()
	if _, err := f.Desk.Sharing.SendMessage(ctx, f.SignIn(by), referral, typed.NewForm(), text); err != nil {
		t.Fatalf("%s writes %q: %v", by, text, err)
	}
}

func mustRead(t *testing.T, f *storetest.Flow, by, referral string, words ...string) {
	t.Helper()
	read := f.Desk.Sharing.ReadReferral
	if by == "bruna" {
		read = f.Desk.Sharing.OpenReferral
	}
	v, _, err := read(ctx, f.SignIn(by), referral)
	if err != nil {
		t.Fatalf("%s reads the referral: %v", by, err)
	}
	for i, m := range v.Messages[len(v.Messages)-len(words):] {
		if m.Text != words[i] {
			t.Errorf("%s reads %q, want %q", by, m.Text, words[i])
		}
	}
}

// TestWhatIsSentOfARestrictedCase: who is not named opens, with the unit's keys and
// a copy of the files, nothing of what was sent of a restricted case, whichever side
// sealed it last; who left opens nothing written since, named as she was; the named
// open all.
func TestWhatIsSentOfARestrictedCase(t *testing.T) {
	f := storetest.NewFlow(t)
	gina, lia := f.SignIn("gina"), f.SignIn("lia")
	if err := f.Desk.Cases.AdoptNamed(ctx, gina); err != nil {
		t.Fatal(err)
	}
	id := f.Refer(f.Other, f.Authorise("request"))
	says(t, f, "bruna", id, "prima dal centro")
	says(t, f, "anna", id, "prima dallo sportello")
	mustRead(t, f, "anna", id, "prima dal centro", "prima dallo sportello")
	mustRead(t, f, "gina", id, "prima dal centro", "prima dallo sportello")
	k := newRing(t, f.World, lia)
	if !k.reads(f.Words["closed request"]) {
		t.Fatal("lia opens not even the unit's cases: this test would prove nothing")
	}
	k.mustNotOpen(t, f.Words["other request"], "prima dal centro", "prima dallo sportello")
	had := newRing(t, f.World, gina)
	if !had.reads("prima dal centro") {
		t.Fatal("gina opens not even what she is named for: this test would prove nothing")
	}

	if err := f.TakeOut("anna", "gina", false); err != nil {
		t.Fatal(err)
	}
	says(t, f, "bruna", id, "poi dal centro")
	newRing(t, f.World, gina, had).mustNotOpen(t, "poi dal centro")
	says(t, f, "anna", id, "poi dallo sportello")
	says(t, f, "bruna", id, "infine dal centro")
	newRing(t, f.World, gina, had).mustNotOpen(t, "poi dal centro", "poi dallo sportello", "infine dal centro")
	newRing(t, f.World, f.SignIn("lia")).mustNotOpen(t, "prima dal centro", "poi dal centro", "poi dallo sportello", "infine dal centro")
	mustRead(t, f, "anna", id, "prima dal centro", "prima dallo sportello", "poi dal centro", "poi dallo sportello", "infine dal centro")
	mustRead(t, f, "bruna", id, "poi dallo sportello", "infine dal centro")
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestRestrictingTakesWhatWasSentAlong: a case is restricted after a referral and
// a task of it were sent: from then on a colleague who is not named opens neither.
func TestRestrictingTakesWhatWasSentAlong(t *testing.T) {
	f := storetest.NewFlow(t)
	_, err := f.Desk.Walls.Set(ctx, f.StepUp("gina", policies.CaseWall, f.Case), f.Case, f.Version(f.Case), walls.Change{Back: acts.List(f.People["lia"].ID)})
	storetest.Try(t, "taking the wall down", err)
	id := f.Refer(f.Case, f.Authorise("request"))
	says(t, f, "bruna", id, "dal centro, prima")
	lia := f.SignIn("lia")
	had := newRing(t, f.World, lia)
	if !had.reads("dal centro, prima") {
		t.Fatal("lia opens not even the unit's referrals: this test would prove nothing")
	}
	if _, err := f.Desk.Cases.Restrict(ctx, f.StepUp("gina", policies.CaseRestrict, f.Case), f.Case, f.Version(f.Case), acts.List(f.People["anna"].ID)); err != nil {
		t.Fatal(err)
	}
	newRing(t, f.World, lia).mustNotOpen(t, "dal centro, prima")
	mustRead(t, f, "anna", id, "dal centro, prima")
	says(t, f, "bruna", id, "dal centro, poi")
	newRing(t, f.World, f.SignIn("lia")).mustNotOpen(t, "dal centro, prima", "dal centro, poi")
	newRing(t, f.World, f.SignIn("lia"), had).mustNotOpen(t, "dal centro, poi")
	mustRead(t, f, "anna", id, "dal centro, prima", "dal centro, poi")
}

// TestNameTakenOffReadsNothingSentSince: who is named no longer, but works in the unit
// still, opens with every key she had none of the words that either side writes then.
func TestNameTakenOffReadsNothingSentSince(t *testing.T) {
	for _, first := range []string{"anna", "bruna"} {
		t.Run(first+" writes first", func(t *testing.T) {
			f := storetest.NewFlow(t)
			gina := f.SignIn("gina")
			if err := f.Desk.Cases.AdoptNamed(ctx, gina); err != nil {
				t.Fatal(err)
			}
			id := f.Refer(f.Other, f.Authorise("request"))
			says(t, f, "bruna", id, "prima")
			had := newRing(t, f.World, gina)
			if !had.reads("prima") {
				t.Fatal("gina opens not even what she is named for: this test would prove nothing")
			}
			if _, err := f.Desk.Cases.Restrict(ctx, f.StepUp("gina", policies.CaseRestrict, f.Other), f.Other, f.Version(f.Other), acts.List(f.People["anna"].ID)); err != nil {
				t.Fatal(err)
			}
			if err := f.Desk.Cases.AdoptNamed(ctx, f.SignIn("anna")); err != nil {
				t.Fatal(err)
			}
			says(t, f, first, id, "scritto dopo")
			newRing(t, f.World, f.SignIn("gina"), had).mustNotOpen(t, "scritto dopo")
			mustRead(t, f, "anna", id, "prima", "scritto dopo")
		})
	}
}
