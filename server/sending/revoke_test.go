package sending_test

import (
	"net/http"
	"testing"

	"sportello/referrals/store/storetest"
)

// TestNotRecognisedChangesNothing: the answer that she was not recognised is an
// answer, and the page says that nothing changed.
func TestNotRecognisedChangesNothing(t *testing.T) {
	f := storetest.NewFlow(t)
	anna := site.Serve(t, f.World).Inside(t, "anna")
	page := "/invii/" + f.Consent + "/revoca"
	anna.Says(anna.Status(anna.Post(page, "recognised", "not_recognised"), http.StatusUnprocessableEntity), "Non è stata riconosciuta: non è cambiato niente.")
	anna.Says(anna.Status(anna.Post(page), http.StatusUnprocessableEntity), "Scrivere come è stata riconosciuta")
	anna.Silent(anna.Get("/invii/"+f.Consent), "Revocato")
}
