package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

// handedOver is a service with three people in the social service and one task.
func handedOver(t *testing.T) (*servertest.Site, string) {
	t.Helper()
	w := storetest.New(t).Standard()
	w.Join("service", "sara", policies.SocialWorker, "sofia")
	w.Join("service", "livia", policies.Lead, "sofia")
	w.Name("livia", "sara")
	for by, others := range map[string][]string{"sara": {"sofia", "livia"}, "livia": {"sofia", "sara"}} {
		who := w.SignIn(by)
		for _, other := range others {
			if _, err := w.House.Confirm(t.Context(), who, w.People[other].ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: crypto.NewID(), Service: w.Units["service"], OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "social_service", Alias: "Mirela", Request: "Un colloquio"}})
	if err != nil {
		t.Fatal(err)
	}
	return site.Serve(t, w), "/compiti/" + out.TaskID
}

func TestTaskHandOverPages(t *testing.T) {
	s, task := handedOver(t)
	sofia, sara, livia, anna := s.Inside(t, "sofia"), s.Inside(t, "sara"), s.Inside(t, "livia"), s.Inside(t, "anna")
	sofia.Says(sofia.Get(task), "Lo prendo io", "Non ancora affidato", "Mirela")
	sofia.Silent(sofia.Page, "Affida a", "Fatto, senza aprire")
	sara.Get(task)
	sofia.Leads(sofia.Post(task+"/prendi"), task)
	sofia.Says(sofia.Follow(), "Affidato a", "sofia", "Fatto, senza aprire")
	late := sara.Status(sara.Post(task+"/prendi"), http.StatusConflict)
	sara.Says(late, "Intanto il compito è cambiato", "sofia")
	sara.Silent(late, "Lo prendo io", "Fatto, senza aprire")
	sara.Says(sara.Status(sara.Post(task, "go", "done"), http.StatusConflict), "Intanto il compito è cambiato")
	anna.Says(anna.Get("/agenda"), "Chiesto al servizio sociale", "Mirela", "Affidato a", "sofia")

	sofia.Says(sofia.Status(sofia.Post(task+"/restituisci", "reason", "perché sì"), http.StatusUnprocessableEntity), "Perché si restituisce")
	sofia.Leads(sofia.Post(task+"/restituisci", "reason", "time"), "/agenda")
	sofia.Says(sofia.Follow(), "Non si riesce entro la data")
	anna.Says(anna.Get("/agenda"), "Non ancora affidato", "Non si riesce entro la data")

	livia.Says(livia.Get(task), "Affida a", "Restituito")
	livia.Leads(livia.Post(task+"/affida", "version", livia.Hidden("version"), "colleague", s.People["sara"].ID), task)
	livia.Says(livia.Follow(), "Affidato a", "sara")
	sara.Leads(sara.Post(task, "go", "done"), "/agenda")
	anna.Silent(anna.Get("/agenda"), "Chiesto al servizio sociale")
	sofia.Silent(sofia.Get("/agenda"), task)
}

// TestContactInTheTaskIsTakenBack: the desk sees what a task carries and takes it out.
func TestContactInTheTaskIsTakenBack(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna, sofia := s.Inside(t, "anna"), s.Inside(t, "sofia")
	contact := []string{"id", "form-1", "step", "3", "outcome", "social_service", "service", f.Units["service"], "speaker", "she", "name", "Nora",
		"ch_call", "yes", "ch_sms", "never", "number", "333 5555555", "from0", "09:00", "to0", "10:00", "code_word", "mimosa"}
	page := anna.Post("/contatti/nuovo", append(contact, "go", "stay")...)
	anna.Says(page, "333 5555555", "Si segna solo quello che dice lei")
	if got := servertest.Ticks(page.Body); len(got) != 0 {
		t.Errorf("ticked before she said anything: %v", got)
	}
	done := anna.Status(anna.Post("/contatti/nuovo", append(contact, "go", "open_case", "share", "number")...), http.StatusSeeOther)
	file := regexp.MustCompile(`/schede/[A-Z2-7]{26}`).FindString(anna.Get(done.Leads).Body)
	revoke := regexp.MustCompile(`/compiti/[A-Z2-7]{26}/revoca`).FindString(anna.Get(file).Body)
	task := strings.TrimSuffix(revoke, "/revoca")
	sofia.Says(sofia.Get(task), "333 5555555", "Nora")
	sofia.Silent(sofia.Page, "mimosa", "SMS")
	anna.Says(anna.Get(revoke), "Numero di telefono", "Togli il contatto dal compito")
	anna.Says(anna.Status(anna.Post(revoke), http.StatusUnprocessableEntity), "Scrivere come è stata riconosciuta")
	anna.Leads(anna.Post(revoke, "recognised", "code_word"), revoke)
	anna.Says(anna.Follow(), "Tolto.", "Contattare solo tramite lo sportello", "Non c’è niente da togliere")
	anna.Leads(anna.Post(revoke, "recognised", "code_word"), revoke)
	sofia.Silent(sofia.Get(task), "333 5555555")
	sofia.Says(sofia.Page, "Contattare solo tramite lo sportello")
}
