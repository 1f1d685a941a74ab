package entry_test

import (
	"net/http"
	"testing"
)

// TestWhatIsNoCodeCountsNothing: five digits, or seven, are said to be no code as often
// as they are typed, on the same page, and lock nothing; six with blanks between them are
// the code.
func TestWhatIsNoCodeCountsNothing(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	b := s.Client(t)
	b.Name = "anna"
	b.Get("/entra")
	b.Post("/entra", "username", anna.Username, "passphrase", anna.Passphrase)
	b.Get("/entra/codice")
	for range 8 {
		for _, typed := range []string{"12345", "1234567", "12a456"} {
			b.Says(b.Status(b.Post("/entra/codice", "code", typed), http.StatusUnprocessableEntity), "Il codice ha sei cifre", "non conta", `action="/entra/codice"`)
		}
	}
	code := s.Code(anna)
	b.Leads(b.Post("/entra/codice", "code", code[:3]+"\u00a0"+code[3:]), "/")

	b.Says(b.Get("/credenziali/codici"), "Conferma con frase e codice")
	for range 12 {
		b.Says(b.Status(b.Post("/credenziali/codici", "passphrase", anna.Passphrase, "code", "12345"), http.StatusUnprocessableEntity), "Il codice ha sei cifre")
	}
	code = s.Code(anna)
	b.Status(b.Post("/credenziali/codici", "passphrase", anna.Passphrase, "code", code[:3]+"-"+code[3:]), http.StatusOK)
	if got := len(b.List("codes mono")); got != 10 {
		t.Errorf("the step-up led to %d codes", got)
	}
}
