package casework_test

import (
	"net/http"
	"testing"
)

// TestHerTownIsAskedNotGuessed: a town of one alone gets its whole name; of two of one
// name the page asks which, and takes that she does not say; what is no town of Italy
// stays as it was typed.
func TestHerTownIsAskedNotGuessed(t *testing.T) {
	s := site.Town(t)
	path := "/schede/" + s.Fill(t).File + "/persona"
	b := s.Inside(t, "anna")
	for _, save := range []struct{ typed, pick, kept string }{
		{"l aquila", "", "L'Aquila (AQ)"}, {"Castro", "Castro (BG)", "Castro (BG)"}, {"Castro", "Castro", "Castro"}, {"Tirana", "", "Tirana"}, {"San", "", "San"},
	} {
		b.Get(path)
		b.Status(b.Post(path, "version", b.Hidden("version"), "town", save.typed, "town_pick", save.pick), http.StatusSeeOther)
		b.Says(b.Get(path), `name="town" value="`+save.kept+`"`)
	}
	b.Get(path)
	b.Says(b.Status(b.Post(path, "version", b.Hidden("version"), "town", "castro", "alias", "Mai persa", "town_pick", "Roma (RM)"), http.StatusUnprocessableEntity),
		"Più comuni corrispondono", `value="Castro (LE)"`, `value="Castro (BG)"`, `name="town_pick" value="castro"`, `value="Mai persa"`)
}
