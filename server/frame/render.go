package frame

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"sportello/referrals/sharing"
	"sportello/server/locale"
)

// field builds an input from options: label=KEY, hint=KEY, type=T, auto=TOKEN,
// mode=INPUTMODE, class=C, rows=N (a textarea), id=ID, required; what it takes is said
// by the page's form, or, where it is not on the page, by max=N. Where
// several inputs have one name, row=N tells them apart in id and errors.
// Without auto, the browser is told to keep nothing.
func (r *Renderer) field(lang locale.Lang, p Shown, name, value string, opts []string) (Field, error) {
	f, place := Field{ID: name, Name: name, Value: value, Type: "text", Auto: "off", Max: 200}, name
	if in := Inputs(reflect.TypeOf(p).Elem())[name]; in.Max > 0 {
		f.Max = in.Max
	}
	for _, opt := range opts {
		k, v, _ := strings.Cut(opt, "=")
		var err error
		switch k {
		case "label":
			f.Label, err = r.catalogue.T(lang, v)
		case "hint":
			f.Hint, err = r.catalogue.T(lang, v)
		case "type":
			f.Type = v
		case "auto":
			f.Auto = v
		case "mode":
			f.Mode = v
		case "class":
			f.Class = v
		case "id":
			f.ID = v
		case "row":
			f.ID, place = name+"-"+v, name+"-"+v
		case "max":
			f.Max, err = strconv.Atoi(v)
		case "rows":
			f.Rows, err = strconv.Atoi(v)
		case "required":
			f.Required = true
		default:
			err = fmt.Errorf("unknown option %q", k)
		}
		if err != nil {
			return f, fmt.Errorf("field %q: %w", name, err)
		}
	}
	if f.Label == "" {
		return f, fmt.Errorf("field %q has no label", name)
	}
	f.Free = f.Type == "text" || f.Type == "search"
	if key := p.base().ErrorOf(place); key != "" {
		text, err := r.catalogue.T(lang, key)
		if err != nil {
			return f, err
		}
		f.Error = text
	}
	return f, nil
}

// choices builds a question from the list of words that the page's form says, or
// words=LIST where it is not on the page: legend=KEY,
// hint=KEY, type=radio|checkbox, class=row|grid|"", hints (each answer has a
// hint under KEY_hint), skip=VALUES (answers not offered here, with spaces between).
func (r *Renderer) choices(lang locale.Lang, p Shown, name string, chosen any, opts []string) (Choices, error) {
	q := Choices{Name: name}
	kind, list, hints := "radio", Inputs(reflect.TypeOf(p).Elem())[name].Words, false
	var skip []string
	for _, opt := range opts {
		k, v, _ := strings.Cut(opt, "=")
		var err error
		switch k {
		case "words":
			list = v
		case "legend":
			q.Legend, err = r.catalogue.T(lang, v)
		case "hint":
			q.Hint, err = r.catalogue.T(lang, v)
		case "type":
			kind = v
		case "class":
			q.Class = v
		case "hints":
			hints = true
		case "skip":
			skip = append(skip, strings.Fields(v)...)
		default:
			err = fmt.Errorf("unknown option %q", k)
		}
		if err != nil {
			return q, fmt.Errorf("choices %q: %w", name, err)
		}
	}
	for _, value := range Words(list) {
		if slices.Contains(skip, value) {
			continue
		}
		label, err := r.catalogue.T(lang, list+"."+value)
		if err != nil {
			return q, err
		}
		c := NewChoice(kind, name, value, label, Contains(chosen, value))
		if hints {
			if c.Hint, err = r.catalogue.T(lang, list+"_hint."+value); err != nil {
				return q, err
			}
		}
		q.Items = append(q.Items, c)
	}
	if len(q.Items) == 0 || q.Legend == "" {
		return q, fmt.Errorf("choices %q: no words or no legend", name)
	}
	if key := p.base().ErrorOf(name); key != "" {
		text, err := r.catalogue.T(lang, key)
		if err != nil {
			return q, err
		}
		q.Error = text
	}
	return q, nil
}

// Renderer turns page structs into HTML. It parses every template when it is
// made and fails loudly then, so that no page is found broken at the counter.
// A page is rendered whole before its first byte is sent: nobody sees half of
// one. It decides nothing about who may see what.
type Renderer struct {
	catalogue *locale.Catalogue
	sets      map[locale.Lang]*template.Template
	lastWords map[locale.Lang][]byte // the error page, ready when nothing else is
}

// Room is an area of the service: its templates, and the words that they know
// besides those that all do.
type Room struct {
	Templates fs.FS // *.html
	Words     func(c *locale.Catalogue, lang locale.Lang) template.FuncMap
}

// NewRenderer parses the templates of all rooms, once for each language.
func NewRenderer(rooms ...Room) (*Renderer, error) {
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
		set := template.New("").Funcs(r.funcs(lang))
		for _, room := range rooms {
			if room.Words != nil {
				set.Funcs(room.Words(catalogue, lang))
			}
			if _, err := set.ParseFS(room.Templates, "*.html"); err != nil {
				return nil, fmt.Errorf("parsing templates: %w", err)
			}
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
			return c.T(lang, WordKey(list, value))
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
		"choice":    NewChoice,
		"tick":      tick,
		"contains":  Contains,
		"words":     Words,
		"reference": sharing.Reference,
		"add":       func(a, b int) int { return a + b },
		"sub":       func(a, b int) int { return a - b },
		"asset":     asset,
		"built":     AssetsBuilt,
		"label_of":  func(l string) (string, error) { return c.T(lang, WordKey("language", l)) },
	}
}

func (r *Renderer) status(lang locale.Lang, list, value string) (Status, error) {
	key := WordKey(list, value)
	label, err := r.catalogue.T(lang, key)
	class := statusClass[key]
	if class == "" {
		class = "plain"
	}
	return Status{Label: label, Class: class}, err
}
