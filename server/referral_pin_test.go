package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/referrals/store/storetest"
)

// TestAnswerWaitsForTheWords: a centre answers a desk that removed somebody for
// cause once it compared the desk's words. What it wrote stands on the page.
func TestAnswerWaitsForTheWords(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	r := s.Fill(t)
	s.Join(storetest.TownDesk, "malo", policies.IntakeWorker, "lucia")
	malo := s.People["malo"].ID
	if _, err := s.Door.Remove(t.Context(), s.StepUp("lucia", policies.MemberRemove, malo), malo, true); err != nil {
		t.Fatal(err)
	}
	desk := s.Units[storetest.TownDesk]
	bruna, page := s.Inside(t, "bruna"), "/arrivi/"+r.Sent
	if a := bruna.Get(page); a.Status != http.StatusOK || !strings.Contains(a.Body, "Lo sportello ha una chiave nuova") || !strings.Contains(a.Body, "/centri/"+desk) {
		t.Errorf("the page before: status %d", a.Status)
	}
	said := url.Values{"text": {"Possiamo martedì"}, "from": {page}}
	if a := bruna.Send(page+"/messaggi", said); a.Status != http.StatusConflict || !strings.Contains(a.Body, "Possiamo martedì") || !strings.Contains(a.Body, "Allo sportello non è arrivato niente") {
		t.Errorf("a message before the words were compared: status %d", a.Status)
	}
	meets := url.Values{"day": {"2026-12-01"}, "hour": {"10:00"}, "place": {"Sala 3"}, "from": {page}}
	if a := bruna.Send(page+"/appuntamento", meets); a.Status != http.StatusConflict || !strings.Contains(a.Body, "Sala 3") || !strings.Contains(a.Body, "10:00") {
		t.Errorf("an appointment before: status %d", a.Status)
	}
	if a := bruna.Send(page+"/accogli", url.Values{"from": {page}}); a.Status != http.StatusConflict {
		t.Errorf("accepting before: status %d", a.Status)
	}
	if a := bruna.Get("/centri"); a.Status != http.StatusOK || !strings.Contains(a.Body, "/centri/"+desk) || !strings.Contains(a.Body, "quando la pagina di un invio lo chiede") {
		t.Errorf("the desks to compare: status %d", a.Status)
	}
	s.Pin("bruna", storetest.Ginestra, storetest.TownDesk, "lucia")
	if a := bruna.Send(page+"/messaggi", said); a.Status != http.StatusSeeOther {
		t.Errorf("a message after the words were compared: status %d", a.Status)
	}
	if a := bruna.Get(page); strings.Contains(a.Body, "Lo sportello ha una chiave nuova") {
		t.Error("the page still asks to compare")
	}
	s.Quiet(t)
}
