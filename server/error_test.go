package server_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sportello/server"
	"sportello/server/servertest"
)

// What does not work says what happened, whether anything was saved and what to
// do now, in both languages, under the headers of every page.
func TestErrorPagesSayWhatToDo(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	for lang, says := range map[string]map[string][]string{
		"it": {"absent": {"Questa pagina non si apre", "arrivarci da lì"}, "large": {"È troppo per una volta sola", "scrivere meno", "Niente di questa pagina è stato salvato"},
			"state": {"Intanto qualcosa è cambiato", "Andare avanti dalla pagina com’è adesso", "Apri la pagina com’è adesso"}, "form": {"Il modulo non è stato accettato", "inviare di nuovo"}, "shut": {"Il servizio è chiuso per un controllo", "112"}},
		"en": {"absent": {"This page does not open", "get there from it"}, "large": {"This is too much at once", "write less", "Nothing of this page has been saved"},
			"state": {"Something changed meanwhile", "Go on from the page as it is now", "Open the page as it is now"}, "form": {"The form was not accepted", "send again"}, "shut": {"The service is closed for a check", "112"}},
	} {
		anna, bruna := s.Inside(t, "anna"), s.Inside(t, "bruna")
		anna.SetCookie("__Host-lang", lang)
		bruna.SetCookie("__Host-lang", lang)
		note := "/schede/" + r.File + "/diario/nuova"
		for what, got := range map[string]struct {
			servertest.Answer
			want int
		}{
			"absent": {anna.Get("/schede/" + r.Vera), http.StatusNotFound},
			"large":  {anna.Send(note, url.Values{"text": {strings.Repeat("x", 600<<10)}}), http.StatusRequestEntityTooLarge},
			"state":  {bruna.Send("/arrivi/"+r.Declined+"/accogli", url.Values{"version": {"1"}}), http.StatusConflict},
			"form":   {s.Client(t).InLanguage(lang).Send("/entra", url.Values{"token": {"wrong"}}), http.StatusForbidden},
			"shut":   {shutDown(s, t, lang), http.StatusServiceUnavailable},
		} {
			if got.Status != got.want || !got.Says(says[what]...) {
				t.Errorf("%s in %s: status %d, want %d with %q:\n%s", what, lang, got.Status, got.want, says[what], servertest.Main(got.Body))
			}
			if got.Header.Get("Content-Security-Policy") == "" || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Content-Language") != lang {
				t.Errorf("%s in %s: headers %v", what, lang, got.Header)
			}
		}
		if got := anna.Get("/schede/" + r.Vera); got.Says("salvato") || got.Says("saved") {
			t.Errorf("a page that was only asked for speaks of saving:\n%s", servertest.Main(got.Body))
		}
	}
	s.Quiet(t)
}

// shutDown is what everybody gets while the service is closed for a check.
func shutDown(s *servertest.Site, t *testing.T, lang string) servertest.Answer {
	t.Helper()
	c := servertest.Fictional
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
	return servertest.Answer{Status: w.Code, Body: w.Body.String(), Header: w.Header()}
}
