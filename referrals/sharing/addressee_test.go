package sharing_test

import (
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// TestNothingGoesToAUnitBeforeItsWordsAreCompared: somebody of it was removed for
// cause. Once they are compared, it goes; from a desk to a centre and to a social
// service, and back.
func TestNothingGoesToAUnitBeforeItsWordsAreCompared(t *testing.T) {
	for _, c := range []struct {
		way          string
		unit, member string // of which somebody is removed
		role         policies.Role
		from, asker  string // who compares
		write        func(w *storetest.World, out cases.Recorded, id string) error
	}{
		{"desk to centre", "centre", "bruna", policies.CentreWorker, "desk", "anna", func(w *storetest.World, _ cases.Recorded, id string) error {
			_, err := w.Desk.Sharing.SendMessage(t.Context(), w.SignIn("anna"), id, typed.NewForm(), "un messaggio")
			return err
		}},
		{"desk to centre, another woman", "centre", "bruna", policies.CentreWorker, "desk", "anna", func(w *storetest.World, _ cases.Recorded, _ string) error {
			return sendIt(t, w, give(t, w, storetest.Rosa(t, w).CaseID, allowed(w, "support", "alias")))
		}},
		{"desk to service", "service", "sofia", policies.SocialWorker, "desk", "anna", func(w *storetest.World, _ cases.Recorded, _ string) error {
			_, _, err := w.Desk.Cases.RecordContact(t.Context(), w.SignIn("anna"), cases.NewContact{Form: crypto.NewID(), Service: w.Units["service"],
				Contact: cases.Contact{Speaker: "she", Outcome: "social_service", Alias: "Lina", Request: "un colloquio"}})
			return err
		}},
		{"centre to desk", "desk", "anna", policies.IntakeWorker, "centre", "bruna", func(w *storetest.World, _ cases.Recorded, id string) error {
			_, err := w.Desk.Sharing.Accept(t.Context(), w.SignIn("bruna"), id)
			return err
		}},
	} {
		t.Run(c.way, func(t *testing.T) {
			w := storetest.New(t).Standard()
			out := storetest.Rosa(t, w)
			_, id := storetest.Send(t, w, out.CaseID, "alias")
			newEpochForCause(t, w, c.unit, c.member, c.role)
			if err := c.write(w, out, id); !errors.Is(err, kept.ErrPin) {
				t.Fatalf("before: got %v, want ErrPin", err)
			}
			w.Pin(c.asker, c.from, c.unit, c.member)
			storetest.Try(t, "afterwards", c.write(w, out, id))
		})
	}
}

// TestServiceGetsTheRuleOnceItsWordsAreCompared: until then it is told that she is
// reached through the desk.
func TestServiceGetsTheRuleOnceItsWordsAreCompared(t *testing.T) {
	w := storetest.New(t).Standard()
	out := storetest.Rosa(t, w)
	newEpochForCause(t, w, "service", "sofia", policies.SocialWorker)
	change := func(number string) sharing.TaskView {
		t.Helper()
		anna := w.SignIn("anna")
		v := storetest.Open(t, w, anna, out.CaseID)
		v.Safe.Number = number
		_, err := w.Desk.Cases.ChangeSafeContact(t.Context(), anna, out.CaseID, v.Version, v.Safe, "code_word")
		storetest.Try(t, "changing the rule", err)
		return storetest.Task(t, w, w.SignIn("sofia"), out.TaskID)
	}
	for range 2 { // what is kept under the key of before can change again
		if got := change("333 111"); got.Safe.Number != "" || !got.Safe.DeskOnly || got.Alias != "Rosa" {
			t.Fatalf("before: %+v", got)
		}
	}
	w.Pin("anna", "desk", "service", "sofia")
	change("333 222")
	version := storetest.Open(t, w, w.SignIn("anna"), out.CaseID).Version
	who := w.StepUp("anna", policies.ConsentExtend, out.CaseID)
	_, err := w.Desk.Sharing.TellSafeContact(t.Context(), who, out.CaseID, version, []string{out.TaskID})
	storetest.Try(t, "telling the service what is new", err)
	if got := storetest.Task(t, w, w.SignIn("sofia"), out.TaskID); got.Safe.Number != "333 222" || got.Safe.DeskOnly {
		t.Fatalf("afterwards: %+v", got.Safe)
	}
	if sealedTo(t, w, "SELECT to_epoch FROM task WHERE id = ?", out.TaskID) != 2 {
		t.Error("the rule is not sealed to the service's newest key")
	}
	_, err = w.Desk.Sharing.TakeTask(t.Context(), w.SignIn("sofia"), out.TaskID)
	storetest.Try(t, "taking the task", err)
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("the records: %v", r.Problems)
	}
}

