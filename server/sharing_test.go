package server_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

// TestNewNumberWaitsForPassphraseAndCode: the change is saved at once and takes the
// old number away; who is ticked learns the new one after passphrase and code.
func TestNewNumberWaitsForPassphraseAndCode(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna, bruna := s.SignedIn("anna"), s.SignedIn("bruna")
	safe := "/schede/" + f.Case + "/contatto-sicuro"
	page := anna.Get(safe)
	anna.Says(page, "Chi può sapere che cosa c’è di nuovo", "Adesso legge:")
	if got := servertest.Ticks(page.Body); len(got) != 0 {
		t.Errorf("ticked before she said anything: %v", got)
	}
	rule := []string{"version", anna.Hidden("version"), "recognised", "code_word", "ch_call", "yes", "number", "333 7654321", "from0", "09:00", "to0", "10:00", "answerer", "only_she"}
	asks := anna.Status(anna.Post(safe, append(rule, "tell", f.Consent)...), http.StatusOK)
	anna.Says(asks, "Contatto sicuro salvato", "La modifica è già salvata")
	received := "/arrivi/" + f.Consent
	bruna.Silent(bruna.Get(received), "333 7654321", f.Words["second number"])
	bruna.Says(bruna.Page, "Contattare solo tramite lo sportello")
	version := anna.Hidden("version")
	anna.Status(anna.Post(safe+"/novita", "version", version, "tell", f.Consent), http.StatusOK)
	bruna.Silent(bruna.Get(received), "333 7654321")
	anna.Leads(anna.StepUp("anna", safe+"/novita", "version", version, "tell", f.Consent), "/schede/"+f.Case)
	anna.Says(anna.Follow(), "Chi è stato segnato sa")
	bruna.Says(bruna.Get(received), "333 7654321")
	anna.Says(anna.Status(anna.StepUp("anna", safe+"/novita", "version", version, "tell", f.Consent), http.StatusConflict), "Nel frattempo è cambiato qualcosa")
	anna.Status(anna.StepUp("anna", safe+"/novita", "version", anna.Hidden("version"), "tell", f.Withdrawn), http.StatusConflict)
}

// TestWhatSheAllowedStandsBesideTheAnswer: on the desk's form, what the centre may
// know; on the centre's, what it may tell.
func TestWhatSheAllowedStandsBesideTheAnswer(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna, bruna := s.SignedIn("anna"), s.SignedIn("bruna")
	form := servertest.Main(anna.Get("/invii/" + f.Consent).Body)
	_, allowed, _ := strings.Cut(form, `id="h-allowed"`)
	if !strings.Contains(allowed, "Quello che il centro può sapere") || !strings.Contains(allowed, f.Word("town")) || !strings.Contains(form, `name="text"`) {
		t.Errorf("beside the answer stands %s", form)
	}
	in := f.Authorise("alias")
	in.Feedback = "state"
	id := f.Refer(f.Other, in)
	page := bruna.Get("/arrivi/" + id)
	bruna.Says(page, "Chiedi allo sportello", "se il centro accoglie o no")
	bruna.Silent(page, `value="message"`, "Scrivi allo sportello")
	bruna.Says(bruna.Status(bruna.Post("/arrivi/"+id+"/messaggi", "form", bruna.Hidden("form"), "kind", "message", "text", "È tornata da lui."), http.StatusConflict), "La donna non ha permesso", "È tornata da lui.")
	bruna.Leads(bruna.Post("/arrivi/"+id+"/messaggi", "form", bruna.Hidden("form"), "kind", "question", "text", "Serve una culla?"), "/arrivi/"+id)
	bruna.Says(bruna.Get("/arrivi/"+f.Consent), `value="message"`, "Scrivi allo sportello")
}
