package server_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sportello/server"
	"sportello/server/frame"
	"sportello/server/servertest"
)

var places = regexp.MustCompile(`\{[a-z]+\}`)

// address is a route's pattern with something nobody has in each place.
func address(pattern string) string { return places.ReplaceAllString(pattern, "NESSUNO") }

func TestNoSessionLeadsToSignIn(t *testing.T) {
	s := site.Standard(t)
	b := s.Client(s.T)
	b.Get("/entra")
	for _, r := range server.Routes() {
		if r.Public {
			continue
		}
		var got servertest.Answer
		if r.Method == http.MethodGet {
			got = b.Get(address(r.Pattern))
		} else {
			got = b.Post(address(r.Pattern))
		}
		if got.Leads != "/entra" || servertest.Main(got.Body) != "" {
			t.Errorf("%s %s without a session: %d, leads to %q", r.Method, r.Pattern, got.Status, got.Leads)
		}
	}
}

func TestWrongTokenIsRefused(t *testing.T) {
	s := site.Standard(t)
	people := map[string]*servertest.Client{"anna": s.SignedIn("anna"), "nobody": s.Client(s.T)}
	before := s.Store.Log().Size()
	for _, r := range server.Routes() {
		if r.Method != http.MethodPost {
			continue
		}
		for name, b := range people {
			for _, form := range []url.Values{{}, {"token": {"sbagliato"}}} {
				if got := b.Do(http.MethodPost, address(r.Pattern), form); got.Status != http.StatusForbidden {
					t.Errorf("%s by %s with token %q: got %d, want 403", r.Pattern, name, form.Get("token"), got.Status)
				}
			}
		}
	}
	if size := s.Store.Log().Size(); size != before {
		t.Errorf("refused forms left %d leaves", size-before)
	}
}

// TestOtherSiteCannotPost: what a browser says of where a form comes from.
func TestOtherSiteCannotPost(t *testing.T) {
	s := site.Standard(t)
	b := s.SignedIn("anna")
	form := url.Values{"token": {b.Token}, "session": {"others"}}
	r, err := http.NewRequest(http.MethodPost, s.URL+"/credenziali/sessioni", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := b.Web.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site: got %d, want 403", res.StatusCode)
	}
}

// anonymous takes out of a page what names its own address, so that two pages at
// two addresses can be compared byte by byte.
func anonymous(a servertest.Answer) string {
	return strings.ReplaceAll(a.Body, `value="`+a.Path+`"`, `value="HERE"`)
}

// TestDeniedEqualsAbsent: the pages of accounts, administration and log, asked by
// whoever no rule lets in, are the page of an address that does not exist.
func TestDeniedEqualsAbsent(t *testing.T) {
	s := site.Standard(t)
	dario := s.Administrator()
	strangers := []struct {
		who      *servertest.Client
		prefixes []string
	}{
		{s.SignedIn("anna"), []string{"/enti", "/unita", "/personale", "/registro"}},
		{s.SignedIn("bruna"), []string{"/enti", "/unita", "/personale", "/registro"}},
		{s.SignedIn("clara"), []string{"/enti", "/unita", "/personale", "/centri"}},
		{dario, []string{"/ammissioni", "/colleghi", "/centri", "/registro"}},
	}
	for _, r := range server.Routes() {
		for _, x := range strangers {
			if !hasPrefix(r.Pattern, x.prefixes) {
				continue
			}
			absent := x.who.Get("/nessuna/pagina")
			path := strings.ReplaceAll(address(r.Pattern), "{index}", "1")
			got := x.who.Status(denied(x.who, r, path), http.StatusNotFound)
			if r.Method == http.MethodGet && anonymous(got) != anonymous(absent) {
				t.Errorf("%s %s denied is not the page of what does not exist", r.Method, r.Pattern)
			}
		}
	}
}

// denied asks for a route; where a step-up comes first, with the right passphrase
// and code, so that it is the rule that refuses.
func denied(b *servertest.Client, r frame.Route, path string) servertest.Answer {
	if r.Method == http.MethodGet {
		return b.Get(path)
	}
	got := b.Post(path, "person", "NESSUNO", "invitation", "NESSUNO", "name", "x", "kind", "desk", "same", "yes", "words", "a b c d", "cause", "yes", "number", "1")
	if !strings.Contains(got.Body, "Conferma con frase e codice") {
		return got
	}
	var a = b.Site.People[b.Name]
	return b.Post(path, "person", "NESSUNO", "passphrase", a.Passphrase, "code", b.Site.Code(a))
}

func hasPrefix(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

// TestRouteLinesOfRooms: the tests of a room, which may not import the other rooms, say
// again which routes they ask for: in the lines of routes.go and in their order, so that
// action, step-up and handler are those of the service.
func TestRouteLinesOfRooms(t *testing.T) {
	line := regexp.MustCompile(`(?m)^\s*(frame\.(?:Get|Post)\(.*),$`)
	at := map[string]int{}
	body, err := os.ReadFile("routes.go")
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range line.FindAllStringSubmatch(string(body), -1) {
		at[m[1]] = i + 1
	}
	if len(at) != len(server.Routes()) {
		t.Fatalf("%d lines of routes.go were read, there are %d routes", len(at), len(server.Routes()))
	}
	sites, err := filepath.Glob("*/site_test.go")
	if err != nil || len(sites) == 0 {
		t.Fatalf("%d rooms have a site of their own, %v", len(sites), err)
	}
	for _, file := range sites {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before, lines := 0, line.FindAllStringSubmatch(string(body), -1)
		for _, m := range lines {
			if at[m[1]] <= before {
				t.Errorf("%s: %s does not stand in routes.go, or stands earlier there", file, m[1])
			}
			before = at[m[1]]
		}
		if n := len(regexp.MustCompile(`\bRoute{`).FindAllString(string(body), -1)); n != 1 || strings.Count(string(body), "frame.Get(")+strings.Count(string(body), "frame.Post(") != len(lines) || len(lines) == 0 {
			t.Errorf("%s has routes beside the %d lines that were read", file, len(lines))
		}
	}
}
