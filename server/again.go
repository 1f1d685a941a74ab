package server

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
func (q *request) again(t trouble) bool {
	if !q.ours || !q.signed || q.trouble != nil {
		return false
	}
	path := q.formPage()
	show, vars := q.s.pageAt(path)
	if show == nil {
		return false
	}
	r, filled := q.r, q.filled
	q.r = mux.SetURLVars(q.r.Clone(q.ctx()), vars)
	q.r.Method, q.r.URL = http.MethodGet, &url.URL{Path: path}
	q.filled, q.trouble = true, &t
	err := show(q)
	q.r, q.filled, q.trouble = r, filled, nil
	return err == nil
}

// pageAt finds what shows the page at an address, and the address's variables.
func (s *Server) pageAt(path string) (func(*request) error, map[string]string) {
	var m mux.RouteMatch
	if !s.mux.Match(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}}, &m) || m.MatchErr != nil {
		return nil, nil
	}
	pattern, err := m.Route.GetPathTemplate()
	if err != nil {
		return nil, nil
	}
	for _, t := range routes {
		if t.Method == http.MethodGet && t.Pattern == pattern && !t.Public {
			return t.do, m.Vars
		}
	}
	return nil, nil
}

// formPage is the address of the page that a form was on, as it said; empty when
// it said none.
func (q *request) formPage() string {
	if path := q.localPath(q.form.Get("from")); path != "/" {
		return path
	}
	return ""
}

// goOn is where somebody goes on whose form does not fit any more: the page it
// was on, or, where that was the form and nothing else, the one above it.
func (q *request) goOn() string {
	path := q.formPage()
	if path != "" && path != q.r.URL.Path {
		if show, _ := q.s.pageAt(path); show != nil {
			return path
		}
	}
	if strings.HasPrefix(q.r.URL.Path, "/ammissioni/") {
		return "/ammissioni" // below it is a page for each person who waits, and for nobody else
	}
	for path = q.r.URL.Path; path != ""; {
		path = path[:strings.LastIndexByte(path, '/')]
		if show, _ := q.s.pageAt(path); show != nil {
			return path
		}
	}
	return ""
}

// control are the fields of a form that nobody typed.
var control = []string{"version", "form", "id", "step", "go", "keep", "at"}

// typedFields are the values of the form that a person chose or typed.
func (q *request) typedFields() []string {
	var all []string
	for _, p := range q.carried() {
		if p.Value != "" && !contains(control, p.Name) {
			all = append(all, p.Value)
		}
	}
	return all
}

// back puts on a form's page, shown again, why it is.
func (q *request) back(p *Page) {
	t := q.trouble
	p.Problem, p.Support, p.Refilled, p.Flash = t.key, t.support, false, ""
	if invalid(p, t.cause) {
		p.Problem = "" // said beside the fields
		return
	}
	p.Then = append(p.Then, "error.not_saved")
	if len(q.typedFields()) > 0 {
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
func (q *request) showAgain(status int, name string, page Shown) error {
	if name == "error" {
		return errElsewhere
	}
	if status == http.StatusOK {
		status = q.trouble.status
	}
	body, err := q.s.render.Bytes(name, page)
	if err != nil {
		return err
	}
	text := html.UnescapeString(string(body))
	for _, value := range q.typedFields() {
		if !strings.Contains(text, value) {
			return errElsewhere
		}
	}
	send(q.w, status, page.base().Lang, body)
	return nil
}
