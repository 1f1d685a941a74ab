package people_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/server/servertest"
)

func TestFirstMemberFoundsHerUnit(t *testing.T) {
	s := site.Standard(t)
	s.Unit("rifugio", acts.KindCentre)
	first, second := s.Invite("irene", policies.CentreWorker, "rifugio"), s.Invite("olga", policies.CentreWorker, "rifugio")
	b := s.Client(s.T)
	b.Leads(b.Enter(first), "/ammissioni/fonda")
	b.Status(b.Follow(), http.StatusOK)
	words := strings.Join(b.List("words"), " ")
	b.Get("/ammissioni/fonda")
	if got := strings.Join(b.List("words"), " "); got != words {
		t.Errorf("the page showed %q, then %q", words, got)
	}
	b.Says(b.Status(b.Post("/ammissioni/fonda", "recovery", servertest.Hostile), http.StatusUnprocessableEntity), "non è una chiave pubblica", servertest.Hostile)
	b.Inert(b.Page)
	secret, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	pasted := string(secret.Secret())
	b.Says(b.Status(b.Post("/ammissioni/fonda", "recovery", pasted[:40]+"\r\n"+pasted[40:]), http.StatusUnprocessableEntity), "Questa è la parte segreta", "farne una nuova")
	b.Silent(b.Page, "AGE-SECRET", pasted[20:40], pasted[45:70])
	b.Says(b.Status(b.Post("/ammissioni/fonda"), http.StatusUnprocessableEntity), "Prima scrivere e controllare")

	// A recovery key: its own words are compared before anything is done.
	recovery, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	b.Says(b.Status(b.Post("/ammissioni/fonda", "recovery", recovery.Recipient().String(), "same", "yes"), http.StatusOK), "Le parole della chiave di recupero",
		strings.ReplaceAll(s.RecoveryWords(recovery.Recipient(), first.Unit).String(), " ", "</li><li>"))
	b.Leads(b.StepUpAs(first, "/ammissioni/fonda", "recovery", recovery.Recipient().String(), "same", "yes"), "/ammissioni")
	b.Says(b.Follow(), "L’unità è attiva.", "irene", "Attiva")
	b.Status(b.Get("/ammissioni/parole"), http.StatusOK)
	if got := strings.Join(b.List("words"), " "); got != words {
		t.Errorf("the unit's words are %q, the founding page showed %q", got, words)
	}
	b.Status(b.Get("/ammissioni/fonda"), http.StatusNotFound)
	if _, _, err := s.Desk.Sharing.Inbox(t.Context(), b.Caller()); err != nil {
		t.Errorf("the unit's key is not in the session: %v", err)
	}

	// Who was second waits for the first.
	o := s.Client(s.T)
	o.Says(o.Status(o.Enter(second), http.StatusOK), "quattro parole")
	o.Status(o.Post("/ammissioni/fonda", "same", "yes"), http.StatusConflict)
	if report := s.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("records do not match: %v", report.Problems)
	}
}
