package entry_test

import (
	"net/http"
	"testing"
	"time"

	"sportello/server/servertest"
)

func TestRecoveryCodeTwiceAtOnce(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	var browsers []*servertest.Client
	for range 8 {
		browsers = append(browsers, s.Recovering(anna))
	}
	done := make(chan string, len(browsers))
	for _, b := range browsers {
		go func() { done <- b.Post("/entra/recupero", "recovery", string(anna.Codes[3])).Leads }()
	}
	opened := 0
	for range browsers {
		if <-done == "/credenziali/fattore/nuovo" {
			opened++
		}
	}
	if opened != 1 {
		t.Errorf("one recovery code opened %d sessions, want 1", opened)
	}
}

func TestWrongRecoveryCodesCountAndARightOneUnlocks(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	for i := range 10 {
		s.Clock.Add(10 * time.Minute)
		b := s.Recovering(anna)
		b.Status(b.Post("/entra/recupero", "recovery", "AAAA-AAAA-AAA"+string(rune('A'+i))), http.StatusUnauthorized)
	}
	s.Clock.Add(10 * time.Minute)
	b := s.Client(s.T)
	b.Says(b.Enter(anna), "blocca")
	b = s.Recovering(anna)
	b.Leads(b.Post("/entra/recupero", "recovery", string(anna.Codes[0])), "/credenziali/fattore/nuovo")
}

// TestEnrolmentSurvivesCover: a session that must enrol stays one when its
// screen was covered, and the enrolment begins anew with the passphrase.
func TestEnrolmentSurvivesCover(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	b := s.Recovering(anna)
	b.Post("/entra/recupero", "recovery", string(anna.Codes[0]))
	b.Get("/credenziali/fattore/nuovo")
	s.Clock.Add(11 * time.Minute)
	b.Leads(b.Get("/credenziali/fattore/nuovo"), "/riprendi")
	b.Get("/riprendi")
	b.Leads(b.Post("/riprendi", "passphrase", anna.Passphrase), "/credenziali/fattore/nuovo")
	b.Get("/credenziali/fattore/nuovo")
	seed := b.Seed()
	b.Leads(b.Get("/credenziali"), "/credenziali/fattore/nuovo")
	b.Leads(b.Post("/credenziali/fattore/nuovo", "code", servertest.CodeOf(t, s.World, seed)), "/")
}
