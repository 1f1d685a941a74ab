package referrals_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

func TestReferralFromContactToCentreAndBack(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	out := storetest.Rosa(t, w)
	if _, _, err := w.Desk.Sharing.OpenTask(ctx, w.SignIn("sofia"), out.TaskID); err != nil {
		t.Fatalf("the social worker opens the task: %v", err)
	}
	consentID, id := storetest.Send(t, w, out.CaseID, "alias")
	bruna := w.SignIn("bruna")
	cards, _, err := w.Desk.Sharing.Inbox(ctx, bruna)
	if err != nil || len(cards) != 1 || cards[0].Urgency != "today" {
		t.Fatalf("the inbox: %v, %v", cards, err)
	}
	v, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, id)
	if err != nil {
		t.Fatalf("opening the referral: %v", err)
	}
	if len(v.Package.Fields) != 1 || v.Package.Fields[0].Value != "Rosa" || v.Package.Withheld != 3 {
		t.Fatalf("the package: %+v", v.Package)
	}
	if _, err := w.Desk.Sharing.Accept(ctx, bruna, id); err != nil {
		t.Fatalf("accepting: %v", err)
	}
	identity, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	file, _, err := w.Desk.Sharing.SealedCopy(ctx, w.StepUp("bruna", policies.ReferralCopy, id), id, identity.Recipient().String(), storetest.Plainly)
	if err != nil {
		t.Fatalf("the sealed copy: %v", err)
	}
	if text, err := crypto.OpenFile(identity, file); err != nil || !bytes.Contains(text, []byte("Rosa")) {
		t.Fatalf("opening the sealed copy: %v", err)
	}
	if _, err := w.Desk.Sharing.Revoke(ctx, w.SignIn("anna"), consentID, "code_word"); err != nil {
		t.Fatalf("revoking: %v", err)
	}
	if _, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, id); !errors.Is(err, acts.ErrDenied) {
		t.Fatalf("opening a revoked referral: got %v, want ErrDenied", err)
	}
	if n, _, err := w.Desk.Sharing.Notice(ctx, bruna, id); err != nil || n.State != "withdrawn" {
		t.Fatalf("the stop notice: %v, %v", n, err)
	}
	if _, err := w.Desk.Sharing.AcknowledgeStop(ctx, bruna, id, "contacted"); err != nil {
		t.Fatalf("acknowledging: %v", err)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}

func TestSearchFindsBySoundOnlyInOwnUnit(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	out := storetest.Rosa(t, w)
	anna := w.SignIn("anna")
	for _, term := range []string{"rosa", "ROSSA", out.Code, "1234567"} {
		cards, _, err := w.Desk.Cases.Search(ctx, anna, term)
		if err != nil || len(cards) != 1 || cards[0].ID != out.CaseID {
			t.Errorf("searching %q: %v, %v", term, cards, err)
		}
	}
	if cards, _, err := w.Desk.Cases.Search(ctx, w.SignIn("sofia"), "rosa"); err != nil || len(cards) != 0 {
		t.Errorf("searching from another unit: %v, %v", cards, err)
	}
	if _, _, err := w.Desk.OpenCase(ctx, w.SignIn("sofia"), out.CaseID, storetest.Parts...); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("opening from another unit: got %v", err)
	}
}

