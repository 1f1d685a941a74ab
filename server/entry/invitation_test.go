package entry_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sportello/policies"
)

func TestOwnPassphraseAtInvitation(t *testing.T) {
	s := site.Standard(t)
	own := "nessuno indovina questa frase lunga con 47 papere viola"
	b := s.Client(s.T)
	a := b.Invited(s.Invitation("elena", policies.IntakeWorker, "desk"), "elena", own)
	a.Passphrase = strings.ToUpper(own)
	b.Status(b.Enter(a), http.StatusOK)
	if len(b.List("words")) != 4 {
		t.Error("she does not see her words")
	}
}

func TestInvitationPagesEnd(t *testing.T) {
	s := site.Standard(t)
	b := s.Client(s.T)
	b.Get("/invito")
	b.Post("/invito", "invitation", s.Invitation("elena", policies.IntakeWorker, "desk"))
	s.Clock.Add(31 * time.Minute)
	b.Leads(b.Get("/invito/frase"), "/invito")
	b.Leads(b.Post("/invito/fattore", "code", "123456"), "/invito")
}
