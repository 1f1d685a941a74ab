package referrals_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/referrals"
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
		write        func(w *storetest.World, out referrals.Recorded, id string) error
	}{
		{"desk to centre", "centre", "bruna", policies.CentreWorker, "desk", "anna", func(w *storetest.World, _ referrals.Recorded, id string) error {
			_, err := w.Desk.SendMessage(t.Context(), w.SignIn("anna"), id, typed.NewForm(), "un messaggio")
			return err
		}},
		{"desk to centre, another woman", "centre", "bruna", policies.CentreWorker, "desk", "anna", func(w *storetest.World, _ referrals.Recorded, _ string) error {
			return sendIt(t, w, give(t, w, rosa(t, w).CaseID, allowed(w, "support", "alias")))
		}},
		{"desk to service", "service", "sofia", policies.SocialWorker, "desk", "anna", func(w *storetest.World, _ referrals.Recorded, _ string) error {
			_, _, err := w.Desk.RecordContact(t.Context(), w.SignIn("anna"), referrals.NewContact{Form: crypto.NewID(), Service: w.Units["service"],
				Contact: referrals.Contact{Speaker: "she", Outcome: "social_service", Alias: "Lina", Request: "un colloquio"}})
			return err
		}},
		{"centre to desk", "desk", "anna", policies.IntakeWorker, "centre", "bruna", func(w *storetest.World, _ referrals.Recorded, id string) error {
			_, err := w.Desk.Accept(t.Context(), w.SignIn("bruna"), id)
			return err
		}},
	} {
		t.Run(c.way, func(t *testing.T) {
			w := storetest.New(t).Standard()
			out := rosa(t, w)
			_, id := send(t, w, out.CaseID, "alias")
			newEpochForCause(t, w, c.unit, c.member, c.role)
			if err := c.write(w, out, id); !errors.Is(err, referrals.ErrPin) {
				t.Fatalf("before: got %v, want ErrPin", err)
			}
			w.Pin(c.asker, c.from, c.unit, c.member)
			try(t, "afterwards", c.write(w, out, id))
		})
	}
}

// TestServiceGetsTheRuleOnceItsWordsAreCompared: until then it is told that she is
// reached through the desk.
func TestServiceGetsTheRuleOnceItsWordsAreCompared(t *testing.T) {
	w := storetest.New(t).Standard()
	out := rosa(t, w)
	newEpochForCause(t, w, "service", "sofia", policies.SocialWorker)
	change := func(number string) referrals.TaskView {
		t.Helper()
		anna := w.SignIn("anna")
		v := open(t, w, anna, out.CaseID)
		v.Safe.Number = number
		_, err := w.Desk.ChangeSafeContact(t.Context(), anna, out.CaseID, v.Version, v.Safe, "code_word")
		try(t, "changing the rule", err)
		return task(t, w, w.SignIn("sofia"), out.TaskID)
	}
	for range 2 { // what is kept under the key of before can change again
		if got := change("333 111"); got.Safe.Number != "" || !got.Safe.DeskOnly || got.Alias != "Rosa" {
			t.Fatalf("before: %+v", got)
		}
	}
	w.Pin("anna", "desk", "service", "sofia")
	change("333 222")
	version := open(t, w, w.SignIn("anna"), out.CaseID).Version
	who := w.StepUp("anna", policies.ConsentExtend, out.CaseID)
	_, err := w.Desk.TellSafeContact(t.Context(), who, out.CaseID, version, []string{out.TaskID})
	try(t, "telling the service what is new", err)
	if got := task(t, w, w.SignIn("sofia"), out.TaskID); got.Safe.Number != "333 222" || got.Safe.DeskOnly {
		t.Fatalf("afterwards: %+v", got.Safe)
	}
	if sealedTo(t, w, "SELECT to_epoch FROM task WHERE id = ?", out.TaskID) != 2 {
		t.Error("the rule is not sealed to the service's newest key")
	}
	_, err = w.Desk.TakeTask(t.Context(), w.SignIn("sofia"), out.TaskID)
	try(t, "taking the task", err)
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("the records: %v", r.Problems)
	}
}

// TestServiceAnswersWithoutAnyKey: what it does with a task says a code and a day to
// who sent it, and seals nothing to it.
func TestServiceAnswersWithoutAnyKey(t *testing.T) {
	w := storetest.New(t).Standard()
	out := rosa(t, w)
	newEpochForCause(t, w, "desk", "anna", policies.IntakeWorker)
	sofia := w.SignIn("sofia")
	_, err := w.Desk.TakeTask(t.Context(), sofia, out.TaskID)
	try(t, "taking", err)
	_, err = w.Desk.ReturnTask(t.Context(), sofia, out.TaskID, "time")
	try(t, "handing back", err)
	if sealedTo(t, w, "SELECT from_epoch FROM task WHERE id = ? AND from_wrap IS NULL", out.TaskID) != 1 {
		t.Error("a key was sealed to the desk")
	}
}

