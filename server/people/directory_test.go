package people_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/server/servertest"
)

func TestCentreKeepsItsEntry(t *testing.T) {
	s := site.Standard(t)
	b := s.Inside(t, "bruna")
	b.Says(b.Get("/ammissioni"), "Voce nell’elenco dei servizi")
	path := "/unita/" + s.Units["centre"] + "/elenco"
	b.Status(b.Get(path), http.StatusOK)
	version := b.Hidden("version")
	long := strings.Repeat("lunga ", 100)
	b.Says(b.Status(b.Post(path, "version", version, "town", "Atlantide", "area", long, "hours", servertest.Hostile), http.StatusUnprocessableEntity), long, servertest.Hostile, "È troppo lungo")
	b.Inert(b.Page)
	b.Status(b.Post(path, "version", "x"), http.StatusConflict)
	form := []string{"version", version, "area", "Castelli", "town", "roma", "hours", "lun-ven", "phone", "06 000", "needs", "listen", "needs", "spaceship", "languages", "ar"}
	b.Leads(b.StepUp("bruna", path, form...), path)
	b.Says(b.Follow(), "Voce salvata.", "Castelli", "06 000")
	b.Silent(b.Page, "spaceship")
	b.Status(b.StepUp("bruna", path, form...), http.StatusConflict)
	b.Status(b.Get("/unita/"+s.Units["service"]+"/elenco"), http.StatusNotFound)
	anna := s.Inside(t, "anna")
	anna.Status(anna.Get(path), http.StatusNotFound)
	anna.Status(anna.Post(path, form...), http.StatusNotFound)
}

// TestEntrysTownIsAskedNotGuessed: of two towns of one name the page asks which.
func TestEntrysTownIsAskedNotGuessed(t *testing.T) {
	s := site.Standard(t)
	b := s.Inside(t, "bruna")
	path := "/unita/" + s.Units["centre"] + "/elenco"
	b.Get(path)
	form := []string{"version", b.Hidden("version"), "cost", "free", "town", "castro"}
	b.Says(b.Status(b.Post(path, form...), http.StatusUnprocessableEntity), "Più comuni corrispondono", `name="town_pick" value="Castro (LE)"`, `value="Castro (BG)"`, `value="castro"`)
	b.Leads(b.StepUp("bruna", path, append(form, "town_pick", "Castro (LE)")...), path)
	b.Says(b.Follow(), `name="town" value="Castro (LE)"`)
}
