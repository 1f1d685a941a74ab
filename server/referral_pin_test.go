package server_test

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
	s := newSite(t)
	r := s.fill(t)
	s.Join(storetest.Ginestra, "bea", policies.CentreWorker, "bruna")
	bea := s.People["bea"].ID
	if _, err := s.Door.Remove(t.Context(), s.StepUp("bruna", policies.MemberRemove, bea), bea, true); err != nil {
		t.Fatal(err)
	}
	anna := s.inside(t, "anna")
	a := anna.send("/invii/"+r.sent+"/messaggi", url.Values{"text": {"Richiama lunedì"}})
	if a.status != http.StatusConflict || !strings.Contains(a.body, "Richiama lunedì") || !strings.Contains(a.body, "confrontare a voce") {
		t.Errorf("a message before the words were compared: status %d, %q", a.status, a.body)
	}
	s.Pin("lucia", storetest.TownDesk, storetest.Ginestra, "bruna")
	if a := anna.send("/invii/"+r.sent+"/messaggi", url.Values{"text": {"Richiama lunedì"}}); a.status != http.StatusSeeOther {
		t.Errorf("a message after the words were compared: status %d", a.status)
	}
	s.quiet(t)
}
