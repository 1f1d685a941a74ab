package frame

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"time"

	"sportello/server/locale"

	"github.com/a-h/templ"
)

// Renderer turns page structs into HTML. Each page struct has its template as its method
// HTML, so that a field that is not there does not compile. A page is rendered whole
// before its first byte is sent: nobody sees half of one. It decides nothing about who may
// see what.
type Renderer struct {
	catalogue *locale.Catalogue
	lastWords map[locale.Lang][]byte // the error page, ready when nothing else is
}

// Room is an area of the service.
type Room struct {
	Templates fs.FS // *.templ, the sources of its pages: how they name their inputs is read from them
}

// NewRenderer reads the texts, and keeps the error page in each language for when nothing
// else can be said.
func NewRenderer() (*Renderer, error) {
	catalogue, err := locale.New()
	if err != nil {
		return nil, err
	}
	r := &Renderer{catalogue: catalogue, lastWords: make(map[locale.Lang][]byte)}
	for _, lang := range locale.Langs {
		body, err := r.Bytes(&ErrorPage{Page: Page{Lang: lang, Title: "error.title"}, Status: http.StatusInternalServerError})
		if err != nil {
			return nil, fmt.Errorf("rendering the error page: %w", err)
		}
		r.lastWords[lang] = body
	}
	return r, nil
}

// Catalogue is the renderer's texts, for the few that are not on a page.
func (r *Renderer) Catalogue() *locale.Catalogue { return r.catalogue }

// Render sends a page with the status. When it cannot be rendered, the error page goes
// out with status 500, and the error comes back for the log; it names the page and a
// place in its template, never a value.
func (r *Renderer) Render(w http.ResponseWriter, status int, page Shown) error {
	body, err := r.whole(page)
	if err != nil {
		r.LastWords(w, page.base().Lang)
		return err
	}
	send(w, status, page.base().Lang, body)
	return nil
}

// whole is Bytes, in Italian where the page has no language that there is.
func (r *Renderer) whole(page Shown) ([]byte, error) {
	if !slices.Contains(locale.Langs, page.base().Lang) {
		page.base().Lang = locale.Italian
	}
	return r.Bytes(page)
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
func (r *Renderer) Bytes(page Shown) ([]byte, error) {
	if !slices.Contains(locale.Langs, page.base().Lang) {
		return nil, fmt.Errorf("rendering %T: unknown language", page)
	}
	v := &PageView{r: r, page: page.base(), shown: page}
	var b bytes.Buffer
	err := page.HTML(v).Render(context.Background(), &b)
	if err == nil {
		err = v.err
	}
	if err != nil {
		return nil, fmt.Errorf("rendering %T: %w", page, valueFree{err})
	}
	// A NUL is nothing that a person reads: HTML has a sign for what is not one (13.2.5).
	return locale.Isolated(bytes.ReplaceAll(b.Bytes(), []byte{0}, []byte("\ufffd"))), nil
}

// valueFree keeps a template error's place and drops its text, which may quote
// a value of the page.
type valueFree struct{ error }

func (e valueFree) Error() string {
	var at templ.Error
	if errors.As(e.error, &at) {
		return fmt.Sprintf("%s:%d", at.FileName, at.Line)
	}
	return "template failed"
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
