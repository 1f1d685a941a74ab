package people_test

import (
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/server/servertest"
)

// Nobody outside the centre sets its key, and nobody without step-up.
func TestOnlyTheCentreSetsItsKey(t *testing.T) {
	s := site.Town(t)
	key := servertest.Identity(t).Recipient().String()
	for _, name := range []string{"anna", "lucia", "clara", "bruna"} {
		if _, err := s.House.SetCopyKey(t.Context(), s.Caller(name), key, 1); err != acts.ErrDenied {
			t.Errorf("%s without step-up: %v, want ErrDenied", name, err)
		}
	}
	for _, name := range []string{"anna", "lucia", "clara"} {
		if _, err := s.House.SetCopyKey(t.Context(), s.StepUp(name, policies.CopyKeySet, s.People[name].Unit), key, 1); err != acts.ErrDenied {
			t.Errorf("%s: %v, want ErrDenied", name, err)
		}
	}
}
