package server_test

import (
	"net/http"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
)

// handedOver is a service with three people in the social service and one task.
func handedOver(t *testing.T) (*site, string) {
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
	return serve(t, w), "/compiti/" + out.TaskID
}

func TestTaskHandOverPages(t *testing.T) {
	s, task := handedOver(t)
	sofia, sara, livia, anna := s.signedIn("sofia"), s.signedIn("sara"), s.signedIn("livia"), s.signedIn("anna")
	sofia.says(sofia.get(task), "Lo prendo io", "Non ancora affidato", "Mirela")
	sofia.silent(sofia.page, "Affida a", "Fatto, senza aprire")
	sara.get(task)
	sofia.leads(sofia.post(task+"/prendi"), task)
	sofia.says(sofia.follow(), "Affidato a", "sofia", "Fatto, senza aprire")
	late := sara.status(sara.post(task+"/prendi"), http.StatusConflict)
	sara.says(late, "Intanto il compito è cambiato", "sofia")
	sara.silent(late, "Lo prendo io", "Fatto, senza aprire")
	sara.says(sara.status(sara.post(task, "go", "done"), http.StatusConflict), "Intanto il compito è cambiato")
	anna.says(anna.get("/agenda"), "Chiesto al servizio sociale", "Mirela", "Affidato a", "sofia")

	sofia.says(sofia.status(sofia.post(task+"/restituisci", "reason", "perché sì"), http.StatusUnprocessableEntity), "Perché si restituisce")
	sofia.leads(sofia.post(task+"/restituisci", "reason", "time"), "/agenda")
	sofia.says(sofia.follow(), "Non si riesce entro la data")
	anna.says(anna.get("/agenda"), "Non ancora affidato", "Non si riesce entro la data")

	livia.says(livia.get(task), "Affida a", "Restituito")
	livia.leads(livia.post(task+"/affida", "version", livia.hidden("version"), "colleague", s.People["sara"].ID), task)
	livia.says(livia.follow(), "Affidato a", "sara")
	sara.leads(sara.post(task, "go", "done"), "/agenda")
	anna.silent(anna.get("/agenda"), "Chiesto al servizio sociale")
	sofia.silent(sofia.get("/agenda"), task)
}
