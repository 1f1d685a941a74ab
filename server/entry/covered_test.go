package entry_test

import (
	"net/http"
	"testing"

	"sportello/server/servertest"
)

// TestUncoverTellsTooManyFromWrong: a passphrase that was not compared is not said to
// be wrong.
func TestUncoverTellsTooManyFromWrong(t *testing.T) {
	s := site.Standard(t)
	b := signedIn(s, "anna")
	b.Get("/credenziali")
	b.Post("/copri")
	b.Get("/riprendi")
	b.Says(b.Status(b.Post("/riprendi", "passphrase", "non è questa"), http.StatusUnauthorized), "La frase non corrisponde")
	var got servertest.Answer
	for range 70 {
		if got = b.Post("/riprendi", "passphrase", "non è questa"); got.Status != http.StatusUnauthorized {
			break
		}
	}
	b.Says(b.Status(got, http.StatusTooManyRequests), "la frase non è stata controllata")
	b.Silent(got, "non corrisponde", "Sportello")
	b.Silent(b.Status(b.Post("/riprendi", "passphrase", s.People["anna"].Passphrase), http.StatusTooManyRequests), "non corrisponde")
}
