package server_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var (
	tabsOf  = regexp.MustCompile(`(?s)<ul class="tabs">(.*?)</ul>`)
	tabHere = regexp.MustCompile(`<a href="([^"]*)" aria-current="([a-z]+)"`)
)

// TestTabsSayWhereSheIs: a page of a case marks the tab it is, as the page, or
// the one it falls under, as the part; what is under none marks none. Each names
// the file in its head and has a way back to it.
func TestTabsSayWhereSheIs(t *testing.T) {
	s := newSite(t)
	r := s.fill(t)
	anna := s.inside(t, "anna")
	root := "/schede/" + r.file
	for path, want := range map[string]string{
		root: root + " page", root + "/diario": root + "/diario page", root + "/diario/nuova": root + "/diario true",
		root + "/diario/" + r.note + "/sposta": root + "/diario true", root + "/persona": root + "/persona page",
		root + "/persona/dimentica": root + "/persona true", root + "/invii": root + "/invii page", root + "/centro": root + "/invii true",
		"/invii/" + r.sent: root + "/invii true", "/invii/" + r.sent + "/revoca": root + "/invii true", root + "/aperture": root + "/aperture page",
		root + "/tentativi": "", root + "/contatto-sicuro": "", root + "/chiudi": "", "/schede/" + r.closed + "/riapri": "",
	} {
		got := anna.status(anna.get(path), http.StatusOK)
		tabs := tabsOf.FindStringSubmatch(got.body)
		if tabs == nil {
			t.Errorf("%s has no tabs", path)
			continue
		}
		var marked []string
		for _, m := range tabHere.FindAllStringSubmatch(tabs[1], -1) {
			marked = append(marked, html.UnescapeString(m[1])+" "+m[2])
		}
		if here := strings.Join(marked, ", "); here != want {
			t.Errorf("%s marks %q, want %q", path, here, want)
		}
		if want == "" && !regexp.MustCompile(`<a class="action-link" href="/schede/[A-Z2-7]{26}">Torna alla scheda</a>`).MatchString(got.body) {
			t.Errorf("%s has no way back to the file:\n%s", path, main(got.body))
		}
	}
	s.quiet(t)
}
