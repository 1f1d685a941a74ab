package server_test

import (
	"net/http"
	"testing"

	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
)

const insieme = "PuntoInsieme"

// TestNeedLeadsToAnotherDesk: who asks for help for somebody who cannot manage
// alone hears that another desk is there for it (founding text 003). The lead
// marks it in the directory; nothing is sent.
func TestNeedLeadsToAnotherDesk(t *testing.T) {
	w := storetest.New(t).Town()
	w.Enter(acts.Unit{Agency: w.Agency, Kind: acts.KindDesk, Name: insieme})
	s := serve(t, w)
	lucia, anna := s.signedIn("lucia"), s.signedIn("anna")
	entry := "/unita/" + w.Units[insieme] + "/elenco"
	lucia.says(lucia.get("/centri"), "Voci dell’elenco", insieme, storetest.TownDesk)
	lucia.silent(lucia.page, storetest.TownOther)
	anna.silent(anna.get("/centri"), "Voci dell’elenco")
	for _, closed := range []string{w.Units[storetest.TownOther], w.Units[storetest.Ginestra]} {
		lucia.status(lucia.get("/unita/"+closed+"/elenco"), http.StatusNotFound)
	}
	anna.status(anna.get(entry), http.StatusNotFound)

	step3 := func(b *client, needs ...string) answer {
		list := []string{"id", "", "step", "2", "go", "next", "speaker", "she"}
		for _, n := range needs {
			list = append(list, "needs", n)
		}
		b.get("/contatti/nuovo")
		list[1] = b.hidden("id")
		return b.status(b.post("/contatti/nuovo", list...), http.StatusOK)
	}
	anna.silent(step3(anna, "care"), insieme, "Altri servizi da dirle")

	lucia.get(entry)
	lucia.status(lucia.post(entry, "version", lucia.hidden("version"), "cost", "dipende"), http.StatusUnprocessableEntity)
	lucia.stepUp("lucia", entry, "version", lucia.hidden("version"), "hours", "lun-ven 8:30-13", "phone", "000 000 0155", "cost", "free", "needs", "care", "needs", "health")
	lucia.leads(lucia.page, entry)
	anna.says(step3(anna, "care", "listen"), "Altri servizi da dirle", "Per questo bisogno c’è anche:", insieme, "lun-ven 8:30-13", "000 000 0155", "È gratuito")
	anna.silent(step3(anna, "listen"), insieme)
	anna.says(step3(anna, "health"), "Salute", insieme)
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
	s := serve(t, w)
	anna, bruna, lucia := s.signedIn("anna"), s.signedIn("bruna"), s.signedIn("lucia")
	centres := "/schede/" + out.CaseID + "/centro"
	anna.says(anna.get(centres), "La Ginestra", "È gratuito")
	anna.silent(anna.page, "Non è gratuito")

	entry := "/unita/" + w.Units[storetest.Ginestra] + "/elenco"
	bruna.get(entry)
	bruna.stepUp("bruna", entry, "version", bruna.hidden("version"), "cost", "not_free", "phone", "000 000 0201")
	anna.says(anna.get(centres), "Non è gratuito", "È gratuito") // Le Lucciole still is

	const said = "Tutto quello che facciamo qui per lei è gratuito."
	third := func() answer {
		anna.get("/contatti/nuovo")
		return anna.status(anna.post("/contatti/nuovo", "id", anna.hidden("id"), "step", "2", "go", "next", "speaker", "she", "needs", "listen"), http.StatusOK)
	}
	anna.silent(third(), said)
	entry = "/unita/" + w.Units[storetest.TownDesk] + "/elenco"
	lucia.get(entry)
	lucia.stepUp("lucia", entry, "version", lucia.hidden("version"), "cost", "free", "needs", "listen")
	anna.says(third(), said)
	anna.silent(anna.page, "Altri servizi da dirle") // she is there already
}
