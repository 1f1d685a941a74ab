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
	s := site.Serve(t, f.World)
	anna := s.SignedIn("anna")
	file := "/schede/" + f.Case
	note := file + "/diario/nuova"
	anna.Get(note)
	form := anna.Hidden("form")
	for range 2 {
		anna.Leads(anna.Post(note, "form", form, "kind", "phone", "text", "Ha chiamato dal lavoro."), file+"/diario")
	}
	if n := strings.Count(anna.Get(file+"/diario").Body, "Ha chiamato dal lavoro."); n != 1 {
		t.Errorf("the diary holds %d notes of one form", n)
	}
	again := anna.Status(anna.Post(note, "form", form, "kind", "phone", "text", "Ha chiamato di nuovo."), http.StatusConflict)
	anna.Says(again, "già stato salvato, con altre parole", "Ha chiamato di nuovo.")
	if anna.Hidden("form") == form {
		t.Fatal("what was typed stays in the form that was sent")
	}
	anna.Leads(anna.Post(note, "form", anna.Hidden("form"), "kind", "phone", "text", "Ha chiamato di nuovo."), file+"/diario")
	anna.Says(anna.Follow(), "Ha chiamato dal lavoro.", "Ha chiamato di nuovo.")

	anna.Get("/invii/" + f.Consent)
	form = anna.Hidden("form")
	for range 2 {
		anna.Leads(anna.Post("/invii/"+f.Consent+"/messaggi", "form", form, "text", "Viene giovedì."), "/invii/"+f.Consent)
	}
	if n := strings.Count(anna.Get("/invii/"+f.Consent).Body, "Viene giovedì."); n != 1 {
		t.Errorf("the referral holds %d messages of one form", n)
	}

	centre := file + "/centri/" + f.Units["centre"]
	anna.Get(centre)
	form = anna.Hidden("form")
	anna.Post(centre, "form", form, "way", "we_send", "chose", "yes")
	if got := anna.Hidden("form"); got != form {
		t.Fatal("the mark of the form is lost between the steps")
	}
	list := []string{"form", form, "step", "1", "go", "next", "fields", "alias", "given", "spoken", "urgency", "today", "heard", "yes", "text_lang", "it", "beside", "besides", "purpose", "legal"}
	for _, mark := range anna.Hiddens("shown") {
		list = append(list, "shown", mark)
	}
	first := anna.Status(anna.Post(centre+"/invio", list...), http.StatusSeeOther)
	if again := anna.Post(centre+"/invio", list...); again.Leads != first.Leads || first.Leads == "" {
		t.Errorf("the same authorisation leads to %q, then to %q", first.Leads, again.Leads)
	}
	changed := anna.Status(anna.Post(centre+"/invio", append(list, "fields", "request")...), http.StatusConflict)
	anna.Says(changed, "già stato salvato, con altre parole")
}
