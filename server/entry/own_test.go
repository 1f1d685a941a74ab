package entry_test

import (
	"net/http"
	"regexp"
	"testing"

	"sportello/server/servertest"
)

// signedIn is the browser of somebody of the cast, by the pages of signing in, led on
// to her work.
func signedIn(s *servertest.Site, name string) *servertest.Client {
	s.T.Helper()
	b := s.Client(s.T)
	b.Name = name
	b.Leads(b.Enter(s.People[name]), "/")
	b.Status(b.Get("/"), http.StatusSeeOther)
	return b
}

func TestOwnFactorAndCodes(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	other, b := signedIn(s, "anna"), signedIn(s, "anna")
	b.Says(b.Get("/credenziali"), "Codice", "Questo browser", "Firefox, Linux", "10")

	// New recovery codes, with a step-up, once.
	b.Says(b.Get("/credenziali/codici"), "Conferma con frase e codice")
	b.Says(b.Status(b.Post("/credenziali/codici", "passphrase", "sbagliata", "code", s.Code(anna)), http.StatusUnauthorized), "Niente è stato fatto")
	b.Status(b.Post("/credenziali/codici", "passphrase", anna.Passphrase, "code", s.Code(anna)), http.StatusOK)
	codes := b.List("codes mono")
	if len(codes) != 10 || codes[0] == string(anna.Codes[0]) {
		t.Fatalf("got codes %v", codes)
	}
	b.Leads(b.Post("/credenziali/codici", "kept", "yes"), "/credenziali")
	other.Leads(other.Get("/credenziali"), "/entra")
	old := s.Recovering(anna)
	old.Status(old.Post("/entra/recupero", "recovery", string(anna.Codes[0])), http.StatusUnauthorized)

	// A new phone.
	b.Get("/credenziali/fattore")
	b.Leads(b.Post("/credenziali/fattore", "passphrase", anna.Passphrase, "code", s.Code(anna)), "/credenziali/fattore/nuovo")
	b.Get("/credenziali/fattore/nuovo")
	seed := b.Seed()
	thief := signedIn(s, "anna")
	thief.Leads(thief.Get("/credenziali/fattore/nuovo"), "/credenziali/fattore")
	b.Get("/credenziali/fattore/nuovo")
	b.Leads(b.Post("/credenziali/fattore/nuovo", "code", servertest.CodeOf(t, s.World, seed)), "/credenziali")
	b.Says(b.Follow(), "Il telefono nuovo è registrato.")
	anna.Seed = seed
	signedIn(s, "anna")
	b.Leads(b.Post("/credenziali/fattore/nuovo", "code", servertest.CodeOf(t, s.World, seed)), "/credenziali/fattore")
}

var sessionField = regexp.MustCompile(`name="session" value="([0-9a-f]+)"`)

func TestOwnSessions(t *testing.T) {
	s := site.Standard(t)
	one := signedIn(s, "anna")
	one.Get("/credenziali")
	one.Post("/credenziali/sessioni", "session", "others") // those in which the cast was made
	two, three := signedIn(s, "anna"), signedIn(s, "anna")
	bruna := signedIn(s, "bruna")
	one.Get("/credenziali")
	ids := sessionField.FindAllStringSubmatch(one.Page.Body, -1)
	if len(ids) != 2 {
		t.Fatalf("the page offers to close %d sessions, want 2", len(ids))
	}
	bruna.Get("/credenziali")
	bruna.Status(bruna.Post("/credenziali/sessioni", "session", ids[0][1]), http.StatusNotFound)
	bruna.Status(bruna.Post("/credenziali/sessioni"), http.StatusNotFound)
	one.Leads(one.Post("/credenziali/sessioni", "session", ids[0][1]), "/credenziali")
	one.Says(one.Follow(), "Sessione chiusa.")
	open := 0
	for _, b := range []*servertest.Client{two, three} {
		if b.Get("/credenziali").Status == http.StatusOK {
			open++
		}
	}
	if open != 1 {
		t.Errorf("after one was closed %d others are open, want 1", open)
	}
	one.Leads(one.Post("/credenziali/sessioni", "session", "others"), "/credenziali")
	for _, b := range []*servertest.Client{two, three} {
		b.Leads(b.Get("/credenziali"), "/entra")
	}
	one.Status(one.Get("/credenziali"), http.StatusOK)
	bruna.Status(bruna.Get("/credenziali"), http.StatusOK)
}
