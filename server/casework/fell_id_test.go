package casework_test

import (
	"net/http"
	"testing"
)

// TestAttackClientChoosesAnID: a form that calls itself like a case file makes
// a contact of its own, with an id that nothing else has.
func TestAttackClientChoosesAnID(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	anna := s.Inside(t, "anna")
	got := anna.Post("/contatti/nuovo", "step", "3", "go", "close", "id", r.File, "speaker", "she", "name", "Rosa", "outcome", "thinking")
	if got.Leads == "/contatti/"+r.File {
		t.Error("FELL: a client chose the id of a contact, and it is the one of a case file")
	} else if got.Status != http.StatusSeeOther {
		t.Errorf("recording a contact: status %d", got.Status)
	}
}
