package store_test

import (
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// alone records a contact without a case file; or keeps it open.
func alone(t *testing.T, w *storetest.World, alias string, open bool, change func(*cases.NewContact)) cases.Recorded {
	t.Helper()
	in := cases.NewContact{Form: crypto.NewID(), Contact: cases.Contact{Speaker: "she", Channel: "phone", Alias: alias, Outcome: "info_only", Again: "yes"}}
	if change != nil {
		change(&in)
	}
	do := w.Desk.Cases.RecordContact
	if open {
		in.Outcome, do = "", w.Desk.Cases.KeepContact
	}
	out, _, err := do(t.Context(), w.Caller("anna"), in)
	storetest.Try(t, "recording "+alias, err)
	return out
}

// TestSecretsReadTogetherAreThoseReadAlone: those that are there, that were erased or
// altered, and that no leaf names.
func TestSecretsReadTogetherAreThoseReadAlone(t *testing.T) {
	w := storetest.New(t).Wide()
	var ids []string
	for _, alias := range []string{"Uno", "Due", "Tre", "Quattro"} {
		row := &cases.ContactRow{}
		out := alone(t, w, alias, false, nil)
		view(t, w, func(r kept.Reader) { storetest.Try(t, "reading", r.Get(row, out.ContactID)) })
		ids = append(ids, row.Secret)
	}
	db := raw(t, w, "secrets/shred.db")
	defer db.Close()
	change(t, db, "UPDATE shred SET secret = randomblob(32) WHERE id = ?", ids[1])
	change(t, db, "DELETE FROM shred WHERE id = ?", ids[2])
	for range 300 {
		ids = append(ids, crypto.NewID())
	}
	for _, when := range []string{"cold", "warm"} {
		view(t, w, func(r kept.Reader) {
			all := r.Secrets(ids)
			for i, want := range []error{nil, acts.ErrTampered, acts.ErrTampered, nil, acts.ErrErased} {
				alone, err := r.Secret(ids[i])
				if !errors.Is(all[i].Err, want) || !errors.Is(err, want) || want == nil && string(alone) != string(all[i].Secret[:]) {
					t.Errorf("%s, the secret %d: %v together, %v alone, want %v", when, i, all[i].Err, err, want)
				}
			}
		})
	}
}

// TestATamperedCardHidesNoOther: it is left out of a search, and the others are found.
func TestATamperedCardHidesNoOther(t *testing.T) {
	w := storetest.New(t).Wide()
	var ids []string
	for range 300 {
		ids = append(ids, alone(t, w, "Gina", false, func(in *cases.NewContact) { in.OpenCase = true }).CaseID)
	}
	db := raw(t, w, store.MainFile)
	defer db.Close()
	change(t, db, "UPDATE case_file SET card = randomblob(length(card)) WHERE id = ?", ids[140])
	found, _, err := w.Desk.Cases.Search(t.Context(), w.Caller("anna"), "gina")
	if !errors.Is(err, acts.ErrTampered) || len(found) != 299 { // the page shows them, and says that something is wrong
		t.Errorf("found %d: %v", len(found), err)
	}
	for _, f := range found {
		if f.ID == ids[140] {
			t.Error("a tampered card was found")
		}
	}
}
