package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// otherLanguage presses the switch of language of the page the browser is on: it
// sends the page's form, as it was served and with what was typed since, to
// where the button says.
func (b *client) otherLanguage(typed ...string) answer {
	b.t.Helper()
	button := regexp.MustCompile(`<button class="linklike"([^>]*) name="lang" value="(it|en)"`).FindStringSubmatch(b.page.body)
	if button == nil {
		b.t.Fatalf("%s offers no other language", b.page.path)
	}
	to := "/lingua"
	form := []string{"lang", button[2]}
	if m := regexp.MustCompile(`formaction="([^"]*)"`).FindStringSubmatch(button[1]); m != nil {
		if !strings.Contains(button[1], `form="f"`) {
			b.t.Fatalf("%s: the button belongs to no form", b.page.path)
		}
		to = m[1]
		_, f, _ := strings.Cut(b.page.body, `id="f"`)
		f, _, _ = strings.Cut(f, "</form>")
		for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(f, -1) {
			form = append(form, m[1], m[2])
		}
	} else {
		form = append(form, "token", b.hidden("token"), "from", b.hidden("from"))
	}
	b.post(to, append(form, typed...)...)
	return b.follow()
}

// TestOtherLanguageKeepsWhatWasTyped: a form comes back in the other language as
// it was left, and nothing of it was saved.
func TestOtherLanguageKeepsWhatWasTyped(t *testing.T) {
	s := newService(t)
	b := s.signedIn("anna")
	b.get("/contatti/nuovo")
	got := b.status(b.otherLanguage("name", "Irene Prova", "danger", "yes", "request", "Chiede ascolto"), http.StatusOK)
	b.says(got, "New contact", `value="Irene Prova"`, "Chiede ascolto", "What was typed is here again.", `id="danger-yes" name="danger" value="yes" autocomplete="off" checked`)

	// From the second step, with what the first one took.
	b.post("/contatti/nuovo", "name", "Irene Prova", "request", "Chiede ascolto", "from", "/contatti/nuovo", "step", "1", "go", "next")
	b.status(b.page, http.StatusOK)
	got = b.status(b.otherLanguage("note", "una riga"), http.StatusOK)
	b.says(got, "Nuovo contatto", "Irene Prova")

	// What nobody typed is not said to be back.
	b.get("/schede")
	b.get("/cerca")
	b.silent(b.otherLanguage(), "here again")
}

// TestShownOnceOffersNoOtherLanguage: what a page shows once is not thrown away
// for its language.
func TestShownOnceOffersNoOtherLanguage(t *testing.T) {
	s := newService(t)
	b := s.signedIn("anna")
	b.get("/credenziali/codici")
	anna := s.People["anna"]
	b.says(b.otherLanguage("passphrase", anna.Passphrase, "code", "000000"), "Confirm with passphrase and code")
	b.says(b.otherLanguage(), "Conferma con frase e codice")
	b.status(b.post("/credenziali/codici", "passphrase", anna.Passphrase, "code", s.Code(anna)), http.StatusOK)
	if len(b.list("codes mono")) != 10 {
		t.Fatal("no codes")
	}
	b.silent(b.page, `name="lang"`)
	dario := s.administrator()
	dario.status(dario.stepUp("dario", "/personale/invita", "username", "marta", "office", "administrator", "language", "it"), http.StatusOK)
	dario.silent(dario.page, `name="lang"`)
	dario.says(dario.get("/personale"), `name="lang"`)
}

// TestStepUpSurvivesTheOtherLanguage: the page that asks for passphrase and code
// comes back in the other language, with the act it is for, and a right
// passphrase typed before does nothing yet.
func TestStepUpSurvivesTheOtherLanguage(t *testing.T) {
	s := newService(t)
	b := s.signedIn("clara")
	clara := s.People["clara"]
	b.says(b.post("/registro/esporta", "from", "/registro", "action", "signin"), "Conferma con frase e codice")
	if here := b.hidden("from"); here != "/registro" {
		t.Errorf("the page is said to be at %q", here)
	}
	code := s.Code(clara)
	got := b.status(b.otherLanguage("passphrase", clara.Passphrase, "code", code), http.StatusOK)
	b.says(got, "Confirm with passphrase and code", `value="signin"`)
	b.silent(got, clara.Passphrase)
	got = b.status(b.post("/registro/esporta", "action", "signin", "passphrase", clara.Passphrase, "code", code), http.StatusOK)
	if kind := got.header.Get("Content-Type"); kind != "application/zip" {
		t.Errorf("got %s:\n%s", kind, main(got.body))
	}
}
