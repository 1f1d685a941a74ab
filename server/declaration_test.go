package server_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Anna says whom she should not be given; lucia, who leads, reads it with the
// file that looks like it, and nobody else is told anything.
func TestWhomOneShouldNotBeGiven(t *testing.T) {
	s := newSite(t)
	r := s.fill(t)
	anna, vera := s.sender(t, "anna"), s.sender(t, "vera")
	page := anna.get("/credenziali/dichiarazioni")
	if page.status != http.StatusOK {
		t.Fatalf("her own declarations: %d", page.status)
	}
	long := make([]byte, 300)
	for i := range long {
		long[i] = 'a'
	}
	back := anna.post("/credenziali/dichiarazioni", url.Values{"id": {"f1"}, "declared_surname": {string(long)}, "declared_phone": {"<em>UHOH</em>"}})
	if back.status != http.StatusUnprocessableEntity || !back.says("&lt;em&gt;UHOH", string(long), "Scrivere il numero per intero") {
		t.Fatalf("what does not fit comes back as %d:\n%s", back.status, main(back.body))
	}
	form := url.Values{"id": {"f2"}, "declared_name": {"Zaffiro"}, "declared_surname": {""}}
	for range 2 {
		if got := anna.post("/credenziali/dichiarazioni", form); got.status != http.StatusSeeOther {
			t.Fatalf("declaring: %d", got.status)
		}
	}
	if got := anna.get("/credenziali/dichiarazioni"); !got.says("Zaffiro", "Vicina", "lucia") {
		t.Fatalf("her declarations:\n%s", main(got.body))
	}
	service := &service{t: t, w: s.World, Server: s.HTTP}
	lucia := service.signedIn("lucia")
	lucia.says(lucia.get("/ammissioni"), "/ammissioni/dichiarazioni")
	lucia.says(lucia.get("/ammissioni/dichiarazioni"), "anna", "Zaffiro", "Queste schede somigliano", secretWord, r.file, "Vicina", "Nessuna scheda")
	for _, c := range []*sender{anna, vera} {
		if got := c.get("/ammissioni/dichiarazioni"); got.status != http.StatusNotFound {
			t.Errorf("%s reads the unit's declarations: %d", c.name, got.status)
		}
	}
	if got := anna.get("/ammissioni"); got.says("dichiarazioni") {
		t.Error("anna's page of members leads to the declarations")
	}
	if got := anna.post("/credenziali/dichiarazioni/"+r.declared+"/togli", nil); got.status != http.StatusSeeOther {
		t.Fatalf("taking back: %d", got.status)
	}
	lucia.silent(lucia.get("/ammissioni/dichiarazioni"), "Vicina")
	s.quiet(t)
}

// says tells whether a page shows all of some texts.
func (r reply) says(texts ...string) bool {
	plain := html.UnescapeString(r.body)
	for _, text := range texts {
		if !strings.Contains(plain, text) && !strings.Contains(r.body, text) {
			return false
		}
	}
	return true
}
