package casework_test

import (
	"net/http"
	"strings"
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

// TestSearchFindsTheOthers changes the row of one case file: a search that found it
// and another shows the other.
func TestSearchFindsTheOthers(t *testing.T) {
	for name, change := range map[string]string{
		"its row":  "UPDATE case_file SET last_day = '2020-01-01' WHERE id = ?",
		"its card": "UPDATE case_file SET card = x'00' WHERE id = ?",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site.Town(t)
			r := s.Fill(t)
			b := s.Inside(t, "lucia")
			b.Get("/cerca")
			b.Says(b.Post("/cerca", "q", "Riservata Nascosta"), r.Walled, r.Restricted)
			s.InFile(t, change, r.Walled)
			got := b.Status(b.Post("/cerca", "q", "Riservata Nascosta"), http.StatusOK)
			b.Says(got, servertest.CannotBeRead, r.Restricted)
			if strings.Contains(got.Body, r.Walled) {
				t.Error("what differs is shown")
			}
		})
	}
}
