package server_test

import (
	"net/http"
	"testing"

	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

const insieme = "PuntoInsieme"

// TestNeedLeadsToAnotherDesk: who asks for help for somebody who cannot manage
// alone hears that another desk is there for it (founding text 003). The lead
// marks it in the directory; nothing is sent.
func TestNeedLeadsToAnotherDesk(t *testing.T) {
	w := storetest.New(t).Town()
	w.Enter(acts.Unit{Agency: w.Agency, Kind: acts.KindDesk, Name: insieme})
	s := site.Serve(t, w)
	lucia, anna := s.SignedIn("lucia"), s.SignedIn("anna")
	entry := "/unita/" + w.Units[insieme] + "/elenco"
	lucia.Says(lucia.Get("/centri"), "Voci dell’elenco", insieme, storetest.TownDesk)
	lucia.Silent(lucia.Page, storetest.TownOther)
	anna.Silent(anna.Get("/centri"), "Voci dell’elenco")
	for _, closed := range []string{w.Units[storetest.TownOther], w.Units[storetest.Ginestra]} {
		lucia.Status(lucia.Get("/unita/"+closed+"/elenco"), http.StatusNotFound)
	}
	anna.Status(anna.Get(entry), http.StatusNotFound)

	step3 := func(b *servertest.Client, needs ...string) servertest.Answer {
		list := []string{"id", "", "step", "2", "go", "next", "speaker", "she"}
		for _, n := range needs {
			list = append(list, "needs", n)
		}
		b.Get("/contatti/nuovo")
		list[1] = b.Hidden("id")
		return b.Status(b.Post("/contatti/nuovo", list...), http.StatusOK)
	}
	anna.Silent(step3(anna, "care"), insieme, "Altri servizi da dirle")

	lucia.Get(entry)
	lucia.Status(lucia.Post(entry, "version", lucia.Hidden("version"), "cost", "dipende"), http.StatusUnprocessableEntity)
	lucia.StepUp("lucia", entry, "version", lucia.Hidden("version"), "hours", "lun-ven 8:30-13", "phone", "000 000 0155", "cost", "free", "needs", "care", "needs", "health")
	lucia.Leads(lucia.Page, entry)
	anna.Says(step3(anna, "care", "listen"), "Altri servizi da dirle", "Per questo bisogno c’è anche:", insieme, "lun-ven 8:30-13", "000 000 0155", "È gratuito")
	anna.Silent(step3(anna, "listen"), insieme)
	anna.Says(step3(anna, "health"), "Salute", insieme)
}

// TestCostStandsInTheDirectory: a centre is free unless its entry says otherwise,
// and this desk says so to her when it is (founding text 004).
func TestCostStandsInTheDirectory(t *testing.T) {
	w := storetest.New(t).Town()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: "cost", OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: "Mirela"}})
	if err != nil {
		t.Fatal(err)
	}
	s := site.Serve(t, w)
	anna, bruna, lucia := s.SignedIn("anna"), s.SignedIn("bruna"), s.SignedIn("lucia")
	centres := "/schede/" + out.CaseID + "/centro"
	anna.Says(anna.Get(centres), "La Ginestra", "È gratuito")
	anna.Silent(anna.Page, "Non è gratuito")

	entry := "/unita/" + w.Units[storetest.Ginestra] + "/elenco"
	bruna.Get(entry)
	bruna.StepUp("bruna", entry, "version", bruna.Hidden("version"), "cost", "not_free", "phone", "000 000 0201")
	anna.Says(anna.Get(centres), "Non è gratuito", "È gratuito") // Le Lucciole still is

	const said = "Tutto quello che facciamo qui per lei è gratuito."
	third := func() servertest.Answer {
		anna.Get("/contatti/nuovo")
		return anna.Status(anna.Post("/contatti/nuovo", "id", anna.Hidden("id"), "step", "2", "go", "next", "speaker", "she", "needs", "listen"), http.StatusOK)
	}
	anna.Silent(third(), said)
	entry = "/unita/" + w.Units[storetest.TownDesk] + "/elenco"
	lucia.Get(entry)
	lucia.StepUp("lucia", entry, "version", lucia.Hidden("version"), "cost", "free", "needs", "listen")
	anna.Says(third(), said)
	anna.Silent(anna.Page, "Altri servizi da dirle") // she is there already
}
