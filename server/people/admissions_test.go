package people_test

import (
	"net/http"
	"testing"
)

func TestColleagueUnlocksAFactor(t *testing.T) {
	s := site.Standard(t)
	elena := s.JoinDesk("elena")
	s.Lock("elena")
	b := s.Inside(t, "anna")
	b.Says(b.Get("/ammissioni"), "Sblocca il suo telefono")
	b.Leads(b.StepUp("anna", "/ammissioni/"+elena.ID+"/sblocca"), "/ammissioni")
	b.Says(b.Follow(), "Sbloccato.")
	again := s.Client(t)
	again.Leads(again.Enter(elena), "/")
	b.Status(b.StepUp("anna", "/ammissioni/"+elena.ID+"/sblocca"), http.StatusConflict)
	b.Status(b.StepUp("anna", "/ammissioni/"+s.People["bruna"].ID+"/sblocca"), http.StatusNotFound)
}
