package sending_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/referrals/cases"
	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

// TestPageOfChoicesIsWhatIsSent: what changes between the page and her word comes
// back shown as it is and not ticked; what changes between her word and sending is
// named, and nothing is sent.
func TestPageOfChoicesIsWhatIsSent(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna := s.Inside(t, "anna")
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
