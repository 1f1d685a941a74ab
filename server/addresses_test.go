package server_test

import (
	"html"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// leadsSomewhere tells whether the routes answer an address. There is no second
// list of addresses: one stood here, and pages posted to two that no route had.
func leadsSomewhere(method, path string) bool {
	return routeOf(method, path) != "" || method == "GET" && strings.HasPrefix(path, "/static/")
}

func TestPagesLeadSomewhere(t *testing.T) {
	r := newRenderer(t)
	link := regexp.MustCompile(`<(a|form|button|link|script)\b[^>]*?\s(?:href|action|formaction|src)="([^"]*)"[^>]*>`)
	bad := map[string]bool{}
	for _, s := range samplePages() {
		body, err := r.Bytes(s.page)
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
			path, _, _ = strings.Cut(path, "#")
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
		body, err := r.Bytes(s.page)
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
