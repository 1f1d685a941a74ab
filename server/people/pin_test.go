package people_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/server/servertest"
)

func TestCentreIsPinnedByVoice(t *testing.T) {
	t.Parallel()
	s := site.Standard(t)
	b := s.Inside(t, "sofia")
	b.Says(b.Get("/centri"), "centre", "Nuova, non confermata", "Attivata", "Comune di Prova")
	path := "/centri/" + s.Units["centre"]
	b.Status(b.Get(path), http.StatusOK)
	shown := b.Hidden("words")
	bruna := s.Inside(t, "bruna")
	bruna.Get("/ammissioni/parole")
	if got := strings.Join(bruna.List("words"), " "); got != strings.TrimSpace(shown) {
		t.Fatalf("Sofia's page shows %q, Bruna reads %q", shown, got)
	}
	missing := b.Status(b.Post(path, "number", " "), http.StatusUnprocessableEntity)
	b.Says(missing, "Scrivere il numero chiamato", "Dire se le quattro parole")
	b.Says(b.Status(b.Post(path, "words", shown, "number", servertest.Hostile, "same", "no"), http.StatusConflict), "Le parole sono diverse", servertest.Hostile)
	b.Inert(b.Page)
	b.Status(b.StepUp("sofia", path, "words", "abaco abaco abaco abaco", "number", "06 000", "same", "yes"), http.StatusConflict)
	b.Leads(b.StepUp("sofia", path, "words", shown, "number", "06 000, sito della Regione", "same", "yes"), "/centri")
	b.Says(b.Follow(), "Confrontate.", "Parole confrontate")
	b.Status(b.Get("/centri/"+s.Units["audit"]), http.StatusNotFound)
	b.Status(b.Get("/centri/NESSUNO"), http.StatusNotFound)
	bruna.Status(bruna.Get("/centri"), http.StatusOK)
	bruna.Status(bruna.StepUp("bruna", "/centri/"+s.Units["service"], "words", shown, "number", "1", "same", "yes"), http.StatusConflict) // the words of another unit
}
