package casework_test

import (
	"net/http"
	"testing"

	"sportello/crypto"
	"sportello/server/servertest"
)

// TestTextUnderGeneralInformationIsAsked: where an outcome that keeps nothing is chosen
// and something was typed, the page says so, with the text still in it.
func TestTextUnderGeneralInformationIsAsked(t *testing.T) {
	s := site.Standard(t)
	b := s.Inside(t, "anna")
	form := func(kind string, more ...string) []string {
		return append([]string{"from", "/contatti/nuovo", "id", crypto.NewID(), "speaker", "someone", "kind", kind}, more...)
	}
	b.Get("/contatti/nuovo")
	got := b.Status(b.Post("/contatti/altri", form("general", "text", servertest.SecretWord)...), http.StatusUnprocessableEntity)
	b.Says(got, servertest.SecretWord, "non si conserva niente di quello che è scritto", "Non conservare il testo")
	b.Leads(b.Post("/contatti/altri", form("general", "text", servertest.SecretWord, "go", "drop")...), "/agenda")
	b.Silent(b.Get("/contatti/altri"), servertest.SecretWord)
	b.Leads(b.Post("/contatti/altri", form("general")...), "/agenda")
	b.Leads(b.Post("/contatti/altri", form("noted", "text", servertest.SecretWord)...), "/agenda")
}
