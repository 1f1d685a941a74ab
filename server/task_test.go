package server_test

import (
	"net/http"
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
	sofia, sara, livia, anna := s.SignedIn("sofia"), s.SignedIn("sara"), s.SignedIn("livia"), s.SignedIn("anna")
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
