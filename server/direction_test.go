package server_test

import (
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"sportello/referrals/store/storetest"
	"sportello/server/frame"
	"sportello/server/locale"
)

var (
	apartFrom = regexp.MustCompile(`(?s)<bdi>[^<]*</bdi>|<textarea.*?</textarea>|<option.*?</option>|<title>.*?</title>`)
	anyTag    = regexp.MustCompile(`<[^>]*>`)
)

// TestDirectionMarksEndWithTheirText: whatever a template shows, a text that turns
// the direction of writing is shown as it was typed, and turns nothing after it.
func TestDirectionMarksEndWithTheirText(t *testing.T) {
	r := newRenderer(t)
	const turning = "Zara\u202e\u2066gnp"
	shown := 0
	for _, s := range samplePages() {
		for _, lang := range locale.Langs {
			page := reflect.New(reflect.TypeOf(s.page).Elem())
			fill(page.Elem(), turning, 0)
			page.Elem().FieldByName("Page").Set(reflect.ValueOf(s.page).Elem().FieldByName("Page"))
			setLang(page.Interface().(frame.Shown), lang)
			body, err := r.Bytes(page.Interface().(frame.Shown))
			if err != nil {
				t.Fatalf("%s in %s: %v", s.tmpl, lang, detail(err))
			}
			for _, text := range apartFrom.FindAllString(string(body), -1) {
				if strings.HasPrefix(text, "<bdi>") || strings.HasPrefix(text, "<option") {
					text = anyTag.ReplaceAllString(text, "")
					open := strings.Count(text, "\u202e") - strings.Count(text, "\u202c")
					within := strings.Count(text, "\u2066") + strings.Count(text, "\u2068") - strings.Count(text, "\u2069")
					if open != 0 || within != 0 {
						t.Errorf("%s: %q leaves something open", s.tmpl, text)
					}
					shown += strings.Count(text, turning)
				}
			}
			rest := anyTag.ReplaceAllString(apartFrom.ReplaceAllString(string(body), ""), "")
			if strings.ContainsAny(rest, "\u202e\u2066") {
				t.Errorf("%s in %s shows a text that turns what follows it", s.tmpl, lang)
			}
		}
	}
	if shown < 200 {
		t.Errorf("%d texts were shown: are marks dropped?", shown)
	}
}

// TestDirectionMarksAreKept: a woman's name keeps its marks, in its field and where
// it is read; a user name, which has to be typed on any keyboard, has none.
func TestDirectionMarksAreKept(t *testing.T) {
	s := site.Serve(t, storetest.New(t).Standard())
	anna := s.SignedIn("anna")
	const name = "\u202eaziN\u202c\u200f"
	anna.Call("go", "open_case", "name", name, "outcome", "stay_in_touch")
	anna.Follow()
	file := regexp.MustCompile(`/schede/[A-Z2-7]{26}`).FindString(anna.Page.Body)
	anna.Says(anna.Status(anna.Get(file), http.StatusOK), "<bdi>"+name)
	anna.Says(anna.Get(file+"/persona"), `value="`+name+`"`)
	anna.Says(anna.Post("/cerca", "q", "aziN"), "<bdi>"+name)
	dario := s.Administrator()
	dario.Get("/personale/invita")
	for _, odd := range []string{"mar\u202eta", "marta\u200f", "\u2066marta", "mar\u0000ta"} {
		got := dario.Post("/personale/invita", "username", odd, "office", "administrator", "unit", "", "language", "it")
		dario.Says(dario.Status(got, http.StatusUnprocessableEntity), "segni invisibili")
	}
}
