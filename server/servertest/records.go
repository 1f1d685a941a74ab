package servertest

import (
	"context"
	"net/http"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/reports"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

// Call is a contact about which everything was asked.
func (b *Client) Call(more ...string) Answer {
	b.T.Helper()
	form := append([]string{"step", "3", "id", crypto.NewID(), "speaker", "she", "danger", "yes", "where", "near", "danger_caller", "desk", "danger_when", "alle 11",
		"duty_said", "yes", "call_back", "yes", "call_number", "000 000 0177", "children", "with_her", "given", "numbers.it.read"}, more...)
	return b.Status(b.Post("/contatti/nuovo", form...), http.StatusSeeOther)
}

// SecretWord is in Rosa's file and may be on no page of anybody else.
const SecretWord = "Zaffiro7731"

// Records are one of everything, in known states.
type Records struct {
	File, Closed, Restricted, Walled, Vera string // case files; vera's is of another desk
	Note, VeraNote                         string
	Consent, Unsent                        string
	Sent, Withdrawn, Expired, Declined     string // referrals
	Shut                                   string // a referral that a restore shut
	Contact, Task                          string
	Report                                 string // what somebody else told, in no file
	Declared                               string // whom anna should not be given

	// of the cases restricted to lucia, walled off from anna, and of vera's desk.
	Of map[string]*OfCase
	// Mandate is for whom the agency works.
	Mandate string
	// Number and Duty are on the board.
	Number, Duty string
}

// OfCase is what hangs on one case.
type OfCase struct{ Contact, Note, Report, Unsent, Sent string }

// hang gives a case a note, an authorisation and a referral.
func (s *Site) hang(t testing.TB, name, caseID, contact string) *OfCase {
	t.Helper()
	ctx, who := context.Background(), s.Caller(name)
	o := &OfCase{Contact: contact}
	s.Receipt(t)(s.Desk.Cases.AddNote(ctx, who, caseID, typed.NewForm(), "listening", "Una nota"))
	v, _, err := s.Desk.OpenCase(ctx, who, caseID, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	o.Note = v.Notes[0].ID
	o.Report = s.Report(t, name, "Una vicina")
	s.Receipt(t)(s.Desk.Reports.Link(ctx, who, caseID, o.Report, "in_person"))
	for purpose, to := range map[string]*string{"support": &o.Unsent, "legal": &o.Sent} {
		if *to, _, err = s.Desk.Sharing.GiveConsent(ctx, who, caseID, sharing.Authorisation{Centre: s.Units[storetest.Ginestra], Purpose: purpose, Fields: []string{"alias"},
			Feedback: "more", KeepCopy: true, Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today",
			Until: s.Clock.Now().AddDate(0, 0, 20).Format("2006-01-02")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err = s.Desk.Sharing.SendReferral(ctx, s.StepUp(name, policies.ReferralSend, o.Sent), o.Sent); err != nil {
		t.Fatal(err)
	}
	return o
}

// Report is what somebody told a worker, in no file.
func (s *Site) Report(t testing.TB, name, reporter string) string {
	t.Helper()
	id, _, err := s.Desk.Reports.Record(context.Background(), s.Caller(name), reports.NewReport{Form: typed.NewForm(), Report: reports.Report{Text: "Sente gridare"},
		Reporter: reports.Reporter{Speaker: "someone", Source: "neighbour", Name: reporter}})
	if err != nil {
		t.Fatalf("taking a report down: %v", err)
	}
	return id
}

// Fill makes records through the Desk, as people would.
func (s *Site) Fill(t testing.TB) *Records {
	t.Helper()
	ctx, r := context.Background(), &Records{Shut: s.Shut(t)}
	anna, lucia, vera := s.Caller("anna"), s.Caller("lucia"), s.Caller("vera")
	open := func(who acts.Caller, alias string, restrict bool) (string, string) {
		out, _, err := s.Desk.Cases.RecordContact(ctx, who, cases.NewContact{Form: alias, OpenCase: true, Restrict: restrict,
			Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: alias, Request: "Chiede " + SecretWord,
				Needs: []string{"listen"}, Safe: rule.SafeContact{Channels: map[string]string{"call": "yes", "in_person": "yes"}, Number: "333 000 7731",
					CodeWord: "girasole", Hours: []rule.Hours{{From: "00:00", To: "23:59"}}}}})
		if err != nil {
			t.Fatalf("opening a file: %v", err)
		}
		return out.CaseID, out.ContactID
	}
	r.File, r.Contact = open(anna, SecretWord, false)
	r.Report = s.Report(t, "anna", "Una vicina")
	r.Closed, _ = open(anna, "Chiusa", false)
	contacts := map[string]string{}
	r.Restricted, contacts["restricted"] = open(lucia, "Riservata", true)
	r.Walled, contacts["walled"] = open(lucia, "Nascosta", false)
	r.Vera, contacts["other-desk"] = open(vera, "Altrove", false)
	s.Pin("vera", storetest.TownOther, storetest.Ginestra, "bruna")
	r.Of = map[string]*OfCase{"restricted": s.hang(t, "lucia", r.Restricted, contacts["restricted"]), "walled": s.hang(t, "lucia", r.Walled, contacts["walled"]),
		"other-desk": s.hang(t, "vera", r.Vera, contacts["other-desk"])}
	must := storetest.Must[string]
	mandate, _, err := s.Office.SetMandate(ctx, s.Caller("dario"), acts.Mandate{Agency: s.Agency, Towns: "058039", Controller: "Comune di Frascati", Protocol: "1/2026", Ends: "2036-12-31"})
	if err != nil {
		t.Fatalf("entering a mandate: %v", err)
	}
	r.Mandate = mandate
	roster, err := s.House.Roster(ctx)
	if err != nil {
		t.Fatalf("reading the board: %v", err)
	}
	for _, p := range acts.Newest(roster.Posted) {
		switch p.Kind {
		case acts.PostedNumber:
			r.Number = p.Entry
		case acts.PostedDuty:
			r.Duty = p.Entry
		}
	}
	view := func(who acts.Caller, id string) referrals.CaseView {
		v, _, err := s.Desk.OpenCase(ctx, who, id, storetest.Parts...)
		if err != nil {
			t.Fatalf("opening a file: %v", err)
		}
		return v
	}
	s.Receipt(t)(s.Desk.Cases.AddNote(ctx, anna, r.File, typed.NewForm(), "listening", "Nota "+SecretWord))
	r.Note = view(anna, r.File).Notes[0].ID
	s.Receipt(t)(s.Desk.Cases.AddNote(ctx, vera, r.Vera, typed.NewForm(), "listening", "Nota altrove"))
	r.VeraNote = view(vera, r.Vera).Notes[0].ID
	s.Receipt(t)(s.Desk.Cases.CloseCase(ctx, anna, r.Closed, view(anna, r.Closed).Version, "no_more_wished", ""))
	w := s.StepUp("lucia", policies.CaseWall, r.Walled)
	s.Receipt(t)(s.Desk.Walls.Set(ctx, w, r.Walled, view(lucia, r.Walled).Version, walls.Change{Off: acts.List(s.People["anna"].ID)}))
	give := func(purpose string, fields ...string) string {
		id, _, err := s.Desk.Sharing.GiveConsent(ctx, anna, r.File, sharing.Authorisation{Centre: s.Units[storetest.Ginestra], Purpose: purpose, Fields: fields,
			Feedback: "more", KeepCopy: true, Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today",
			Until: s.Clock.Now().AddDate(0, 0, 20).Format("2006-01-02")})
		return must(id, err)(t)
	}
	send := func(consent string) string {
		id, _, err := s.Desk.Sharing.SendReferral(ctx, s.StepUp("anna", policies.ReferralSend, consent), consent)
		return must(id, err)(t)
	}
	r.Unsent = give("counselling", "alias")
	r.Consent = give("support", "alias", "request")
	r.Sent = send(r.Consent)
	taken := give("legal", "alias")
	r.Withdrawn = send(taken)
	s.Receipt(t)(s.Desk.Sharing.Revoke(ctx, anna, taken, "in_person"))
	r.Declined = send(give("legal", "alias"))
	s.Receipt(t)(s.Desk.Sharing.Decline(ctx, s.Caller("bruna"), r.Declined, "neutral"))
	out, _, err := s.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: "task", Service: s.Units[storetest.TownService],
		Contact: cases.Contact{Speaker: "she", Outcome: "social_service", Alias: "Compito", Request: "Un colloquio"}})
	if err != nil {
		t.Fatal(err)
	}
	r.Task = out.TaskID
	s.Receipt(t)(s.Desk.Cases.Declare(ctx, anna, "declared", cases.Declared{Name: "Vicina"}))
	mine, _, _, err := s.Desk.Cases.MyDeclarations(ctx, anna)
	if err != nil || s.Desk.Cases.AdoptNamed(ctx, lucia) != nil {
		t.Fatalf("declaring: %v", err)
	}
	r.Declared = mine[0].ID
	return r
}

// Shut is a referral of a file of its own that a restore shut, with the
// authorisations of other files that were not sent yet. All people are lifted
// again; their sessions have ended.
func (s *Site) Shut(t testing.TB, unsent ...string) string {
	t.Helper()
	ctx, anna := context.Background(), s.Caller("anna")
	give := func(alias string) string {
		out, _, err := s.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: "shut-" + alias, OpenCase: true,
			Contact: cases.Contact{Speaker: "she", Outcome: "thinking", Alias: alias}})
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

// Receipt fails the test when an act was not done.
func (s *Site) Receipt(t testing.TB) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}
