package centre_test

import (
	"net/http"
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
	_, err := s.Desk.Sharing.Propose(t.Context(), s.Caller("bruna"), r.Sent, typed.NewForm(), "2026-12-01", "09:30", "Sede")
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

// TestWhatIsWrongWithADayIsSaidBesideIt: the part of the page that asks it is open, and
// keeps what was typed.
func TestWhatIsWrongWithADayIsSaidBesideIt(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	bruna := s.Inside(t, "bruna")
	received := "/arrivi/" + r.Sent
	for _, c := range []struct{ day, hour, says, at string }{
		{"2025-01-01", "10:00", "già passato", "day-error"},
		{"", "10:00", "anno-mese-giorno", "day-error"},
		{"2026-12-01", "", "Manca l’ora", "hour-error"},
		{"2027-03-28", "02:30", "va avanti", "hour-error"},
	} {
		bruna.Get(received)
		got := bruna.Post(received+"/appuntamento", "day", c.day, "hour", c.hour, "place", "Sede di prova", "form", bruna.Hidden("form"), "version", bruna.Hidden("version"))
		bruna.Says(bruna.Status(got, http.StatusUnprocessableEntity), c.says, "Sede di prova", `id="`+c.at+`"`)
		if !regexp.MustCompile(`<details class="more" open>\s*<summary>Proponi`).MatchString(got.Body) {
			t.Errorf("%s %s: the form is folded away", c.day, c.hour)
		}
	}
}
