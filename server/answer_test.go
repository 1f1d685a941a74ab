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
