package server_test

import (
	"net/http"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
)

// TestWitnessGivesTheSecondWord: anna asks the lead of another desk, whom lucia named;
// her page names no file, and anna hides it once she said yes.
func TestWitnessGivesTheSecondWord(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	s.Found("Sportello di Valdora", acts.KindDesk, "ida", policies.Lead)
	if _, err := s.House.NameWitness(t.Context(), s.StepUp("lucia", policies.UnitWitness, s.People["lucia"].Unit), s.People["ida"].ID); err != nil {
		t.Fatal(err)
	}
	lucia, anna, ida := s.Inside(t, "lucia"), s.Inside(t, "anna"), s.Inside(t, "ida")
	file := "/schede/" + r.File
	path, lead, second := file+"/muri", s.People["lucia"].ID, s.People["ida"].ID
	anna.Says(anna.Get(path), "ida · Sportello di Valdora")
	anna.Says(anna.Status(anna.Post(path+"/insieme", "off_leads", lead, "second", second, "stands", "second"), http.StatusUnprocessableEntity), "non apre la scheda")
	anna.Leads(anna.StepUp("anna", path+"/insieme", "off_leads", lead, "second", second, "stands", "me"), path)
	a, _, err := s.Desk.ReadAgenda(t.Context(), s.Entered(t, "ida").Caller)
	if err != nil || len(a.Witness) != 1 {
		t.Fatalf("it does not stand on her Agenda: %v", err)
	}
	hers := "/muri/" + a.Witness[0].ID
	ida.Says(ida.Get("/agenda"), hers, "Chiede la sua seconda parola")
	got := ida.Status(ida.Get(hers), http.StatusOK)
	ida.Says(got, "anna", "lucia", "Sportello distretto II")
	ida.Silent(got, r.File, "/schede/", "Rosa")
	lucia.Status(lucia.Get(hers), http.StatusNotFound)
	anna.Status(anna.Get(hers), http.StatusNotFound)
	anna.Status(anna.Post(path+"/"+a.Witness[0].ID+"/insieme"), http.StatusNotFound) // before her yes
	ida.Status(ida.Post(hers), http.StatusUnprocessableEntity)
	ida.Leads(ida.StepUp("ida", hers, "answer", "yes"), "/agenda")
	ida.Status(ida.Get(hers), http.StatusNotFound)
	lucia.Silent(lucia.Get("/agenda"), "seconda parola")
	anna.Says(anna.Get("/agenda"), "La seconda parola c’è")
	done := path + "/" + a.Witness[0].ID
	anna.Says(anna.Get(done), "ida", "ha detto sì", done+"/insieme")
	anna.Leads(anna.StepUp("anna", done+"/insieme"), file)
	lucia.Status(lucia.Get(path), http.StatusNotFound)
}
