package server_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

var hiddenNotice = regexp.MustCompile(`name="notice" value="([^"]*)"`)

// notices are the fields of all notices of the page, as its forms send them.
func notices(b *servertest.Client) (fields []string) {
	for _, m := range hiddenNotice.FindAllStringSubmatch(b.Page.Body, -1) {
		fields = append(fields, "notice", html.UnescapeString(m[1]))
	}
	return fields
}

// TestANewUnitIsShownUntilSeen: on the first page of the agency's lead and of the
// auditor, until each says that she saw it; nobody else is told.
func TestANewUnitIsShownUntilSeen(t *testing.T) {
	s := site.Town(t)
	lucia, anna, clara := s.SignedIn("lucia"), s.SignedIn("anna"), s.SignedIn("clara")
	for path, b := range map[string]*servertest.Client{"/agenda": lucia, "/registro": clara} {
		b.Says(b.Get(path), "Unità nuove", storetest.TownOther) // of before there were notices
		b.Leads(b.Post("/avvisi", append(notices(b), "from", path)...), path)
		b.Silent(b.Get(path), "Unità nuove")
	}
	s.Enter(acts.Unit{Agency: s.Agency, Kind: acts.KindDesk, Name: "Sportello di troppo"})
	for path, b := range map[string]*servertest.Client{"/agenda": lucia, "/registro": clara} {
		b.Says(b.Get(path), "Sportello di troppo", "Inserita, ancora senza membri", "Comune di Vallechiara")
		b.Leads(b.Post("/avvisi", append(notices(b), "from", path)...), path)
		b.Says(b.Follow(), "Segnati come visti.")
		b.Silent(b.Page, "Sportello di troppo")
	}
	s.Found("Sportello di troppo", acts.KindDesk, "finta", policies.Lead)
	lucia.Says(lucia.Get("/agenda"), "Sportello di troppo", "Attivata", "finta") // what was seen was not yet this
	clara.Says(clara.Get("/registro"), "Sportello di troppo", "Attivata", "finta")
	anna.Silent(anna.Get("/agenda"), "Sportello di troppo")
	lucia.Post("/avvisi", "notice", "founded.NESSUNO")
	lucia.Says(lucia.Get("/agenda"), "Sportello di troppo")
	s.Quiet(t)
}

// TestLaterColleagueStandsWhereWorkBegins: centres and auditors have no Agenda.
func TestLaterColleagueStandsWhereWorkBegins(t *testing.T) {
	s := site.Standard(t)
	s.Join("centre", "elisa", policies.CentreWorker, "bruna")
	s.Join("audit", "chiara", policies.Auditor, "clara")
	s.Clock.Add(24 * 3600e9)
	s.Join("centre", "franca", policies.CentreWorker, "bruna")
	s.Join("audit", "carlo", policies.Auditor, "clara")
	for name, want := range map[string][3]string{"elisa": {"/arrivi", "bruna", "franca"}, "chiara": {"/registro", "clara", "carlo"}} {
		b := s.Client(s.T)
		b.Enter(s.People[name])
		if _, err := s.House.Confirm(t.Context(), s.SignIn(name), s.People[want[1]].ID); err != nil {
			t.Fatal(err)
		}
		b = s.Client(s.T)
		b.Enter(s.People[name])
		b.Says(b.Get(want[0]), "Nuove colleghe da riconoscere", want[2])
	}
}

// TestTheSecondWordOnPages: who admits somebody invited as lead reads what that
// means; the second word is asked of those who were there, and the newcomer reads
// hers once her passphrase is typed again.
func TestTheSecondWordOnPages(t *testing.T) {
	t.Parallel()
	s := site.Standard(t)
	s.JoinDesk("lia")
	if _, err := s.House.Confirm(t.Context(), s.SignIn("lia"), s.People["anna"].ID); err != nil {
		t.Fatal(err)
	}
	nina := s.Invite("nina", policies.Lead, "desk")
	anna := s.SignedIn("anna")
	anna.Says(anna.Get("/ammissioni/"+nina.ID), "È invitata come responsabile")
	anna.StepUp("anna", "/ammissioni/"+nina.ID, "words", anna.Hidden("words"), "same", "yes")
	anna.Says(anna.Get("/ammissioni"), "nina", "per responsabile manca una parola")
	anna.Silent(anna.Page, "Conferma come responsabile")
	path := "/ammissioni/" + nina.ID + "/responsabile"
	anna.Status(anna.Get(path), http.StatusNotFound)
	anna.Status(anna.Post(path, "words", "abaco abaco abaco abaco", "same", "yes"), http.StatusNotFound)
	for _, colleague := range []string{"anna", "lia"} {
		if _, err := s.House.Confirm(t.Context(), s.SignIn("nina"), s.People[colleague].ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.House.Confirm(t.Context(), s.SignIn("lia"), nina.ID); err != nil {
		t.Fatal(err)
	}
	b := s.Client(s.T)
	b.Enter(nina)
	b.Says(b.Get("/ammissioni"), "Le mie quattro parole")
	b.Get("/ammissioni/mie-parole")
	b.Status(b.Post("/ammissioni/mie-parole", "passphrase", "sbagliata"), http.StatusUnauthorized)
	b.Status(b.Post("/ammissioni/mie-parole", "passphrase", nina.Passphrase), http.StatusOK)
	read := strings.Join(b.List("words"), " ")
	lia := s.SignedIn("lia")
	lia.Says(lia.Get("/agenda"), "manca una seconda parola", "nina")
	lia.Status(lia.Get(path), http.StatusOK)
	shown := lia.Hidden("words")
	if strings.TrimSpace(shown) != read {
		t.Fatalf("lia's page shows %q, nina reads %q", shown, read)
	}
	lia.Status(lia.Post(path, "words", shown), http.StatusUnprocessableEntity)
	lia.Says(lia.Status(lia.Post(path, "words", shown, "same", "no"), http.StatusConflict), "Le parole sono diverse")
	lia.Status(lia.Post(path, "words", shown, "same", "yes"), http.StatusOK) // passphrase and code first
	lia.Leads(lia.StepUp("lia", path, "words", shown, "same", "yes"), "/ammissioni")
	lia.Says(lia.Follow(), "Da adesso è responsabile.")
	lia.Silent(lia.Page, "manca una parola")
	anna.Says(anna.Get("/agenda"), "nina", "È responsabile", "lia")
	b.Status(b.Get("/ammissioni/mie-parole"), http.StatusNotFound)
	b.Status(b.Get("/ammissioni/dichiarazioni"), http.StatusOK)
	s.Quiet(t)
}
