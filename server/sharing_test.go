package server_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

// saysNow changes what she asks, as a colleague would meanwhile.
func saysNow(t *testing.T, f *storetest.Flow, request string) {
	t.Helper()
	v, _, err := f.Desk.OpenCase(t.Context(), f.Caller("anna"), f.Case, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	told := v.Told
	told.Request = request
	if _, err := f.Desk.Cases.SavePerson(t.Context(), f.Caller("anna"), f.Case, v.Version, cases.PersonForm{Alias: v.Card.Alias, Identity: *v.Identity, Told: told}); err != nil {
		t.Fatal(err)
	}
}

// TestPageOfChoicesIsWhatIsSent: what changes between the page and her word comes
// back shown as it is and not ticked; what changes between her word and sending is
// named, and nothing is sent.
func TestPageOfChoicesIsWhatIsSent(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna := s.SignedIn("anna")
	centre := "/schede/" + f.Case + "/centri/" + f.Units["centre"]
	anna.Get(centre)
	page := anna.Post(centre, "form", anna.Hidden("form"), "way", "we_send", "chose", "yes")
	anna.Says(page, "Numero di telefono", "Può rispondere", "Senza numero né e-mail")
	if got := servertest.Ticks(page.Body); len(got) != 0 {
		t.Fatalf("ticked before she said anything: %v", got)
	}
	answer := func() []string {
		list := []string{"form", anna.Hidden("form"), "step", "2", "go", "next", "given", "spoken", "urgency", "today", "heard", "yes", "text_lang", "it", "beside", "besides", "purpose", "legal"}
		for _, mark := range anna.Hiddens("shown") {
			list = append(list, "shown", mark)
		}
		return list
	}
	list := append(answer(), "fields", "alias", "fields", "request", "fields", "number")
	saysNow(t, f, "abita in via Verdi 3")
	again := anna.Status(anna.Post(centre+"/invio", list...), http.StatusConflict)
	anna.Says(again, "È cambiato da quando la donna", "abita in via Verdi 3")
	if got := strings.Join(servertest.Ticks(again.Body), " "); got != "alias number" {
		t.Errorf("after a change these are ticked: %s", got)
	}
	without := anna.Status(anna.Post(centre+"/invio", "form", anna.Hidden("form"), "step", "2", "go", "next", "given", "spoken", "urgency", "today", "heard", "yes", "text_lang", "it", "fields", "alias",
		"beside", "besides", "purpose", "legal"), http.StatusConflict)
	if got := servertest.Ticks(without.Body); len(got) != 0 {
		t.Errorf("without a mark these stay ticked: %v", got)
	}
	given := anna.Status(anna.Post(centre+"/invio", append(answer(), "fields", "alias", "fields", "request", "fields", "number")...), http.StatusSeeOther)
	anna.Says(anna.Get(given.Leads), "abita in via Verdi 3", "Conferma e invia")

	saysNow(t, f, "un'altra cosa")
	preview := anna.Get(given.Leads)
	anna.Says(preview, "Non si invia", "Richiesta, con le sue parole", "Chiedi un’autorizzazione nuova")
	anna.Silent(preview, "un'altra cosa", "Conferma e invia")
	anna.Says(anna.Status(anna.Post(given.Leads+"/invia"), http.StatusConflict), "Non si invia")
	if v, _, err := f.Desk.OpenCase(t.Context(), f.Caller("anna"), f.Case, storetest.Parts...); err != nil || len(v.Referrals) != 1 {
		t.Errorf("there are %d referrals, %v", len(v.Referrals), err)
	}
}

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
	_, form, _ = strings.Cut(form, `id="h-allowed"`)
	if !strings.Contains(form, "Quello che il centro può sapere") || !strings.Contains(form, f.Word("town")) || !strings.Contains(form, `name="text"`) {
		t.Errorf("beside the answer stands %s", form)
	}
	in := f.Authorise("alias")
	in.Feedback = "state"
	id := f.Refer(f.Other, in)
	page := bruna.Get("/arrivi/" + id)
	bruna.Says(page, "Chiedi allo sportello", "se il centro accoglie o no")
	bruna.Silent(page, `value="message"`, "Scrivi allo sportello")
	bruna.Says(bruna.Status(bruna.Post("/arrivi/"+id+"/messaggi", "form", bruna.Hidden("form"), "kind", "message", "text", "È tornata da lui."), http.StatusConflict), "Lei non ha permesso", "È tornata da lui.")
	bruna.Leads(bruna.Post("/arrivi/"+id+"/messaggi", "form", bruna.Hidden("form"), "kind", "question", "text", "Serve una culla?"), "/arrivi/"+id)
	bruna.Says(bruna.Get("/arrivi/"+f.Consent), `value="message"`, "Scrivi allo sportello")
}
