// package server is the web edge: pages in Italian and English, and the sealed
// interchange.
//
// It turns a request into one act of the Desk or the Door and shows the answer.
// It protects forms and cookies against other sites and puts the same headers
// on every answer, errors included. It keeps nothing, opens nothing and decides
// nothing: what it may show is what Desk and Door hand out to this caller.
package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/typed"
	"sportello/server/locale"

	"github.com/gorilla/mux"
)

// Config is what the web edge is made of.
type Config struct {
	Desk      *referrals.Desk
	Door      *accounts.Door
	Logger    *slog.Logger
	Emergency Emergency // the territory's emergency social service, on Agenda and contact pages
	Duties    []Duty    // what a worker may have to report, in the agency's own words
	Sheets    []Sheet   // what can be given to her, by version and language
	Proxy     Proxy     // what stands before the service and says for whom it asks
}

// Server answers requests.
type Server struct {
	desk   *referrals.Desk
	door   *accounts.Door
	house  *units.House
	office *office.Office
	log    *slog.Logger
	render *Renderer
	config Config
	rules  map[string]policies.Rule
	names  map[string]inputName
	mux    *mux.Router
	handle http.Handler
}

// New makes the web edge. It refuses nil, and templates that do not parse.
func New(c Config) (*Server, error) {
	if c.Desk == nil || c.Door == nil || c.Logger == nil {
		return nil, errors.New("making the web edge: desk, door and logger are all needed")
	}
	render, err := NewRenderer(Templates())
	if err != nil {
		return nil, err
	}
	policy, err := policies.New()
	if err != nil {
		return nil, err
	}
	s := &Server{desk: c.Desk, door: c.Door, house: c.Door.House(), office: office.New(c.Door.House()), log: c.Logger, render: render, config: c, rules: map[string]policies.Rule{}}
	for _, rule := range policy.Rules() {
		s.rules[rule.ID] = rule
	}
	if s.names, err = inputNames(Templates()); err != nil {
		return nil, err
	}
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
			q.leave(Page{Lang: q.lang, Title: TitleExit})
			return
		}
		w.Header().Set("Retry-After", "600")
		q.show(http.StatusServiceUnavailable, "error", &ErrorPage{Page: Page{Lang: q.lang, Now: s.door.Gate().Now(), Title: TitleError, Here: "/"},
			Status: http.StatusServiceUnavailable, What: "error.shut", Asked: r.Method == http.MethodGet})
	})
}

// Limits of one request.
const (
	maxBody   = 512 << 10
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
	for _, r := range routes {
		m.HandleFunc(r.Pattern, s.serve(r)).Methods(r.Method)
	}
	m.NotFoundHandler = s.serve(route{Route: Route{Public: true}, do: (*request).notFound})
	m.MethodNotAllowedHandler = s.serve(route{Route: Route{Public: true}, do: (*request).notFound})
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
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
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
		s.log.Error("a page stopped unexpectedly", "route", routeName(r))
		s.render.LastWords(w, locale.Italian)
	}
}

func routeName(r *http.Request) string {
	if m := mux.CurrentRoute(r); m != nil {
		if t, err := m.GetPathTemplate(); err == nil {
			return t
		}
	}
	return "none"
}

// request is one request while it is answered.
type request struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	who    acts.Caller
	signed bool // who is signed in, with keys
	known  bool // who is known, perhaps covered or just ended
	form   url.Values
	lang   locale.Lang
	filled bool // form holds a draft given back
	ours   bool // the form that was sent is one of this session
	unread bool // something that belongs on the page is not what the log names

	trouble *trouble // why the page of a form is shown again
}

func (s *Server) newRequest(w http.ResponseWriter, r *http.Request) *request {
	q := &request{s: s, w: w, r: r, form: url.Values{}, lang: locale.Italian}
	if c, err := r.Cookie(langCookie); err == nil && locale.Lang(c.Value) == locale.English {
		q.lang = locale.English
	}
	return q
}

func (q *request) ctx() context.Context { return q.r.Context() }

// id is a variable of the address.
func (q *request) id(name string) string { return mux.Vars(q.r)[name] }

// serve answers one route: who is it, is the form hers, then the handler.
func (s *Server) serve(t route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := s.newRequest(w, r)
		if err := q.answer(t); err != nil {
			q.fail(err)
		}
	}
}

func (q *request) answer(t route) error {
	who := q.identify()
	if err := q.readForm(); err != nil {
		return err
	}
	q.speak()
	if t.StepUp && q.form.Has("lang") {
		if err := q.askAgain(); err != nil {
			return err
		}
	}
	q.ours = q.r.Method == http.MethodPost && q.known && q.tokenFits()
	if q.r.Method == http.MethodPost && !q.tokenFits() {
		if t.Public || !q.known {
			return errForm
		}
		if who != nil {
			return who
		}
		return q.sendAgain()
	}
	if !t.Public && who != nil {
		return q.keepTyped(t, who)
	}
	if err := q.first(t); err != nil {
		return err
	}
	if q.signed && q.r.Method == http.MethodGet {
		q.takeDraft()
	} else if q.signed && !t.leaves() {
		if err := q.s.door.DropDraft(q.ctx(), q.who); err != nil {
			return err
		}
	}
	return t.do(q)
}

