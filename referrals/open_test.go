package referrals_test

import (
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies/accounts"
	"sportello/referrals"
	"sportello/referrals/store/storetest"
)

// What stands here is known to be open: each test says that an attack succeeds
// today. When it is closed the test fails, and is turned round.

// TestOpenRestrictedCaseSharedUnderTheUnitKey: a case is restricted to anna. What
// was sent of it is kept for the desk under the key of the whole unit, so that
// lia, who is not named, opens it from a copy of the file with the keys she has.
// The pages refuse her. To be turned round once a record's sender keeps it by name.
func TestOpenRestrictedCaseSharedUnderTheUnitKey(t *testing.T) {
	w := storetest.New(t).Wide()
	out, _, err := w.Desk.RecordContact(t.Context(), w.Caller("anna"), referrals.NewContact{Form: crypto.NewID(), OpenCase: true, Restrict: true, Service: w.Units["service"],
		Contact: referrals.Contact{Speaker: "she", Channel: "phone", Alias: "Rosa", Request: "dove dormire", Outcome: "social_service"}})
	try(t, "a restricted case", err)
	_, id := send(t, w, out.CaseID, "alias")
	lia := w.SignIn("lia")
	if _, _, err := w.Desk.OpenCase(t.Context(), lia, out.CaseID); !errors.Is(err, accounts.ErrDenied) {
		t.Fatalf("the case itself: %v", err)
	}
	if _, _, err := w.Desk.ReadReferral(t.Context(), lia, id); !errors.Is(err, accounts.ErrDenied) {
		t.Fatalf("the referral, by its page: %v", err)
	}
	if p, _, err := w.Desk.KeptForSender(t.Context(), lia, id, ""); err != nil || len(p.Fields) != 1 || p.Fields[0].Value != "Rosa" {
		t.Errorf("a referral of a restricted case is not open to the unit any more (%v): turn this test round", err)
	}
	if _, p, err := w.Desk.KeptForSender(t.Context(), lia, "", out.TaskID); err != nil || p.Alias != "Rosa" {
		t.Errorf("a task of a restricted case is not open to the unit any more (%v): turn this test round", err)
	}
}
