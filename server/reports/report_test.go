package reports_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
	"sportello/server/servertest"
)

// report takes one down, as its page does, and returns its address.
func report(c *servertest.Client, more ...string) string {
	c.T.Helper()
	form := append([]string{"go", "save", "speaker", "someone", "text", "Sente gridare", "reporter", "Ines Vicina", "call_number", "333 111 7777", "source", "neighbour"}, more...)
	if !slices.Contains(more, "form") {
		form = append(form, "form", string(typed.NewForm()))
	}
	return c.Status(c.Post("/segnalazioni/nuova", form...), http.StatusSeeOther).Leads
}

// TestReportForm: what does not fit comes back filled; nothing asks where she is; sent
// twice it is one report.
func TestReportForm(t *testing.T) {
	s := site.Town(t)
	anna := s.Inside(t, "anna")
	got := anna.Status(anna.Post("/segnalazioni/nuova", "go", "save", "form", string(typed.NewForm()), "speaker", "body", "reporter", "Comando", "red_code", "yes", "red_day", "2020-01-01", "source", "hospital"),
		http.StatusUnprocessableEntity)
	anna.Says(got, "Comando", "Il codice rosso arriva da", "Numero pubblicato", "In pericolo adesso", "tel:112", "Non diciamo mai se conosciamo o no una persona. Vale per tutti.")
	if strings.Count(got.Body, `class="field-error"`) != 3 { // no text, the day is past, not from a hospital
		t.Errorf("%d fields are wrong", strings.Count(got.Body, `class="field-error"`))
	}
	anna.Silent(got, `name="where"`)
	form := string(typed.NewForm())
	before := strings.Count(anna.Get("/segnalazioni").Body, `class="case-card`)
	if first, again := report(anna, "form", form), report(anna, "form", form); first != again || strings.Count(anna.Get("/segnalazioni").Body, `class="case-card`) != before+1 {
		t.Errorf("a form sent twice made two reports: %s, %s", first, again)
	}
	got = anna.Status(anna.Post("/segnalazioni/nuova", "go", "save", "form", form, "speaker", "someone", "text", "Altro"), http.StatusConflict)
	anna.Says(got, "Altro")
}

// TestReportIsActedOn: danger first; what is done has who and when; about a child the lead
// decides, and 112 waits for nobody.
func TestReportIsActedOn(t *testing.T) {
	s := site.Town(t)
	anna, lucia := s.Inside(t, "anna"), s.Inside(t, "lucia")
	path := report(anna, "danger", "yes", "children", "with_her")
	got := anna.Get(path)
	anna.Says(got, "Com’è finito il pericolo?", "Sente gridare")
	anna.Silent(got, "Ines Vicina", "333 111 7777")
	anna.Says(anna.Status(anna.Post(path, "version", "1", "state", "closed"), http.StatusUnprocessableEntity), "prima registrare com’è finito")
	anna.Says(anna.Status(anna.Post(path+"/pericolo", "version", "1", "end", "not_reached"), http.StatusUnprocessableEntity), "Scrivere a chi è passato")
	anna.Status(anna.Post(path+"/pericolo", "version", "1", "end", "arrived"), http.StatusSeeOther)
	anna.Says(anna.Get(path), "Sono arrivati da lei")
	anna.Says(anna.Status(anna.Post(path, "version", "1", "state", "closed", "text", "Finita"), http.StatusConflict), "Finita")
	anna.Says(anna.Status(anna.Post(path, "version", "2", "state", "followed", "by_day", "2099-01-01"), http.StatusUnprocessableEntity), "Scegliere chi la segue")
	anna.Says(anna.Status(anna.Post(path, "version", "2", "state", "acted", "hour", "25:10"), http.StatusUnprocessableEntity), "25:10")
	anna.Status(anna.Post(path, "version", "2", "state", "acted", "hour", "10.30", "text", "Va una pattuglia"), http.StatusSeeOther)
	anna.Says(anna.Get(path), "alle 10:30", "Va una pattuglia", "anna")
	anna.Status(anna.Post(path, "version", "3", "state", "child"), http.StatusSeeOther)
	got = anna.Get(path)
	anna.Says(got, "decide chi è responsabile")
	anna.Silent(got, `name="state"`)
	anna.Status(anna.Post(path, "version", "4", "state", "closed"), http.StatusNotFound)
	lucia.Says(lucia.Get(path), `name="state"`)
	lucia.Status(lucia.Post(path, "version", "4", "state", "closed"), http.StatusSeeOther)
	lucia.Silent(lucia.Get("/segnalazioni"), path)
	if got := lucia.Get("/segnalazioni?stato=closed"); !strings.Contains(got.Body, path) {
		t.Error("a closed report is not on the list of its state")
	}
	lucia.Status(lucia.Get("/segnalazioni?stato=x"), http.StatusNotFound)
}

