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
