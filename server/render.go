package server

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"sportello/referrals/sharing"
	"sportello/server/locale"
)

// Renderer turns page structs into HTML. It parses every template when it is
// made and fails loudly then, so that no page is found broken at the counter.
// A page is rendered whole before its first byte is sent: nobody sees half of
// one. It decides nothing about who may see what.
type Renderer struct {
	catalogue *locale.Catalogue
	sets      map[locale.Lang]*template.Template
	lastWords map[locale.Lang][]byte // the error page, ready when nothing else is
}

// NewRenderer parses all *.html of the file system, once for each language.
func NewRenderer(files fs.FS) (*Renderer, error) {
	catalogue, err := locale.New()
	if err != nil {
		return nil, err
	}
	r := &Renderer{
		catalogue: catalogue,
		sets:      make(map[locale.Lang]*template.Template),
		lastWords: make(map[locale.Lang][]byte),
	}
	for _, lang := range locale.Langs {
		set, err := template.New("").Funcs(r.funcs(lang)).ParseFS(files, "*.html")
		if err != nil {
			return nil, fmt.Errorf("parsing templates: %w", err)
		}
		r.sets[lang] = set
		body, err := r.bytes("error", &ErrorPage{Page: Page{Lang: lang, Title: "error.title"}, Status: http.StatusInternalServerError})
		if err != nil {
			return nil, fmt.Errorf("rendering the error page: %w", err)
		}
		r.lastWords[lang] = body
	}
	return r, nil
}

// Catalogue is the renderer's texts, for the few that are not on a page.
func (r *Renderer) Catalogue() *locale.Catalogue { return r.catalogue }

// Render sends the page named name with the status. When the page cannot be
// rendered, the error page goes out with status 500, and the error comes back
// for the log; it names a template and a place, never a value of the page.
func (r *Renderer) Render(w http.ResponseWriter, status int, name string, page Shown) error {
	lang := page.base().Lang
	if _, ok := r.sets[lang]; !ok {
		page.base().Lang = locale.Italian
		lang = locale.Italian
	}
	body, err := r.bytes(name, page)
	if err != nil {
		r.LastWords(w, lang)
		return err
	}
	send(w, status, lang, body)
	return nil
}

// LastWords sends the error page kept since the start. It cannot fail.
func (r *Renderer) LastWords(w http.ResponseWriter, lang locale.Lang) {
	body, ok := r.lastWords[lang]
	if !ok {
		lang, body = locale.Italian, r.lastWords[locale.Italian]
	}
	send(w, http.StatusInternalServerError, lang, body)
}

func send(w http.ResponseWriter, status int, lang locale.Lang, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(lang))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

// Bytes renders a page without sending it: preview and received page are
// compared this way.
func (r *Renderer) Bytes(name string, page Shown) ([]byte, error) { return r.bytes(name, page) }

func (r *Renderer) bytes(name string, page Shown) ([]byte, error) {
	set, ok := r.sets[page.base().Lang]
	if !ok {
		return nil, fmt.Errorf("rendering %q: unknown language", name)
	}
	var buf bytes.Buffer
	if err := set.ExecuteTemplate(&buf, name, page); err != nil {
		return nil, fmt.Errorf("rendering %q: %w", name, valueFree{err})
	}
	return isolated(buf.Bytes()), nil
}

// valueFree keeps a template error's place and drops its text, which may quote
// a value of the page.
type valueFree struct{ error }

func (e valueFree) Error() string {
	place, _, found := strings.Cut(e.error.Error(), ": executing ")
	if !found || strings.ContainsAny(place, "\n\"<") {
		return "template failed"
	}
	return place
}

// Unwrap is for tests; the log prints Error.
func (e valueFree) Unwrap() error { return e.error }

// hours is a stretch of safe hours in words.
func (r *Renderer) hours(lang locale.Lang, h HoursRule) string {
	days := make([]time.Weekday, len(h.Days))
	for i, word := range h.Days { // Monday is the first of the words, Sunday of the names
		days[i] = time.Weekday((slices.Index(Words("weekday"), word) + 1) % 7)
	}
	return r.catalogue.Hours(lang, days, h.From, h.To)
}

// funcs are the words that templates know in one language.
func (r *Renderer) funcs(lang locale.Lang) template.FuncMap {
	c := r.catalogue
	return template.FuncMap{
		"t": func(key string, args ...any) (string, error) {
			for i := range args {
				args[i] = apart(args[i])
			}
			return c.T(lang, key, args...)
		},
		"word": func(list, value string) (string, error) {
			return c.T(lang, wordKey(list, value))
		},
		"age":     func(now, t time.Time) string { return c.Age(lang, now, t) },
		"age_day": func(now, t time.Time) string { return c.AgeDay(lang, now, t) },
		"moment":  func(now, t time.Time) string { return c.Moment(lang, now, t) },
		"day":     func(now, t time.Time) string { return c.Day(lang, now, t) },
		"clock":   c.Clock,
		"until":   func(t time.Time) string { return c.Until(lang, t) },
		"hours":   func(h HoursRule) string { return r.hours(lang, h) },
		"status":  func(list, value string) (Status, error) { return r.status(lang, list, value) },
		"field": func(p Shown, name, value string, opts ...string) (Field, error) {
			return r.field(lang, p, name, value, opts)
		},
		"choices": func(p Shown, name string, chosen any, opts ...string) (Choices, error) {
			return r.choices(lang, p, name, chosen, opts)
		},
		"choice":     choice,
		"tick":       tick,
		"safeform":   func(p Shown, f SafeForm) safeForm { return safeForm{p, f} },
		"safewindow": func(p Shown, w Window) (safeWindow, error) { return r.safeWindow(lang, p, w) },
		"rows":       func(now time.Time, rows []InboxRow) inboxRows { return inboxRows{now, rows} },
		"pinline":    func(p Page, pin Pin) pinLine { return pinLine{p, pin} },
		"hold":       func(p Page, h Hold) holdLine { return holdLine{p, h} },
		"sentlines":  func(p Page, s SentTask) sentLines { return sentLines{p, s, holdLine{p, s.Hold}} },
		"contains":   contains,
		"searchbox":  func(p Shown, query string) searchBox { return searchBox{p, query} },
		"words":      Words,
		"reference":  sharing.Reference,
		"add":        func(a, b int) int { return a + b },
		"sub":        func(a, b int) int { return a - b },
		"asset":      asset,
		"built":      AssetsBuilt,
		"label_of":   func(l string) (string, error) { return c.T(lang, wordKey("language", l)) },
	}
}
