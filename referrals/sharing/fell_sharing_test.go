package sharing_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// What a centre and a social service got beyond what she allowed. These tests use
// nothing that was not there when they succeeded.

// wantsHelp opens a case for a woman with a rule, and asks a social service for an
// interview.
func wantsHelp(t *testing.T, w *storetest.World, safe rule.SafeContact) cases.Recorded {
	t.Helper()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: crypto.NewID(), OpenCase: true, Service: w.Units["service"],
		Contact: cases.Contact{Speaker: "she", Alias: "Rosa", Request: "dormire", Outcome: "social_service", Safe: safe}})
	if err != nil {
		t.Fatalf("recording a contact: %v", err)
	}
	return out
}

// sentTo authorises and sends some fields, and gives the referral's id.
func sentTo(t *testing.T, w *storetest.World, caseID, feedback string, fields ...string) string {
	t.Helper()
	id, _, err := w.Desk.Sharing.GiveConsent(t.Context(), w.Caller("anna"), caseID, sharing.Authorisation{Centre: w.Units["centre"], Purpose: "support", Fields: fields,
		Feedback: feedback, Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"})
	if err != nil {
		t.Fatalf("giving consent: %v", err)
	}
	if _, _, err := w.Desk.Sharing.SendReferral(t.Context(), w.StepUp("anna", policies.ReferralSend, id), id); err != nil {
		t.Fatalf("sending: %v", err)
	}
	return id
}

// theCentreReads is all that a centre reads of a referral, as text.
func theCentreReads(t *testing.T, w *storetest.World, id string) string {
	t.Helper()
	v, _, err := w.Desk.Sharing.OpenReferral(t.Context(), w.Caller("bruna"), id)
	if err != nil {
		t.Fatalf("opening at the centre: %v", err)
	}
	text, err := json.Marshal([]any{v.Package, v.Safe})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const (
	herNumber = "333 1234567"
	herMail   = "rosa@example.org"
	herWord   = "girasole"
)

func herRule(call, email string) rule.SafeContact {
	return rule.SafeContact{Channels: map[string]string{"call": call, "email": email, "sms": "never"}, Number: herNumber, Mail: herMail,
		Hours: []rule.Hours{{From: "08:11", To: "19:47"}}, Say: "la palestra", CodeWord: herWord}
}

// A woman is asked whether a centre may have how to reach her. One of the two
// channels is "never"; what it needs goes along with the other.
func TestAttackForbiddenChannelTravels(t *testing.T) {
	w := storetest.New(t).Standard()
	out := wantsHelp(t, w, herRule("never", "yes"))
	if got := theCentreReads(t, w, sentTo(t, w, out.CaseID, "state", "alias", "phone")); strings.Contains(got, herNumber) || strings.Contains(got, "08:11") || strings.Contains(got, "never") {
		t.Errorf("FELL: the centre has the number of a telephone that must never ring, or its hours: %s", got)
	}
	out = wantsHelp(t, w, herRule("yes", "never"))
	if got := theCentreReads(t, w, sentTo(t, w, out.CaseID, "state", "alias", "phone")); strings.Contains(got, herMail) {
		t.Errorf("FELL: the centre has an address to which nothing may ever be written: %s", got)
	}
}

// She shares her alias and nothing of how to reach her.
func TestAttackCodeWordTravelsUnshared(t *testing.T) {
	w := storetest.New(t).Standard()
	out := wantsHelp(t, w, herRule("yes", "yes"))
	got := theCentreReads(t, w, sentTo(t, w, out.CaseID, "state", "alias"))
	for _, what := range []string{herWord, "la palestra", "08:11"} {
		if strings.Contains(got, what) {
			t.Errorf("FELL: she shared neither number nor address, and the centre reads %q", what)
		}
	}
}

// She asks for an interview with the social service. Nobody asks her what it may
// know of how to reach her.
func TestAttackTaskCarriesTheWholeRule(t *testing.T) {
	w := storetest.New(t).Standard()
	out := wantsHelp(t, w, herRule("never", "yes"))
	v, _, err := w.Desk.Sharing.OpenTask(t.Context(), w.Caller("sofia"), out.TaskID)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v.TaskPackage)
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{herNumber, herMail, herWord, "never"} {
		if strings.Contains(string(text), what) {
			t.Errorf("FELL: without her authorisation the social service reads %q", what)
		}
	}
}

// She authorises what she is shown. Before it is sent a colleague writes something
// else into the same fields.
func TestAttackChangeBeforeSendingIsSentUnseen(t *testing.T) {
	for _, what := range []string{"request", "phone"} {
		w := storetest.New(t).Standard()
		ctx, anna := t.Context(), w.Caller("anna")
		out := wantsHelp(t, w, herRule("yes", "never"))
		id, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, sharing.Authorisation{Centre: w.Units["centre"], Purpose: "support", Fields: []string{"alias", what},
			Feedback: "state", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"})
		if err != nil {
			t.Fatalf("giving consent: %v", err)
		}
		v, _, err := w.Desk.OpenCase(ctx, anna, out.CaseID, storetest.Parts...)
		if err != nil {
			t.Fatal(err)
		}
		if what == "request" {
			told := v.Told
			told.Request = "abita in via Verdi 3"
			_, err = w.Desk.Cases.SavePerson(ctx, anna, out.CaseID, v.Version, cases.PersonForm{Alias: v.Card.Alias, Told: told})
		} else {
			safe := herRule("yes", "never")
			safe.Number = "abita in via Verdi 3"
			_, err = w.Desk.Cases.ChangeSafeContact(ctx, anna, out.CaseID, v.Version, safe, "code_word")
		}
		if err != nil {
			t.Fatalf("changing: %v", err)
		}
		if _, _, err := w.Desk.Sharing.SendReferral(ctx, w.StepUp("anna", policies.ReferralSend, id), id); err == nil && strings.Contains(theCentreReads(t, w, id), "via Verdi") {
			t.Errorf("FELL: what she was never shown was sent as her %s", what)
		} else if err == nil {
			t.Errorf("it was sent without a word, though her %s changed", what)
		}
	}
}

// She changes her number, because he has the old one, and names nobody who may have
// the new.
func TestAttackNewNumberReachesCentresUnasked(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna := t.Context(), w.Caller("anna")
	out := wantsHelp(t, w, herRule("yes", "never"))
	id := sentTo(t, w, out.CaseID, "state", "alias", "phone")
	v, _, err := w.Desk.OpenCase(ctx, anna, out.CaseID, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	safe := herRule("yes", "never")
	safe.Number = "333 7654321"
	if _, err := w.Desk.Cases.ChangeSafeContact(ctx, anna, out.CaseID, v.Version, safe, "code_word"); err != nil {
		t.Fatalf("changing the rule: %v", err)
	}
	if strings.Contains(theCentreReads(t, w, id), safe.Number) {
		t.Errorf("FELL: the new number is at a centre that she did not name, and nobody stepped up")
	}
}

// She may not be called any more. What she shared with a centre that is done, and
// with a social service that is done, is still open to both.
func TestAttackOldNumberStaysWithWhoIsDone(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, bruna, sofia := t.Context(), w.Caller("anna"), w.Caller("bruna"), w.Caller("sofia")
	out := wantsHelp(t, w, herRule("yes", "never"))
	id := sentTo(t, w, out.CaseID, "more", "alias", "phone")
	if _, err := w.Desk.Sharing.Accept(ctx, bruna, id); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Desk.Sharing.Outcome(ctx, bruna, id, "closed"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Desk.Sharing.TakeTask(ctx, sofia, out.TaskID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Desk.Sharing.CloseTask(ctx, sofia, out.TaskID); err != nil {
		t.Fatal(err)
	}
	v, _, err := w.Desk.OpenCase(ctx, anna, out.CaseID, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Desk.Cases.ChangeSafeContact(ctx, anna, out.CaseID, v.Version, rule.SafeContact{}, "code_word"); err != nil {
		t.Fatalf("changing the rule: %v", err)
	}
	if r, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, id); err == nil && r.Safe.Rule.Number != "" {
		t.Errorf("FELL: a centre that is done still reads the number that must not be called any more")
	}
	if task, _, err := w.Desk.Sharing.OpenTask(ctx, sofia, out.TaskID); err == nil && task.Safe.Number != "" {
		t.Errorf("FELL: a social service that is done still reads the number that must not be called any more")
	}
}

// "Only where the referral stands", she said.
func TestAttackCentreTellsMoreThanSheAllowed(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, bruna := t.Context(), w.Caller("bruna")
	id := sentTo(t, w, wantsHelp(t, w, herRule("yes", "never")).CaseID, "state", "alias")
	if _, err := w.Desk.Sharing.Accept(ctx, bruna, id); err != nil {
		t.Fatal(err)
	}
	_, err := w.Desk.Sharing.SendMessage(ctx, bruna, id, typed.NewForm(), "È venuta ieri, è tornata da lui.")
	if err != nil && !errors.Is(err, sharing.ErrFeedback) {
		t.Fatalf("a free message: %v", err)
	}
	v, _, err := w.Desk.Sharing.ReadReferral(ctx, w.Caller("anna"), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range v.Messages {
		if strings.Contains(m.Text, "tornata da lui") {
			t.Errorf("FELL: the desk reads what she did not let the centre tell: %q", m.Text)
		}
	}
}
