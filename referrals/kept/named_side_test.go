package kept_test

import (
	"errors"
	"os"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.CleanUp()
	os.Exit(code)
}

// restrictedShared is a case restricted to anna of which a referral and a task were
// sent.
func restrictedShared(t *testing.T, w *storetest.World) (out cases.Recorded, referral string) {
	t.Helper()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: crypto.NewID(), OpenCase: true, Restrict: true, Service: w.Units["service"],
		Contact: cases.Contact{Speaker: "she", Channel: "phone", Alias: "Rosa", Request: "dove dormire", Outcome: "social_service"}})
	storetest.Try(t, "a restricted case", err)
	_, referral = storetest.Send(t, w, out.CaseID, "alias")
	return out, referral
}

// openAsUnit opens what a unit that sent keeps of a record, with the keys of a member
// alone: she copied the file, asks no policy, and does not mind what the row says.
func openAsUnit(t *testing.T, w *storetest.World, who acts.Caller, row kept.SharedRow, id string) error {
	t.Helper()
	return w.Store.View(t.Context(), func(r kept.Reader) error {
		storetest.Try(t, "reading the row", r.Get(row, id))
		*row.Held().FromCaseKey = 0
		return kept.SentOf(row, nil).Open(r, who)
	})
}

// keepForUnit keeps a referral and a task of a restricted case as a program did that
// knew no side kept by name.
func keepForUnit(t *testing.T, w *storetest.World, who acts.Caller, caseID, referral, task string) {
	t.Helper()
	work := kept.Work{Gate: w.Gate, Store: w.Store}
	_, err := work.Do(t.Context(), who, policies.CaseOpen, func(r kept.Reader, act *acts.Act) error {
		c := &kept.CaseRow{}
		storetest.Try(t, "reading the case", r.Get(c, caseID))
		if err := act.Allow(kept.CaseObject(act.Who, c)); err != nil {
			return err
		}
		rows := map[string]kept.SharedRow{referral: &sharing.ReferralRow{}, task: &sharing.TaskRow{}}
		var put []acts.Row
		for id, row := range rows {
			storetest.Try(t, "reading the row", r.Get(row, id))
			s, err := kept.SharedOf(r, act.Who, row, c)
			storetest.Try(t, "finding the side", err)
			storetest.Try(t, "opening it", s.Open(r, act.Who))
			row.Next()
			storetest.Try(t, "keeping it", kept.KeepForUnit(s, act.Who))
			put = append(put, row)
		}
		act.Commit = kept.PutAll(put...)
		return nil
	})
	storetest.Try(t, "keeping as before", err)
}

func mustKeepFrom(t *testing.T, w *storetest.World, who acts.Caller, referral, task string) {
	t.Helper()
	if openAsUnit(t, w, who, &sharing.ReferralRow{}, referral) == nil {
		t.Error("the referral of a restricted case opens to a colleague who is not named")
	}
	if openAsUnit(t, w, who, &sharing.TaskRow{}, task) == nil {
		t.Error("the task of a restricted case opens to a colleague who is not named")
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
	v, _, err := w.Desk.Sharing.ReadReferral(t.Context(), anna, id)
	if err != nil || len(v.Package.Fields) != 1 || v.Package.Fields[0].Value != "Rosa" {
		t.Errorf("anna reads what she sent: %v", err)
	}
	if _, to, _, err := w.Desk.Sharing.ReadSentTask(t.Context(), anna, out.TaskID); err != nil || to.ID != out.TaskID {
		t.Errorf("anna reads the task that she sent: %v", err)
	}
	if _, err := w.Desk.Sharing.RevokeTask(t.Context(), anna, out.TaskID, "known_voice"); !storetest.Is(err, kept.ErrState) {
		t.Errorf("revoking a task that carries no rule: %v, want ErrState", err)
	}
}

// TestOlderSidesMoveToTheNamed: what an older program kept for the unit is kept by
// name once somebody named signs in, and nothing of it is lost.
func TestOlderSidesMoveToTheNamed(t *testing.T) {
	w := storetest.New(t).Wide()
	out, id := restrictedShared(t, w)
	keepForUnit(t, w, w.SignIn("anna"), out.CaseID, id, out.TaskID)
	if err := openAsUnit(t, w, w.SignIn("lia"), &sharing.ReferralRow{}, id); err != nil {
		t.Fatalf("the unit does not keep it as before (%v): this test would prove nothing", err)
	}
	anna := w.SignIn("anna")
	storetest.Try(t, "keeping by name", w.Desk.Cases.AdoptNamed(t.Context(), anna))
	mustKeepFrom(t, w, w.SignIn("lia"), id, out.TaskID)
	if v, _, err := w.Desk.Sharing.ReadReferral(t.Context(), anna, id); err != nil || v.Package.Fields[0].Value != "Rosa" {
		t.Errorf("anna reads what she sent: %v", err)
	}
	size := w.Gate.Log().Size()
	storetest.Try(t, "keeping again", w.Desk.Cases.AdoptNamed(t.Context(), anna))
	if w.Gate.Log().Size() != size {
		t.Error("what is kept by name is kept again")
	}
}

// TestKeysByNameStayInTheUnit: whatever a story asks for, a key is kept by name for
// people of the caller's own unit, each in a row of her own.
func TestKeysByNameStayInTheUnit(t *testing.T) {
	w := storetest.New(t).Wide()
	anna, key := w.SignIn("anna"), crypto.NewKey()
	send := func(to, named string) error {
		p, row := &acts.Person{}, &kept.CaseWrapRow{CaseID: "CASE", Person: w.People[named].ID}
		storetest.Try(t, "reading a person", w.Store.View(t.Context(), func(r kept.Reader) error { return r.Get(p, w.People[to].ID) }))
		err := kept.SendNamed(anna, p, row, key)
		if err != nil && row.Wrapped != nil {
			t.Errorf("%s was refused and has the key", to)
		}
		return err
	}
	storetest.Try(t, "a colleague", send("lia", "lia"))
	for to, named := range map[string]string{"bruna": "bruna", "lia": "gina"} {
		if err := send(to, named); !errors.Is(err, kept.ErrNotColleague) {
			t.Errorf("to %s in the row of %s: %v", to, named, err)
		}
	}
}
