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
	"sportello/server/servertest"
)

func TestFirstMemberFoundsHerUnit(t *testing.T) {
	s := site.Standard(t)
	s.Unit("rifugio", acts.KindCentre)
	first, second := s.Invite("irene", policies.CentreWorker, "rifugio"), s.Invite("olga", policies.CentreWorker, "rifugio")
	b := s.Client(s.T)
	b.Leads(b.Enter(first), "/ammissioni/fonda")
	b.Status(b.Follow(), http.StatusOK)
	words := strings.Join(b.List("words"), " ")
	b.Get("/ammissioni/fonda")
	if got := strings.Join(b.List("words"), " "); got != words {
		t.Errorf("the page showed %q, then %q", words, got)
	}
	b.Says(b.Status(b.Post("/ammissioni/fonda", "recovery", servertest.Hostile), http.StatusUnprocessableEntity), "non è una chiave pubblica", servertest.Hostile)
	b.Inert(b.Page)
	b.Says(b.Status(b.Post("/ammissioni/fonda"), http.StatusUnprocessableEntity), "Prima scrivere e controllare")

	// A recovery key: its own words are compared before anything is done.
	recovery, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	b.Says(b.Status(b.Post("/ammissioni/fonda", "recovery", recovery.Recipient().String(), "same", "yes"), http.StatusOK), "Le parole della chiave di recupero",
		strings.ReplaceAll(units.RecoveryWords(recovery.Recipient(), first.Unit).String(), " ", "</li><li>"))
	b.Leads(b.StepUpAs(first, "/ammissioni/fonda", "recovery", recovery.Recipient().String(), "same", "yes"), "/ammissioni")
	b.Says(b.Follow(), "L’unità è fondata.", "irene", "Fondata")
	b.Status(b.Get("/ammissioni/parole"), http.StatusOK)
	if got := strings.Join(b.List("words"), " "); got != words {
		t.Errorf("the unit's words are %q, the founding page showed %q", got, words)
	}
	b.Status(b.Get("/ammissioni/fonda"), http.StatusNotFound)
	b.Status(b.Get("/arrivi"), http.StatusOK) // the unit's key is in the session: no passphrase again

	// Who was second waits for the first.
	o := s.Client(s.T)
	o.Says(o.Status(o.Enter(second), http.StatusOK), "quattro parole")
	o.Status(o.Post("/ammissioni/fonda", "same", "yes"), http.StatusConflict)
	if report := s.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("records do not match: %v", report.Problems)
	}
}

func TestMemberIsRemoved(t *testing.T) {
	s := site.Standard(t)
	s.Join("desk", "elena", policies.IntakeWorker, "anna")
	elena, anna := s.SignedIn("elena"), s.SignedIn("anna")
	anna.Says(anna.Get("/ammissioni"), "elena", "Togli dall’unità")
	path := "/ammissioni/" + s.People["elena"].ID + "/togli"
	anna.Says(anna.Status(anna.Get(path), http.StatusOK), "elena")
	anna.Says(anna.Status(anna.Post(path), http.StatusUnprocessableEntity), "Scegliere una voce.")
	anna.Status(anna.Post("/ammissioni/"+s.People["anna"].ID+"/togli", "cause", "no"), http.StatusNotFound)
	anna.Leads(anna.StepUp("anna", path, "cause", "yes"), "/ammissioni")
	anna.Says(anna.Follow(), "Tolta dall’unità")
	anna.Silent(anna.Page, "elena")
	anna.Status(anna.Get("/agenda"), http.StatusOK) // the new epoch is in her session already
	elena.Leads(elena.Get("/agenda"), "/entra")
	if got := s.Store.Log().Epoch(s.Units["desk"]); got != 2 {
		t.Errorf("the unit's epoch is %d, want 2", got)
	}
	only := "/ammissioni/" + s.People["bruna"].ID + "/togli"
	anna.Status(anna.Post(only, "cause", "no"), http.StatusNotFound)
}

