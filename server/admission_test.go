package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/store/storetest"
)

func TestFirstMemberFoundsHerUnit(t *testing.T) {
	s := newService(t)
	s.Unit("rifugio", acts.KindCentre)
	first, second := s.Invite("irene", policies.CentreWorker, "rifugio"), s.Invite("olga", policies.CentreWorker, "rifugio")
	b := s.client(s.T)
	b.leads(b.enter(first), "/ammissioni/fonda")
	b.status(b.follow(), http.StatusOK)
	words := strings.Join(b.list("words"), " ")
	b.get("/ammissioni/fonda")
	if got := strings.Join(b.list("words"), " "); got != words {
		t.Errorf("the page showed %q, then %q", words, got)
	}
	b.says(b.status(b.post("/ammissioni/fonda", "recovery", hostile), http.StatusUnprocessableEntity), "non è una chiave pubblica", hostile)
	b.inert(b.page)
	b.says(b.status(b.post("/ammissioni/fonda"), http.StatusUnprocessableEntity), "Prima scrivere e controllare")

	// A recovery key: its own words are compared before anything is done.
	recovery, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	b.says(b.status(b.post("/ammissioni/fonda", "recovery", recovery.Recipient().String(), "same", "yes"), http.StatusOK), "Le parole della chiave di recupero",
		strings.ReplaceAll(units.RecoveryWords(recovery.Recipient(), first.Unit).String(), " ", "</li><li>"))
	b.leads(b.stepUpAs(first, "/ammissioni/fonda", "recovery", recovery.Recipient().String(), "same", "yes"), "/ammissioni")
	b.says(b.follow(), "L’unità è fondata.", "irene", "Fondata")
	b.status(b.get("/ammissioni/parole"), http.StatusOK)
	if got := strings.Join(b.list("words"), " "); got != words {
		t.Errorf("the unit's words are %q, the founding page showed %q", got, words)
	}
	b.status(b.get("/ammissioni/fonda"), http.StatusNotFound)
	b.status(b.get("/arrivi"), http.StatusOK) // the unit's key is in the session: no passphrase again

	// Who was second waits for the first.
	o := s.client(s.T)
	o.says(o.status(o.enter(second), http.StatusOK), "quattro parole")
	o.status(o.post("/ammissioni/fonda", "same", "yes"), http.StatusConflict)
	if report := s.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("records do not match: %v", report.Problems)
	}
}

// stepUpAs is stepUp of somebody outside the cast.
func (b *client) stepUpAs(a *storetest.Account, path string, list ...string) answer {
	b.t.Helper()
	b.says(b.post(path, list...), "Conferma con frase e codice")
	return b.post(path, append(list, "passphrase", a.Passphrase, "code", b.s.Code(a))...)
}

func TestMemberIsRemoved(t *testing.T) {
	s := newService(t)
	s.Join("desk", "elena", policies.IntakeWorker, "anna")
	elena, anna := s.signedIn("elena"), s.signedIn("anna")
	anna.says(anna.get("/ammissioni"), "elena", "Togli dall’unità")
	path := "/ammissioni/" + s.People["elena"].ID + "/togli"
	anna.says(anna.status(anna.get(path), http.StatusOK), "elena")
	anna.says(anna.status(anna.post(path), http.StatusUnprocessableEntity), "Scegliere una voce.")
	anna.status(anna.post("/ammissioni/"+s.People["anna"].ID+"/togli", "cause", "no"), http.StatusNotFound)
	anna.leads(anna.stepUp("anna", path, "cause", "yes"), "/ammissioni")
	anna.says(anna.follow(), "Tolta dall’unità")
	anna.silent(anna.page, "elena")
	anna.status(anna.get("/agenda"), http.StatusOK) // the new epoch is in her session already
	elena.leads(elena.get("/agenda"), "/entra")
	if got := s.Store.Log().Epoch(s.Units["desk"]); got != 2 {
		t.Errorf("the unit's epoch is %d, want 2", got)
	}
	only := "/ammissioni/" + s.People["bruna"].ID + "/togli"
	anna.status(anna.post(only, "cause", "no"), http.StatusNotFound)
}

