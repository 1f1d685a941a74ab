package sending_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

// TestUnconfirmedCentreIsMarkedWhereItIsChosen: anybody who can enter a unit can
// give it the name of a true centre and a number of his own. Where a centre is
// chosen with her, one whose words this desk never compared stands last and says
// so, one that nobody founded is not there, and nothing is asked of her for it.
func TestUnconfirmedCentreIsMarkedWhereItIsChosen(t *testing.T) {
	const sentence, other = "Prima di dare questo numero confrontate le parole con il centro", "345 6660666"
	w := storetest.New(t).Town()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: "choose", OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: "Mirela"}})
	if err != nil {
		t.Fatal(err)
	}
	onlyEntered := w.Enter(acts.Unit{Agency: w.Agency, Kind: acts.KindCentre, Name: "Centro inserito", Phone: other})
	fake := w.Enter(acts.Unit{Agency: w.Agency, Kind: acts.KindCentre, Name: "A " + storetest.Ginestra, Phone: other})
	w.Found("A "+storetest.Ginestra, acts.KindCentre, "finta", policies.CentreWorker)
	anna := site.Serve(t, w).Inside(t, "anna")
	root := "/schede/" + out.CaseID

	page := servertest.Main(anna.Get(root + "/centro").Body)
	cards := strings.Split(page, `<li class="case-card calm">`)[1:]
	if len(cards) != 3 {
		t.Fatalf("%d centres are offered, want the confirmed one and two that are not", len(cards))
	}
	for i, card := range cards {
		if marked := strings.Contains(card, "Nuovo, non confermato"); marked != (i > 0) {
			t.Errorf("centre %d is marked %v: %s", i+1, marked, card)
		}
	}
	if !strings.Contains(cards[0], "000 000 0201") {
		t.Errorf("the centre whose words were compared does not stand first: %s", cards[0])
	}
	if strings.Contains(page, "Centro inserito") {
		t.Error("a centre that nobody founded is offered")
	}
	anna.Status(anna.Get(root+"/centri/"+onlyEntered), http.StatusNotFound)

	anna.Says(anna.Get(root+"/centri/"+fake), "Nuovo, non confermato", sentence, `href="/centri/`+fake+`"`)
	got := anna.Status(anna.Post(root+"/centri/"+fake, "form", anna.Hidden("form"), "way", "we_send", "chose", "yes"), http.StatusUnprocessableEntity)
	anna.Says(got, "Prima una persona di questo sportello confronta le quattro parole con il centro.", sentence)
	anna.Silent(got, "Che cosa condividere")

	genuine := root + "/centri/" + w.Units[storetest.Ginestra]
	anna.Silent(anna.Get(genuine), "Nuovo, non confermato", sentence)
	anna.Says(anna.Status(anna.Post(genuine, "form", anna.Hidden("form"), "way", "we_send", "chose", "yes"), http.StatusOK), "Che cosa condividere")
}
