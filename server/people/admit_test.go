package people_test

import (
	"testing"

	"sportello/policies"
)

// TestANameThatExistedIsAnother: an administrator can give the name of somebody who
// left to anybody; whoever would admit her reads so.
func TestANameThatExistedIsAnother(t *testing.T) {
	s := site.Standard(t)
	s.JoinDesk("lia")
	if err := s.TakeOut("anna", "lia", false); err != nil {
		t.Fatal(err)
	}
	anna := s.Inside(t, "anna")
	again, other := s.Invite("lia", policies.Lead, "desk"), s.Invite("mara", policies.IntakeWorker, "desk")
	anna.Says(anna.Get("/ammissioni/"+again.ID), "Una persona con questo nome utente è stata tolta", "Questo è un altro account")
	anna.Silent(anna.Get("/ammissioni/"+other.ID), "è stata tolta")
}
