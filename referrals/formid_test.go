package referrals_test

import (
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
)

// TestNobodyChoosesAnID: whatever id a form claims to have, what it makes has one
// that no other person's form, unit or table can have; only a contact that goes on
// is named as it is, and one that is not hers answers like one that is not there.
func TestNobodyChoosesAnID(t *testing.T) {
	w := storetest.New(t).Wide()
	ctx := t.Context()
	anna, lia, sofia := w.SignIn("anna"), w.SignIn("lia"), w.SignIn("sofia")
	keep := func(who acts.Caller, form string, version int64) (cases.Recorded, error) {
		out, _, err := w.Desk.Cases.KeepContact(ctx, who, cases.NewContact{Form: form, Version: version, Contact: cases.Contact{Speaker: "she", Alias: "Rosa"}})
		return out, err
	}
	first, err := keep(anna, crypto.NewID(), 0)
	storetest.Try(t, "keeping a contact", err)
	record, _, err := w.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: crypto.NewID(), OpenCase: true, Contact: cases.Contact{Speaker: "she", Alias: "Ada", Outcome: "info_only"}})
	storetest.Try(t, "opening a case", err)
	taken := []string{first.ContactID, record.ContactID, record.CaseID, anna.Person(), anna.Unit(), w.Units["centre"], anna.Unit() + ".1", anna.Unit() + "." + anna.Person() + ".recovery"}
	// A colleague of the unit goes on with it; for everybody else it is not there.
	if out, err := keep(lia, first.ContactID, first.Version); err != nil || out.ContactID != first.ContactID {
		t.Errorf("a colleague goes on: %v", err)
	}
	for _, id := range append(taken[2:], first.ContactID, crypto.NewID()) {
		if _, err := keep(sofia, id, 1); !errors.Is(err, acts.ErrDenied) {
			t.Errorf("going on with what is not hers: got %v, want ErrDenied", err)
		}
	}
	seen := map[string]bool{}
	for _, form := range taken {
		for _, who := range []acts.Caller{anna, lia, sofia} {
			out, err := keep(who, form, 0)
			if err != nil {
				t.Errorf("a form that calls itself like something else: %v", err)
				continue
			}
			if out.ContactID == form || seen[out.ContactID] {
				t.Error("a form made a row with an id that it chose, or another's")
			}
			seen[out.ContactID] = true
			if again, err := keep(who, form, 0); !errors.Is(err, acts.ErrConflict) || again.ContactID != out.ContactID {
				t.Errorf("the same form again: %v", err)
			}
		}
	}
	v, _, err := w.Desk.Cases.OpenContact(ctx, anna, first.ContactID)
	if err != nil || v.Version != 2 || v.Alias != "Rosa" {
		t.Errorf("the contact afterwards: version %d, %v", v.Version, err)
	}
}
