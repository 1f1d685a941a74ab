package server_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/referrals/store/storetest"
)

// TestPageSentTwiceIsKeptOnce: a double click, or the page before sent again.
func TestPageSentTwiceIsKeptOnce(t *testing.T) {
	f := storetest.NewFlow(t)
	s := serve(t, f.World)
	anna := s.signedIn("anna")
	file := "/schede/" + f.Case
	note := file + "/diario/nuova"
	anna.get(note)
	form := anna.hidden("form")
	for range 2 {
		anna.leads(anna.post(note, "form", form, "kind", "phone", "text", "Ha chiamato dal lavoro."), file+"/diario")
	}
	if n := strings.Count(anna.get(file+"/diario").body, "Ha chiamato dal lavoro."); n != 1 {
		t.Errorf("the diary holds %d notes of one form", n)
	}
	again := anna.status(anna.post(note, "form", form, "kind", "phone", "text", "Ha chiamato di nuovo."), http.StatusConflict)
	anna.says(again, "già stato salvato, con altre parole", "Ha chiamato di nuovo.")
	if anna.hidden("form") == form {
		t.Fatal("what was typed stays in the form that was sent")
	}
	anna.leads(anna.post(note, "form", anna.hidden("form"), "kind", "phone", "text", "Ha chiamato di nuovo."), file+"/diario")
	anna.says(anna.follow(), "Ha chiamato dal lavoro.", "Ha chiamato di nuovo.")

	anna.get("/invii/" + f.Consent)
	form = anna.hidden("form")
	for range 2 {
		anna.leads(anna.post("/invii/"+f.Consent+"/messaggi", "form", form, "text", "Viene giovedì."), "/invii/"+f.Consent)
	}
	if n := strings.Count(anna.get("/invii/"+f.Consent).body, "Viene giovedì."); n != 1 {
		t.Errorf("the referral holds %d messages of one form", n)
	}

	centre := file + "/centri/" + f.Units["centre"]
	anna.get(centre)
	form = anna.hidden("form")
	anna.post(centre, "form", form, "way", "we_send", "chose", "yes")
	if got := anna.hidden("form"); got != form {
		t.Fatal("the mark of the form is lost between the steps")
	}
	list := []string{"form", form, "step", "2", "go", "next", "fields", "alias", "given", "spoken", "urgency", "today", "heard", "yes", "text_lang", "it", "beside", "besides", "purpose", "legal"}
	for _, mark := range anna.hiddens("shown") {
		list = append(list, "shown", mark)
	}
	first := anna.status(anna.post(centre+"/invio", list...), http.StatusSeeOther)
	if again := anna.post(centre+"/invio", list...); again.leads != first.leads || first.leads == "" {
		t.Errorf("the same authorisation leads to %q, then to %q", first.leads, again.leads)
	}
	changed := anna.status(anna.post(centre+"/invio", append(list, "fields", "request")...), http.StatusConflict)
	anna.says(changed, "già stato salvato, con altre parole")
}
