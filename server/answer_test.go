package server_test

import (
	"net/http"
	"testing"

	"sportello/referrals/store/storetest"
)

func TestDeclineIsReadOnItsPage(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := serve(t, f.World).signedIn("anna")
	page := "/invii/" + f.Declined
	anna.says(anna.get("/agenda"), "Il centro non può accogliere", page)
	anna.says(anna.get("/schede/"+f.Other), "Leggere la risposta del centro")
	anna.says(anna.get(page), "Che cosa si fa adesso", "Visto")
	anna.says(anna.status(anna.post(page+"/visto"), http.StatusUnprocessableEntity), "Scegliere una delle risposte.")
	anna.leads(anna.post(page+"/visto", "after_answer", "another_centre"), "/schede/"+f.Other+"/centro")
	anna.says(anna.follow(), "Risposta segnata come vista.")
	anna.silent(anna.get("/agenda"), page)
	anna.says(anna.get(page), "Visto. Adesso:", "Si sceglie con lei un altro centro")
	anna.status(anna.post(page+"/visto", "after_answer", "nothing"), http.StatusConflict)
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
	bruna := serve(t, f.World).signedIn("bruna")
	bruna.silent(bruna.get("/arrivi"), answered, "Voce non nota")
	bruna.says(bruna.get("/arrivi"), "Il centro non può accogliere", "/arrivi/"+f.Declined)
	bruna.status(bruna.get("/arrivi/"+f.Declined), http.StatusOK)
	bruna.status(bruna.get("/arrivi/"+answered), http.StatusNotFound)
}

// TestNotRecognisedChangesNothing: the answer that she was not recognised is an
// answer, and the page says that nothing changed.
func TestNotRecognisedChangesNothing(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := serve(t, f.World).signedIn("anna")
	page := "/invii/" + f.Consent + "/revoca"
	anna.says(anna.status(anna.post(page, "recognised", "not_recognised"), http.StatusUnprocessableEntity), "Non è stata riconosciuta: non è cambiato niente.")
	anna.says(anna.status(anna.post(page), http.StatusUnprocessableEntity), "Scrivere come è stata riconosciuta")
	anna.silent(anna.get("/invii/"+f.Consent), "Revocato")
}
