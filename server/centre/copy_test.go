package centre_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/server/servertest"
)

// TestSealedCopyIsAPageToRead: once opened, the copy is a page in Italian, whatever
// language it was asked in, with what the centre reads here and no word of a
// machine.
func TestSealedCopyIsAPageToRead(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	bruna := s.Inside(t, "bruna")
	bruna.Get("/arrivi/" + r.Sent)
	bruna.InLanguage("en")
	copies := "/arrivi/" + r.Sent + "/copia"
	bruna.Says(bruna.Get(copies), "age -d -i chiave.txt")
	id := servertest.Identity(t)
	got := bruna.Status(bruna.StepUp("bruna", copies, "which", "other", "recipient", id.Recipient().String()), http.StatusOK)
	text, err := crypto.OpenFile(id, []byte(got.Body))
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	year := s.Clock.Now().Format("2006")
	for _, want := range []string{"<!doctype html><html lang=\"it\">", "Copia di un invio ricevuto", "Sportello che invia", servertest.SecretWord, year + "</dd>", "Voci riservate"} {
		if !strings.Contains(page, want) {
			t.Errorf("the copy does not say %q:\n%s", want, page)
		}
	}
	servertest.StandsAlone(t, page)
	for _, not := range []string{`{"`, "three_days", "no_hurry", s.People["anna"].Unit, s.People["bruna"].Unit} {
		if strings.Contains(page, not) {
			t.Errorf("the copy speaks as a machine: %q", not)
		}
	}
	s.Quiet(t)
}