// TestLaterColleagueStandsOnTheAgenda: whoever came first is not stopped by a
// later admission, and sees it until she has confirmed it.
func TestLaterColleagueStandsOnTheAgenda(t *testing.T) {
	s := site.Standard(t)
	s.JoinDesk("elena")
	carla := s.People["elena"]
	s.Clock.Add(24 * time.Hour)
	s.JoinDesk("franca")
	b := s.Client(s.T)
	b.Enter(carla)
	b.Says(b.Follow(), "Colleghe da riconoscere", "anna", "franca")
	known := regexp.MustCompile(`name="known" value="([^"]+)"[^>]*>\s*<label[^>]*><span dir="auto">anna`).FindStringSubmatch(b.Page.Body)
	if known == nil {
		t.Fatalf("anna is not listed:\n%s", servertest.Main(b.Page.Body))
	}
	b.Leads(b.Post("/colleghi", "known", known[1], "known", "NESSUNO"), "/")
	b.Says(b.Follow(), "franca", "Confermato.")
	b.Says(b.Get("/colleghi"), "franca")
	anna := s.SignedIn("anna")
	anna.Silent(anna.Get("/agenda"), "franca", "elena") // she admitted both herself
}

func TestRecoveryKeyNeedsTwoMembers(t *testing.T) {
	t.Parallel()
	s := site.Standard(t)
	s.JoinDesk("elena")
	recovery, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	heard := units.RecoveryWords(recovery.Recipient(), s.Units["desk"]).String()
	anna, elena, sofia := s.SignedIn("anna"), s.SignedIn("elena"), s.SignedIn("sofia")
	anna.Says(anna.Get("/ammissioni/recupero"), "L’unità non ne ha una", "nessuna scheda si può riservare", "--unit "+s.Units["desk"])
	anna.Says(anna.Status(anna.Post("/ammissioni/recupero", "recipient", servertest.Hostile, "heard", "una due"), http.StatusUnprocessableEntity), "non è una chiave pubblica", "Non sono le parole", servertest.Hostile)
	anna.Inert(anna.Page)
	anna.Says(anna.Status(anna.StepUp("anna", "/ammissioni/recupero", "recipient", recovery.Recipient().String(), "heard", "abaco abaco abaco abaco"), http.StatusConflict), "Non sono le parole")
	anna.Leads(anna.StepUp("anna", "/ammissioni/recupero", "recipient", recovery.Recipient().String(), "heard", heard), "/ammissioni/recupero")
	anna.Says(anna.Follow(), "Proposta.", "che era già nell’unità")
	anna.Says(anna.Get("/agenda"), "la conferma un’altra persona")
	anna.Status(anna.StepUp("anna", "/ammissioni/recupero/conferma", "heard", heard), http.StatusNotFound)
	sofia.Silent(sofia.Get("/agenda"), "Chiave di recupero")
	sofia.Status(sofia.StepUp("sofia", "/ammissioni/recupero/conferma", "heard", heard), http.StatusNotFound)
	sofia.Status(sofia.Get("/recuperi/"+s.Units["desk"]), http.StatusNotFound)
	sofia.Status(sofia.Post("/recuperi/"+s.Units["desk"]), http.StatusNotFound)
	elena.Leads(elena.Post("/colleghi", "known", s.People["anna"].ID), "/")
	elena.Says(elena.Get("/agenda"), "confermarla, o fermarla")
	elena.Says(elena.Get("/ammissioni/recupero"), "proposta da", "anna", "Conferma la chiave proposta")
	elena.Leads(elena.StepUp("elena", "/ammissioni/recupero/conferma", "heard", strings.ToUpper(heard)), "/ammissioni/recupero")
	elena.Says(elena.Follow(), "La chiave di recupero è in uso.", "Una chiave di recupero è in uso")
	elena.Status(elena.StepUp("elena", "/ammissioni/recupero/conferma", "heard", heard), http.StatusConflict)
	anna = s.SignedIn("anna")
	anna.Says(anna.Get("/agenda"), "Chiave di recupero cambiata")
	anna.Status(anna.Get("/ammissioni/recupero/togli"), http.StatusOK)
	anna.Leads(anna.StepUp("anna", "/ammissioni/recupero/togli"), "/ammissioni/recupero")
	anna.Says(anna.Follow(), "non è più in uso", "L’unità non ne ha una")
	if got := s.Store.Log().Epoch(s.Units["desk"]); got != 3 {
		t.Errorf("the unit's epoch is %d, want 3: each change draws one", got)
	}
}

