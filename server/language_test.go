package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/server/servertest"
)

// otherLanguage presses the switch of language of the page the browser is on: it
// sends the page's form, as it was served and with what was typed since, to
// where the button says.
func otherLanguage(b *servertest.Client, typed ...string) servertest.Answer {
	b.T.Helper()
	button := regexp.MustCompile(`<button class="linklike"([^>]*) name="lang" value="(it|en)"`).FindStringSubmatch(b.Page.Body)
	if button == nil {
		b.T.Fatalf("%s offers no other language", b.Page.Path)
	}
	to := "/lingua"
	form := []string{"lang", button[2]}
	if m := regexp.MustCompile(`formaction="([^"]*)"`).FindStringSubmatch(button[1]); m != nil {
		if !strings.Contains(button[1], `form="f"`) {
			b.T.Fatalf("%s: the button belongs to no form", b.Page.Path)
		}
		to = m[1]
		_, f, _ := strings.Cut(b.Page.Body, `id="f"`)
		f, _, _ = strings.Cut(f, "</form>")
		for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(f, -1) {
			form = append(form, m[1], m[2])
		}
	} else {
		form = append(form, "token", b.Hidden("token"), "from", b.Hidden("from"))
	}
	b.Post(to, append(form, typed...)...)
	return b.Follow()
}

// TestOtherLanguageKeepsWhatWasTyped: a form comes back in the other language as
// it was left, and nothing of it was saved.
func TestOtherLanguageKeepsWhatWasTyped(t *testing.T) {
	s := site.Standard(t)
	b := s.SignedIn("anna")
	b.Get("/contatti/nuovo")
	got := b.Status(otherLanguage(b, "name", "Irene Prova", "danger", "yes", "request", "Chiede ascolto"), http.StatusOK)
	b.Says(got, "New contact", `value="Irene Prova"`, "Chiede ascolto", "What was typed is here again.", `id="danger-yes" name="danger" value="yes" autocomplete="off" checked`)

	// From the second step, with what the first one took.
	b.Post("/contatti/nuovo", "speaker", "she", "name", "Irene Prova", "request", "Chiede ascolto", "from", "/contatti/nuovo", "step", "1", "go", "next")
	b.Status(b.Page, http.StatusOK)
	got = b.Status(otherLanguage(b, "note", "una riga"), http.StatusOK)
	b.Says(got, "Nuovo contatto", "Irene Prova")

	// What nobody typed is not said to be back.
	b.Get("/schede")
	b.Get("/cerca")
	b.Silent(otherLanguage(b), "here again")
}

// TestShownOnceOffersNoOtherLanguage: what a page shows once is not thrown away
// for its language.
func TestShownOnceOffersNoOtherLanguage(t *testing.T) {
	s := site.Standard(t)
	b := s.SignedIn("anna")
	b.Get("/credenziali/codici")
	anna := s.People["anna"]
	b.Says(otherLanguage(b, "passphrase", anna.Passphrase, "code", "000000"), "Confirm with passphrase and code")
	b.Says(otherLanguage(b), "Conferma con frase e codice")
	b.Status(b.Post("/credenziali/codici", "passphrase", anna.Passphrase, "code", s.Code(anna)), http.StatusOK)
	if len(b.List("codes mono")) != 10 {
		t.Fatal("no codes")
	}
	b.Silent(b.Page, `name="lang"`)
	dario := s.Administrator()
	dario.Status(dario.StepUp("dario", "/personale/invita", "username", "marta", "office", "administrator", "language", "it"), http.StatusOK)
	dario.Silent(dario.Page, `name="lang"`)
	dario.Says(dario.Get("/personale"), `name="lang"`)
}

// TestStepUpSurvivesTheOtherLanguage: the page that asks for passphrase and code
// comes back in the other language, with the act it is for, and a right
// passphrase typed before does nothing yet.
func TestStepUpSurvivesTheOtherLanguage(t *testing.T) {
	s := site.Standard(t)
	b := s.SignedIn("clara")
	clara := s.People["clara"]
	b.Says(b.Post("/registro/esporta", "from", "/registro", "acts", "signin"), "Conferma con frase e codice")
	if here := b.Hidden("from"); here != "/registro" {
		t.Errorf("the page is said to be at %q", here)
	}
	code := s.Code(clara)
	got := b.Status(otherLanguage(b, "passphrase", clara.Passphrase, "code", code), http.StatusOK)
	b.Says(got, "Confirm with passphrase and code", `value="signin"`)
	b.Silent(got, clara.Passphrase)
	got = b.Status(b.Post("/registro/esporta", "acts", "signin", "passphrase", clara.Passphrase, "code", code), http.StatusOK)
	if kind := got.Header.Get("Content-Type"); kind != "application/zip" {
		t.Errorf("got %s:\n%s", kind, servertest.Main(got.Body))
	}
}