// TestServiceAnswersWithoutAnyKey: what it does with a task says a code and a day to
// who sent it, and seals nothing to it.
func TestServiceAnswersWithoutAnyKey(t *testing.T) {
	w := storetest.New(t).Standard()
	out := storetest.Rosa(t, w)
	newEpochForCause(t, w, "desk", "anna", policies.IntakeWorker)
	sofia := w.SignIn("sofia")
	_, err := w.Desk.Sharing.TakeTask(t.Context(), sofia, out.TaskID)
	storetest.Try(t, "taking", err)
	_, err = w.Desk.Sharing.ReturnTask(t.Context(), sofia, out.TaskID, "time")
	storetest.Try(t, "handing back", err)
	if sealedTo(t, w, "SELECT from_epoch FROM task WHERE id = ? AND from_wrap IS NULL", out.TaskID) != 1 {
		t.Error("a key was sealed to the desk")
	}
}

// TestOrdinaryRemovalIsAcceptedByItsLeaf on either side, and a desk that wrote first
// after somebody was removed for cause may be answered.
func TestOrdinaryRemovalIsAcceptedByItsLeaf(t *testing.T) {
	w := storetest.New(t).Wide()
	out := storetest.Rosa(t, w)
	_, id := storetest.Send(t, w, out.CaseID, "alias")
	w.Join("desk", "nora", policies.IntakeWorker, "anna")
	storetest.Try(t, "removing", w.TakeOut("anna", "lia", false))
	_, err := w.Desk.Sharing.Ask(t.Context(), w.SignIn("bruna"), id, typed.NewForm(), "una domanda")
	storetest.Try(t, "asking", err)
	if sealedTo(t, w, "SELECT from_epoch FROM referral WHERE id = ?", id) != 2 {
		t.Error("the answer is not sealed to the desk's newest key")
	}
	storetest.Try(t, "removing for cause", w.TakeOut("anna", "gina", true))
	next := give(t, w, storetest.Rosa(t, w).CaseID, allowed(w, "support", "alias"))
	storetest.Try(t, "sending", storetest.Third(w.Desk.Sharing.SendReferral(t.Context(), freshStepUp(t, w, "anna", policies.ReferralSend, next), next)))
	_, err = w.Desk.Sharing.Accept(t.Context(), w.SignIn("bruna"), next)
	storetest.Try(t, "answering who wrote with the new key", err)
	if _, err := w.Desk.Sharing.Accept(t.Context(), w.SignIn("bruna"), id); !errors.Is(err, kept.ErrPinBack) {
		t.Errorf("answering what was sent before: got %v, want ErrPinBack", err)
	}
	v, _, err := w.Desk.Sharing.OpenReferral(t.Context(), w.SignIn("bruna"), id)
	if err != nil || v.Compare != w.Units["desk"] {
		t.Errorf("its page says to compare %q, %v", v.Compare, err)
	}
}

// freshStepUp steps up with the keys of now.
func freshStepUp(t *testing.T, w *storetest.World, name string, a policies.Action, object string) acts.Caller {
	t.Helper()
	p := w.People[name]
	in, err := w.Door.StepUp(t.Context(), w.SignIn(name), p.Passphrase, w.Code(p), a, object, accounts.From{Address: "127.0.0.1"})
	storetest.Try(t, "stepping up", err)
	return in.Caller
}

// TestNothingGoesToAUnitWhereNobodyWorks: all of it are suspended.
func TestNothingGoesToAUnitWhereNobodyWorks(t *testing.T) {
	w := storetest.New(t).Standard()
	out := storetest.Rosa(t, w)
	_, id := storetest.Send(t, w, out.CaseID, "alias")
	console := acts.ConsoleCaller()
	for _, name := range []string{"bruna", "sofia"} {
		_, err := w.Door.Suspend(t.Context(), console, w.People[name].ID)
		storetest.Try(t, "suspending", err)
	}
	anna := w.SignIn("anna")
	if _, err := w.Desk.Sharing.SendMessage(t.Context(), anna, id, typed.NewForm(), "un messaggio"); !errors.Is(err, kept.ErrNobody) {
		t.Errorf("a message: got %v, want ErrNobody", err)
	}
	v := storetest.Open(t, w, anna, out.CaseID)
	v.Safe.Number = "333 111"
	_, err := w.Desk.Cases.ChangeSafeContact(t.Context(), anna, out.CaseID, v.Version, v.Safe, "code_word")
	storetest.Try(t, "she changes her rule all the same", err)
	for _, name := range []string{"bruna", "sofia"} {
		_, err := w.Office.Lift(t.Context(), console, w.People[name].ID)
		storetest.Try(t, "lifting", err)
	}
	got, _, err := w.Desk.Sharing.OpenReferral(t.Context(), w.SignIn("bruna"), id)
	if err != nil || !got.Safe.DeskOnly {
		t.Errorf("the centre, back: %+v, %v", got.Safe, err)
	}
	if got := storetest.Task(t, w, w.SignIn("sofia"), out.TaskID); !got.Safe.DeskOnly || got.Safe.Number != "" {
		t.Errorf("the service, back: %+v", got.Safe)
	}
}
