package desk_test

import (
	"net/http"
	"testing"

	"sportello/referrals/store/storetest"
	"sportello/server/servertest"
)

// TestBadNameHidesNoWoman changes the row of a centre that a referral went to, before
// anything is remembered of it: the Agenda shows the women.
func TestBadNameHidesNoWoman(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	r := s.Fill(t)
	s.InFile(t, "UPDATE unit SET hours = 'mai' WHERE id = ?", s.Units[storetest.Ginestra])
	b := s.Inside(t, "anna")
	b.Says(b.Status(b.Get("/agenda"), http.StatusOK), servertest.CannotBeRead, r.Sent, r.Shut)
}

// TestBadColleagueHidesNoWoman changes the row of a colleague of somebody at work.
func TestBadColleagueHidesNoWoman(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	r := s.Fill(t)
	b := s.Inside(t, "anna")
	b.Silent(b.Status(b.Get("/agenda"), http.StatusOK), servertest.CannotBeRead)
	s.InFile(t, "UPDATE person SET language = 'en' WHERE id = ?", s.People["lucia"].ID)
	b.Says(b.Status(b.Get("/agenda"), http.StatusOK), servertest.CannotBeRead, r.Sent, r.Shut)
}