// TestOrdinaryRemovalIsAcceptedByItsLeaf on either side, and a desk that wrote first
// after somebody was removed for cause may be answered.
func TestOrdinaryRemovalIsAcceptedByItsLeaf(t *testing.T) {
	w := storetest.New(t).Wide()
	out := rosa(t, w)
	_, id := send(t, w, out.CaseID, "alias")
	lia, gina := w.People["lia"].ID, w.People["gina"].ID
	_, err := w.Door.Remove(t.Context(), w.StepUp("anna", policies.MemberRemove, lia), lia, false)
	try(t, "removing", err)
	_, err = w.Desk.Ask(t.Context(), w.SignIn("bruna"), id, typed.NewForm(), "una domanda")
	try(t, "asking", err)
	if sealedTo(t, w, "SELECT from_epoch FROM referral WHERE id = ?", id) != 2 {
		t.Error("the answer is not sealed to the desk's newest key")
	}
	_, err = w.Door.Remove(t.Context(), freshStepUp(t, w, "anna", policies.MemberRemove, gina), gina, true)
	try(t, "removing for cause", err)
	next := give(t, w, rosa(t, w).CaseID, allowed(w, "support", "alias"))
	try(t, "sending", third(w.Desk.SendReferral(t.Context(), freshStepUp(t, w, "anna", policies.ReferralSend, next), next)))
	_, err = w.Desk.Accept(t.Context(), w.SignIn("bruna"), next)
	try(t, "answering who wrote with the new key", err)
	if _, err := w.Desk.Accept(t.Context(), w.SignIn("bruna"), id); !errors.Is(err, referrals.ErrPinBack) {
		t.Errorf("answering what was sent before: got %v, want ErrPinBack", err)
	}
	v, _, err := w.Desk.OpenReferral(t.Context(), w.SignIn("bruna"), id)
	if err != nil || v.Compare != w.Units["desk"] {
		t.Errorf("its page says to compare %q, %v", v.Compare, err)
	}
}

// freshStepUp steps up with the keys of now.
func freshStepUp(t *testing.T, w *storetest.World, name string, a policies.Action, object string) acts.Caller {
	t.Helper()
	p := w.People[name]
	in, err := w.Door.StepUp(t.Context(), w.SignIn(name), p.Passphrase, w.Code(p), a, object, accounts.From{Address: "127.0.0.1"})
	try(t, "stepping up", err)
	return in.Caller
}

// TestNothingGoesToAUnitWhereNobodyWorks: all of it are suspended.
func TestNothingGoesToAUnitWhereNobodyWorks(t *testing.T) {
	w := storetest.New(t).Standard()
	out := rosa(t, w)
	_, id := send(t, w, out.CaseID, "alias")
	console := acts.ConsoleCaller()
	for _, name := range []string{"bruna", "sofia"} {
		_, err := w.Door.Suspend(t.Context(), console, w.People[name].ID)
		try(t, "suspending", err)
	}
	anna := w.SignIn("anna")
	if _, err := w.Desk.SendMessage(t.Context(), anna, id, typed.NewForm(), "un messaggio"); !errors.Is(err, referrals.ErrNobody) {
		t.Errorf("a message: got %v, want ErrNobody", err)
	}
	v := open(t, w, anna, out.CaseID)
	v.Safe.Number = "333 111"
	_, err := w.Desk.ChangeSafeContact(t.Context(), anna, out.CaseID, v.Version, v.Safe, "code_word")
	try(t, "she changes her rule all the same", err)
	for _, name := range []string{"bruna", "sofia"} {
		_, err := w.Office.Lift(t.Context(), console, w.People[name].ID)
		try(t, "lifting", err)
	}
	got, _, err := w.Desk.OpenReferral(t.Context(), w.SignIn("bruna"), id)
	if err != nil || !got.Safe.DeskOnly {
		t.Errorf("the centre, back: %+v, %v", got.Safe, err)
	}
	if got := task(t, w, w.SignIn("sofia"), out.TaskID); !got.Safe.DeskOnly || got.Safe.Number != "" {
		t.Errorf("the service, back: %+v", got.Safe)
	}
}

// TestKeysGoToUnitsByOneFunction: whoever wraps a key to another unit needs what
// mayReceive alone makes. The other wraps go to people of one's own unit.
func TestKeysGoToUnitsByOneFunction(t *testing.T) {
	files, err := filepath.Glob("*.go")
	try(t, "listing", err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		try(t, "reading", err)
		if strings.Contains(string(text), "crypto.Wrap(") && name != "side.go" && name != "restrict.go" && name != "declaration.go" {
			t.Errorf("%s wraps a key", name)
		}
		if strings.Contains(string(text), "addressee{") && name != "addressee.go" {
			t.Errorf("%s makes an addressee", name)
		}
	}
}