// TestLoneRecoveryKeyIsSeenAndStopped: the proposal of a unit's only member stands
// where those who send there and the auditor see it, and each may stop it.
func TestLoneRecoveryKeyIsSeenAndStopped(t *testing.T) {
	t.Parallel()
	s := site.Standard(t)
	recovery, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	to, heard := recovery.Recipient().String(), units.RecoveryWords(recovery.Recipient(), s.Units["service"]).String()
	path := "/recuperi/" + s.Units["service"]
	for _, name := range []string{"anna", "clara", "sofia"} {
		sofia := s.SignedIn("sofia")
		sofia.Leads(sofia.StepUp("sofia", "/ammissioni/recupero", "recipient", to, "heard", heard), "/ammissioni/recupero")
		sofia.Says(sofia.Follow(), "può accettarla lei a partire da")
		sofia.Status(sofia.StepUp("sofia", "/ammissioni/recupero/accetta", "heard", heard), http.StatusConflict)
		who := s.SignedIn(name)
		home := map[string]string{"anna": "/agenda", "clara": "/registro", "sofia": "/agenda"}[name]
		who.Says(who.Get(home), "proposta da una persona sola", "service")
		if name != "sofia" {
			who.Says(who.Get(home), path)
			who.Says(who.Status(who.Get(path), http.StatusOK), "service", "Chiamare l’unità")
		}
		who.Get(home)
		who.Leads(who.Post(path), map[string]string{"anna": home, "clara": home, "sofia": "/ammissioni/recupero"}[name])
		who.Says(who.Follow(), "La proposta è ferma")
		who.Silent(who.Get(home), "proposta da una persona sola")
	}
	sofia := s.SignedIn("sofia")
	sofia.Leads(sofia.StepUp("sofia", "/ammissioni/recupero", "recipient", to, "heard", heard), "/ammissioni/recupero")
	s.Clock.Add(14 * 24 * time.Hour)
	sofia = s.SignedIn("sofia")
	sofia.Says(sofia.Get("/agenda"), "adesso si può accettare")
	sofia.Says(sofia.Get("/ammissioni/recupero"), "Accetta la chiave")
	sofia.Leads(sofia.StepUp("sofia", "/ammissioni/recupero/accetta", "heard", heard), "/ammissioni/recupero")
	sofia.Says(sofia.Follow(), "Una chiave di recupero è in uso")
}

// TestSuspectedPassphraseMakesNewKeys: the old passphrase with an old copy of
// everything opens nothing written from now on, and a case restricted to her
// stays hers.
func TestSuspectedPassphraseMakesNewKeys(t *testing.T) {
	s := site.Standard(t)
	s.JoinDesk("elena")
	anna := s.People["anna"]
	b := s.SignedIn("anna")
	before := s.SignIn("anna")
	b.Get("/credenziali/frase")
	words := b.Hidden("words")
	b.Leads(b.Post("/credenziali/frase", "choice", "words", "words", words, "again", words, "suspected", "yes", "current", anna.Passphrase, "code", s.Code(anna)), "/credenziali")
	b.Says(b.Follow(), "La frase è cambiata")
	if got := s.Store.Log().Epoch(s.Units["desk"]); got != 2 {
		t.Fatalf("the unit's epoch is %d, want 2", got)
	}
	b.Status(b.Get("/agenda"), http.StatusOK) // her session holds the new keys
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