// sendAgain refuses a form of an earlier session of the same person: another tab
// signed in or stepped up meanwhile. Nothing was done, nothing typed is lost,
// and one press sends it again.
func (q *request) sendAgain() error {
	page := &ErrorPage{Page: q.base(TitleError), Status: http.StatusForbidden, What: "error.form_old", Action: q.r.URL.Path, Carried: q.carried()}
	return q.show(http.StatusForbidden, "error", page)
}

// speak takes the language of this browser, or else the caller's own.
func (q *request) speak() {
	if q.cookie(langCookie) == "" && q.known && q.who.Language() == string(locale.English) {
		q.lang = locale.English
	}
}

// beforeOthers are the acts that come before colleagues were confirmed: looking
// after oneself, and the confirming itself.
var beforeOthers = map[policies.Action]bool{policies.MemberConfirm: true, policies.MemberList: true, policies.CredentialsRead: true,
	policies.FactorReplace: true, policies.RecoveryCodesReplace: true, policies.PassphraseChange: true,
	policies.SessionClose: true, policies.SessionCover: true}

// first leads to what must be done before anything else: a new second factor
// after a recovery code, the colleagues who were there before the first record.
func (q *request) first(t route) error {
	if !q.signed || t.Public {
		return nil
	}
	if q.who.MustEnrol() && t.Action != policies.FactorReplace && t.Action != policies.SessionCover {
		return acts.ErrEnrol
	}
	if !q.who.Strangers() || beforeOthers[t.Action] {
		return nil
	}
	must, err := q.s.house.MustConfirm(q.ctx(), q.who)
	if err == nil && must {
		return errColleagues
	}
	return err
}

// identify finds out who asks. The error says why there is no signed-in caller.
func (q *request) identify() error {
	c, err := q.r.Cookie(sessionCookie)
	if err != nil {
		return accounts.ErrSignedOut
	}
	q.who, err = q.s.door.Caller(q.ctx(), c.Value)
	q.known = q.who.Person() != ""
	q.signed = err == nil
	return err
}

// readForm reads a posted form as it streams in, within its limits.
func (q *request) readForm() error {
	if q.r.Method != http.MethodPost {
		return nil
	}
	if err := q.r.ParseForm(); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return errTooBig
		}
		return errForm
	}
	n := 0
	for _, values := range q.r.PostForm {
		n += len(values)
	}
	if n > maxFields {
		return errTooBig
	}
	q.form = q.r.PostForm
	for _, values := range q.form {
		for i := range values {
			values[i] = strings.ToValidUTF8(values[i], "�")
		}
	}
	return nil
}

// tokenFits compares the form's token with the one of this session, or of this
// browser before sign-in.
func (q *request) tokenFits() bool {
	got := q.form.Get("token")
	if q.known && got == q.s.door.FormToken(q.who) {
		return true
	}
	c, err := q.r.Cookie(formCookie)
	return err == nil && got == q.s.door.PublicFormToken(c.Value)
}

// draft is what was typed, and on which page.
type draft struct {
	From string     `json:"from"`
	Form url.Values `json:"form"`
}

// secretFields are never kept in a draft and never carried to a next page.
var secretFields = []string{"token", "passphrase", "code", "current", "own", "again", "recovery"}

// keepTyped seals what a form sent when its session had just ended or been
// covered, for her alone, and then says why it went no further. Whoever has her
// cookie can send as much: it is offered to her, and fills no form by itself.
func (q *request) keepTyped(t route, why error) error {
	if q.r.Method != http.MethodPost || !q.known || len(q.typedFields()) == 0 {
		return why
	}
	if err := q.keepDraft(q.s.door.KeepLate); err != nil {
		return err
	}
	return why
}

func (q *request) keepDraft(keep func(ctx context.Context, person string, text []byte) error) error {
	text, err := q.draftText()
	if err != nil {
		return err
	}
	return keep(q.ctx(), q.who.Person(), text)
}

// draftText is what a form held, without what is secret, and where it belongs.
func (q *request) draftText() ([]byte, error) {
	d := draft{From: q.localPath(q.form.Get("from")), Form: url.Values{}}
	for name, values := range q.form {
		d.Form[name] = values
	}
	for _, name := range secretFields {
		d.Form.Del(name)
	}
	return json.Marshal(d)
}

// takeDraft gives back, on the page it was typed on, what was kept.
func (q *request) takeDraft() {
	var d draft
	if len(q.who.Draft()) == 0 || json.Unmarshal(q.who.Draft(), &d) != nil || d.From != q.r.URL.Path {
		return
	}
	q.form, q.filled = d.Form, true
}

// localPath is a path of this site, or the home page.
func (q *request) localPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n?#") {
		return "/"
	}
	return p
}

