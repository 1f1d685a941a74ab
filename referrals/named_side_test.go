package referrals_test

import (
	"testing"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/store/storetest"
)

// restrictedShared is a case restricted to anna of which a referral and a task were
// sent.
func restrictedShared(t *testing.T, w *storetest.World) (out referrals.Recorded, referral string) {
	t.Helper()
	out, _, err := w.Desk.RecordContact(t.Context(), w.Caller("anna"), referrals.NewContact{Form: crypto.NewID(), OpenCase: true, Restrict: true, Service: w.Units["service"],
		Contact: referrals.Contact{Speaker: "she", Channel: "phone", Alias: "Rosa", Request: "dove dormire", Outcome: "social_service"}})
	try(t, "a restricted case", err)
	_, referral = send(t, w, out.CaseID, "alias")
	return out, referral
}

func mustKeepFrom(t *testing.T, w *storetest.World, who acts.Caller, referral, task string) {
	t.Helper()
	if p, _, err := w.Desk.KeptForSender(t.Context(), who, referral, ""); err == nil {
		t.Errorf("the referral of a restricted case opens to a colleague who is not named: %v", p.Fields)
	}
	if _, p, err := w.Desk.KeptForSender(t.Context(), who, "", task); err == nil {
		t.Errorf("the task of a restricted case opens to a colleague who is not named: %q", p.Alias)
	}
}

// TestRestrictedCaseSharedByName: a case is restricted to anna. What was sent of it
// lia does not open, who is of the unit and not named, with a copy of the file and
// the keys she has; anna does, by its page.
func TestRestrictedCaseSharedByName(t *testing.T) {
	w := storetest.New(t).Wide()
	out, id := restrictedShared(t, w)
	mustKeepFrom(t, w, w.SignIn("lia"), id, out.TaskID)
	anna := w.SignIn("anna")
	v, _, err := w.Desk.ReadReferral(t.Context(), anna, id)
	if err != nil || len(v.Package.Fields) != 1 || v.Package.Fields[0].Value != "Rosa" {
		t.Errorf("anna reads what she sent: %v", err)
	}
	if _, to, _, err := w.Desk.ReadSentTask(t.Context(), anna, out.TaskID); err != nil || to.ID != out.TaskID {
		t.Errorf("anna reads the task that she sent: %v", err)
	}
	if _, err := w.Desk.RevokeTask(t.Context(), anna, out.TaskID, "known_voice"); !storetest.Is(err, referrals.ErrState) {
		t.Errorf("revoking a task that carries no rule: %v, want ErrState", err)
	}
}

// TestOlderSidesMoveToTheNamed: what an older program kept for the unit is kept by
// name once somebody named signs in, and nothing of it is lost.
func TestOlderSidesMoveToTheNamed(t *testing.T) {
	w := storetest.New(t).Wide()
	out, id := restrictedShared(t, w)
	try(t, "keeping as before", w.Desk.KeepForUnit(t.Context(), w.SignIn("anna"), id, out.TaskID))
	if _, _, err := w.Desk.KeptForSender(t.Context(), w.SignIn("lia"), id, ""); err != nil {
		t.Fatalf("the unit does not keep it as before (%v): this test would prove nothing", err)
	}
	anna := w.SignIn("anna")
	try(t, "keeping by name", w.Desk.AdoptNamed(t.Context(), anna))
	mustKeepFrom(t, w, w.SignIn("lia"), id, out.TaskID)
	if v, _, err := w.Desk.ReadReferral(t.Context(), anna, id); err != nil || v.Package.Fields[0].Value != "Rosa" {
		t.Errorf("anna reads what she sent: %v", err)
	}
	size := w.Gate.Log().Size()
	try(t, "keeping again", w.Desk.AdoptNamed(t.Context(), anna))
	if w.Gate.Log().Size() != size {
		t.Error("what is kept by name is kept again")
	}
}
