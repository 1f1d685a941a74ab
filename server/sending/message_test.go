package sending_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/referrals/store/storetest"
)

// TestMessageWaitsForTheWords: a message to a centre that removed somebody for
// cause is not sent before its words were compared again; it stands on the page,
// beside what is to be done.
func TestMessageWaitsForTheWords(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	r := s.Fill(t)
	s.Join(storetest.Ginestra, "bea", policies.CentreWorker, "bruna")
	if err := s.TakeOut("bruna", "bea", true); err != nil {
		t.Fatal(err)
	}
	anna := s.Inside(t, "anna")
	a := anna.Send("/invii/"+r.Sent+"/messaggi", url.Values{"text": {"Richiama lunedì"}})
	if a.Status != http.StatusConflict || !strings.Contains(a.Body, "Richiama lunedì") || !strings.Contains(a.Body, "confrontare a voce") {
		t.Errorf("a message before the words were compared: status %d, %q", a.Status, a.Body)
	}
	s.Pin("lucia", storetest.TownDesk, storetest.Ginestra, "bruna")
	if a := anna.Send("/invii/"+r.Sent+"/messaggi", url.Values{"text": {"Richiama lunedì"}}); a.Status != http.StatusSeeOther {
		t.Errorf("a message after the words were compared: status %d", a.Status)
	}
	s.Quiet(t)
}