func TestColleagueUnlocksAFactor(t *testing.T) {
	s := newService(t)
	elena := s.join("elena")
	s.lock("elena")
	b := s.signedIn("anna")
	b.says(b.get("/ammissioni"), "Sblocca il suo telefono")
	b.leads(b.stepUp("anna", "/ammissioni/"+elena.ID+"/sblocca"), "/ammissioni")
	b.says(b.follow(), "Sbloccato.")
	s.signedIn("elena")
	b.status(b.stepUp("anna", "/ammissioni/"+elena.ID+"/sblocca"), http.StatusConflict)
	b.status(b.stepUp("anna", "/ammissioni/"+s.People["bruna"].ID+"/sblocca"), http.StatusNotFound)
}

// join adds somebody to the desk, admitted by Anna.
func (s *site) join(name string) *storetest.Account {
	s.T.Helper()
	s.Join("desk", name, policies.IntakeWorker, "anna")
	return s.People[name]
}

// TestLaterColleagueStandsOnTheAgenda: whoever came first is not stopped by a
// later admission, and sees it until she has confirmed it.
func TestLaterColleagueStandsOnTheAgenda(t *testing.T) {
	s := newService(t)
	s.join("elena")
	carla := s.People["elena"]
	s.Clock.Add(24 * time.Hour)
	s.join("franca")
	b := s.client(s.T)
	b.enter(carla)
	b.says(b.follow(), "Colleghe da riconoscere", "anna", "franca")
	known := regexp.MustCompile(`name="known" value="([^"]+)"[^>]*>\s*<label[^>]*><span dir="auto">anna`).FindStringSubmatch(b.page.body)
	if known == nil {
		t.Fatalf("anna is not listed:\n%s", main(b.page.body))
	}
	b.leads(b.post("/colleghi", "known", known[1], "known", "NESSUNO"), "/")
	b.says(b.follow(), "franca", "Confermato.")
	b.says(b.get("/colleghi"), "franca")
	anna := s.signedIn("anna")
	anna.silent(anna.get("/agenda"), "franca", "elena") // she admitted both herself
}

func TestCentreIsPinnedByVoice(t *testing.T) {
	t.Parallel()
	s := newService(t)
	b := s.signedIn("sofia")
	b.says(b.get("/centri"), "centre", "Nuova, non confermata", "Fondata", "Comune di Prova")
	path := "/centri/" + s.Units["centre"]
	b.status(b.get(path), http.StatusOK)
	shown := b.hidden("words")
	bruna := s.signedIn("bruna")
	bruna.get("/ammissioni/parole")
	if got := strings.Join(bruna.list("words"), " "); got != strings.TrimSpace(shown) {
		t.Fatalf("Sofia's page shows %q, Bruna reads %q", shown, got)
	}
	missing := b.status(b.post(path, "number", " "), http.StatusUnprocessableEntity)
	b.says(missing, "Scrivere il numero chiamato", "Dire se le quattro parole")
	b.says(b.status(b.post(path, "words", shown, "number", hostile, "same", "no"), http.StatusConflict), "Le parole sono diverse", hostile)
	b.inert(b.page)
	b.status(b.stepUp("sofia", path, "words", "abaco abaco abaco abaco", "number", "06 000", "same", "yes"), http.StatusConflict)
	b.leads(b.stepUp("sofia", path, "words", shown, "number", "06 000, sito della Regione", "same", "yes"), "/centri")
	b.says(b.follow(), "Confrontate.", "Parole confrontate")
	b.status(b.get("/centri/"+s.Units["audit"]), http.StatusNotFound)
	b.status(b.get("/centri/NESSUNO"), http.StatusNotFound)
	bruna.status(bruna.get("/centri"), http.StatusOK)
	bruna.status(bruna.stepUp("bruna", "/centri/"+s.Units["service"], "words", shown, "number", "1", "same", "yes"), http.StatusConflict) // the words of another unit
}

