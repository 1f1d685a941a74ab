package people_test

import (
	"net/http"
	"testing"

	"sportello/policies"
)

func TestMemberIsRemoved(t *testing.T) {
	s := site.Standard(t)
	s.Join("desk", "elena", policies.IntakeWorker, "anna")
	elena, anna := s.Inside(t, "elena"), s.Inside(t, "anna")
	anna.Says(anna.Get("/ammissioni"), "elena", "Togli dall’unità")
	path := "/ammissioni/" + s.People["elena"].ID + "/togli"
	anna.Says(anna.Status(anna.Get(path), http.StatusOK), "elena")
	anna.Says(anna.Status(anna.Post(path), http.StatusUnprocessableEntity), "Scegliere una voce.")
	anna.Status(anna.Post("/ammissioni/"+s.People["anna"].ID+"/togli", "cause", "no"), http.StatusNotFound)
	anna.Leads(anna.StepUp("anna", path, "cause", "yes"), "/ammissioni")
	anna.Says(anna.Follow(), "Tolta dall’unità")
	anna.Silent(anna.Page, "elena")
	if _, _, err := s.Desk.ReadAgenda(t.Context(), anna.Caller()); err != nil || anna.Caller().Epoch() != 2 {
		t.Errorf("the new epoch is not in her session: %v", err)
	}
	elena.Leads(elena.Get("/ammissioni"), "/entra")
	if got := s.Store.Log().Epoch(s.Units["desk"]); got != 2 {
		t.Errorf("the unit's epoch is %d, want 2", got)
	}
	only := "/ammissioni/" + s.People["bruna"].ID + "/togli"
	anna.Status(anna.Post(only, "cause", "no"), http.StatusNotFound)
}
