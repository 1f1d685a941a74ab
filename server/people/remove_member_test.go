package people_test

import (
	"net/http"
	"testing"

	"sportello/policies"
	"sportello/referrals/store/storetest"
)

// TestMemberIsRemoved: a worker proposes it, a colleague confirms it; the one concerned
// is shown nothing, and from then on opens nothing.
func TestMemberIsRemoved(t *testing.T) {
	s := site.Town(t)
	s.Join(storetest.TownDesk, "elena", policies.IntakeWorker, "anna")
	for _, name := range []string{"anna", "elena"} {
		if _, err := s.House.Confirm(t.Context(), s.Caller("lucia"), s.People[name].ID); err != nil {
			t.Fatalf("confirming %s: %v", name, err)
		}
	}
	elena, anna, lucia := s.Inside(t, "elena"), s.Inside(t, "anna"), s.Inside(t, "lucia")
	anna.Says(anna.Get("/ammissioni"), "elena", "Togli dall’unità")
	path := "/ammissioni/" + s.People["elena"].ID + "/togli"
	anna.Says(anna.Status(anna.Get(path), http.StatusOK), "elena", "Proponi di togliere")
	anna.Status(anna.Post(path, "cause", "no"), http.StatusNotFound) // not she alone
	anna.Says(anna.Status(anna.Post(path+"/proponi"), http.StatusUnprocessableEntity), "Scegliere una voce.")
	anna.Leads(anna.StepUp("anna", path+"/proponi", "cause", "no"), "/ammissioni")
	anna.Says(anna.Get(path), "Ritira la proposta")
	anna.Status(anna.Post(path, "cause", "no"), http.StatusNotFound)
	elena.Silent(elena.Get("/ammissioni"), "proposta")
	elena.Status(elena.Get(path), http.StatusNotFound)
	lucia.Says(lucia.Get(path), "Lo ha proposto", "anna", "Confermo")
	lucia.Leads(lucia.StepUp("lucia", path, "cause", "no"), "/ammissioni")
	lucia.Says(lucia.Follow(), "Tolta dall’unità")
	lucia.Silent(lucia.Page, "elena")
	elena.Leads(elena.Get("/ammissioni"), "/entra")
	if _, _, err := s.Desk.ReadAgenda(t.Context(), lucia.Caller()); err != nil || lucia.Caller().Epoch() != 2 {
		t.Errorf("the new epoch is not in her session: %v", err)
	}
	only := "/ammissioni/" + s.People["bruna"].ID + "/togli"
	lucia.Status(lucia.Post(only, "cause", "no"), http.StatusNotFound)
}

// TestLeadIsRemovedByTwo: the lead removes a worker alone; to remove the lead takes two,
// and the last who could confirm it is told what to do.
func TestLeadIsRemovedByTwo(t *testing.T) {
	s := site.Town(t)
	anna, lucia := s.Inside(t, "anna"), s.Inside(t, "lucia")
	path := "/ammissioni/" + s.People["lucia"].ID + "/togli"
	got := anna.StepUp("anna", path+"/proponi", "cause", "no")
	anna.Says(anna.Status(got, http.StatusConflict), "Chi amministra può sospendere")
	hers := "/ammissioni/" + s.People["anna"].ID + "/togli"
	lucia.Says(lucia.Get(hers), "Togli dall’unità")
	lucia.Leads(lucia.StepUp("lucia", hers, "cause", "no"), "/ammissioni")
	anna.Leads(anna.Get("/ammissioni"), "/entra")
}

// TestNewCasesAreRestricted: the lead says so, nobody else.
func TestNewCasesAreRestricted(t *testing.T) {
	s := site.Town(t)
	anna, lucia := s.Inside(t, "anna"), s.Inside(t, "lucia")
	anna.Status(anna.Get("/ammissioni/schede"), http.StatusNotFound)
	anna.Status(anna.Post("/ammissioni/schede", "restricted", "yes"), http.StatusNotFound)
	lucia.Says(lucia.Get("/ammissioni"), "Nuove schede")
	lucia.Status(lucia.Post("/ammissioni/schede", "restricted", "forse"), http.StatusUnprocessableEntity)
	lucia.Leads(lucia.StepUp("lucia", "/ammissioni/schede", "restricted", "yes"), "/ammissioni")
	roster, err := s.House.Roster(t.Context())
	if err != nil || !roster.Units[s.Units[storetest.TownDesk]].RestrictNew {
		t.Errorf("the unit says otherwise: %v", err)
	}
}
