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
	t.Parallel()
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

// TestAnswerWaitsForTheWords: a centre answers a desk that removed somebody for
// cause once it compared the desk's words. What it wrote stands on the page.
func TestAnswerWaitsForTheWords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.fill(t)
	s.Join(storetest.TownDesk, "malo", policies.IntakeWorker, "lucia")
	malo := s.People["malo"].ID
	if _, err := s.Door.Remove(t.Context(), s.StepUp("lucia", policies.MemberRemove, malo), malo, true); err != nil {
		t.Fatal(err)
	}
	desk := s.Units[storetest.TownDesk]
	bruna, page := s.inside(t, "bruna"), "/arrivi/"+r.sent
	if a := bruna.get(page); a.status != http.StatusOK || !strings.Contains(a.body, "Lo sportello ha una chiave nuova") || !strings.Contains(a.body, "/centri/"+desk) {
		t.Errorf("the page before: status %d", a.status)
	}
	said := url.Values{"text": {"Possiamo martedì"}, "from": {page}}
	if a := bruna.send(page+"/messaggi", said); a.status != http.StatusConflict || !strings.Contains(a.body, "Possiamo martedì") || !strings.Contains(a.body, "Allo sportello non è arrivato niente") {
		t.Errorf("a message before the words were compared: status %d", a.status)
	}
	meets := url.Values{"day": {"2026-12-01"}, "hour": {"10:00"}, "place": {"Sala 3"}, "from": {page}}
	if a := bruna.send(page+"/appuntamento", meets); a.status != http.StatusConflict || !strings.Contains(a.body, "Sala 3") || !strings.Contains(a.body, "10:00") {
		t.Errorf("an appointment before: status %d", a.status)
	}
	if a := bruna.send(page+"/accogli", url.Values{"from": {page}}); a.status != http.StatusConflict {
		t.Errorf("accepting before: status %d", a.status)
	}
	if a := bruna.get("/centri"); a.status != http.StatusOK || !strings.Contains(a.body, "/centri/"+desk) || !strings.Contains(a.body, "quando la pagina di un invio lo chiede") {
		t.Errorf("the desks to compare: status %d", a.status)
	}
	s.Pin("bruna", storetest.Ginestra, storetest.TownDesk, "lucia")
	if a := bruna.send(page+"/messaggi", said); a.status != http.StatusSeeOther {
		t.Errorf("a message after the words were compared: status %d", a.status)
	}
	if a := bruna.get(page); strings.Contains(a.body, "Lo sportello ha una chiave nuova") {
		t.Error("the page still asks to compare")
	}
	s.quiet(t)
}
