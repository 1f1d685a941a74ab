package server_test

import (
	"errors"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
)

const hostile = `"><em>UHOH</em>` + "\u202e=cmd|' /C calc'!A0"

// inert fails the test if hostile text became markup.
func (b *client) inert(got answer) {
	b.t.Helper()
	if strings.Contains(got.body, "<em>UHOH") {
		b.t.Fatalf("%s lets hostile text through as markup", got.path)
	}
}

var optionOf = func(name string) *regexp.Regexp {
	return regexp.MustCompile(`<option value="([^"]+)"[^>]*>` + regexp.QuoteMeta(html.EscapeString(name)) + `<`)
}

func (b *client) option(name string) string {
	b.t.Helper()
	m := optionOf(name).FindStringSubmatch(b.page.body)
	if m == nil {
		b.t.Fatalf("%s offers no %q:\n%s", b.page.path, name, main(b.page.body))
	}
	return m[1]
}

func TestAdministratorEntersAgenciesUnitsAndPeople(t *testing.T) {
	s := newService(t)
	b := s.administrator()
	b.says(b.status(b.get("/enti"), http.StatusOK), "Comune di Prova", "desk")

	// An agency: what is missing stands beside its field, what was typed stays.
	b.get("/enti/nuovo")
	bad := b.status(b.post("/enti/nuovo", "name", hostile, "kind", "spaceship", "responsibility", "processor"), http.StatusUnprocessableEntity)
	b.says(bad, "Scegliere una voce.", "Scrivere un giorno da oggi in avanti.", hostile)
	b.inert(bad)
	b.says(b.status(b.post("/enti/nuovo", "ends", "domani"), http.StatusUnprocessableEntity), "Scrivere il nome.")
	got := b.stepUp("dario", "/enti/nuovo", "name", "Cooperativa Aurora", "kind", "operator", "responsibility", "processor", "ends", "2026-12-31")
	b.leads(got, "/enti")
	if got.header.Get("Sportello-Receipt") == "" {
		t.Error("an acknowledged write has no receipt")
	}
	b.says(b.follow(), "Ente salvato.", "Cooperativa Aurora", "1 ente")
	b.get("/enti/nuovo")
	twice := b.status(b.post("/enti/nuovo", "name", "cooperativa aurora ", "kind", "operator", "responsibility", "processor", "ends", "2026-12-31"), http.StatusConflict)
	b.says(twice, "C’è già un ente o un’unità con questo nome.", "cooperativa aurora")
	b.get("/enti")

	// Its end is changed; two tabs do not fight.
	edit := regexp.MustCompile(`/enti/[A-Z2-7]{26}`).FindAllString(b.page.body, -1)
	b.says(b.status(b.get(edit[0]), http.StatusOK), "Comune di Prova")
	edit = edit[1:]
	b.says(b.status(b.get(edit[0]), http.StatusOK), "Cooperativa Aurora")
	version := b.hidden("version")
	b.status(b.post(edit[0], "version", version, "ends", "mai"), http.StatusUnprocessableEntity)
	b.leads(b.stepUp("dario", edit[0], "version", version, "ends", "2027-12-31"), "/enti")
	b.get(edit[0])
	b.status(b.post(edit[0], "version", version, "ends", "2028-12-31"), http.StatusConflict)
	b.status(b.post(edit[0], "version", "x", "ends", "2028-12-31"), http.StatusConflict)

	// A unit, without members.
	b.get("/unita/nuova")
	agency := b.option("Cooperativa Aurora")
	b.status(b.post("/unita/nuova", "agency", "NESSUNO", "name", hostile, "kind", "administration"), http.StatusUnprocessableEntity)
	b.inert(b.page)
	b.leads(b.stepUp("dario", "/unita/nuova", "agency", agency, "name", "Centro Aurora", "kind", "centre"), "/enti")
	b.says(b.follow(), "Unità creata.", "Centro Aurora", "1 unità senza membri")

	// A person, whose code is shown once.
	b.get("/personale/invita")
	unit := b.option("Centro Aurora")
	b.says(b.status(b.post("/personale/invita", "username", hostile, "office", "intake_worker", "unit", unit, "language", "it"), http.StatusUnprocessableEntity), "segni invisibili", hostile)
	b.inert(b.page)
	b.says(b.status(b.post("/personale/invita", "username", "marta", "office", "intake_worker", "unit", unit, "language", "it"), http.StatusUnprocessableEntity), "non vanno insieme", "marta")
	b.says(b.status(b.post("/personale/invita", "username", "Anna", "office", "centre_worker", "unit", unit, "language", "it"), http.StatusConflict), "Questo nome utente c’è già.")
	b.status(b.stepUp("dario", "/personale/invita", "username", "marta", "office", "centre_worker", "unit", unit, "language", "it"), http.StatusOK)
	first := b.shownCode()
	b.silent(b.get("/personale"), first)
	b.says(b.page, "marta", "Invita di nuovo", "Ritira l’invito")

	// Invited again, the code before is worth nothing; withdrawn, neither is the new.
	person := regexp.MustCompile(`name="person" value="([^"]+)" form="again"`).FindStringSubmatch(b.page.body)[1]
	b.status(b.stepUp("dario", "/personale/reinvita", "person", person), http.StatusOK)
	second := b.shownCode()
	v := s.client(s.T)
	v.get("/invito")
	v.status(v.post("/invito", "invitation", first), http.StatusUnprocessableEntity)
	v.leads(v.post("/invito", "invitation", second), "/invito/frase")
	b.get("/personale")
	invitation := regexp.MustCompile(`name="invitation" value="([^"]+)"`).FindStringSubmatch(b.page.body)[1]
	b.leads(b.post("/personale/inviti/ritira", "invitation", invitation), "/personale")
	b.says(b.follow(), "Invito ritirato.")
	v.get("/invito")
	v.status(v.post("/invito", "invitation", second), http.StatusUnprocessableEntity)
	b.status(b.post("/personale/inviti/ritira", "invitation", invitation), http.StatusConflict)
	b.status(b.post("/personale/reinvita", "person", s.People["anna"].ID), http.StatusConflict)
}

