package frame

import (
	"errors"
	"html"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"
)

// trouble is why a form was not taken, while its page is shown again.
type trouble struct {
	status  int
	key     string // message key of what happened
	support string
	cause   error
}

// errElsewhere says that a form's page, shown again, would not hold what was
// typed.
var errElsewhere = errors.New("the form is not on this page any more")

// again answers a form that was not taken with the page that it was on, as it is
// now, with what was typed still in its fields, why it was not taken, whether
// anything was saved and what to do next. It is the one way back for the forms of
// all handlers: the page comes as it comes with a draft. It reports false, and
// has sent nothing, when that page cannot be shown or would not hold all that
// was typed; the error page then does.
func (q *Request) again(t trouble) bool {
	if !q.Ours || !q.Signed || q.trouble != nil {
		return false
	}
	path := q.formPage()
	show, vars := q.pageAt(path)
	if show == nil {
		return false
	}
	r, filled := q.R, q.Filled
	q.R = mux.SetURLVars(q.R.Clone(q.Context()), vars)
	q.R.Method, q.R.URL = http.MethodGet, &url.URL{Path: path}
	q.Filled, q.trouble = true, &t
	err := show(q)
	q.R, q.Filled, q.trouble = r, filled, nil
	return err == nil
}

// formPage is the address of the page that a form was on, as it said; empty when
// it said none.
func (q *Request) formPage() string {
	if path := q.LocalPath(q.form.Get("from")); path != "/" {
		return path
	}
	return ""
}

// goOn is where somebody goes on whose form does not fit any more: the page it
// was on, or, where that was the form and nothing else, the one above it.
func (q *Request) goOn() string {
	path := q.formPage()
	if path != "" && path != q.R.URL.Path {
		if show, _ := q.pageAt(path); show != nil {
			return path
		}
	}
	if strings.HasPrefix(q.R.URL.Path, "/ammissioni/") {
		return "/ammissioni" // below it is a page for each person who waits, and for nobody else
	}
	for path = q.R.URL.Path; path != ""; {
		path = path[:strings.LastIndexByte(path, '/')]
		if show, _ := q.pageAt(path); show != nil {
			return path
		}
	}
	return ""
}

// Control are the fields of a form that nobody typed.
var Control = []string{"version", "was", "form", "id", "step", "go", "keep", "at"}

// TypedFields are the values of the form that a person chose or typed.
func (q *Request) TypedFields() []string {
	var all []string
	for _, p := range q.carried() {
		if byHand(p) {
			all = append(all, p.Value)
		}
	}
	return all
}

func byHand(p Pair) bool { return p.Value != "" && !Contains(Control, p.Name) }

// back puts on a form's page, shown again, why it is.
func back(q *Request, p *Page) {
	t := q.trouble
	p.Problem, p.Support, p.Refilled, p.Flash = t.key, t.support, false, ""
	if Invalid(p, t.cause) {
		p.Problem = "" // said beside the fields
		return
	}
	p.Then = append(p.Then, "error.not_saved")
	if len(q.TypedFields()) > 0 {
		p.Then = append(p.Then, "error.kept")
	}
	p.Then = append(p.Then, nextAgain(t.status))
}

// nextAgain says what to do with a form that came back.
func nextAgain(status int) string {
	switch status {
	case http.StatusServiceUnavailable:
		return "error.next_later"
	case http.StatusTooManyRequests:
		return "error.next_wait"
	case http.StatusInternalServerError:
		return "error.next_retry"
	}
	return "error.next_here"
}

// showAgain sends a form's page with the status of the trouble, if it holds all
// that was typed.
func showAgain(q *Request, status int, page Shown) error {
	if _, ok := page.(*ErrorPage); ok {
		return errElsewhere
	}
	if status == http.StatusOK {
		status = q.trouble.status
	}
	body, err := q.Render.Bytes(page)
	if err != nil {
		return err
	}
	text := html.UnescapeString(string(body))
	for _, p := range q.carried() {
		as := q.inputs[p.Name].As
		if byHand(p) && !strings.Contains(text, p.Value) && !strings.Contains(text, writtenAs(as, readAs(as, p.Value), q.Lang)) {
			return errElsewhere
		}
	}
	deliver(q, status, page.base(), body)
	return nil
}

// carried is the form without what must not travel.
func (q *Request) carried() []Pair {
	var pairs []Pair
	for name, values := range q.form {
		if q.secret(name) || name == "from" {
			continue
		}
		for _, v := range values {
			pairs = append(pairs, Pair{name, v})
		}
	}
	return pairs
}
