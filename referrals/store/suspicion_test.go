package store_test

import (
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// TestSuspectedPassphrase: who knows a person's old passphrase, and so every key
// she had, opens with a fresh copy of the database nothing written after she
// changed it on suspicion; she herself loses nothing, restricted cases included.
func TestSuspectedPassphrase(t *testing.T) {
	f := storetest.NewFlow(t)
	old := f.SignIn("anna")
	if err := f.Desk.Cases.AdoptNamed(ctx, old); err != nil {
		t.Fatal(err)
	}
	had := newRing(t, f.World, old)
	if !had.reads(f.Words["restricted request"]) || !had.reads(f.Words["request"]) {
		t.Fatal("her keys open not even what is hers: this test would prove nothing")
	}
	anna := f.People["anna"]
	fresh := string(crypto.NewPassphrase())
	if _, err := f.Door.ChangePassphrase(ctx, f.StepUp("anna", policies.PassphraseChange, anna.ID), fresh, true); err != nil {
		t.Fatalf("changing a suspected passphrase: %v", err)
	}
	anna.Passphrase = fresh
	who := f.SignIn("anna")
	if err := f.Desk.Cases.AdoptNamed(ctx, who); err != nil {
		t.Fatal(err)
	}
	for id, note := range map[string]string{f.Restricted: "scritto dopo, riservato", f.Case: "scritto dopo, nell’unità"} {
		if _, _, err := f.Desk.OpenCase(ctx, who, id, storetest.Parts...); err != nil {
			t.Fatalf("she lost a case: %v", err)
		}
		if _, err := f.Desk.Cases.AddNote(ctx, who, id, typed.NewForm(), "other", note); err != nil {
			t.Fatalf("she cannot write in it: %v", err)
		}
	}
	now := newRing(t, f.World, who)
	for _, note := range []string{"scritto dopo, riservato", "scritto dopo, nell’unità"} {
		if !now.reads(note) {
			t.Errorf("her new keys do not open %q: this test would prove nothing", note)
		}
		newRing(t, f.World, old, had).mustNotOpen(t, note)
	}
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}
