package server_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sportello/server/servertest"
)

var (
	tabsOf  = regexp.MustCompile(`(?s)<ul class="tabs">(.*?)</ul>`)
	tabHere = regexp.MustCompile(`<a href="([^"]*)" aria-current="([a-z]+)"`)
)

// TestTabsSayWhereSheIs: a page of a case marks the tab it is, as the page, or
// the one it falls under, as the part; what is under none marks none. Each names
// the file in its head and has a way back to it.
func TestTabsSayWhereSheIs(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	anna := s.Inside(t, "anna")
	root := "/schede/" + r.File
	for path, want := range map[string]string{
		root: root + " page", root + "/diario": root + "/diario page", root + "/diario/nuova": root + "/diario true",
		root + "/diario/" + r.Note + "/sposta": root + "/diario true", root + "/persona": root + "/persona page",
		root + "/persona/dimentica": root + "/persona true", root + "/invii": root + "/invii page", root + "/centro": root + "/invii true",
		"/invii/" + r.Sent: root + "/invii true", "/invii/" + r.Sent + "/revoca": root + "/invii true", root + "/aperture": root + "/aperture page",
		root + "/tentativi": "", root + "/contatto-sicuro": "", root + "/chiudi": "", "/schede/" + r.Closed + "/riapri": "",
	} {
		got := anna.Status(anna.Get(path), http.StatusOK)
		tabs := tabsOf.FindStringSubmatch(got.Body)
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
		if want == "" && !regexp.MustCompile(`<a class="action-link" href="/schede/[A-Z2-7]{26}">Torna alla scheda</a>`).MatchString(got.Body) {
			t.Errorf("%s has no way back to the file:\n%s", path, servertest.Main(got.Body))
		}
	}
	s.Quiet(t)
}
