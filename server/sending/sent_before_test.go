package sending_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/server/servertest"
)

// TestCentreThatHasAReferral: where a centre has a referral of hers already, its card says
// so before another one is prepared; a withdrawn one is not said.
func TestCentreThatHasAReferral(t *testing.T) {
	s := site.Town(t)
	r, anna := s.Fill(t), s.Inside(t, "anna")
	page := servertest.Main(anna.Status(anna.Get("/schede/"+r.File+"/centro"), http.StatusOK).Body)
	for card := range strings.SplitSeq(page, `class="case-card`) {
		said, hers := strings.Contains(card, "Invio già in corso"), strings.Contains(card, "La Ginestra")
		if said != hers {
			t.Errorf("%v, want %v: %s", said, hers, card)
		}
	}
}
