package store_test

import (
	"testing"

	"sportello/policies"
	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// TestAttackLeadByInvitation: an administrator wants what the workers of a desk
// declared about themselves, which only its leads read. He invites an account of
// his as lead; one worker, who was told of a new colleague, admits her.
func TestAttackLeadByInvitation(t *testing.T) {
	w, ctx := storetest.New(t).Standard(), t.Context()
	w.Join("desk", "lia", policies.IntakeWorker, "anna")
	if _, err := w.Desk.Cases.Declare(ctx, w.SignIn("lia"), typed.NewForm(), cases.Declared{Name: "Remo", Surname: "Verdastri"}); err != nil {
		t.Fatal(err)
	}
	w.Join("desk", "finta", policies.Lead, "anna")
	if err := w.Desk.Cases.AdoptNamed(ctx, w.SignIn("lia")); err != nil { // her next morning
		t.Fatal(err)
	}
	finta := w.SignIn("finta")
	if err := w.Desk.Cases.AdoptNamed(ctx, finta); err != nil {
		t.Fatal(err)
	}
	all, _, err := w.Desk.Cases.Declarations(ctx, finta)
	for _, d := range all {
		if d.Surname == "Verdastri" {
			t.Errorf("FELL: one admission gave the administrator's account what lia declared")
		}
	}
	if err == nil && len(all) == 0 {
		t.Errorf("FELL: one admission made the administrator's account a lead")
	}
}