var codeText = regexp.MustCompile(`<p class="read-aloud mono">([A-Z2-7-]+)</p>`)

func (b *client) shownCode() string {
	b.t.Helper()
	m := codeText.FindStringSubmatch(b.page.body)
	if m == nil {
		b.t.Fatalf("%s shows no code:\n%s", b.page.path, main(b.page.body))
	}
	return m[1]
}

func TestAdministratorSuspendsAndLifts(t *testing.T) {
	s := newService(t)
	b, anna := s.administrator(), s.signedIn("anna")
	id := s.People["anna"].ID
	b.get("/personale")
	b.leads(b.stepUp("dario", "/personale/sospendi", "person", id), "/personale")
	b.says(b.follow(), "Sospesa")
	anna.leads(anna.get("/agenda"), "/entra")
	if _, err := s.TrySignIn(s.People["anna"]); err == nil {
		t.Error("a suspended person signs in")
	}
	b.leads(b.stepUp("dario", "/personale/riammetti", "person", id), "/personale")
	b.says(b.follow(), "La sospensione è tolta.")
	s.signedIn("anna")
	b.get("/personale")
	b.status(b.post("/personale/riammetti", "person", id), http.StatusConflict)
	b.status(b.post("/personale/riammetti", "person", "NESSUNO"), http.StatusNotFound)
	b.says(b.status(b.post("/personale/riammetti"), http.StatusUnprocessableEntity), "Segnare almeno una persona.")
	b.status(b.post("/personale/sospendi", "person", "NESSUNO"), http.StatusNotFound)
}

// TestNobodySuspendsHerself: neither by the page, which offers it for others
// only, nor by its form; and who alone administers stays.
func TestNobodySuspendsHerself(t *testing.T) {
	s := newService(t)
	b := s.administrator()
	dario := s.People["dario"]
	b.says(b.get("/personale"), `value="`+s.People["anna"].ID+`"`)
	b.silent(b.page, `value="`+dario.ID+`"`)
	b.status(b.post("/personale/sospendi", "person", dario.ID), http.StatusNotFound)
	console := acts.ConsoleCaller()
	if _, err := s.Door.Suspend(t.Context(), console, dario.ID); !errors.Is(err, office.ErrLastAdministrator) {
		t.Errorf("the last administrator: got %v", err)
	}
	s.Invite("elena", policies.Administrator, "")
	b.leads(b.stepUp("dario", "/personale/sospendi", "person", s.People["elena"].ID), "/personale")
	if _, err := s.Door.Suspend(t.Context(), console, dario.ID); !errors.Is(err, office.ErrLastAdministrator) {
		t.Errorf("the last active administrator: got %v", err)
	}
	if _, err := s.Office.Lift(t.Context(), console, s.People["elena"].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Door.Suspend(t.Context(), console, dario.ID); err != nil {
		t.Errorf("one of two administrators: %v", err)
	}
	b.leads(b.get("/personale"), "/entra")
}

func TestAdministratorUnlocksAnother(t *testing.T) {
	s := newService(t)
	ada := s.Invite("ada", policies.Administrator, "")
	s.lock(ada.Username)
	b := s.administrator()
	b.says(b.get("/personale"), "Sblocca")
	b.leads(b.stepUp("dario", "/personale/sblocca", "person", ada.ID), "/personale")
	b.says(b.follow(), "Sbloccato.")
	s.signedIn("ada")
	b.status(b.stepUp("dario", "/personale/sblocca", "person", s.People["anna"].ID), http.StatusNotFound)
}
