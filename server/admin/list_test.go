package admin_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/store/storetest"
)

// TestOneCodeServesAForm: several people on one form, several units, several
// suspensions; the page that asks for the code names each and carries the whole
// list, and a row that does not fit is said before a code is spent.
func TestOneCodeServesAForm(t *testing.T) {
	s := site.Standard(t)
	b := s.Administrator()
	b.Get("/personale/invita")
	desk := option(b, "desk")
	rows := func(second string) []string {
		return []string{"username", "marta", "office", "intake_worker", "unit", desk, "language", "it",
			"username", second, "office", "lead", "unit", desk, "language", "en",
			"username", "", "office", "", "unit", "", "language", "it"}
	}
	more := b.Status(b.Post("/personale/invita", append(rows("nadia"), "go", "more")...), http.StatusOK)
	b.Says(more, "Persona 6", "nadia")
	for _, second := range []string{"anna", "MARTA"} { // there already, or twice on the form
		got := b.Status(b.Post("/personale/invita", rows(second)...), http.StatusConflict)
		b.Says(got, "username-2-error", "Questo nome utente c’è già.", `value="`+second+`"`)
	}
	asked := b.Status(b.Post("/personale/invita", rows("nadia")...), http.StatusOK)
	b.Says(asked, "Invita queste persone", `<li dir="auto">marta</li><li dir="auto">nadia</li>`)
	if n := strings.Count(asked.Body, `name="username"`); n != 3 {
		t.Errorf("the page that asks carries %d names, want 3", n)
	}
	dario := s.People["dario"]
	wrong := b.Status(b.Post("/personale/invita", append(rows("nadia"), "passphrase", dario.Passphrase, "code", "000000")...), http.StatusUnauthorized)
	b.Says(wrong, "nadia", "Niente è stato fatto.")
	b.Silent(b.Get("/personale"), "marta", "nadia")
	b.Get("/personale/invita")
	b.Status(b.StepUp("dario", "/personale/invita", rows("nadia")...), http.StatusOK)
	if n := len(codeText.FindAllString(b.Page.Body, -1)); n != 2 {
		t.Fatalf("%d codes are shown, want 2", n)
	}

	// Invited again and let in again: those ticked, with one code.
	for _, name := range []string{"anna", "bruna"} {
		if _, err := s.Door.Suspend(t.Context(), acts.ConsoleCaller(), s.People[name].ID); err != nil {
			t.Fatal(err)
		}
	}
	b.Get("/personale")
	invited := regexp.MustCompile(`name="person" value="([^"]+)" form="again"`).FindAllStringSubmatch(b.Page.Body, -1)
	if len(invited) != 2 {
		t.Fatalf("%d can be invited again, want 2", len(invited))
	}
	b.StepUp("dario", "/personale/reinvita", "person", invited[0][1], "person", invited[1][1])
	if n := len(codeText.FindAllString(b.Page.Body, -1)); n != 2 {
		t.Errorf("%d codes are shown, want 2", n)
	}
	b.Get("/personale")
	b.Leads(b.StepUp("dario", "/personale/riammetti", "person", s.People["anna"].ID, "person", s.People["bruna"].ID), "/personale")
	b.Says(b.Follow(), "La sospensione è tolta.")
	s.Inside(t, "anna")
	s.Inside(t, "bruna")

	b.Get("/unita/nuova")
	agency := option(b, "Comune di Prova")
	units := []string{"agency", agency, "name", "Sportello nord", "kind", "desk", "name", "", "kind", "", "name", "Servizio nord", "kind", "social_service"}
	bad := append([]string(nil), units...)
	bad[13] = ""
	b.Says(b.Status(b.Post("/unita/nuova", bad...), http.StatusUnprocessableEntity), "kind-3-error", "Scegliere una voce.", "Servizio nord")
	bad[13], bad[11] = "desk", "SPORTELLO nord"
	b.Says(b.Status(b.Post("/unita/nuova", bad...), http.StatusConflict), "name-3-error", "C’è già un ente o un’unità con questo nome.")
	b.Leads(b.StepUp("dario", "/unita/nuova", units...), "/enti")
	b.Says(b.Follow(), "Sportello nord", "Servizio nord")
}

// TestAGrantServesTheListShown: what was granted for a list serves each on it, and
// no other list; what was granted for one serves no list.
func TestAGrantServesTheListShown(t *testing.T) {
	s := site.Town(t)
	ctx, console := t.Context(), acts.ConsoleCaller()
	var ids []string
	for _, name := range []string{"anna", "bruna", "carla"} {
		if _, err := s.Door.Suspend(ctx, console, s.People[name].ID); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, s.People[name].ID)
	}
	two := s.StepUp("dario", policies.PersonLift, acts.ListOf(ids[1], ids[0]))
	for what, list := range map[string][]string{"a longer list": ids, "another list": {ids[0], ids[2]}, "one of them": {ids[0]}, "another": {ids[2]}} {
		if _, err := s.Office.LiftAll(ctx, two, list); !storetest.Is(err, acts.ErrDenied) {
			t.Errorf("%s: got %v, want ErrDenied", what, err)
		}
	}
	if _, err := s.Office.Lift(ctx, two, ids[0]); !storetest.Is(err, acts.ErrDenied) {
		t.Errorf("one of them by itself: got %v, want ErrDenied", err)
	}
	if _, err := s.Office.LiftAll(ctx, s.StepUp("dario", policies.PersonLift, ids[0]), ids[:2]); !storetest.Is(err, acts.ErrDenied) {
		t.Errorf("a list after a grant for one: got %v, want ErrDenied", err)
	}
	if _, err := s.Office.LiftAll(ctx, two, ids[:2]); err != nil {
		t.Errorf("the list that was granted: %v", err)
	}
	shown := []office.NewPerson{{Username: "marta", Role: policies.IntakeWorker, Unit: s.Units[storetest.TownDesk], Language: "it"}}
	inviting := s.StepUp("dario", policies.PersonCreate, office.PeopleObject(shown))
	swapped := []office.NewPerson{shown[0]}
	swapped[0].Role = policies.Lead
	if _, _, err := s.Office.CreatePeople(ctx, inviting, swapped); !storetest.Is(err, acts.ErrDenied) {
		t.Errorf("the same name as a lead: got %v, want ErrDenied", err)
	}
	if made, _, err := s.Office.CreatePeople(ctx, inviting, shown); err != nil || len(made) != 1 {
		t.Errorf("what was granted: %d made, %v", len(made), err)
	}
	unit := []acts.Unit{{Agency: s.Agency, Kind: acts.KindDesk, Name: "Sportello nord"}}
	entering := s.StepUp("dario", policies.UnitCreate, office.UnitsObject(unit))
	other := []acts.Unit{unit[0]}
	other[0].Kind = acts.KindCentre
	if _, _, err := s.Office.CreateUnits(ctx, entering, other); !storetest.Is(err, acts.ErrDenied) {
		t.Errorf("the same name as a centre: got %v, want ErrDenied", err)
	}
}
