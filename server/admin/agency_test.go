package admin_test

import (
	"html"
	"net/http"
	"regexp"
	"testing"

	"sportello/server/servertest"
)

var optionOf = func(name string) *regexp.Regexp {
	return regexp.MustCompile(`<option value="([^"]+)"[^>]*>` + regexp.QuoteMeta(html.EscapeString(name)) + `<`)
}

func option(b *servertest.Client, name string) string {
	b.T.Helper()
	m := optionOf(name).FindStringSubmatch(b.Page.Body)
	if m == nil {
		b.T.Fatalf("%s offers no %q:\n%s", b.Page.Path, name, servertest.Main(b.Page.Body))
	}
	return m[1]
}

func TestAdministratorEntersAgenciesUnitsAndPeople(t *testing.T) {
	s := site.Standard(t)
	b := s.Administrator()
	b.Says(b.Status(b.Get("/enti"), http.StatusOK), "Comune di Prova", "desk")

	// An agency: what is missing stands beside its field, what was typed stays.
	b.Get("/enti/nuovo")
	bad := b.Status(b.Post("/enti/nuovo", "name", servertest.Hostile, "kind", "spaceship", "responsibility", "processor"), http.StatusUnprocessableEntity)
	b.Says(bad, "Scegliere una voce.", "Scrivere un giorno da oggi in avanti.", servertest.Hostile)
	b.Inert(bad)
	b.Says(b.Status(b.Post("/enti/nuovo", "ends", "domani"), http.StatusUnprocessableEntity), "Scrivere il nome.")
	got := b.StepUp("dario", "/enti/nuovo", "name", "Cooperativa Aurora", "kind", "operator", "responsibility", "processor", "ends", "2026-12-31")
	b.Leads(got, "/enti")
	if got.Header.Get("Sportello-Receipt") == "" {
		t.Error("an acknowledged write has no receipt")
	}
	b.Says(b.Follow(), "Ente salvato.", "Cooperativa Aurora", "1 ente")
	b.Get("/enti/nuovo")
	twice := b.Status(b.Post("/enti/nuovo", "name", "cooperativa aurora ", "kind", "operator", "responsibility", "processor", "ends", "2026-12-31"), http.StatusConflict)
	b.Says(twice, "C’è già un ente o un’unità con questo nome.", "cooperativa aurora")
	b.Get("/enti")

	// Its end is changed; two tabs do not fight.
	edit := regexp.MustCompile(`/enti/[A-Z2-7]{26}`).FindAllString(b.Page.Body, -1)
	b.Says(b.Status(b.Get(edit[0]), http.StatusOK), "Comune di Prova")
	edit = edit[1:]
	b.Says(b.Status(b.Get(edit[0]), http.StatusOK), "Cooperativa Aurora")
	version := b.Hidden("version")
	b.Status(b.Post(edit[0], "version", version, "ends", "mai"), http.StatusUnprocessableEntity)
	b.Leads(b.StepUp("dario", edit[0], "version", version, "ends", "2027-12-31"), "/enti")
	b.Get(edit[0])
	b.Status(b.Post(edit[0], "version", version, "ends", "2028-12-31"), http.StatusConflict)
	b.Status(b.Post(edit[0], "version", "x", "ends", "2028-12-31"), http.StatusConflict)

	// A unit, without members.
	b.Get("/unita/nuova")
	agency := option(b, "Cooperativa Aurora")
	b.Status(b.Post("/unita/nuova", "agency", "NESSUNO", "name", servertest.Hostile, "kind", "administration"), http.StatusUnprocessableEntity)
	b.Inert(b.Page)
	b.Leads(b.StepUp("dario", "/unita/nuova", "agency", agency, "name", "Centro Aurora", "kind", "centre"), "/enti")
	b.Says(b.Follow(), "Unità creata.", "Centro Aurora", "1 unità senza membri")

	// A person, whose code is shown once.
	b.Get("/personale/invita")
	unit := option(b, "Centro Aurora")
	b.Says(b.Status(b.Post("/personale/invita", "username", servertest.Hostile, "office", "intake_worker", "unit", unit, "language", "it"), http.StatusUnprocessableEntity), "segni invisibili", servertest.Hostile)
	b.Inert(b.Page)
	b.Says(b.Status(b.Post("/personale/invita", "username", "marta", "office", "intake_worker", "unit", unit, "language", "it"), http.StatusUnprocessableEntity), "non vanno insieme", "marta")
	b.Says(b.Status(b.Post("/personale/invita", "username", "Anna", "office", "centre_worker", "unit", unit, "language", "it"), http.StatusConflict), "Questo nome utente c’è già.")
	b.Status(b.StepUp("dario", "/personale/invita", "username", "marta", "office", "centre_worker", "unit", unit, "language", "it"), http.StatusOK)
	first := shownCode(b)
	b.Silent(b.Get("/personale"), first)
	b.Says(b.Page, "marta", "Invita di nuovo", "Ritira l’invito")

	// Invited again, the code before is worth nothing; withdrawn, neither is the new.
	person := regexp.MustCompile(`name="person" value="([^"]+)" form="again"`).FindStringSubmatch(b.Page.Body)[1]
	b.Status(b.StepUp("dario", "/personale/reinvita", "person", person), http.StatusOK)
	second := shownCode(b)
	v := s.Client(s.T)
	v.Get("/invito")
	v.Status(v.Post("/invito", "invitation", first), http.StatusUnprocessableEntity)
	v.Leads(v.Post("/invito", "invitation", second), "/invito/frase")
	b.Get("/personale")
	invitation := regexp.MustCompile(`name="invitation" value="([^"]+)"`).FindStringSubmatch(b.Page.Body)[1]
	b.Leads(b.Post("/personale/inviti/ritira", "invitation", invitation), "/personale")
	b.Says(b.Follow(), "Invito ritirato.")
	v.Get("/invito")
	v.Status(v.Post("/invito", "invitation", second), http.StatusUnprocessableEntity)
	b.Status(b.Post("/personale/inviti/ritira", "invitation", invitation), http.StatusConflict)
	b.Status(b.Post("/personale/reinvita", "person", s.People["anna"].ID), http.StatusConflict)
}

var codeText = regexp.MustCompile(`<p class="read-aloud mono">([A-Z2-7-]+)</p>`)

func shownCode(b *servertest.Client) string {
	b.T.Helper()
	m := codeText.FindStringSubmatch(b.Page.Body)
	if m == nil {
		b.T.Fatalf("%s shows no code:\n%s", b.Page.Path, servertest.Main(b.Page.Body))
	}
	return m[1]
}
