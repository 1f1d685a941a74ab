package server_test

import (
	"context"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// secretWord is in Rosa's file and may be on no page of anybody else.
const secretWord = "Zaffiro7731"

// records are one of everything, in known states.
type records struct {
	file, closed, restricted, walled, vera string // case files; vera's is of another desk
	note, veraNote                         string
	consent, unsent                        string
	sent, withdrawn, expired, declined     string // referrals
	shut                                   string // a referral that a restore shut
	contact, task                          string
	declared                               string // whom anna should not be given

	// of the cases restricted to lucia, walled off from anna, and of vera's desk.
	of map[string]*ofCase
}

// ofCase is what hangs on one case.
type ofCase struct{ contact, note, unsent, sent string }

// hang gives a case a note, an authorisation and a referral.
func (s *site) hang(t testing.TB, name, caseID, contact string) *ofCase {
	t.Helper()
	ctx, who := context.Background(), s.Caller(name)
	o := &ofCase{contact: contact}
	s.receipt(t)(s.Desk.Cases.AddNote(ctx, who, caseID, typed.NewForm(), "listening", "Una nota"))
	v, _, err := s.Desk.OpenCase(ctx, who, caseID, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	o.note = v.Notes[0].ID
	for purpose, to := range map[string]*string{"support": &o.unsent, "legal": &o.sent} {
		if *to, _, err = s.Desk.Sharing.GiveConsent(ctx, who, caseID, sharing.Authorisation{Centre: s.Units[storetest.Ginestra], Purpose: purpose, Fields: []string{"alias"},
			Feedback: "more", KeepCopy: true, Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today",
			Until: s.Clock.Now().AddDate(0, 0, 20).Format("2006-01-02")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err = s.Desk.Sharing.SendReferral(ctx, s.StepUp(name, policies.ReferralSend, o.sent), o.sent); err != nil {
		t.Fatal(err)
	}
	return o
}

// fill makes records through the Desk, as people would.
func (s *site) fill(t testing.TB) *records {
	t.Helper()
	ctx, r := context.Background(), &records{shut: s.shut(t)}
	anna, lucia, vera := s.Caller("anna"), s.Caller("lucia"), s.Caller("vera")
	open := func(who acts.Caller, alias string, restrict bool) (string, string) {
		out, _, err := s.Desk.Cases.RecordContact(ctx, who, cases.NewContact{Form: alias, OpenCase: true, Restrict: restrict,
			Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: alias, Request: "Chiede " + secretWord,
				Needs: []string{"listen"}, Safe: rule.SafeContact{Channels: map[string]string{"call": "yes", "in_person": "yes"}, Number: "333 000 7731",
					CodeWord: "girasole", Hours: []rule.Hours{{From: "00:00", To: "23:59"}}}}})
		if err != nil {
			t.Fatalf("opening a file: %v", err)
		}
		return out.CaseID, out.ContactID
	}
	r.file, r.contact = open(anna, secretWord, false)
	r.closed, _ = open(anna, "Chiusa", false)
	contacts := map[string]string{}
	r.restricted, contacts["restricted"] = open(lucia, "Riservata", true)
	r.walled, contacts["walled"] = open(lucia, "Nascosta", false)
	r.vera, contacts["other-desk"] = open(vera, "Altrove", false)
	s.Pin("vera", storetest.TownOther, storetest.Ginestra, "bruna")
	r.of = map[string]*ofCase{"restricted": s.hang(t, "lucia", r.restricted, contacts["restricted"]), "walled": s.hang(t, "lucia", r.walled, contacts["walled"]),
		"other-desk": s.hang(t, "vera", r.vera, contacts["other-desk"])}
	must := storetest.Must[string]
	view := func(who acts.Caller, id string) referrals.CaseView {
		v, _, err := s.Desk.OpenCase(ctx, who, id, storetest.Parts...)
		if err != nil {
			t.Fatalf("opening a file: %v", err)
		}
		return v
	}
	s.receipt(t)(s.Desk.Cases.AddNote(ctx, anna, r.file, typed.NewForm(), "listening", "Nota "+secretWord))
	r.note = view(anna, r.file).Notes[0].ID
	s.receipt(t)(s.Desk.Cases.AddNote(ctx, vera, r.vera, typed.NewForm(), "listening", "Nota altrove"))
	r.veraNote = view(vera, r.vera).Notes[0].ID
	s.receipt(t)(s.Desk.Cases.CloseCase(ctx, anna, r.closed, view(anna, r.closed).Version, "no_more_wished", ""))
	w := s.StepUp("lucia", policies.CaseWall, r.walled)
	s.receipt(t)(s.Desk.Cases.Wall(ctx, w, r.walled, view(lucia, r.walled).Version, acts.List("").With(s.People["anna"].ID)))
	give := func(purpose string, fields ...string) string {
		id, _, err := s.Desk.Sharing.GiveConsent(ctx, anna, r.file, sharing.Authorisation{Centre: s.Units[storetest.Ginestra], Purpose: purpose, Fields: fields,
			Feedback: "more", KeepCopy: true, Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today",
			Until: s.Clock.Now().AddDate(0, 0, 20).Format("2006-01-02")})
		return must(id, err)(t)
	}
	send := func(consent string) string {
		id, _, err := s.Desk.Sharing.SendReferral(ctx, s.StepUp("anna", policies.ReferralSend, consent), consent)
		return must(id, err)(t)
	}
	r.unsent = give("counselling", "alias")
	r.consent = give("support", "alias", "request")
	r.sent = send(r.consent)
	taken := give("legal", "alias")
	r.withdrawn = send(taken)
	s.receipt(t)(s.Desk.Sharing.Revoke(ctx, anna, taken, "in_person"))
	r.declined = send(give("legal", "alias"))
	s.receipt(t)(s.Desk.Sharing.Decline(ctx, s.Caller("bruna"), r.declined, "neutral"))
	out, _, err := s.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: "task", Service: s.Units[storetest.TownService],
		Contact: cases.Contact{Speaker: "she", Outcome: "social_service", Alias: "Compito", Request: "Un colloquio"}})
	if err != nil {
		t.Fatal(err)
	}
	r.task = out.TaskID
	s.receipt(t)(s.Desk.Cases.Declare(ctx, anna, "declared", cases.Declared{Name: "Vicina"}))
	mine, _, _, err := s.Desk.Cases.MyDeclarations(ctx, anna)
	if err != nil || s.Desk.Cases.AdoptNamed(ctx, lucia) != nil {
		t.Fatalf("declaring: %v", err)
	}
	r.declared = mine[0].ID
	return r
}

// shut is a referral of a file of its own that a restore shut, with the
// authorisations of other files that were not sent yet. All people are lifted
// again; their sessions have ended.
func (s *site) shut(t testing.TB, unsent ...string) string {
	t.Helper()
	ctx, anna := context.Background(), s.Caller("anna")
	give := func(alias string) string {
		out, _, err := s.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: "shut-" + alias, OpenCase: true,
			Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: alias}})
		if err != nil {
			t.Fatalf("opening a file: %v", err)
		}
		consent, _, err := s.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, sharing.Authorisation{Centre: s.Units[storetest.Ginestra], Purpose: "support", Fields: []string{"alias"},
			Feedback: "state", Way: "signed", Text: sharing.AuthorisationText, Language: "it", Urgency: "no_hurry"})
		if err != nil {
			t.Fatalf("giving consent: %v", err)
		}
		return consent
	}
	for _, alias := range unsent {
		give(alias)
	}
	consent := give("Ines")
	id, _, err := s.Desk.Sharing.SendReferral(ctx, s.StepUp("anna", policies.ReferralSend, consent), consent)
	if err != nil {
		t.Fatalf("sending: %v", err)
	}
	if _, _, err := s.Desk.Restore(ctx, acts.ConsoleCaller(), nil); err != nil {
		t.Fatalf("restoring: %v", err)
	}
	for name, p := range s.People {
		if _, err := s.Office.Lift(ctx, acts.ConsoleCaller(), p.ID); err != nil {
			t.Fatalf("lifting %s: %v", name, err)
		}
	}
	return id
}

// receipt fails the test when an act was not done.
func (s *site) receipt(t testing.TB) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}
