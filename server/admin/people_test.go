package admin_test

import (
	"errors"
	"net/http"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
)

func TestAdministratorSuspendsAndLifts(t *testing.T) {
	s := site.Standard(t)
	b, anna := s.Administrator(), s.Inside(t, "anna")
	id := s.People["anna"].ID
	b.Get("/personale")
	b.Leads(b.StepUp("dario", "/personale/sospendi", "person", id), "/personale")
	b.Says(b.Follow(), "Sospesa")
	anna.Leads(anna.Get("/personale"), "/entra")
	if _, err := s.TrySignIn(s.People["anna"]); err == nil {
		t.Error("a suspended person signs in")
	}
	b.Leads(b.StepUp("dario", "/personale/riammetti", "person", id), "/personale")
	b.Says(b.Follow(), "La sospensione è tolta.")
	s.Inside(t, "anna")
	b.Get("/personale")
	b.Status(b.Post("/personale/riammetti", "person", id), http.StatusConflict)
	b.Status(b.Post("/personale/riammetti", "person", "NESSUNO"), http.StatusNotFound)
	b.Says(b.Status(b.Post("/personale/riammetti"), http.StatusUnprocessableEntity), "Segnare almeno una persona.")
	b.Status(b.Post("/personale/sospendi", "person", "NESSUNO"), http.StatusNotFound)
}

// TestNobodySuspendsHerself: neither by the page, which offers it for others
// only, nor by its form; and who alone administers stays.
func TestNobodySuspendsHerself(t *testing.T) {
	s := site.Standard(t)
	b := s.Administrator()
	dario := s.People["dario"]
	b.Says(b.Get("/personale"), `value="`+s.People["anna"].ID+`"`)
	b.Silent(b.Page, `value="`+dario.ID+`"`)
	b.Status(b.Post("/personale/sospendi", "person", dario.ID), http.StatusNotFound)
	console := acts.ConsoleCaller()
	if _, err := s.Door.Suspend(t.Context(), console, dario.ID); !errors.Is(err, office.ErrLastAdministrator) {
		t.Errorf("the last administrator: got %v", err)
	}
	s.Invite("elena", policies.Administrator, "")
	b.Leads(b.StepUp("dario", "/personale/sospendi", "person", s.People["elena"].ID), "/personale")
	if _, err := s.Door.Suspend(t.Context(), console, dario.ID); !errors.Is(err, office.ErrLastAdministrator) {
		t.Errorf("the last active administrator: got %v", err)
	}
	if _, err := s.Office.Lift(t.Context(), console, s.People["elena"].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Door.Suspend(t.Context(), console, dario.ID); err != nil {
		t.Errorf("one of two administrators: %v", err)
	}
	b.Leads(b.Get("/personale"), "/entra")
}

func TestAdministratorUnlocksAnother(t *testing.T) {
	s := site.Standard(t)
	ada := s.Invite("ada", policies.Administrator, "")
	s.Lock(ada.Username)
	b := s.Administrator()
	b.Says(b.Get("/personale"), "Sblocca")
	b.Leads(b.StepUp("dario", "/personale/sblocca", "person", ada.ID), "/personale")
	b.Says(b.Follow(), "Sbloccato.")
	s.SignedIn("ada")
	b.Status(b.StepUp("dario", "/personale/sblocca", "person", s.People["anna"].ID), http.StatusNotFound)
}
