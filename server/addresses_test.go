package server_test

import (
	"html"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// addresses lists where the pages lead and post to: what the routes must
// answer. A page that points anywhere else fails the test below.
var addresses = []string{
	// public
	"GET /entra", "POST /entra", "GET /entra/codice", "POST /entra/codice", "GET /entra/recupero", "POST /entra/recupero",
	"GET /invito", "POST /invito", "POST /invito/frase", "POST /invito/fattore", "POST /invito/codici",
	"GET /licenze", "GET /uscita", "POST /lingua", "POST /esci", "POST /copri", "POST /riprendi", "GET /static/*", "GET /static/*/*",
	// oneself
	"GET /attesa", "GET /credenziali", "GET /credenziali/fattore", "GET /credenziali/codici", "GET /credenziali/frase", "POST /credenziali/frase",
	"POST /credenziali/sessioni", "POST /credenziali/chiave-centro",
	"GET /ammissioni", "GET /ammissioni/*", "POST /ammissioni/*", "GET /ammissioni/*/togli", "POST /ammissioni/*/togli", "POST /ammissioni/*/sblocca", "GET /ammissioni/fonda", "POST /ammissioni/fonda",
	"GET /ammissioni/parole", "POST /ammissioni/recupero", "POST /ammissioni/recupero/conferma", "POST /credenziali/fattore/nuovo", "POST /credenziali/codici",
	"GET /colleghi", "POST /colleghi", "GET /centri", "GET /centri/*", "POST /centri/*",
	// desk and social service
	"GET /agenda", "GET /cerca", "POST /cerca", "GET /contatti/nuovo", "POST /contatti/nuovo", "GET /contatti/*", "GET /contatti/altri", "POST /contatti/altri", "POST /compiti/*", "POST /compiti/*/prendi", "POST /compiti/*/affida", "POST /compiti/*/restituisci", "GET /compiti/*",
	"GET /schede/*", "GET /schede/*/diario", "GET /schede/*/diario/nuova", "POST /schede/*/diario/nuova",
	"GET /schede/*/diario/*/correggi", "POST /schede/*/diario/*/correggi", "GET /schede/*/diario/*/sposta", "POST /schede/*/diario/*/sposta",
	"GET /schede/*/persona", "POST /schede/*/persona", "GET /schede/*/persona/dimentica", "POST /schede/*/persona/dimentica",
	"GET /schede/*/invii", "GET /schede/*/aperture", "GET /schede/*/tentativi", "POST /schede/*/tentativi", "POST /schede/*/richiamo",
	"GET /schede/*/contatto-sicuro", "POST /schede/*/contatto-sicuro", "GET /schede/*/chiudi", "POST /schede/*/chiudi", "GET /schede/*/riapri", "POST /schede/*/riapri",
	"GET /schede/*/centro", "POST /schede/*/centro", "GET /schede/*/centri/*", "POST /schede/*/centri/*", "POST /schede/*/centri/*/invio", "GET /autorizzazioni/*", "POST /autorizzazioni/*/invia",
	"GET /invii/*", "POST /invii/*/messaggi", "POST /invii/*/appuntamento", "POST /invii/*/conferma", "POST /invii/*/visto", "GET /invii/*/revoca", "POST /invii/*/revoca",
	// centre
	"GET /arrivi", "GET /arrivi/*", "POST /arrivi/*/accogli", "GET /arrivi/*/non-accogli", "POST /arrivi/*/non-accogli", "POST /arrivi/*/messaggi", "POST /arrivi/*/appuntamento",
	"POST /arrivi/*/esito", "GET /arrivi/*/avviso", "POST /arrivi/*/avviso", "GET /arrivi/*/copia", "POST /arrivi/*/copia",
	// audit and administration
	"GET /registro", "POST /registro", "POST /registro/esporta", "GET /registro/*", "GET /registro/accessi", "GET /registro/invii",
	"GET /enti", "GET /enti/nuovo", "POST /enti/nuovo", "GET /enti/*", "POST /enti/*", "GET /unita/*/elenco", "POST /unita/*/elenco", "GET /unita/nuova", "POST /unita/nuova",
	"POST /registro/verifica", "POST /personale/reinvita", "POST /personale/sblocca",
	"GET /personale", "POST /personale/sospendi", "POST /personale/riammetti", "POST /personale/inviti/ritira", "GET /personale/invita", "POST /personale/invita",
}

func leadsSomewhere(method, path string) bool {
	for _, a := range addresses {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(a), `\*`, `[^/]+`)
		if regexp.MustCompile("^" + pattern + "$").MatchString(method + " " + path) {
			return true
		}
	}
	return false
}

func TestPagesLeadSomewhere(t *testing.T) {
	r := newRenderer(t)
	link := regexp.MustCompile(`<(a|form|button|link|script)\b[^>]*?\s(?:href|action|formaction|src)="([^"]*)"[^>]*>`)
	bad := map[string]bool{}
	for _, s := range samplePages() {
		body, err := r.Bytes(s.tmpl, s.page)
		if err != nil {
			t.Fatal(detail(err))
		}
		for _, m := range link.FindAllStringSubmatch(string(body), -1) {
			path, _, _ := strings.Cut(html.UnescapeString(m[2]), "?")
			method := "GET"
			if m[1] == "button" || m[1] == "form" && strings.Contains(m[0], `method="post"`) {
				method = "POST"
			}
			if strings.HasPrefix(path, "#") || strings.HasPrefix(path, "tel:") || strings.HasPrefix(path, "data:") {
				continue
			}
			if !leadsSomewhere(method, path) {
				bad[method+" "+path+" ("+s.tmpl+")"] = true
			}
		}
	}
	var list []string
	for b := range bad {
		list = append(list, b)
	}
	sort.Strings(list)
	for _, b := range list {
		t.Errorf("no such address: %s", b)
	}
}

// TestEnterNeverCovers: the first submit button of a form is the one that Enter
// presses, and the cover button belongs to the page's form too.
func TestEnterNeverCovers(t *testing.T) {
	r := newRenderer(t)
	for _, s := range samplePages() {
		body, err := r.Bytes(s.tmpl, s.page)
		if err != nil {
			t.Fatal(detail(err))
		}
		text := string(body)
		cover := strings.Index(text, `id="cover"`)
		form := strings.Index(text, `id="f"`)
		if cover >= 0 && form >= 0 && strings.Contains(text, `form="f"`) && cover < form {
			t.Errorf("%s: the cover button stands before the form", s.name)
		}
	}
}
