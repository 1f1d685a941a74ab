package server_test

import (
	"net/http"
	"testing"

	"sportello/referrals/store/storetest"
)

func TestDeclineIsReadOnItsPage(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := site.Serve(t, f.World).SignedIn("anna")
	page := "/invii/" + f.Declined
	anna.Says(anna.Get("/agenda"), "Il centro non può accogliere", page)
	anna.Says(anna.Get("/schede/"+f.Other), "Leggere la risposta del centro")
	anna.Says(anna.Get(page), "Che cosa si fa adesso", "Visto")
	anna.Says(anna.Status(anna.Post(page+"/visto"), http.StatusUnprocessableEntity), "Scegliere una delle risposte.")
	anna.Leads(anna.Post(page+"/visto", "after_answer", "another_centre"), "/schede/"+f.Other+"/centro")
	anna.Says(anna.Follow(), "Risposta segnata come vista.")
	anna.Silent(anna.Get("/agenda"), page)
	anna.Says(anna.Get(page), "Visto. Adesso:", "Si sceglie con lei un altro centro")
	anna.Status(anna.Post(page+"/visto", "after_answer", "nothing"), http.StatusConflict)
}

// TestInboxLeadsSomewhere: what the centre can no longer open has no link in
// its inbox, and no urgency that nobody knows any more.
func TestInboxLeadsSomewhere(t *testing.T) {
	f := storetest.NewFlow(t)
	untilReply := f.Authorise("alias")
	untilReply.UntilReply = true
	answered := f.Refer(f.Other, untilReply)
	if _, err := f.Desk.Sharing.Decline(t.Context(), f.Caller("bruna"), answered, "full"); err != nil {
		t.Fatal(err)
	}
	bruna := site.Serve(t, f.World).SignedIn("bruna")
	bruna.Silent(bruna.Get("/arrivi"), answered, "Voce non nota")
	bruna.Says(bruna.Get("/arrivi"), "Il centro non può accogliere", "/arrivi/"+f.Declined)
	bruna.Status(bruna.Get("/arrivi/"+f.Declined), http.StatusOK)
	bruna.Status(bruna.Get("/arrivi/"+answered), http.StatusNotFound)
}
