package store_test

import (
	"context"
	"errors"
	"testing"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/referrals/store/storetest"
)

func TestFoundedUnitSurvivesRestart(t *testing.T) {
	w := storetest.New(t).Standard()
	w.Close()
	w.Open()
	anna := w.SignIn("anna")
	if anna.Epoch() != 1 {
		t.Fatalf("epoch of the desk after a restart: got %d, want 1", anna.Epoch())
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 || r.Checked < 20 {
		t.Fatalf("checking the records: %d checked, problems %v", r.Checked, r.Problems)
	}
}

func TestSameCodeTwice(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	a := w.People["anna"]
	from := accounts.From{Address: "127.0.0.1"}
	first, err := w.Door.Begin(ctx, a.Username, a.Passphrase, from)
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.Door.Begin(ctx, a.Username, a.Passphrase, from)
	if err != nil {
		t.Fatal(err)
	}
	code := w.Code(a)
	if _, err := w.Door.Finish(ctx, first, code, from); err != nil {
		t.Fatalf("the first use of a code: %v", err)
	}
	if _, err := w.Door.Finish(ctx, second, code, from); !errors.Is(err, accounts.ErrWait) {
		t.Fatalf("the second use of a code: got %v, want ErrWait", err)
	}
}

func TestRemovedMemberReadsNothingNew(t *testing.T) {
	w := storetest.New(t).Standard()
	w.Join("desk", "lia", policies.IntakeWorker, "anna")
	old := w.SignIn("lia")
	if err := w.TakeOut("anna", "lia", true); err != nil {
		t.Fatal(err)
	}
	if _, ok := old.UnitKey(2); ok {
		t.Fatal("the removed member holds the key of the new epoch")
	}
	if _, err := w.TrySignIn(w.People["lia"]); !errors.Is(err, accounts.ErrSignIn) {
		t.Fatalf("signing in after removal: got %v, want ErrSignIn", err)
	}
	now := w.SignIn("anna")
	if now.Epoch() != 2 {
		t.Fatalf("the unit's epoch after a removal: got %d, want 2", now.Epoch())
	}
	if _, ok := now.UnitKey(1); !ok {
		t.Fatal("who stays cannot read what was written before")
	}
}
