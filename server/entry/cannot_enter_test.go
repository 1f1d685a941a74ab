package entry_test

import (
	"net/http"
	"testing"

	"sportello/server/servertest"
)

// TestWhoCannotEnterFindsWhatToDo: the page of signing in leads there, and it is the same
// for a name that exists, one that does not, and one that was just tried in vain.
func TestWhoCannotEnterFindsWhatToDo(t *testing.T) {
	s := site.Town(t)
	plain := ""
	for _, name := range []string{"", s.People["anna"].Username, "nessuna.cosi"} {
		b := s.Client(t)
		b.Says(b.Get("/entra"), "Non riesco a entrare", `href="/entra/aiuto"`)
		if name != "" {
			b.Post("/entra", "username", name, "passphrase", "non è questa frase qui")
			b.Post("/entra/codice", "code", "000000")
		}
		got := b.Status(b.Get("/entra/aiuto"), http.StatusOK)
		b.Says(got, "Ho dimenticato la frase", "Usa un codice di recupero", "l’ora del telefono")
		main := servertest.Main(got.Body)
		if plain == "" {
			plain = main
		}
		if main != plain {
			t.Errorf("after %q the page is another", name)
		}
	}
}
