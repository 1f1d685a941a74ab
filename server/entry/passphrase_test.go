package entry_test

import (
	"net/http"
	"testing"
)

func TestOwnPassphrase(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	other, b := signedIn(s, "anna"), signedIn(s, "anna")
	b.Status(b.Get("/credenziali/frase"), http.StatusOK)
	words := b.Hidden("words")
	wrong := b.Status(b.Post("/credenziali/frase", "choice", "words", "words", words, "again", words, "current", "altra frase", "code", s.Code(anna)), http.StatusUnauthorized)
	b.Says(wrong, "Niente è stato fatto", words)
	weak := b.Status(b.Post("/credenziali/frase", "choice", "own", "words", words, "own", "corta", "again", "corta", "current", anna.Passphrase, "code", s.Code(anna)), http.StatusUnprocessableEntity)
	b.Says(weak, "si indovina troppo in fretta")
	b.Leads(b.Post("/credenziali/frase", "choice", "words", "words", words, "again", words, "current", anna.Passphrase, "code", s.Code(anna)), "/credenziali")
	b.Says(b.Follow(), "La frase è cambiata")
	other.Leads(other.Get("/credenziali"), "/entra")
	if _, err := s.TrySignIn(anna); err == nil {
		t.Error("the old passphrase still signs in")
	}
	anna.Passphrase = words
	signedIn(s, "anna")
	if got := s.Store.Log().Epoch(s.Units["desk"]); got != 1 {
		t.Errorf("a new passphrase made epoch %d of the unit, want 1", got)
	}
}

// TestSuspectedPassphraseMakesNewKeys: the old passphrase with an old copy of
// everything opens nothing written from now on, and a case restricted to her
// stays hers.
func TestSuspectedPassphraseMakesNewKeys(t *testing.T) {
	s := site.Standard(t)
	s.JoinDesk("elena")
	anna := s.People["anna"]
	b := signedIn(s, "anna")
	before := s.SignIn("anna")
	b.Get("/credenziali/frase")
	words := b.Hidden("words")
	b.Leads(b.Post("/credenziali/frase", "choice", "words", "words", words, "again", words, "suspected", "yes", "current", anna.Passphrase, "code", s.Code(anna)), "/credenziali")
	b.Says(b.Follow(), "La frase è cambiata")
	if got := s.Store.Log().Epoch(s.Units["desk"]); got != 2 {
		t.Fatalf("the unit's epoch is %d, want 2", got)
	}
	if _, _, err := s.Desk.ReadAgenda(t.Context(), b.Caller()); err != nil || b.Caller().Epoch() != 2 {
		t.Errorf("her session does not hold the new keys: %v", err)
	}
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
