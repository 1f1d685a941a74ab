package server_test

import (
	"net/http"
	"regexp"
	"testing"

	"sportello/crypto"
	"sportello/referrals/store/storetest"
)

// TestContactWithoutANameHasALink: an open contact is gone on with from the
// Agenda, whether she said a name or not.
func TestContactWithoutANameHasALink(t *testing.T) {
	anna := site.Serve(t, storetest.New(t).Standard()).Inside(t, "anna")
	anna.Status(anna.Post("/contatti/nuovo", "step", "1", "go", "next", "id", crypto.NewID(), "speaker", "she"), http.StatusOK)
	id := anna.Hidden("id")
	anna.Says(anna.Get("/agenda"), `<a href="/contatti/`+id+`">Senza nome, iniziato alle `)
}

// TestHoursThatWereNotSaid: days without hours are no dash, on strip and Agenda.
func TestHoursThatWereNotSaid(t *testing.T) {
	anna := site.Serve(t, storetest.New(t).Standard()).Inside(t, "anna")
	form := []string{"step", "3", "go", "open_case", "id", crypto.NewID(), "speaker", "she", "name", "Irene", "outcome", "stay_in_touch", "ch_call", "yes", "number", "000 000 0177"}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		form = append(form, "days0", day)
	}
	anna.Status(anna.Post("/contatti/nuovo", form...), http.StatusSeeOther)
	anna.Follow()
	file := regexp.MustCompile(`/schede/[A-Z2-7]{26}`).FindString(anna.Page.Body)
	anna.Says(anna.Get(file), "tutti i giorni, a qualsiasi ora")
	anna.Says(anna.Get("/agenda"), "Irene", "tutto il giorno")
	anna.Silent(anna.Page, "fino alle")
}
