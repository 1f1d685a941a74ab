package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/server/servertest"
)

func TestInvitationOverHTTP(t *testing.T) {
	t.Parallel()
	s := site.Standard(t)
	code := s.Invitation("elena", policies.IntakeWorker, "desk")
	b := s.Client(s.T)

	b.Get("/invito")
	wrong := b.Status(b.Post("/invito", "invitation", "<em>UHOH</em>"), http.StatusUnprocessableEntity)
	b.Says(wrong, "Questo codice non vale", `value="<em>UHOH</em>"`)
	if strings.Contains(wrong.Body, "<em>UHOH") {
		t.Fatal("hostile text is not inert")
	}
	b.Leads(b.Get("/invito/frase"), "/invito")

	// By voice: small letters, no hyphens.
	b.Get("/invito")
	b.Leads(b.Post("/invito", "invitation", strings.ToLower(strings.ReplaceAll(code, "-", " "))), "/invito/frase")
	b.Get("/invito/frase")
	words := b.Hidden("words")
	b.Leads(b.Get("/invito/fattore"), "/invito/frase")
	b.Get("/invito/frase")
	weak := b.Status(b.Post("/invito/frase", "choice", "own", "own", "ciao ciao ciao", "again", "ciao ciao ciao"), http.StatusUnprocessableEntity)
	b.Says(weak, "si indovina troppo in fretta")
	b.Silent(weak, "ciao ciao")
	b.Says(b.Status(b.Post("/invito/frase", "choice", "words", "again", "altro"), http.StatusUnprocessableEntity), "non sono uguali", words)

	a := b.Invited(code, "elena", "")
	b.Status(b.Page, http.StatusOK)
	read := b.List("words")
	if len(read) != 4 {
		t.Fatalf("the waiting page shows %d words, want 4", len(read))
	}
	b.Get("/invito")
	b.Says(b.Status(b.Post("/invito", "invitation", code), http.StatusUnprocessableEntity), "Questo codice non vale")

	// She signs in while she waits: the same words, and nothing else.
	b.Status(b.Enter(a), http.StatusOK)
	if got := strings.Join(b.List("words"), " "); got != strings.Join(read, " ") {
		t.Errorf("after sign-in the words are %q, were %q", got, strings.Join(read, " "))
	}
	b.Status(b.Get("/agenda"), http.StatusNotFound)
	b.Leads(b.Get("/attesa"), "/riprendi")
	b.Get("/riprendi")
	b.Post("/riprendi", "passphrase", a.Passphrase)
	if got := strings.Join(b.List("words"), " "); got != strings.Join(read, " ") {
		t.Errorf("after her passphrase the words are %q, were %q", got, strings.Join(read, " "))
	}

	// anna reads them on her own page, from the stored key, and lets her in.
	anna := s.SignedIn("anna")
	anna.Says(anna.Get("/ammissioni"), "elena")
	link := regexp.MustCompile(`/ammissioni/[A-Z2-7]{26}`).FindString(anna.Page.Body)
	anna.Status(anna.Get(link), http.StatusOK)
	if got := strings.Join(anna.List("words"), " "); got != strings.Join(read, " ") {
		t.Fatalf("Anna's page shows %q, Elena read %q", got, strings.Join(read, " "))
	}
	shown := anna.Hidden("words")
	anna.Says(anna.Status(anna.Post(link, "words", shown), http.StatusUnprocessableEntity), "Dire se le quattro parole")
	anna.Says(anna.Status(anna.Post(link, "words", shown, "same", "no"), http.StatusConflict), "l’ammissione non è stata fatta")
	anna.Says(anna.Status(anna.StepUp("anna", link, "words", "abaco abaco abaco abaco", "same", "yes"), http.StatusConflict), "Le parole sono diverse")
	anna.Leads(anna.StepUp("anna", link, "words", shown, "same", "yes"), "/ammissioni")
	anna.Says(anna.Follow(), "Ammissione fatta.")
	anna.Status(anna.Get(link), http.StatusNotFound)

	// Elena fetches the unit's key with her passphrase, and confirms Anna first.
	b.Leads(b.Get("/attesa"), "/")
	b.Leads(b.Get("/agenda"), "/riprendi")
	b.Get("/riprendi")
	b.Post("/riprendi", "passphrase", a.Passphrase)
	b.Says(b.Follow(), "Colleghe da riconoscere", "anna")
	b.Leads(b.Get("/contatti/nuovo"), "/colleghi")
	b.Get("/colleghi")
	b.Says(b.Status(b.Post("/colleghi"), http.StatusUnprocessableEntity), "Restano persone")
	known := regexp.MustCompile(`name="known" value="([^"]+)"`).FindStringSubmatch(b.Page.Body)[1]
	b.Leads(b.Post("/colleghi", "known", known), "/")
	b.Says(b.Follow(), "Confermato.")
	b.Status(b.Get("/contatti/nuovo"), http.StatusOK)
	if report := s.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("records do not match: %v", report.Problems)
	}
}

func TestRecoveryCodeReplacesOnlyTheFactor(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	b := s.Recovering(anna)
	b.Says(b.Status(b.Post("/entra/recupero", "recovery", "AAAA-BBBB"), http.StatusUnauthorized), "non corrispond")

	b = s.Recovering(anna)
	b.Leads(b.Post("/entra/recupero", "recovery", strings.ToLower(string(anna.Codes[0]))), "/credenziali/fattore/nuovo")

	// Nothing but the new factor.
	for _, path := range []string{"/", "/agenda", "/credenziali", "/credenziali/codici", "/ammissioni", "/cerca", "/contatti/nuovo", "/credenziali/fattore"} {
		b.Leads(b.Get(path), "/credenziali/fattore/nuovo")
	}
	b.Status(b.Get("/credenziali/fattore/nuovo"), http.StatusOK)
	seed := b.Seed()
	b.Says(b.Status(b.Post("/credenziali/fattore/nuovo", "code", "000000"), http.StatusUnprocessableEntity), "Il codice non corrisponde")
	b.Leads(b.Post("/cerca", "q", "rosa"), "/credenziali/fattore/nuovo")
	b.Get("/credenziali/fattore/nuovo")
	b.Leads(b.Post("/credenziali/fattore/nuovo", "code", servertest.CodeOf(t, s.World, seed)), "/")
	b.Says(b.Follow(), "Il telefono nuovo è registrato.")
	b.Says(b.Get("/credenziali"), "9")
	b.Status(b.Get("/cerca"), http.StatusOK)

	// The same code again, and the old phone, open nothing; the new phone does.
	again := s.Recovering(anna)
	again.Status(again.Post("/entra/recupero", "recovery", string(anna.Codes[0])), http.StatusUnauthorized)
	old := s.Client(s.T)
	old.Status(old.Enter(anna), http.StatusUnauthorized)
	anna.Seed = seed
	s.SignedIn("anna")
}
