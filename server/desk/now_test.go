package desk_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/reports"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

// told records a contact of a woman in danger whose line dropped.
func told(t *testing.T, w *storetest.World, change func(*cases.NewContact)) cases.Recorded {
	t.Helper()
	in := cases.NewContact{Form: crypto.NewID(), Contact: cases.Contact{Speaker: "she", Channel: "phone", Danger: "yes", Children: "with_her", Alias: "Ines",
		CallBack: "347 555 0199", Overheard: map[string]string{"call_back": "yes"}, Outcome: "line_dropped"}}
	if change != nil {
		change(&in)
	}
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestHowItEndedIsSaidByTwo: her no brings up with whom it is decided, and what was
// typed stays.
func TestHowItEndedIsSaidByTwo(t *testing.T) {
	w := storetest.New(t).Wide()
	out := told(t, w, nil)
	now := "/contatti/" + out.ContactID + "/adesso"
	anna := site.Serve(t, w).Inside(t, "anna")
	anna.Says(anna.Get(now), "Ines", "In pericolo", "gina", "112")
	page := anna.Status(anna.Post(now, "mark", "danger", "go", "end", "end", "her_no"), http.StatusUnprocessableEntity)
	anna.Says(page, "Scrivere con chi è stato deciso adesso", `value="her_no" autocomplete="off" checked`)
	anna.Leads(anna.Post(now, "mark", "danger", "go", "take"), "/agenda")
	anna.Says(anna.Get(now), "La segue", "anna")
	anna.Leads(anna.Post(now, "mark", "danger", "go", "end", "end", "her_no", "end_text", "gina"), "/agenda")
	anna.Says(anna.Get(now), "Linea caduta")
	anna.Leads(anna.Post(now, "mark", "danger", "go", "end", "end", "arrived"), "/agenda") // in another tab, before
	anna.Leads(anna.Post(now, "mark", "dropped", "go", "end", "end", "spoke"), "/agenda")
	anna.Leads(anna.Get(now), "/contatti/"+out.ContactID)
}

// TestNumberIsOnThePageWhileTheLeaveHolds: and in no byte of it afterwards.
func TestNumberIsOnThePageWhileTheLeaveHolds(t *testing.T) {
	w := storetest.New(t).Wide()
	out := told(t, w, nil)
	back := "/contatti/" + out.ContactID + "/richiama"
	anna := site.Serve(t, w).Inside(t, "anna")
	for left := 3; left > 0; left-- {
		anna.Says(anna.Get(back), "347 555 0199", strconv.Itoa(left)+" tentativ")
		anna.Leads(anna.Post(back, "version", anna.Hidden("version"), "outcome", "no_answer"), back)
	}
	over := anna.Get(back)
	anna.Says(over, "Il permesso di richiamare è finito", "Non risponde")
	anna.Silent(over, "347 555 0199", "Registra la chiamata")

	out = told(t, w, func(in *cases.NewContact) { in.OpenCase = true })
	back = "/contatti/" + out.ContactID + "/richiama"
	anna.Get(back)
	page := anna.Status(anna.Post(back, "version", anna.Hidden("version"), "outcome", "other_person", "text", "era il corriere"), http.StatusUnprocessableEntity)
	anna.Says(page, "era il corriere", `value="other_person" autocomplete="off" checked`)
	anna.Leads(anna.Post(back, "version", anna.Hidden("version"), "outcome", "other_person", "said", "hung_up"), back)
	page = anna.Get(back)
	anna.Says(page, "Ha risposto un’altra persona")
	anna.Silent(page, "347 555 0199")
}

// TestListOfFiles: by last contact, hers and the unit's, and what is walled off from
// somebody is not on her list.
func TestListOfFiles(t *testing.T) {
	w := storetest.New(t).Wide()
	for range cases.ListPage {
		told(t, w, func(in *cases.NewContact) {
			in.OpenCase, in.Danger, in.Outcome, in.Alias = true, "no", "thinking", "Mirela"
		})
	}
	w.Clock.Add(24 * time.Hour)
	last := told(t, w, func(in *cases.NewContact) { in.OpenCase, in.Outcome, in.Alias = true, "thinking", "Zoe" })
	anna := site.Serve(t, w).Inside(t, "anna")
	page := anna.Get("/schede")
	anna.Says(page, last.Code, "In pericolo", "Da 1 a 50, di 51", "/schede?da=50")
	anna.Says(anna.Get("/schede?da=50"), "Da 51 a 51, di 51")
	anna.Says(anna.Get("/schede?chi=mie"), "Da 1 a 50, di 51")
	anna.Says(anna.Get("/schede?stato=chiuse&da=-3"), "Nessuna scheda chiusa")
	anna.Says(anna.Get("/schede?da=x"), "Da 1 a 50, di 51")
}

// TestShiftEndsWhenAllIsInSomebodysHands: a colleague has to take what is handed to her;
// what is walled off from her is not handed to her.
func TestShiftEndsWhenAllIsInSomebodysHands(t *testing.T) {
	w := storetest.New(t).Wide()
	out := told(t, w, func(in *cases.NewContact) { in.OpenCase, in.CallBack, in.Outcome = true, "", "thinking" })
	other := told(t, w, func(in *cases.NewContact) { in.Outcome, in.CallBack = "info_only", "" })
	now, lia := "/schede/"+out.CaseID+"/adesso", w.People["lia"].ID
	s := site.Serve(t, w)
	anna := s.Inside(t, "anna")
	anna.Says(anna.Get("/turno"), out.Code, "Qualche riga non è ancora in mano")
	anna.Says(anna.Status(anna.Post("/turno"), http.StatusConflict), "Il turno non è passato")
	anna.Says(anna.Status(anna.Post(now, "mark", "danger", "go", "hand", "hand", "service"), http.StatusUnprocessableEntity), "Scrivere a chi e quando")
	for _, nobody := range []string{"", w.People["anna"].ID, w.People["sofia"].ID, "x"} {
		anna.Says(anna.Status(anna.Post(now, "mark", "danger", "go", "hand", "hand", "colleague", "colleague", nobody), http.StatusUnprocessableEntity), "Scegliere una collega")
	}
	v, _, err := w.Desk.OpenCase(t.Context(), w.Caller("anna"), out.CaseID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Desk.Walls.Set(t.Context(), w.StepUp("gina", policies.CaseWall, out.CaseID), out.CaseID, v.Version, walls.Change{Off: acts.List(lia)}); err != nil {
		t.Fatal(err)
	}
	anna = s.Inside(t, "anna") // the case's new key came to her
	anna.Says(anna.Status(anna.Post(now, "mark", "danger", "go", "hand", "hand", "colleague", "colleague", lia), http.StatusUnprocessableEntity), "Scegliere una collega")
	gina := w.People["gina"].ID
	anna.Leads(anna.Post(now, "mark", "danger", "go", "hand", "hand", "colleague", "colleague", gina), "/turno")
	anna.Leads(anna.Post("/contatti/"+other.ContactID+"/adesso", "mark", "danger", "go", "hand", "hand", "until_open", "hand_to", "alle 8:30 la chiama gina"), "/turno")
	anna.Says(anna.Status(anna.Post("/turno"), http.StatusConflict), "deve ancora confermare")
	if _, err := w.Desk.Cases.TakeNow(t.Context(), w.Caller("gina"), cases.Waits{Case: out.CaseID}, "danger"); err != nil {
		t.Fatal(err)
	}
	anna.Leads(anna.Post("/turno"), "/agenda")

	report := reports.NewReport{Form: typed.NewForm(), Report: reports.Report{Danger: "yes", Text: "si sente gridare"}, Reporter: reports.Reporter{Speaker: "someone"}}
	id, _, err := w.Desk.Reports.Record(t.Context(), w.Caller("anna"), report)
	if err != nil {
		t.Fatal(err)
	}
	anna.Says(anna.Get("/turno"), "Segnalazione", "/segnalazioni/"+id)
	anna.Silent(anna.Page, "si sente gridare")
	anna.Status(anna.Post("/turno"), http.StatusConflict)
}
