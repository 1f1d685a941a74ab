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
		{"", "10:00", "Scrivere il giorno come", "day-error"},
		{"10/12/2026", "dopo le 9", "Scrivere l’ora", "hour-error"},
		{"12/27/2026", "9.30", "Scrivere il giorno come", "day-error"},
		{"2026-12-01", "", "Manca l’ora", "hour-error"},
		{"2027-03-28", "02:30", "va avanti", "hour-error"},
	} {
		bruna.Get(received)
		got := bruna.Post(received+"/appuntamento", "day", c.day, "hour", c.hour, "place", "Sede di prova", "form", bruna.Hidden("form"), "version", bruna.Hidden("version"))
		if c.day != "2025-01-01" && c.day != "2026-12-01" && c.day != "2027-03-28" {
			bruna.Says(got, `value="`+c.day+`"`)
		}
		bruna.Says(bruna.Status(got, http.StatusUnprocessableEntity), c.says, "Sede di prova", `id="`+c.at+`"`)
		if !regexp.MustCompile(`<details class="more" open>\s*<summary>Proponi`).MatchString(got.Body) {
			t.Errorf("%s %s: the form is folded away", c.day, c.hour)
		}
	}
	// What is shown again is written as the page writes it, and read as it is written.
	for lang, day := range map[string]string{"it": "01/12/2026", "en": "1 Dec 2026"} {
		b := s.Inside(t, "bruna").InLanguage(lang)
		b.Get(received)
		got := b.Post(received+"/appuntamento", "from", received, "day", "1.12.26", "hour", "", "place", "Sede di prova", "form", b.Hidden("form"), "version", b.Hidden("version"))
		b.Says(b.Status(got, http.StatusUnprocessableEntity), `value="`+day+`"`)
		if lang == "en" {
			b.Leads(b.Post(received+"/appuntamento", "day", day, "hour", "9.30", "place", "Sede di prova", "form", b.Hidden("form"), "version", b.Hidden("version")), received)
			b.Says(b.Follow(), "1 Dec", "09:30")
		}
	}
}