// here is where a page can be found again: its own address, or, for an address
// that only takes forms, the page the form was on.
func (q *request) here() string {
	if q.r.Method == http.MethodPost && !q.s.shows(q.r) {
		return q.localPath(q.form.Get("from"))
	}
	return q.r.URL.Path
}

// shows tells whether what a form was sent to also answers when it is asked for:
// the same route, for another may lie at the same address.
func (s *Server) shows(r *http.Request) bool {
	name := routeName(r)
	for _, t := range routes {
		if t.Method == http.MethodGet && t.Pattern == name {
			return true
		}
	}
	return false
}

// base is what every page has.
func (q *request) base(title string) Page {
	p := Page{Lang: q.lang, Now: q.s.door.Gate().Now(), Title: title, Here: q.here(), Refilled: q.filled, Flash: q.flash()}
	if q.trouble != nil {
		q.back(&p)
	}
	if q.signed {
		p.User, p.Works = q.who.Username(), q.who.UnitKind()
		p.FormToken = q.s.door.FormToken(q.who)
		p.Late = q.who.Late() != nil && q.r.URL.Path != "/bozza"
		if v := q.s.desk.Register.Verified(); v != nil {
			p.Differs = !v.Good()
		}
		if roster, err := q.s.house.Roster(q.ctx()); err == nil {
			p.Unit = roster.UnitName(q.who.Unit())
		}
		return p
	}
	p.FormToken = q.publicToken()
	return p
}

// publicToken gives this browser a cookie for its forms before sign-in.
func (q *request) publicToken() string {
	c, err := q.r.Cookie(formCookie)
	if err != nil || len(c.Value) < 20 || len(c.Value) > 80 {
		c = &http.Cookie{Value: crypto.NewID()}
		q.setCookie(formCookie, c.Value, 0)
	}
	return q.s.door.PublicFormToken(c.Value)
}

// The cookies. Each is host-bound, never sent by another site's page, and never
// read by a script.
const (
	sessionCookie = "__Host-session"
	pendingCookie = "__Host-pending"
	deviceCookie  = "__Host-device"
	formCookie    = "__Host-form"
	langCookie    = "__Host-lang"
	flashCookie   = "__Host-flash"
)

// setCookie sets a cookie for a time; 0 means until the browser closes, less
// than 0 deletes it.
func (q *request) setCookie(name, value string, d time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if d != 0 {
		c.MaxAge = int(d / time.Second)
	}
	http.SetCookie(q.w, c)
}

func (q *request) cookie(name string) string {
	c, err := q.r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// flash is the message key of what was just done; it is shown once.
func (q *request) flash() string {
	key := q.cookie(flashCookie)
	if key == "" {
		return ""
	}
	q.setCookie(flashCookie, "", -1)
	if !q.s.render.Catalogue().Has(q.lang, key) {
		return ""
	}
	return key
}

// done answers a form that was carried out: the receipt, then another page.
func (q *request) done(receipt audit.Receipt, flash, to string) error {
	q.receipt(receipt)
	if flash != "" {
		q.setCookie(flashCookie, flash, time.Minute)
	}
	return q.redirect(to)
}

// doneOr is done, or shows the form's page again with why the Desk did not take
// what was typed. What was sent already, with other words, goes into a form of
// its own.
func (q *request) doneOr(again func(status int, cause error) error, receipt audit.Receipt, err error, flash, to string) error {
	switch {
	case err == nil:
		return q.done(receipt, flash, to)
	case errors.Is(err, typed.ErrInvalid):
		return again(http.StatusUnprocessableEntity, err)
	case errors.Is(err, typed.ErrRepeated):
		q.form.Del("form")
		return again(http.StatusConflict, err)
	}
	return err
}

// receipt lets a stranger tell a lost write from one never promised.
func (q *request) receipt(r audit.Receipt) {
	if len(r.Checkpoint) > 0 {
		q.w.Header().Set("Sportello-Receipt", r.String())
	}
}

func (q *request) redirect(to string) error {
	if q.trouble != nil {
		return errElsewhere
	}
	http.Redirect(q.w, q.r, (&url.URL{Path: to}).EscapedPath(), http.StatusSeeOther)
	return nil
}

// show renders a page.
func (q *request) show(status int, name string, page Shown) error {
	page.base().Unread = q.unread
	if q.trouble != nil {
		return q.showAgain(status, name, page)
	}
	if err := q.s.render.Render(q.w, status, name, page); err != nil {
		q.s.log.Error("rendering a page", "route", routeName(q.r), "error", err.Error())
	}
	return nil
}

// from is where an attempt comes from, for the throttle.
func (q *request) from() accounts.From {
	return accounts.From{Address: q.s.config.Proxy.source(q.r), Device: q.cookie(deviceCookie), Agent: device(q.r.UserAgent())}
}

// draftFrom is the page on which a draft that was given back belongs.
func (q *request) draftFrom() string {
	var d draft
	if len(q.who.Draft()) == 0 || json.Unmarshal(q.who.Draft(), &d) != nil {
		return ""
	}
	return q.localPath(d.From)
}
