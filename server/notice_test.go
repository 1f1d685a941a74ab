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
)

var hiddenNotice = regexp.MustCompile(`name="notice" value="([^"]*)"`)

// notices are the fields of all notices of the page, as its forms send them.
func (b *client) notices() (fields []string) {
	for _, m := range hiddenNotice.FindAllStringSubmatch(b.page.body, -1) {
		fields = append(fields, "notice", html.UnescapeString(m[1]))
	}
	return fields
}

// TestANewUnitIsShownUntilSeen: on the first page of the agency's lead and of the
// auditor, until each says that she saw it; nobody else is told.
func TestANewUnitIsShownUntilSeen(t *testing.T) {
	s := newSite(t)
	lucia, anna, clara := s.signedIn("lucia"), s.signedIn("anna"), s.signedIn("clara")
	for path, b := range map[string]*client{"/agenda": lucia, "/registro": clara} {
		b.says(b.get(path), "Unità nuove", storetest.TownOther) // of before there were notices
		b.leads(b.post("/avvisi", append(b.notices(), "from", path)...), path)
		b.silent(b.get(path), "Unità nuove")
	}
	s.Enter(acts.Unit{Agency: s.Agency, Kind: acts.KindDesk, Name: "Sportello di troppo"})
	for path, b := range map[string]*client{"/agenda": lucia, "/registro": clara} {
		b.says(b.get(path), "Sportello di troppo", "Inserita, ancora senza membri", "Comune di Vallechiara")
		b.leads(b.post("/avvisi", append(b.notices(), "from", path)...), path)
		b.says(b.follow(), "Segnati come visti.")
		b.silent(b.page, "Sportello di troppo")
	}
	s.Found("Sportello di troppo", acts.KindDesk, "finta", policies.Lead)
	lucia.says(lucia.get("/agenda"), "Sportello di troppo", "Fondata", "finta") // what was seen was not yet this
	clara.says(clara.get("/registro"), "Sportello di troppo", "Fondata", "finta")
	anna.silent(anna.get("/agenda"), "Sportello di troppo")
	lucia.post("/avvisi", "notice", "founded.NESSUNO")
	lucia.says(lucia.get("/agenda"), "Sportello di troppo")
	s.quiet(t)
}

// TestLaterColleagueStandsWhereWorkBegins: centres and auditors have no Agenda.
func TestLaterColleagueStandsWhereWorkBegins(t *testing.T) {
	s := newService(t)
	s.Join("centre", "elisa", policies.CentreWorker, "bruna")
	s.Join("audit", "chiara", policies.Auditor, "clara")
	s.Clock.Add(24 * 3600e9)
	s.Join("centre", "franca", policies.CentreWorker, "bruna")
	s.Join("audit", "carlo", policies.Auditor, "clara")
	for name, want := range map[string][3]string{"elisa": {"/arrivi", "bruna", "franca"}, "chiara": {"/registro", "clara", "carlo"}} {
		b := s.client(s.T)
		b.enter(s.People[name])
		if _, err := s.House.Confirm(t.Context(), s.SignIn(name), s.People[want[1]].ID); err != nil {
			t.Fatal(err)
		}
		b = s.client(s.T)
		b.enter(s.People[name])
		b.says(b.get(want[0]), "Nuove colleghe da riconoscere", want[2])
	}
}

// TestTheSecondWordOnPages: who admits somebody invited as lead reads what that
// means; the second word is asked of those who were there, and the newcomer reads
// hers once her passphrase is typed again.
func TestTheSecondWordOnPages(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.join("lia")
	if _, err := s.House.Confirm(t.Context(), s.SignIn("lia"), s.People["anna"].ID); err != nil {
		t.Fatal(err)
	}
	nina := s.Invite("nina", policies.Lead, "desk")
	anna := s.signedIn("anna")
	anna.says(anna.get("/ammissioni/"+nina.ID), "È invitata come responsabile")
	anna.stepUp("anna", "/ammissioni/"+nina.ID, "words", anna.hidden("words"), "same", "yes")
	anna.says(anna.get("/ammissioni"), "nina", "per responsabile manca una parola")
	anna.silent(anna.page, "Conferma come responsabile")
	path := "/ammissioni/" + nina.ID + "/responsabile"
	anna.status(anna.get(path), http.StatusNotFound)
	anna.status(anna.post(path, "words", "abaco abaco abaco abaco", "same", "yes"), http.StatusNotFound)
	for _, colleague := range []string{"anna", "lia"} {
		if _, err := s.House.Confirm(t.Context(), s.SignIn("nina"), s.People[colleague].ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.House.Confirm(t.Context(), s.SignIn("lia"), nina.ID); err != nil {
		t.Fatal(err)
	}
	b := s.client(s.T)
	b.enter(nina)
	b.says(b.get("/ammissioni"), "Le mie quattro parole")
	b.get("/ammissioni/mie-parole")
	b.status(b.post("/ammissioni/mie-parole", "passphrase", "sbagliata"), http.StatusUnauthorized)
	b.status(b.post("/ammissioni/mie-parole", "passphrase", nina.Passphrase), http.StatusOK)
	read := strings.Join(b.list("words"), " ")
	lia := s.signedIn("lia")
	lia.says(lia.get("/agenda"), "manca una seconda parola", "nina")
	lia.status(lia.get(path), http.StatusOK)
	shown := lia.hidden("words")
	if strings.TrimSpace(shown) != read {
		t.Fatalf("lia's page shows %q, nina reads %q", shown, read)
	}
	lia.status(lia.post(path, "words", shown), http.StatusUnprocessableEntity)
	lia.says(lia.status(lia.post(path, "words", shown, "same", "no"), http.StatusConflict), "Le parole sono diverse")
	lia.status(lia.post(path, "words", shown, "same", "yes"), http.StatusOK) // passphrase and code first
	lia.leads(lia.stepUp("lia", path, "words", shown, "same", "yes"), "/ammissioni")
	lia.says(lia.follow(), "Da adesso è responsabile.")
	lia.silent(lia.page, "manca una parola")
	anna.says(anna.get("/agenda"), "nina", "È responsabile", "lia")
	b.status(b.get("/ammissioni/mie-parole"), http.StatusNotFound)
	b.status(b.get("/ammissioni/dichiarazioni"), http.StatusOK)
	s.quiet(t)
}

// TestANameThatExistedIsAnother: an administrator can give the name of somebody who
// left to anybody; whoever would admit her reads so.
func TestANameThatExistedIsAnother(t *testing.T) {
	s := newService(t)
	s.join("lia")
	anna := s.signedIn("anna")
	anna.stepUp("anna", "/ammissioni/"+s.People["lia"].ID+"/togli", "cause", "no")
	anna = s.signedIn("anna")
	again, other := s.Invite("lia", policies.Lead, "desk"), s.Invite("mara", policies.IntakeWorker, "desk")
	anna.says(anna.get("/ammissioni/"+again.ID), "Una persona con questo nome utente è stata tolta", "Questo è un altro account")
	anna.silent(anna.get("/ammissioni/"+other.ID), "è stata tolta")
}
