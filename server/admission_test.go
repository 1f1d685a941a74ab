package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/server/servertest"
)

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
	heard := s.RecoveryWords(recovery.Recipient(), s.Units["desk"]).String()
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
	to, heard := recovery.Recipient().String(), s.RecoveryWords(recovery.Recipient(), s.Units["service"]).String()
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