func TestNotesCorrectedAndMoved(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	a, b := storetest.Rosa(t, w), storetest.Rosa(t, w)
	anna := w.SignIn("anna")
	if _, err := w.Desk.Cases.AddNote(ctx, anna, a.CaseID, typed.NewForm(), "listening", "prima"); err != nil {
		t.Fatal(err)
	}
	v, _, err := w.Desk.OpenCase(ctx, anna, a.CaseID, storetest.Parts...)
	if err != nil || len(v.Notes) != 1 {
		t.Fatalf("the diary: %v, %v", v.Notes, err)
	}
	n := v.Notes[0]
	if _, err := w.Desk.Cases.CorrectNote(ctx, anna, n.ID, n.Version, "seconda"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Desk.Cases.CorrectNote(ctx, anna, n.ID, n.Version, "terza"); !errors.Is(err, acts.ErrConflict) {
		t.Fatalf("correcting an old version: got %v, want ErrConflict", err)
	}
	v, _, err = w.Desk.OpenCase(ctx, anna, a.CaseID, storetest.Parts...)
	if err != nil || v.Notes[0].Text != "seconda" || len(v.Notes[0].Earlier) != 1 || v.Notes[0].Earlier[0].Text != "prima" {
		t.Fatalf("the corrected diary: %+v, %v", v.Notes, err)
	}
	if _, err := w.Desk.Cases.MoveNote(ctx, w.StepUp("anna", policies.NoteMove, n.ID), n.ID, b.CaseID, ""); err != nil {
		t.Fatal(err)
	}
	v, _, err = w.Desk.OpenCase(ctx, anna, a.CaseID, storetest.Parts...)
	if err != nil || v.Notes[0].State != "moved" || v.Notes[0].Text != "" {
		t.Fatalf("the note where it was: %+v, %v", v.Notes, err)
	}
	v, _, err = w.Desk.OpenCase(ctx, anna, b.CaseID, storetest.Parts...)
	if err != nil || len(v.Notes) != 1 || v.Notes[0].Text != "seconda" {
		t.Fatalf("the note where it went: %+v, %v", v.Notes, err)
	}
}

// A contracted operator whose end has passed works on no case any more; what it
// sent can still be taken back for the woman.
func TestEndedAgencyWorksOnNothing(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	w.Invite("dario", policies.Administrator, "")
	out := storetest.Rosa(t, w)
	consentID, referralID := storetest.Send(t, w, out.CaseID, "alias")
	anna := w.SignIn("anna")
	if v, _, err := w.Desk.Sharing.ReadReferral(ctx, anna, referralID); err != nil || v.Head.Card.Alias != "Rosa" {
		t.Fatalf("reading a referral with its case's head: %q, %v", v.Head.Card.Alias, err)
	}
	if _, err := w.Office.EndAgency(ctx, w.StepUp("dario", policies.AgencyEnd, w.Agency), w.Agency, w.Desk.Day(), 1); err != nil {
		t.Fatalf("ending the agency today: %v", err)
	}
	if _, _, err := w.Desk.OpenCase(ctx, anna, out.CaseID, storetest.Parts...); err != nil {
		t.Fatalf("opening a case on the last day: %v", err)
	}
	w.Clock.Add(24 * time.Hour)
	anna = w.SignIn("anna")
	if _, _, err := w.Desk.OpenCase(ctx, anna, out.CaseID, storetest.Parts...); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("opening a case a day later: got %v, want ErrDenied", err)
	}
	if v, _, err := w.Desk.Sharing.ReadReferral(ctx, anna, referralID); err != nil || !reflect.DeepEqual(v.Head, kept.CaseHead{}) {
		t.Errorf("reading a referral a day later, which shows nothing of the case: %q, %v", v.Head.Card.Alias, err)
	}
	if v, _, err := w.Desk.Sharing.ReadConsent(ctx, anna, consentID); err != nil || !reflect.DeepEqual(v.Head, kept.CaseHead{}) {
		t.Errorf("reading an authorisation a day later, which shows nothing of the case: %q, %v", v.Head.Card.Alias, err)
	}
	if _, err := w.Desk.Sharing.Revoke(ctx, anna, consentID, "code_word"); err != nil {
		t.Errorf("revoking a day later: %v", err)
	}
}

// TestEndedCentreGetsNothing: a centre whose agency has ended stands in the
// directory as such; nothing is authorised for it or sent to it.
func TestEndedCentreGetsNothing(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx := context.Background()
	w.Invite("dario", policies.Administrator, "")
	ending := office.NewAgency{Name: "Il Melograno", Kind: "operator", Responsibility: "processor", Ends: w.Desk.Day()}
	agency, _, err := w.Office.CreateAgency(ctx, w.StepUp("dario", policies.AgencyCreate, ending.Object()), ending)
	storetest.Try(t, "an agency that ends today", err)
	unit := acts.Unit{Agency: agency, Kind: acts.KindCentre, Name: "Il Melograno"}
	centre, _, err := w.Office.CreateUnit(ctx, w.StepUp("dario", policies.UnitCreate, office.UnitsObject([]acts.Unit{unit})), unit)
	storetest.Try(t, "its centre", err)
	out := storetest.Rosa(t, w)
	in := sharing.Authorisation{Centre: centre, Purpose: "support", Feedback: "state", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"}
	consent, _, err := w.Desk.Sharing.GiveConsent(ctx, w.SignIn("anna"), out.CaseID, in)
	storetest.Try(t, "an authorisation on the last day", err)
	w.Clock.Add(24 * time.Hour)
	if _, _, err := w.Desk.Sharing.SendReferral(ctx, w.StepUp("anna", policies.ReferralSend, consent), consent); !errors.Is(err, kept.ErrEnded) {
		t.Errorf("sending a day later: got %v, want ErrEnded", err)
	}
	anna := w.SignIn("anna")
	if _, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, in); !errors.Is(err, kept.ErrEnded) {
		t.Errorf("an authorisation a day later: got %v, want ErrEnded", err)
	}
	list, _, err := w.Desk.Sharing.Directory(ctx, anna, 0, 0)
	storetest.Try(t, "the directory", err)
	for _, c := range list {
		if c.Ended != (c.ID == centre) {
			t.Errorf("the directory says of %s: ended %v", c.Name, c.Ended)
		}
	}
}

