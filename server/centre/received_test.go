package centre_test

import (
	"regexp"
	"testing"

	"sportello/referrals/typed"
)

// TestCentreHasOneMainButton: while it has not answered, that is to welcome her;
// and its inbox speaks from its own side.
func TestCentreHasOneMainButton(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	bruna := s.Inside(t, "bruna")
	received := "/arrivi/" + r.Sent
	bruna.Says(bruna.Get("/arrivi"), "Da aprire")
	bruna.Silent(bruna.Page, "Inviato<", "Aperto dal centro")
	bruna.Get(received)
	bruna.Says(bruna.Get("/arrivi"), "Aperto, si aspetta la nostra risposta")
	bruna.Silent(bruna.Page, "Inviato<", "Aperto dal centro")
	_, err := s.Desk.Sharing.Propose(t.Context(), s.Caller("bruna"), r.Sent, typed.NewForm(), "2026-12-24", "09:30", "Sede")
	if err != nil {
		t.Fatal(err)
	}
	one := func(want string) {
		t.Helper()
		got := regexp.MustCompile(`<button class="btn btn-primary">([^<]*)`).FindAllStringSubmatch(bruna.Get(received).Body, -1)
		if len(got) != 1 || got[0][1] != want {
			t.Errorf("the main buttons are %q, want %q alone", got, want)
		}
	}
	bruna.Says(bruna.Get(received), "Comunica allo sportello")
	one("Accogliamo")
	if _, err := s.Desk.Sharing.Accept(t.Context(), s.Caller("bruna"), r.Sent); err != nil {
		t.Fatal(err)
	}
	one("Comunica allo sportello")
	s.Quiet(t)
}
