package sending_test

import (
	"net/http"
	"slices"
	"testing"

	"sportello/policies"
	"sportello/referrals/store/storetest"
)

// TestLeavesOfAReferral: from "choose a centre" to "sent" the log has one leaf for
// each page and each thing done, and the case is not opened again for its strip.
func TestLeavesOfAReferral(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna := s.Inside(t, "anna")
	list, centre := "/schede/"+f.Case+"/centro", "/schede/"+f.Case+"/centri/"+f.Units["centre"]
	since := f.Store.Log().Size()
	anna.Says(anna.Get(list), "Scegli un centro")
	anna.Says(anna.Get(centre), "Come arrivare al centro")
	anna.Says(anna.Post(centre, "form", anna.Hidden("form"), "way", "we_send", "chose", "yes"), "Che cosa condividere")
	form := []string{"form", anna.Hidden("form"), "fields", "alias", "fields", "request"}
	for _, mark := range anna.Hiddens("shown") {
		form = append(form, "shown", mark)
	}
	anna.Status(anna.Post(centre+"/invio", append(form, "step", "1", "go", "preview")...), http.StatusOK)
	form = append(form, "step", "1", "go", "next", "given", "spoken", "urgency", "today", "heard", "yes", "text_lang", "it", "beside", "besides", "purpose", "legal")
	given := anna.Status(anna.Post(centre+"/invio", form...), http.StatusSeeOther)
	anna.Says(anna.Get(given.Leads), "Conferma e invia")
	anna.Status(anna.Post(given.Leads+"/invia"), http.StatusOK) // asks for passphrase and code
	sent := anna.StepUp("anna", given.Leads+"/invia")
	anna.Says(anna.Status(anna.Get(sent.Leads), http.StatusOK), "Inviato")
	acts := s.Acted(t, since)
	opened := 0
	for _, a := range acts {
		if a == string(policies.CaseOpen) {
			opened++
		}
	}
	if len(acts) > 12 || opened > 2 {
		t.Errorf("%d leaves, %d of them %s: %v", len(acts), opened, policies.CaseOpen, acts)
	}
	for _, a := range []policies.Action{policies.ConsentGive, policies.ReferralSend} {
		if !slices.Contains(acts, string(a)) {
			t.Errorf("no leaf says %s: %v", a, acts)
		}
	}
}
