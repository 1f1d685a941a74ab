package server_test

import (
	"errors"
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/server"
	"sportello/server/desk"
	"sportello/server/frame"
	"sportello/server/locale"
	"sportello/server/servertest"
	"sportello/server/words"

	"github.com/a-h/templ"
)

func newRenderer(t testing.TB) *frame.Renderer {
	t.Helper()
	r, err := frame.NewRenderer()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// setLang writes the language into the embedded Page.
func setLang(p frame.Shown, lang locale.Lang) {
	reflect.ValueOf(p).Elem().FieldByName("Page").FieldByName("Lang").Set(reflect.ValueOf(lang))
}

// once reads from the embedded Page whether it can be shown again.
func once(p frame.Shown) bool {
	return reflect.ValueOf(p).Elem().FieldByName("Page").FieldByName("Once").Bool()
}

func TestEveryPageRendersInBothLanguages(t *testing.T) {
	r := newRenderer(t)
	for _, s := range samplePages() {
		for _, lang := range locale.Langs {
			setLang(s.page, lang)
			body, err := r.Bytes(s.page)
			if err != nil {
				t.Errorf("%s in %s: %v", s.name, lang, detail(err))
				continue
			}
			if strings.Contains(string(body), string(templ.FailedSanitizationURL)) {
				t.Errorf("%s in %s shows an address that was refused", s.name, lang)
			}
			if form := `id="f"`; strings.Contains(string(body), `form="f"`) && strings.Count(string(body), form) != 1 {
				t.Errorf("%s in %s has %d forms that its cover and its language send", s.name, lang, strings.Count(string(body), form))
			}
			if strings.Contains(string(body), `class="site-foot"`) && strings.Contains(string(body), `name="lang"`) == once(s.page) {
				t.Errorf("%s in %s: shown once %t, but the other language is offered or not", s.name, lang, once(s.page))
			}
			if leak := leaks(string(body)); leak != "" {
				t.Errorf("%s in %s shows what a program prints: %s", s.name, lang, leak)
			}
			if inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?: [^>]*)?>[^<]`).FindString(string(body)); inline != "" {
				t.Errorf("%s in %s has inline script or style: %s", s.name, lang, inline)
			}
		}
	}
}

func TestEveryTemplateRendersZeroAndHostilePages(t *testing.T) {
	r := newRenderer(t)
	for _, s := range samplePages() {
		kind := reflect.TypeOf(s.page).Elem()
		base := reflect.ValueOf(s.page).Elem().FieldByName("Page")
		for _, hostile := range []string{"", "<em>UHOH</em>", "\u202e\u2066gnp.exe", "\x00\x01\x1b[31m\xff", `"><script>alert(1)</script>`, "=cmd|' /C calc'!A0", "{{.FormToken}}"} {
			for _, lang := range locale.Langs {
				page := reflect.New(kind)
				fill(page.Elem(), hostile, 0)
				page.Elem().FieldByName("Page").Set(base)
				setLang(page.Interface().(frame.Shown), lang)
				body, err := r.Bytes(page.Interface().(frame.Shown))
				if err != nil {
					t.Fatalf("%s in %s with %q: %v", s.tmpl, lang, hostile, detail(err))
				}
				for _, bad := range []string{"<em>UHOH", "<script>alert", "\x00"} {
					if strings.Contains(string(body), bad) {
						t.Errorf("%s in %s lets %q through as markup", s.tmpl, lang, bad)
					}
				}
			}
		}
	}
}

// TestNoAddressRuns: whatever stands in an address of a page, it leads somewhere and
// runs nothing; and what is put into a path stays one part of it.
func TestNoAddressRuns(t *testing.T) {
	r := newRenderer(t)
	address := regexp.MustCompile(`\s(?:href|action|formaction|src)="([^"]*)"`)
	seen := 0
	for _, s := range samplePages() {
		for _, hostile := range []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "../../x?y#z"} {
			page := reflect.New(reflect.TypeOf(s.page).Elem())
			fill(page.Elem(), hostile, 0)
			page.Elem().FieldByName("Page").Set(reflect.ValueOf(s.page).Elem().FieldByName("Page"))
			body, err := r.Bytes(page.Interface().(frame.Shown))
			if err != nil {
				t.Fatal(detail(err))
			}
			for _, m := range address.FindAllStringSubmatch(string(body), -1) {
				seen++
				to := strings.ToLower(html.UnescapeString(m[1]))
				if scheme, _, has := strings.Cut(to, ":"); has && !strings.ContainsAny(scheme, "/#") && !slices.Contains([]string{"tel", "about"}, scheme) &&
					!strings.HasPrefix(to, "data:image/svg+xml,%3csvg") && !strings.HasPrefix(to, "data:image/png;base64,") {
					t.Errorf("%s with %q leads to %q", s.name, hostile, to)
				}
				if strings.HasPrefix(to, "/") && strings.Contains(to, "../") {
					t.Errorf("%s with %q leads to %q", s.name, hostile, to)
				}
			}
		}
	}
	if seen < 5000 {
		t.Fatalf("only %d addresses were seen", seen)
	}
}

