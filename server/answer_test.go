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
