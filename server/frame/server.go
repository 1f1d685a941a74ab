// Package frame is what every page of the web edge goes through: the request and
// who asks, forms and what comes back of them, errors, the step-up, rendering and
// its words.
//
// It turns a request into one act of the Desk or the Door and shows the answer.
// It protects forms and cookies against other sites and puts the same headers
// on every answer, errors included. It opens nothing, decides nothing, and keeps nothing
// but the pages that answered forms, for a while: what it may show is what Desk and Door
// hand out to this caller.
package frame

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/sheets"
	"sportello/server/history"
	"sportello/server/locale"
	"sportello/server/proxy"

	"github.com/gorilla/mux"
)

// Config is what the web edge is made of.
type Config struct {
	Desk   *referrals.Desk
	Door   *accounts.Door
	Logger *slog.Logger
	Sheets *sheets.Set // what can be read to her or given; nil for what the program brings along
	Proxy  proxy.Proxy // what stands before the service and says for whom it asks
}

// Server answers requests.
type Server struct {
	Desk    *referrals.Desk
	Door    *accounts.Door
	House   *units.House
	Office  *office.Office
	Log     *slog.Logger
	Render  *Renderer
	Config  Config
	Policy  map[string]policies.Rule
	Inputs  map[string]inputName
	routes  []Route
	history history.Store
	mux     *mux.Router
	handle  http.Handler
}

// New makes the web edge of rooms and their routes. It refuses nil, and
// templates that do not parse.
func New(c Config, routes []Route, rooms ...Room) (*Server, error) {
	if c.Desk == nil || c.Door == nil || c.Logger == nil {
		return nil, errors.New("making the web edge: desk, door and logger are all needed")
	}
	if c.Sheets == nil {
		c.Sheets = sheets.Shipped()
	}
	render, err := NewRenderer()
	if err != nil {
		return nil, err
	}
	policy, err := policies.New()
	if err != nil {
		return nil, err
	}
	s := &Server{Desk: c.Desk, Door: c.Door, House: c.Door.House(), Office: office.New(c.Door.House()), Log: c.Logger, Render: render, Config: c, Policy: map[string]policies.Rule{}}
	for _, rule := range policy.Rules() {
		s.Policy[rule.ID] = rule
	}
	if s.Inputs, err = inputNames(routes, rooms...); err != nil {
		return nil, err
	}
	s.routes = routes
	s.mux = s.router()
	s.handle = s.middleware(s.mux)
	return s, nil
}

// Handler answers every request of the service.
func (s *Server) Handler() http.Handler { return s.handle }

// Shut answers every request while the service is closed for a check: one page,
// with the headers of every other, that reads and keeps nothing.
func (s *Server) Shut() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers(w.Header())
		if strings.HasPrefix(r.URL.Path, "/static/") && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			StaticHandler().ServeHTTP(w, r)
			return
		}
		q := s.newRequest(w, r)
		if r.URL.Path == "/uscita" { // leaving at once works whatever else does not
			q.Leave(Page{Lang: q.Lang, Title: TitleExit})
			return
		}
		w.Header().Set("Retry-After", "600")
		q.Show(http.StatusServiceUnavailable, &ErrorPage{Page: Page{Lang: q.Lang, Now: s.Door.Gate().Now(), Title: TitleError, Here: "/"},
			Status: http.StatusServiceUnavailable, What: "error.shut", Asked: r.Method == http.MethodGet})
	})
}

// Limits of one request.
const (
	maxBody   = 512 << 10
	maxShown  = 2 << 20 // of somebody known: it is not taken, and shown again
	maxFields = 400
	// ReadTimeout bounds how long a request may take to arrive, Timeout how long
	// it may take to be answered.
	ReadTimeout = 20 * time.Second
	Timeout     = 60 * time.Second
	MaxHeader   = 16 << 10
)

func (s *Server) router() *mux.Router {
	m := mux.NewRouter().SkipClean(true)
	m.PathPrefix("/static/").Handler(StaticHandler()).Methods(http.MethodGet, http.MethodHead)
	for _, r := range s.routes {
		m.HandleFunc(r.Pattern, s.serve(r)).Methods(r.Method)
	}
	m.NotFoundHandler = s.serve(Route{Public: true, Do: (*Request).NotFound})
	m.MethodNotAllowedHandler = s.serve(Route{Public: true, Do: (*Request).NotFound})
	return m
}

// middleware runs from the outside in: a panic becomes the error page; headers
// go on every answer; what another site posts is refused; the body is bounded.
func (s *Server) middleware(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.newRequest(w, r).problem(http.StatusForbidden, "error.form_refused", "")
	}))
	guarded := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers(w.Header())
		defer s.recover(w, r)
		r.Body = http.MaxBytesReader(w, r.Body, maxShown)
		guarded.ServeHTTP(w, r)
	})
}

// headers are the same on every answer.
func headers(h http.Header) {
	h.Set("Content-Security-Policy", ContentSecurityPolicy)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

func (s *Server) recover(w http.ResponseWriter, r *http.Request) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler {
			panic(p)
		}
		// What a panic carries may be personal: only the route is logged.
		s.Log.Error("a page stopped unexpectedly", "route", RouteName(r))
		s.Render.LastWords(w, locale.Italian)
	}
}

// RouteName is the pattern that a request came by, or "none": it names nobody.
func RouteName(r *http.Request) string {
	if m := mux.CurrentRoute(r); m != nil {
		if t, err := m.GetPathTemplate(); err == nil {
			return t
		}
	}
	return "none"
}

func (s *Server) newRequest(w http.ResponseWriter, r *http.Request) *Request {
	q := &Request{Server: s, W: w, R: r, form: url.Values{}, Lang: locale.Italian}
	if c, err := r.Cookie(LangCookie); err == nil && locale.Lang(c.Value) == locale.English {
		q.Lang = locale.English
	}
	return q
}

// serve answers one route: who is it, is the form hers, then the handler.
func (s *Server) serve(t Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := s.newRequest(w, r)
		if err := q.answer(t); err != nil {
			q.fail(err)
		}
	}
}

// shows tells whether what a form was sent to also answers when it is asked for:
// the same route, for another may lie at the same address.
func (s *Server) shows(r *http.Request) bool {
	name := RouteName(r)
	for _, t := range s.routes {
		if t.Method == http.MethodGet && t.Pattern == name {
			return true
		}
	}
	return false
}

// pageAt finds what shows the page at an address, and the address's variables.
func (s *Server) pageAt(path string) (func(*Request) error, map[string]string) {
	var m mux.RouteMatch
	if !s.mux.Match(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}}, &m) || m.MatchErr != nil {
		return nil, nil
	}
	pattern, err := m.Route.GetPathTemplate()
	if err != nil {
		return nil, nil
	}
	for _, t := range s.routes {
		if t.Method == http.MethodGet && t.Pattern == pattern && !t.Public {
			return t.Do, m.Vars
		}
	}
	return nil, nil
}
