package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/server"
	"sportello/server/frame"
)

var places = regexp.MustCompile(`\{[a-z]+\}`)

// address is a route's pattern with something nobody has in each place.
func address(pattern string) string { return places.ReplaceAllString(pattern, "NESSUNO") }

// administrator signs a fictional administrator in.
func (s *site) administrator() *client {
	s.T.Helper()
	s.Invite("dario", policies.Administrator, "")
	return s.signedIn("dario")
}

func TestNoSessionLeadsToSignIn(t *testing.T) {
	s := newService(t)
	b := s.client(s.T)
	b.get("/entra")
	for _, r := range server.Routes() {
		if r.Public {
			continue
		}
		var got answer
		if r.Method == http.MethodGet {
			got = b.get(address(r.Pattern))
		} else {
			got = b.post(address(r.Pattern))
		}
		if got.leads != "/entra" || main(got.body) != "" {
			t.Errorf("%s %s without a session: %d, leads to %q", r.Method, r.Pattern, got.status, got.leads)
		}
	}
}

func TestWrongTokenIsRefused(t *testing.T) {
	s := newService(t)
	people := map[string]*client{"anna": s.signedIn("anna"), "nobody": s.client(s.T)}
	before := s.Store.Log().Size()
	for _, r := range server.Routes() {
		if r.Method != http.MethodPost {
			continue
		}
		for name, b := range people {
			for _, form := range []url.Values{{}, {"token": {"sbagliato"}}} {
				if got := b.do(http.MethodPost, address(r.Pattern), form); got.status != http.StatusForbidden {
					t.Errorf("%s by %s with token %q: got %d, want 403", r.Pattern, name, form.Get("token"), got.status)
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
	s := newService(t)
	b := s.signedIn("anna")
	form := url.Values{"token": {b.token}, "session": {"others"}}
	r, err := http.NewRequest(http.MethodPost, s.URL+"/credenziali/sessioni", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := b.web.Do(r)
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
func anonymous(a answer) string {
	return strings.ReplaceAll(a.body, `value="`+a.path+`"`, `value="HERE"`)
}

// TestDeniedEqualsAbsent: the pages of accounts, administration and log, asked by
// whoever no rule lets in, are the page of an address that does not exist.
func TestDeniedEqualsAbsent(t *testing.T) {
	s := newService(t)
	dario := s.administrator()
	strangers := []struct {
		who      *client
		prefixes []string
	}{
		{s.signedIn("anna"), []string{"/enti", "/unita", "/personale", "/registro"}},
		{s.signedIn("bruna"), []string{"/enti", "/unita", "/personale", "/registro"}},
		{s.signedIn("clara"), []string{"/enti", "/unita", "/personale", "/centri"}},
		{dario, []string{"/ammissioni", "/colleghi", "/centri", "/registro"}},
	}
	for _, r := range server.Routes() {
		for _, x := range strangers {
			if !hasPrefix(r.Pattern, x.prefixes) {
				continue
			}
			absent := x.who.get("/nessuna/pagina")
			path := strings.ReplaceAll(address(r.Pattern), "{index}", "1")
			got := x.who.status(denied(x.who, r, path), http.StatusNotFound)
			if r.Method == http.MethodGet && anonymous(got) != anonymous(absent) {
				t.Errorf("%s %s denied is not the page of what does not exist", r.Method, r.Pattern)
			}
		}
	}
}

// denied asks for a route; where a step-up comes first, with the right passphrase
// and code, so that it is the rule that refuses.
func denied(b *client, r frame.Route, path string) answer {
	if r.Method == http.MethodGet {
		return b.get(path)
	}
	got := b.post(path, "person", "NESSUNO", "invitation", "NESSUNO", "name", "x", "kind", "desk", "same", "yes", "words", "a b c d", "cause", "yes", "number", "1")
	if !strings.Contains(got.body, "Conferma con frase e codice") {
		return got
	}
	var a = b.s.People[b.name]
	return b.post(path, "person", "NESSUNO", "passphrase", a.Passphrase, "code", b.s.Code(a))
}

func hasPrefix(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}