func TestRecoveryKeyNeedsTwoMembers(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.join("elena")
	recovery, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	heard := units.RecoveryWords(recovery.Recipient(), s.Units["desk"]).String()
	anna, elena, sofia := s.signedIn("anna"), s.signedIn("elena"), s.signedIn("sofia")
	anna.says(anna.get("/ammissioni/recupero"), "L’unità non ne ha una", "nessuna scheda si può riservare", "--unit "+s.Units["desk"])
	anna.says(anna.status(anna.post("/ammissioni/recupero", "recipient", hostile, "heard", "una due"), http.StatusUnprocessableEntity), "non è una chiave pubblica", "Non sono le parole", hostile)
	anna.inert(anna.page)
	anna.says(anna.status(anna.stepUp("anna", "/ammissioni/recupero", "recipient", recovery.Recipient().String(), "heard", "abaco abaco abaco abaco"), http.StatusConflict), "Non sono le parole")
	anna.leads(anna.stepUp("anna", "/ammissioni/recupero", "recipient", recovery.Recipient().String(), "heard", heard), "/ammissioni/recupero")
	anna.says(anna.follow(), "Proposta.", "che era già nell’unità")
	anna.says(anna.get("/agenda"), "la conferma un’altra persona")
	anna.status(anna.stepUp("anna", "/ammissioni/recupero/conferma", "heard", heard), http.StatusNotFound)
	sofia.silent(sofia.get("/agenda"), "Chiave di recupero")
	sofia.status(sofia.stepUp("sofia", "/ammissioni/recupero/conferma", "heard", heard), http.StatusNotFound)
	sofia.status(sofia.get("/recuperi/"+s.Units["desk"]), http.StatusNotFound)
	sofia.status(sofia.post("/recuperi/"+s.Units["desk"]), http.StatusNotFound)
	elena.leads(elena.post("/colleghi", "known", s.People["anna"].ID), "/")
	elena.says(elena.get("/agenda"), "confermarla, o fermarla")
	elena.says(elena.get("/ammissioni/recupero"), "proposta da", "anna", "Conferma la chiave proposta")
	elena.leads(elena.stepUp("elena", "/ammissioni/recupero/conferma", "heard", strings.ToUpper(heard)), "/ammissioni/recupero")
	elena.says(elena.follow(), "La chiave di recupero è in uso.", "Una chiave di recupero è in uso")
	elena.status(elena.stepUp("elena", "/ammissioni/recupero/conferma", "heard", heard), http.StatusConflict)
	anna = s.signedIn("anna")
	anna.says(anna.get("/agenda"), "Chiave di recupero cambiata")
	anna.status(anna.get("/ammissioni/recupero/togli"), http.StatusOK)
	anna.leads(anna.stepUp("anna", "/ammissioni/recupero/togli"), "/ammissioni/recupero")
	anna.says(anna.follow(), "non è più in uso", "L’unità non ne ha una")
	if got := s.Store.Log().Epoch(s.Units["desk"]); got != 3 {
		t.Errorf("the unit's epoch is %d, want 3: each change draws one", got)
	}
}

// TestLoneRecoveryKeyIsSeenAndStopped: the proposal of a unit's only member stands
// where those who send there and the auditor see it, and each may stop it.
func TestLoneRecoveryKeyIsSeenAndStopped(t *testing.T) {
	t.Parallel()
	s := newService(t)
	recovery, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	to, heard := recovery.Recipient().String(), units.RecoveryWords(recovery.Recipient(), s.Units["service"]).String()
	path := "/recuperi/" + s.Units["service"]
	for _, name := range []string{"anna", "clara", "sofia"} {
		sofia := s.signedIn("sofia")
		sofia.leads(sofia.stepUp("sofia", "/ammissioni/recupero", "recipient", to, "heard", heard), "/ammissioni/recupero")
		sofia.says(sofia.follow(), "può accettarla lei a partire da")
		sofia.status(sofia.stepUp("sofia", "/ammissioni/recupero/accetta", "heard", heard), http.StatusConflict)
		who := s.signedIn(name)
		home := map[string]string{"anna": "/agenda", "clara": "/registro", "sofia": "/agenda"}[name]
		who.says(who.get(home), "proposta da una persona sola", "service")
		if name != "sofia" {
			who.says(who.get(home), path)
			who.says(who.status(who.get(path), http.StatusOK), "service", "Chiamare l’unità")
		}
		who.get(home)
		who.leads(who.post(path), map[string]string{"anna": home, "clara": home, "sofia": "/ammissioni/recupero"}[name])
		who.says(who.follow(), "La proposta è ferma")
		who.silent(who.get(home), "proposta da una persona sola")
	}
	sofia := s.signedIn("sofia")
	sofia.leads(sofia.stepUp("sofia", "/ammissioni/recupero", "recipient", to, "heard", heard), "/ammissioni/recupero")
	s.Clock.Add(14 * 24 * time.Hour)
	sofia = s.signedIn("sofia")
	sofia.says(sofia.get("/agenda"), "adesso si può accettare")
	sofia.says(sofia.get("/ammissioni/recupero"), "Accetta la chiave")
	sofia.leads(sofia.stepUp("sofia", "/ammissioni/recupero/accetta", "heard", heard), "/ammissioni/recupero")
	sofia.says(sofia.follow(), "Una chiave di recupero è in uso")
}

