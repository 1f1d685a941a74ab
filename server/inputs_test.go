package server_test

import (
	"html"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sportello/server"
	"sportello/server/frame"
)

// sent is one input that a page sends: with which form, and where to.
type sent struct {
	page, route, name string
	along             bool // with a button that sends the form elsewhere
}

var (
	tag       = regexp.MustCompile(`</?(form|input|select|textarea|button)\b[^>]*>`)
	attribute = regexp.MustCompile(`\s([a-z-]+)="([^"]*)"`)
)

func attributes(tag string) map[string]string {
	all := map[string]string{}
	for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
		all[m[1]] = html.UnescapeString(m[2])
	}
	return all
}

// inputsOf are the inputs of all forms of a page that post. A button that covers the
// screen or changes the language sends the form of another; it is not its own.
func inputsOf(page, body string) (all []sent) {
	byID, waits, current := map[string]string{}, map[string][]string{}, ""
	other := map[string]string{} // where a button of a form sends it besides
	for _, text := range tag.FindAllString(body, -1) {
		a := attributes(text)
		switch {
		case strings.HasPrefix(text, "<form"):
			current = ""
			if a["method"] == "post" {
				current = routeOf("POST", a["action"])
				byID[a["id"]] = current
				all = append(all, sent{page, current, "", false})
			}
		case text == "</form>":
			current = ""
		case current != "" && a["formaction"] != "" && a["formaction"] != "/lingua" && a["formaction"] != "/copri":
			other[routeOf("POST", a["formaction"])] = current
		case a["name"] == "" || strings.HasPrefix(text, "</"):
		case a["form"] != "":
			waits[a["form"]] = append(waits[a["form"]], a["name"])
		case current != "":
			all = append(all, sent{page, current, a["name"], false})
		}
	}
	for id, names := range waits {
		for _, name := range names {
			all = append(all, sent{page, byID[id], name, false})
		}
	}
	for to, from := range other {
		for _, in := range slices.Clone(all) {
			if in.route == from {
				all = append(all, sent{page, to, in.name, true})
			}
		}
	}
	return all
}

// ofTheFrame are inputs that the frame reads, on whatever form they are.
var ofTheFrame = append([]string{"token", "from", "lang"}, frame.Control...)

// TestEveryInputHasItsField: what a page asks reaches the form that reads it, and
// what a form reads is asked by a page.
func TestEveryInputHasItsField(t *testing.T) {
	forms, stepUp := map[string]reflect.Type{}, map[string]bool{}
	for _, r := range server.Routes() {
		if r.Method == "POST" && !r.Aside {
			forms[r.Pattern], stepUp[r.Pattern] = r.Form, r.StepUp
		}
	}
	r, asked, posts := newRenderer(t), map[string]bool{}, map[string]bool{}
	for _, s := range samplePages() {
		body, err := r.Bytes(s.page)
		if err != nil {
			t.Fatal(detail(err))
		}
		for _, in := range inputsOf(s.name, string(body)) {
			posts[in.route] = true
			if in.name == "" || slices.Contains(ofTheFrame, in.name) {
				continue
			}
			asked[in.route+" "+in.name] = true
			if in.along || (s.tmpl == "step-up" || stepUp[in.route]) && (in.name == "passphrase" || in.name == "code") || s.tmpl == "error" {
				continue // what a step-up reads, and what is carried to be sent again
			}
			if form, ok := forms[in.route]; !ok {
				t.Errorf("%s: a form leads to %q", in.page, in.route)
			} else if frame.Inputs(form)[in.name].Name == "" {
				t.Errorf("%s asks %q, which the form of %s does not read", in.page, in.name, in.route)
			}
		}
	}
	for pattern, form := range forms {
		if !posts[pattern] {
			t.Errorf("no page has the form of %s", pattern)
		}
		for name := range frame.Inputs(form) {
			if !asked[pattern+" "+name] && !slices.Contains(ofTheFrame, name) {
				t.Errorf("no page asks %q, which the form of %s reads", name, pattern)
			}
		}
	}
}

// TestEveryPasswordIsSecret: what a browser hides while it is typed is kept in no draft
// and carried to no next page.
func TestEveryPasswordIsSecret(t *testing.T) {
	r, hidden := newRenderer(t), map[string]bool{}
	for _, s := range samplePages() {
		body, err := r.Bytes(s.page)
		if err != nil {
			t.Fatal(detail(err))
		}
		for _, text := range tag.FindAllString(string(body), -1) {
			if a := attributes(text); a["type"] == "password" {
				hidden[a["name"]] = true
			}
		}
	}
	for _, route := range server.Routes() {
		if route.Form == nil {
			continue
		}
		for name, in := range frame.Inputs(route.Form) {
			if hidden[name] && !in.Secret && name != "passphrase" { // which no form carries on
				t.Errorf("%s: %q is no secret", route.Pattern, name)
			}
		}
	}
	if len(hidden) < 4 {
		t.Fatalf("only %d are hidden", len(hidden))
	}
}

// TestNoInputFollowsTheBrowsersLanguage: how a day or an hour is written is for the page
// to say.
func TestNoInputFollowsTheBrowsersLanguage(t *testing.T) {
	r, read := newRenderer(t), 0
	for _, s := range samplePages() {
		body, err := r.Bytes(s.page)
		if err != nil {
			t.Fatal(detail(err))
		}
		for _, text := range tag.FindAllString(string(body), -1) {
			switch a := attributes(text); a["type"] {
			case "date", "time", "datetime-local", "month", "week", "number":
				t.Errorf("%s: %s", s.name, text)
			case "text":
				read++
			}
		}
	}
	if read < 20 {
		t.Fatalf("only %d inputs were read", read)
	}
}

// TestEveryFieldIsGuarded: no browser corrects, completes, rewrites or translates what
// is typed or shown, and a form that asks a passphrase says whose.
func TestEveryFieldIsGuarded(t *testing.T) {
	r, fields, asked := newRenderer(t), 0, 0
	for _, s := range samplePages() {
		body, err := r.Bytes(s.page)
		if err != nil {
			t.Fatal(detail(err))
		}
		text := string(body)
		if strings.Contains(text, "<script") && !strings.Contains(text, `translate="no" spellcheck="false" writingsuggestions="false">`) {
			t.Errorf("%s may be translated", s.name)
		}
		for _, in := range tag.FindAllString(text, -1) {
			a := attributes(in)
			if !strings.HasPrefix(in, "<textarea") && (!strings.HasPrefix(in, "<input") || !slices.Contains([]string{"text", "search", "tel", "email", "password"}, a["type"]) || a["id"] == "whose") {
				continue
			}
			fields++
			if a["spellcheck"] != "false" || a["writingsuggestions"] != "false" || a["autocorrect"] != "off" || a["autocomplete"] == "" {
				t.Errorf("%s: %s", s.name, in)
			}
		}
		if strings.Contains(text, `autocomplete="current-password"`) && !strings.Contains(text, `class="blank"`) {
			if asked++; !strings.Contains(text, `autocomplete="username"`) {
				t.Errorf("%s does not say whose passphrase it asks", s.name)
			}
		}
	}
	if fields < 30 || asked < 4 {
		t.Fatalf("only %d fields and %d passphrases were read", fields, asked)
	}
}