// TestNumberGoesWithItsOwnTick: her number reaches a centre with its conditions, and
// only where she shares it. Where her rule changes, an old one is nowhere in the
// package, and the new one is there once she says so.
func TestNumberGoesWithItsOwnTick(t *testing.T) {
	f := storetest.NewFlow(t)
	ctx := t.Context()
	var old string
	received := func(id string, reached bool) string {
		t.Helper()
		v, _, err := f.Desk.Sharing.OpenReferral(ctx, f.Caller("bruna"), id)
		storetest.Try(t, "opening at the centre", err)
		if v.Safe.DeskOnly == reached || (v.Safe.Rule.Channels["call"] == "yes") != reached {
			t.Fatalf("the rule at the centre: %+v", v.Safe)
		}
		text, err := json.Marshal([]any{v.Package, v.Safe})
		storetest.Try(t, "encoding", err)
		return string(text)
	}
	quiet, shared := f.Refer(f.Other, f.Authorise("alias", "mail")), f.Refer(f.Case, f.Authorise("alias", "number"))
	old = f.Words["second number"]
	if got := received(quiet, false); strings.Contains(got, f.Word("other number")) || strings.Contains(got, "@example.org") {
		t.Error("a number that she does not share is at the centre, or an address where e-mail is not allowed")
	}
	if got := received(shared, true); !strings.Contains(got, old) || strings.Contains(got, "@example.org") || strings.Contains(got, "never") {
		t.Error("the number that she shares is not at the centre alone")
	}
	safe := storetest.Open(t, f.World, f.Caller("anna"), f.Case).Safe
	safe.Number, safe.Mail = "333 7654321", ""
	version := f.Version(f.Case)
	_, err := f.Desk.Cases.ChangeSafeContact(ctx, f.Caller("anna"), f.Case, version, safe, "code_word")
	storetest.Try(t, "another number", err)
	if got := received(shared, false); strings.Contains(got, safe.Number) || strings.Contains(got, old) {
		t.Error("after the change the centre has a number")
	}
	_, err = f.Desk.Sharing.TellSafeContact(ctx, f.StepUp("anna", policies.ConsentExtend, f.Case), f.Case, version+1, []string{shared})
	storetest.Try(t, "telling the centre", err)
	if got := received(shared, true); !strings.Contains(got, safe.Number) || strings.Contains(got, old) {
		t.Error("once told, the centre has not the new number alone")
	}
}

// TestSheComesBack: a woman who is known and stays in touch is called back as
// a new one is, by the rule that her file holds; a call that is planned stays.
func TestSheComesBack(t *testing.T) {
	w := storetest.New(t).Standard()
	out := storetest.Rosa(t, w)
	comes := func(outcome string) {
		t.Helper()
		_, _, err := w.Desk.Cases.RecordContact(t.Context(), w.SignIn("anna"), cases.NewContact{Form: crypto.NewID(), CaseID: out.CaseID,
			Contact: cases.Contact{Speaker: "she", Channel: "phone", Recognised: "known_voice", Outcome: outcome}})
		storetest.Try(t, "a contact in her file", err)
	}
	recall := func() string { return storetest.Open(t, w, w.SignIn("anna"), out.CaseID).Recall.Day }
	comes("thinking")
	if recall() != "" {
		t.Error("a contact that ended put her on the list of calls")
	}
	first := w.Desk.Day()
	comes("stay_in_touch")
	if recall() != first {
		t.Errorf("the call is planned for %q, want %s", recall(), first)
	}
	w.Clock.Add(24 * time.Hour)
	comes("stay_in_touch")
	if recall() != first {
		t.Errorf("the planned call moved to %q", recall())
	}
}