// TestTextThatDoesNotExist: a page with a text that is in no catalogue does not go out,
// and the log hears of the page, not of what is on it.
func TestTextThatDoesNotExist(t *testing.T) {
	r, w := newRenderer(t), httptest.NewRecorder()
	page := &desk.SearchPage{Page: servertest.DeskPage("no.such_text", "/cerca"), SearchForm: desk.SearchForm{Query: "Rosa"}}
	err := r.Render(w, http.StatusOK, page)
	if err == nil || !strings.Contains(err.Error(), "SearchPage") || strings.Contains(err.Error(), "Rosa") {
		t.Errorf("the log hears %v", err)
	}
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "Rosa") {
		t.Errorf("the page went out with %d", w.Code)
	}
}

// fill writes text into every string of a value, one or two elements into every
// slice, and now into every time; empty text leaves the zero value.
func fill(v reflect.Value, text string, depth int) {
	if text == "" || depth > 8 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[templ.SafeURL]() { // made by the server, never typed
			text = "data:image/png;base64," + url.QueryEscape(text)
		}
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(2)
	case reflect.Slice:
		s := reflect.MakeSlice(v.Type(), 2, 2)
		for i := range 2 {
			fill(s.Index(i), text, depth+1)
		}
		v.Set(s)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text, depth+1)
	case reflect.Struct:
		if v.Type() == reflect.TypeOf(time.Time{}) {
			v.Set(reflect.ValueOf(sampleNow))
			return
		}
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if name == "Key" || name == "Forbidden" || name == "Act" || name == "What" { // message keys, never typed
				v.Field(i).SetString("conflict.differs")
				continue
			}
			if v.Field(i).CanSet() && name != "Page" {
				fill(v.Field(i), text, depth+1)
			}
		}
	}
}

func TestEveryTemplateHasASample(t *testing.T) {
	shown := map[string]bool{}
	for _, s := range samplePages() {
		shown[reflect.TypeOf(s.page).Elem().Name()] = true
	}
	page := regexp.MustCompile(`templ \(p \*(\w+)\) HTML\([^)]*\) \{\s*@v\.(?:Page|Blank)\(`)
	for _, text := range templateTexts(t) {
		for _, m := range page.FindAllStringSubmatch(text, -1) {
			if !shown[m[1]] {
				t.Errorf("page %q has no sample", m[1])
			}
		}
	}
}

func templateTexts(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, room := range server.Rooms() {
		paths, err := fs.Glob(room.Templates, "*.templ")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			body, err := fs.ReadFile(room.Templates, path)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, string(body))
		}
	}
	return list
}

// TestKeysAndTemplatesAgree proves that every key a template, a Go file or a
// word list names exists, and that every key that exists is named.
func TestKeysAndTemplatesAgree(t *testing.T) {
	c, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	families := map[string]bool{}
	for _, key := range c.Keys(locale.Italian) {
		known[key] = true
		families[key[:strings.Index(key, ".")]] = true
	}
	used := map[string]bool{"date.weekdays": true, "date.months": true, "date.long_weekdays": true, "date.long_months": true}
	literal := regexp.MustCompile(`["=]([a-z][a-z0-9_]*\.[a-z0-9_]+)"`)
	texts := append(templateTexts(t), goTexts(t)...)
	for _, text := range texts {
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			if known[m[1]] {
				used[m[1]] = true
			} else if families[m[1][:strings.Index(m[1], ".")]] && !words.IsKey(m[1]) {
				t.Errorf("key %q is named and does not exist", m[1])
			}
		}
	}
	for _, key := range words.Keys() {
		if !known[key] {
			t.Errorf("word %q has no text", key)
		}
		used[key] = true
	}
	for key := range known {
		if !used[key] && !strings.Contains(key, "_hint.") {
			t.Errorf("key %q is used nowhere", key)
		}
	}
}

func goTexts(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, pattern := range []string{"*.go", "*/*.go", "../referrals/*.go", "../referrals/*/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
				continue
			}
			body, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, string(body))
		}
	}
	return list
}

// detail digs out what the log must not print.
func detail(err error) error {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err
}
