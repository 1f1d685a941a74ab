package store_test

import (
	"context"
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/referrals/store/storetest"
)

// recipient is a recovery recipient with the words that its maker reads out.
func recipient(t *testing.T, w *storetest.World) (string, accounts.Words) {
	t.Helper()
	id, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return id.Recipient().String(), accounts.RecoveryWords(id.Recipient(), w.Agency)
}

// agency reads the world's agency; recovery is the wrap of a unit's newest key.
func agency(t *testing.T, w *storetest.World) *accounts.Agency {
	t.Helper()
	var a accounts.Agency
	if err := w.Store.Look(context.Background(), func(r accounts.Reader) error { return r.Get(&a, w.Agency) }); err != nil {
		t.Fatal(err)
	}
	return &a
}

func recoveryWrap(w *storetest.World, unit string) error {
	return w.Store.Look(context.Background(), func(r accounts.Reader) error {
		return r.Get(&accounts.UnitWrap{}, w.Units[unit]+".1."+accounts.RecoveryPerson)
	})
}

func TestRecoverySetByTheOnlyMember(t *testing.T) {
	w := storetest.New(t)
	w.Found("audit", accounts.KindAudit, "clara", policies.Auditor)
	to, words := recipient(t, w)
	ctx := context.Background()
	if _, _, err := w.Door.SetRecovery(ctx, w.SignIn("clara"), to, words); !errors.Is(err, accounts.ErrDenied) {
		t.Fatalf("setting without a step-up: got %v, want ErrDenied", err)
	}
	wrong := words
	wrong[0], wrong[1] = words[1], words[0]
	if _, _, err := w.Door.SetRecovery(ctx, w.StepUp("clara", policies.RecoverySet, w.Agency), to, wrong); !errors.Is(err, accounts.ErrWords) {
		t.Fatalf("setting with other words: got %v, want ErrWords", err)
	}
	inForce, _, err := w.Door.SetRecovery(ctx, w.StepUp("clara", policies.RecoverySet, w.Agency), to, words)
	if err != nil || !inForce {
		t.Fatalf("setting by the only member: %v, %v", inForce, err)
	}
	if a := agency(t, w); a.Recovery != to || a.RecoveryEpoch != 1 || a.Proposed != "" {
		t.Fatalf("the agency: epoch %d, proposed %t", a.RecoveryEpoch, a.Proposed != "")
	}
	if err := recoveryWrap(w, "audit"); err != nil {
		t.Fatalf("the unit's key for recovery: %v", err)
	}
	w.Found("desk", accounts.KindDesk, "anna", policies.IntakeWorker)
	if err := recoveryWrap(w, "desk"); err != nil {
		t.Fatalf("the key of a unit founded later: %v", err)
	}
}

func TestRecoveryNeedsTwoMembers(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	to, words := recipient(t, w)
	confirm := func(name string, heard accounts.Words) error {
		_, err := w.Door.ConfirmRecovery(ctx, w.StepUp(name, policies.RecoveryConfirm, w.Agency), heard)
		return err
	}
	if err := confirm("sofia", words); !errors.Is(err, accounts.ErrDenied) {
		t.Fatalf("confirming what nobody proposed: got %v", err)
	}
	inForce, _, err := w.Door.SetRecovery(ctx, w.StepUp("anna", policies.RecoverySet, w.Agency), to, words)
	if err != nil || inForce {
		t.Fatalf("proposing: in force %v, %v", inForce, err)
	}
	if a := agency(t, w); a.Recovery != "" || a.Proposed != to {
		t.Fatal("a proposal alone is in force")
	}
	if err := confirm("anna", words); !errors.Is(err, accounts.ErrDenied) {
		t.Fatalf("confirming one's own proposal: got %v, want ErrDenied", err)
	}
	other, _ := recipient(t, w)
	parsed, err := crypto.ParseRecipient(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := confirm("sofia", accounts.RecoveryWords(parsed, w.Agency)); !errors.Is(err, accounts.ErrWords) {
		t.Fatalf("confirming with another recipient's words: got %v, want ErrWords", err)
	}
	if err := confirm("sofia", words); err != nil {
		t.Fatal(err)
	}
	if err := confirm("clara", words); !errors.Is(err, accounts.ErrNothingProposed) {
		t.Fatalf("confirming twice: got %v", err)
	}
	if recoveryWrap(w, "service") != nil || !errors.Is(recoveryWrap(w, "desk"), accounts.ErrNoRow) {
		t.Fatal("the confirming member's unit alone is wrapped at once")
	}
	if inForce, _, err := w.Door.SetRecovery(ctx, w.StepUp("anna", policies.RecoverySet, w.Agency), to, words); err != nil || !inForce {
		t.Fatalf("another unit follows: %v, %v", inForce, err)
	}
	if err := recoveryWrap(w, "desk"); err != nil {
		t.Fatalf("the desk's key for recovery: %v", err)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}
