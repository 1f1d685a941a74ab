package server_test

import (
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/server/centre"
	"sportello/server/frame"
	"sportello/server/locale"
)

// TestSealedCopyIsAPageToRead: once opened, the copy is a page in Italian, whatever
// language it was asked in, with what the centre reads here and no word of a
// machine.
func TestSealedCopyIsAPageToRead(t *testing.T) {
	s := newSite(t)
	r := s.fill(t)
	bruna := s.inside(t, "bruna")
	bruna.get("/arrivi/" + r.sent)
	bruna.post("/lingua", "lang", "en")
	copies := "/arrivi/" + r.sent + "/copia"
	bruna.says(bruna.get(copies), "age -d -i chiave.txt")
	id := identity(t)
	got := bruna.status(bruna.stepUp("bruna", copies, "which", "other", "recipient", id.Recipient().String()), http.StatusOK)
	text, err := crypto.OpenFile(id, []byte(got.body))
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	year := s.Clock.Now().Format("2006")
	for _, want := range []string{"<!doctype html><html lang=\"it\">", "Copia di un invio ricevuto", "Sportello che invia", secretWord, year + "</dd>", "Voci riservate"} {
		if !strings.Contains(page, want) {
			t.Errorf("the copy does not say %q:\n%s", want, page)
		}
	}
	alone(t, page)
	for _, not := range []string{`{"`, "three_days", "no_hurry", s.People["anna"].Unit, s.People["bruna"].Unit} {
		if strings.Contains(page, not) {
			t.Errorf("the copy speaks as a machine: %q", not)
		}
	}
	s.quiet(t)
}

// alone fails for a page that runs, asks or leads anywhere.
func alone(t *testing.T, page string) {
	t.Helper()
	for _, not := range []string{"<script", "<link", "<a ", "<img", "<iframe", "<form", "<object", "src=", "url(", "@import", "http:", "https:", "<em>UHOH", "ZgotmplZ"} {
		if strings.Contains(page, not) {
			t.Errorf("the copy holds %q", not)
		}
	}
	if on := regexp.MustCompile(`<[^>]*\son[a-z]+=`).FindString(page); on != "" {
		t.Errorf("the copy runs something: %s", on)
	}
	if !strings.Contains(page, `content="default-src 'none'; style-src 'unsafe-inline'"`) {
		t.Error("the copy has no policy of its own")
	}
}

// TestCopyHoldsWhatTheCentreSees: preview, received page and copy show the package
// with the same bytes, and whatever somebody typed is text in all of them.
func TestCopyHoldsWhatTheCentreSees(t *testing.T) {
	r := newRenderer(t)
	article := regexp.MustCompile(`(?s)<article class="package">.*?</article>`)
	shows := func(name string, page frame.Shown) string {
		t.Helper()
		body, err := r.Bytes(page)
		if err != nil {
			t.Fatalf("%s: %v", name, detail(err))
		}
		if name == "copy-file" {
			alone(t, string(body))
		}
		return article.FindString(string(body))
	}
	for _, text := range []string{"", "<em>UHOH</em>", `"><script>alert(1)</script>`, "</style><script>", "\x00\x01\x1b[31m\xff", "{{.FormToken}}"} {
		p := samplePackage()
		fill(reflect.ValueOf(&p).Elem(), text, 0)
		p.Strip.MayEdit = false // the centre never may
		received := &centre.ReceivedPage{Page: centrePage(centre.TitleReceived, "/arrivi/B"), Package: p}
		file := &centre.CopyFile{Package: p, ID: text, Centre: text, Made: sampleNow}
		file.Lang, file.Title = locale.Italian, centre.TitleCopyFile
		setLang(received, locale.Italian)
		if got, want := shows("copy-file", file), shows("received", received); got == "" || got != want {
			t.Errorf("with %q the copy shows\n%s\nthe received page\n%s", text, got, want)
		}
	}
}
