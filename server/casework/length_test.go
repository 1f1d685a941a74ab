package casework_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestWhatAFormTakesIsTaken: as many characters as the field of the contact's request and
// of its name let somebody type, whatever they take in bytes.
func TestWhatAFormTakesIsTaken(t *testing.T) {
	s := site.Standard(t)
	b := s.Inside(t, "anna")
	for _, c := range []struct{ name, request string }{
		{strings.Repeat("\u0641", 120), strings.Repeat("\u0641", 8000)},
		{strings.Repeat("\U0001F642", 60), strings.Repeat("\U0001F642", 4000)},
		{strings.Repeat("\u6797", 120), strings.Repeat("\u6797\r\n", 4000)},
	} {
		b.Get("/contatti/nuovo")
		got := b.Post("/contatti/nuovo", "id", b.Hidden("id"), "step", "2", "go", "next", "speaker", "she", "name", c.name, "request", c.request)
		b.Says(b.Status(got, http.StatusOK), "3. ", c.name)
	}
	b.Get("/contatti/nuovo")
	got := b.Post("/contatti/nuovo", "id", b.Hidden("id"), "step", "2", "go", "next", "speaker", "she", "request", strings.Repeat("\u0641", 20_001))
	b.Says(b.Status(got, http.StatusUnprocessableEntity), "troppo lungo")
}
