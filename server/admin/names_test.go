package admin_test

import (
	"net/http"
	"testing"
)

// TestNamesAreToldBesideTheirField: why a user name, or the name of an agency, is not
// taken, with what was typed.
func TestNamesAreToldBesideTheirField(t *testing.T) {
	s := site.Standard(t)
	b := s.Administrator()
	b.Get("/personale/invita")
	desk := s.Units["desk"]
	for name, says := range map[string]string{
		"anna\u200b": "si confonde con uno che c’è già", "ann\u0430": "si confonde con uno che c’è già", "\u202eanna": "si confonde con uno che c’è già",
		"irin\u0430": "si mescolano due alfabeti", "\u2063\u200b": "segni invisibili", "maria rossi": "solo lettere, cifre",
	} {
		got := b.Post("/personale/invita", "username", name, "office", "intake_worker", "unit", desk, "language", "it")
		if got.Status != http.StatusConflict && got.Status != http.StatusUnprocessableEntity {
			t.Fatalf("%+q: got %d", name, got.Status)
		}
		b.Says(got, says)
	}
	b.Get("/enti/nuovo")
	b.Leads(b.StepUp("dario", "/enti/nuovo", "name", "Comune di Forl\u00ec", "kind", "municipality", "responsibility", "controller"), "/enti")
	for _, name := range []string{"Comune di Forli\u0300", "Comune  di Forl\u00ec"} {
		b.Get("/enti/nuovo")
		b.Says(b.Status(b.Post("/enti/nuovo", "name", name, "kind", "municipality", "responsibility", "controller"), http.StatusConflict), "C’è già un ente")
	}
}