// TestWhoReportedIsAPageOfItsOwn: for whoever took the report, follows it or leads.
func TestWhoReportedIsAPageOfItsOwn(t *testing.T) {
	s := site.Town(t)
	join(t, s, "lia")
	anna, lia, lucia := s.Inside(t, "anna"), s.Inside(t, "lia"), s.Inside(t, "lucia")
	path := report(anna)
	anna.Says(anna.Get(path+"/chi"), "Ines Vicina", "333 111 7777")
	lucia.Says(lucia.Get(path+"/chi"), "Ines Vicina")
	lia.Status(lia.Get(path+"/chi"), http.StatusNotFound)
	got := lia.Get(path)
	lia.Says(got, "Sente gridare", "anna")
	lia.Silent(got, path+"/chi", "Ines Vicina")
	lia.Silent(lia.Get("/segnalazioni"), "Una persona del vicinato")
	lucia.Says(lucia.Get("/segnalazioni"), "Una persona del vicinato")
	anna.Status(anna.Post(path, "version", "1", "state", "followed", "worker", s.People["lia"].ID, "by_day", s.Clock.Now().AddDate(0, 0, 2).Format("2006-01-02")), http.StatusSeeOther)
	lia.Says(lia.Get(path+"/chi"), "Ines Vicina")
}

// TestReportIsLinkedByHerWill: from her file, with how she was recognised and her will said;
// then her walls hold for it, and no list tells whoever is walled off that it was linked.
func TestReportIsLinkedByHerWill(t *testing.T) {
	s := site.Town(t)
	join(t, s, "lia")
	r := s.Fill(t)
	anna, lia, lucia := s.Inside(t, "anna"), s.Inside(t, "lia"), s.Inside(t, "lucia")
	path, other := report(anna, "agreed", "yes"), report(anna, "text", "Altra cosa")
	id, file := path[len("/segnalazioni/"):], "/schede/"+r.File+"/segnalazioni"
	anna.Says(anna.Get(file), id, "Collegare una segnalazione")
	anna.Silent(anna.Get(file), "Sente gridare", "Ines Vicina")
	anna.Says(anna.Status(anna.Post(file, "report", id, "recognised", "in_person"), http.StatusUnprocessableEntity), "Senza la volontà della donna non si collega niente")
	anna.Says(anna.Status(anna.Post(file, "report", id, "recognised", "not_recognised", "wants", "yes"), http.StatusUnprocessableEntity), "field-error")
	anna.Status(anna.Post(file, "report", id, "recognised", "in_person", "wants", "yes"), http.StatusSeeOther)
	anna.Status(anna.Post(file, "report", id, "recognised", "in_person", "wants", "yes"), http.StatusSeeOther) // once more
	got := anna.Get(file)
	anna.Says(got, "Sente gridare", "Ines Vicina", "Una persona del vicinato") // who agreed
	anna.Silent(got, "333 111 7777", id)
	lia.Says(lia.Get("/segnalazioni?stato=linked"), path)
	s.Receipt(t)(s.Desk.Walls.Set(t.Context(), s.StepUp("lucia", policies.CaseWall, r.File), r.File, version(t, s, r.File), walls.Change{Off: acts.List("").With(s.People["lia"].ID)}))
	absent := lia.Get("/segnalazioni/" + strings.Repeat("A", 26))
	for _, p := range []string{path, path + "/chi"} {
		if got := lia.Get(p); got.Status != http.StatusNotFound || strings.ReplaceAll(got.Body, p, "") != strings.ReplaceAll(absent.Body, absent.Path, "") {
			t.Errorf("%s of a linked report, walled off: %d", p, got.Status)
		}
	}
	lia.Silent(lia.Get("/segnalazioni?stato=linked"), path)
	lia.Silent(lia.Get("/segnalazioni"), path)
	lia.Says(lia.Get("/segnalazioni"), other)
	lucia.Says(lucia.Get(path), "Sente gridare", "per sua volontà")
}

// join lets somebody work at the desk beside anna and lucia.
func join(t *testing.T, s *servertest.Site, name string) {
	t.Helper()
	s.Join(storetest.TownDesk, name, policies.IntakeWorker, "lucia")
	for _, colleague := range []string{"anna", "lucia"} {
		s.Receipt(t)(s.House.Confirm(t.Context(), s.Caller(colleague), s.People[name].ID))
		s.Receipt(t)(s.House.Confirm(t.Context(), s.SignIn(name), s.People[colleague].ID))
	}
}

func version(t *testing.T, s *servertest.Site, id string) int64 {
	t.Helper()
	v, _, err := s.Desk.OpenCase(t.Context(), s.Caller("anna"), id, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	return v.Version
}
