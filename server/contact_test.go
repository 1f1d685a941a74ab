package server_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/referrals/store/storetest"
)

// TestContactThatGoesOnNeedsACase: "Restiamo in contatto" without a case file
// would leave nobody able to find her again. It is refused, nothing typed is
// lost, and the page leads to the file.
func TestContactThatGoesOnNeedsACase(t *testing.T) {
	anna := serve(t, storetest.New(t).Standard()).signedIn("anna")
	typed := []string{"step", "3", "go", "next", "id", crypto.NewID(), "speaker", "she", "name", "Irene", "request", "Un letto per due notti",
		"outcome", "stay_in_touch"}
	post := func(act string) answer {
		typed[3] = act
		return anna.post("/contatti/nuovo", typed...)
	}
	refused := anna.status(post("close"), http.StatusUnprocessableEntity)
	anna.says(refused, "Per restare in contatto serve una scheda", "Irene", "Un letto per due notti", `value="stay_in_touch" autocomplete="off" checked`)
	if i, j := strings.Index(refused.body, `value="open_case"`), strings.Index(refused.body, `value="close"`); i < 0 || i > j ||
		!strings.Contains(refused.body, `class="btn btn-primary go-case"`) {
		t.Errorf("opening a file is not the main button: %d, %d", i, j)
	}
	anna.status(post("add_case"), http.StatusUnprocessableEntity) // no file was chosen
	anna.status(post("open_case"), http.StatusSeeOther)
	anna.says(anna.follow(), "Contatto registrato", "Il suo codice", "può tenere a mente il codice", "Apri la scheda")

	anna.status(anna.post("/contatti/nuovo", "step", "3", "go", "close", "id", crypto.NewID(), "speaker", "she", "name", "Chiara", "outcome", "thinking"), http.StatusSeeOther)
	anna.says(anna.follow(), "Contatto registrato", "Chiara")
	anna.silent(anna.page, "Il suo codice", "tenere a mente il codice")
}

// TestContactWithoutANameHasALink: an open contact is gone on with from the
// Agenda, whether she said a name or not.
func TestContactWithoutANameHasALink(t *testing.T) {
	anna := serve(t, storetest.New(t).Standard()).signedIn("anna")
	id := crypto.NewID()
	anna.status(anna.post("/contatti/nuovo", "step", "1", "go", "next", "id", id, "speaker", "she"), http.StatusOK)
	anna.says(anna.get("/agenda"), `<a href="/contatti/`+id+`">Senza nome, iniziato alle `)
}
