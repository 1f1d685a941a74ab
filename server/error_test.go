package server_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sportello/server"
)

// What does not work says what happened, whether anything was saved and what to
// do now, in both languages, under the headers of every page.
func TestErrorPagesSayWhatToDo(t *testing.T) {
	s := newSite(t)
	r := s.fill(t)
	for lang, says := range map[string]map[string][]string{
		"it": {"absent": {"Questa pagina non si apre", "arrivarci da lì"}, "large": {"È troppo per una volta sola", "scrivere meno", "Niente di questa pagina è stato salvato"},
			"state": {"Intanto qualcosa è cambiato", "Andare avanti dalla pagina com’è adesso", "Apri la pagina com’è adesso"}, "form": {"Il modulo non è stato accettato", "inviare di nuovo"}, "shut": {"Il servizio è chiuso per un controllo", "112"}},
		"en": {"absent": {"This page does not open", "get there from it"}, "large": {"This is too much at once", "write less", "Nothing of this page has been saved"},
			"state": {"Something changed meanwhile", "Go on from the page as it is now", "Open the page as it is now"}, "form": {"The form was not accepted", "send again"}, "shut": {"The service is closed for a check", "112"}},
	} {
		anna, bruna := s.inside(t, "anna"), s.inside(t, "bruna")
		anna.setCookie("__Host-lang", lang)
		bruna.setCookie("__Host-lang", lang)
		note := "/schede/" + r.file + "/diario/nuova"
		for what, got := range map[string]struct {
			answer
			want int
		}{
			"absent": {anna.get("/schede/" + r.vera), http.StatusNotFound},
			"large":  {anna.send(note, url.Values{"text": {strings.Repeat("x", 600<<10)}}), http.StatusRequestEntityTooLarge},
			"state":  {bruna.send("/arrivi/"+r.declined+"/accogli", url.Values{"version": {"1"}}), http.StatusConflict},
			"form":   {s.client(t).inLanguage(lang).send("/entra", url.Values{"token": {"wrong"}}), http.StatusForbidden},
			"shut":   {s.shutDown(t, lang), http.StatusServiceUnavailable},
		} {
			if got.status != got.want || !got.says(says[what]...) {
				t.Errorf("%s in %s: status %d, want %d with %q:\n%s", what, lang, got.status, got.want, says[what], main(got.body))
			}
			if got.header.Get("Content-Security-Policy") == "" || got.header.Get("Cache-Control") != "no-store" || got.header.Get("Content-Language") != lang {
				t.Errorf("%s in %s: headers %v", what, lang, got.header)
			}
		}
		if got := anna.get("/schede/" + r.vera); got.says("salvato") || got.says("saved") {
			t.Errorf("a page that was only asked for speaks of saving:\n%s", main(got.body))
		}
	}
	s.quiet(t)
}

// A browser does not keep what was typed on the page before: what a changed
// state refused stands on the page that says so, for the person who typed it.
func TestConflictGivesBackWhatWasTyped(t *testing.T) {
	s := newSite(t)
	r := s.fill(t)
	form := url.Values{"version": {"1"}, "reason": {"moved"}, "note": {"una frase <b>da</b> non perdere"}}
	got := s.inside(t, "anna").send("/schede/"+r.closed+"/chiudi", form)
	if got.status != http.StatusConflict || !strings.Contains(got.body, "una frase &lt;b&gt;da&lt;/b&gt; non perdere") {
		t.Errorf("closing a closed file with a note: status %d:\n%s", got.status, main(got.body))
	}
	s.quiet(t)
}

func (c *client) inLanguage(lang string) *client {
	c.setCookie("__Host-lang", lang)
	return c
}

// shutDown is what everybody gets while the service is closed for a check.
func (s *site) shutDown(t *testing.T, lang string) answer {
	t.Helper()
	c := fictional
	c.Desk, c.Door, c.Logger = s.Desk, s.Door, slog.New(slog.DiscardHandler)
	edge, err := server.New(c)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/agenda", nil)
	r.AddCookie(&http.Cookie{Name: "__Host-lang", Value: lang})
	w := httptest.NewRecorder()
	edge.Shut().ServeHTTP(w, r)
	style := httptest.NewRecorder()
	edge.Shut().ServeHTTP(style, httptest.NewRequest(http.MethodGet, "/static/app.css", nil))
	if style.Code != http.StatusOK {
		t.Errorf("the page that says so has no style: %d", style.Code)
	}
	exit := httptest.NewRecorder()
	edge.Shut().ServeHTTP(exit, httptest.NewRequest(http.MethodGet, "/uscita", nil))
	if body := exit.Body.String(); exit.Code != http.StatusOK || strings.Contains(body, "1522") || strings.Contains(body, "Sportello") || exit.Header().Get("Clear-Site-Data") == "" {
		t.Errorf("leaving at once while the service is closed: %d\n%s", exit.Code, body)
	}
	return answer{status: w.Code, body: w.Body.String(), header: w.Header()}
}
