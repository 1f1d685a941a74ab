package server_test

import (
	"context"
	"net/http"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/referrals/store/storetest"
)

// TestRescueStandsOnTheAgenda: the newcomer of a rescued unit comes in with
// passphrase and code; the auditor finds the rescue on her Agenda, and so does the
// desk that sends there, until it has compared the unit's words.
func TestRescueStandsOnTheAgenda(t *testing.T) {
	s := site.Serve(t, storetest.New(t).Wide())
	w, ctx, console := s.World, context.Background(), acts.ConsoleCaller()
	nora := w.Invite("nora", policies.SocialWorker, "service")
	if _, err := w.Door.Suspend(ctx, console, w.People["sofia"].ID); err != nil {
		t.Fatal(err)
	}
	b := s.Client(s.T)
	b.Says(b.Enter(nora), "In attesa di una collega")
	x, _, err := w.House.ExportRescue(ctx, console, w.Units["service"], "nora")
	if err != nil {
		t.Fatal(err)
	}
	file, _, err := units.Rewrap(w.Stretcher, w.Rescue, x, func() (units.Words, error) { return w.OwnWords(w.SignIn("nora"), 1), nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.House.ImportRescue(ctx, console, file); err != nil {
		t.Fatal(err)
	}
	anna, clara := s.SignedIn("anna"), s.SignedIn("clara")
	anna.Silent(anna.Get("/agenda"), "Centro da confermare a voce", "Unità riaperta con la chiave di recupero")

	b = s.Client(s.T)
	b.Enter(nora)
	b.Says(b.Status(b.Get("/ammissioni"), http.StatusOK), "nora", "chiave di recupero")
	b.Silent(b.Get("/agenda"), "Unità riaperta con la chiave di recupero")
	clara.Says(clara.Get("/agenda"), "Unità riaperta con la chiave di recupero", "/registro/accessi", "service")
	anna.Says(anna.Get("/agenda"), "Centro da confermare a voce", "/centri/"+w.Units["service"])
	anna.Says(anna.Get("/centri"), "Da confermare a voce")
	w.Pin("anna", "desk", "service", "nora")
	anna = s.SignedIn("anna")
	anna.Silent(anna.Get("/agenda"), "Centro da confermare a voce")
}