// TestSuspectedPassphraseMakesNewKeys: the old passphrase with an old copy of
// everything opens nothing written from now on, and a case restricted to her
// stays hers.
func TestSuspectedPassphraseMakesNewKeys(t *testing.T) {
	s := newService(t)
	s.join("elena")
	anna := s.People["anna"]
	b := s.signedIn("anna")
	before := s.SignIn("anna")
	b.get("/credenziali/frase")
	words := b.hidden("words")
	b.leads(b.post("/credenziali/frase", "choice", "words", "words", words, "again", words, "suspected", "yes", "current", anna.Passphrase, "code", s.Code(anna)), "/credenziali")
	b.says(b.follow(), "La frase è cambiata")
	if got := s.Store.Log().Epoch(s.Units["desk"]); got != 2 {
		t.Fatalf("the unit's epoch is %d, want 2", got)
	}
	b.status(b.get("/agenda"), http.StatusOK) // her session holds the new keys
	anna.Passphrase = words
	after := s.SignIn("anna")
	if _, ok := before.UnitKey(2); ok {
		t.Error("the old identity opens the new epoch")
	}
	old, _ := before.Identity()
	now, _ := after.Identity()
	if old.Recipient() == now.Recipient() {
		t.Error("the identity is the old one")
	}
	if _, ok := after.UnitKey(1); !ok {
		t.Error("what was written before is lost to her")
	}
	if who := s.SignIn("elena"); who.Epoch() != 2 {
		t.Errorf("her colleague holds epoch %d, want 2", who.Epoch())
	}
	if report := s.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("records do not match: %v", report.Problems)
	}
}

func TestCentreKeepsItsEntry(t *testing.T) {
	s := newService(t)
	b := s.signedIn("bruna")
	b.says(b.get("/ammissioni"), "Voce nell’elenco dei servizi")
	path := "/unita/" + s.Units["centre"] + "/elenco"
	b.status(b.get(path), http.StatusOK)
	version := b.hidden("version")
	long := strings.Repeat("lunga ", 100)
	b.says(b.status(b.post(path, "version", version, "town", "Atlantide", "area", long, "hours", hostile), http.StatusUnprocessableEntity), long, hostile, "È troppo lungo")
	b.inert(b.page)
	b.status(b.post(path, "version", "x"), http.StatusConflict)
	form := []string{"version", version, "area", "Castelli", "town", "roma", "hours", "lun-ven", "phone", "06 000", "needs", "listen", "needs", "spaceship", "languages", "ar"}
	b.leads(b.stepUp("bruna", path, form...), path)
	b.says(b.follow(), "Voce salvata.", "Castelli", "06 000")
	b.silent(b.page, "spaceship")
	b.status(b.stepUp("bruna", path, form...), http.StatusConflict)
	b.status(b.get("/unita/"+s.Units["service"]+"/elenco"), http.StatusNotFound)
	anna := s.signedIn("anna")
	anna.status(anna.get(path), http.StatusNotFound)
	anna.status(anna.post(path, form...), http.StatusNotFound)
}
