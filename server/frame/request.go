package frame

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/typed"
	"sportello/server/locale"

	"github.com/gorilla/mux"
)

// Request is one request while it is answered.
type Request struct {
	*Server
	W       http.ResponseWriter
	R       *http.Request
	Who     acts.Caller
	Signed  bool // who is signed in, with keys
	Known   bool // who is known, perhaps covered or just ended
	form    url.Values
	inputs  map[string]Input // of the form, by name
	Lang    locale.Lang
	Filled  bool   // form holds a draft given back, or what was sent from this very page
	Back    bool   // it is the latter: the browser goes back to a page that a form was sent from
	Ours    bool   // the form that was sent is one of this session
	kept    bool   // what was typed waits for whom it is of
	posted  bool   // a form was sent: what answers it is a page of its own
	narrows bool   // a form that takes a case file out of somebody's sight
	opened  string // the cookie of a session that this request opened
	unread  bool   // something that belongs on the page is not what the log names

	trouble *trouble // why the page of a form is shown again
}

// Context ends when the one who asks has gone.
func (q *Request) Context() context.Context { return q.R.Context() }

// ID is a variable of the address.
func (q *Request) ID(name string) string { return mux.Vars(q.R)[name] }

func (q *Request) answer(t Route) error {
	who := identify(q)
	q.posted = q.R.Method == http.MethodPost
	if t.Form != nil {
		q.inputs = Inputs(t.Form)
	}
	if !t.Aside && shownBefore(q) {
		return nil
	}
	if err := q.readForm(); err != nil {
		return err
	}
	speak(q)
	if t.StepUp && q.form.Has("lang") {
		if err := q.askAgain(); err != nil {
			return err
		}
	}
	q.Ours = q.R.Method == http.MethodPost && q.Known && tokenFits(q)
	if q.R.Method == http.MethodPost && !tokenFits(q) {
		return ofBefore(q, t, who)
	}
	if !t.Public && who != nil {
		return keepTyped(q, q.Who.Person(), who)
	}
	if err := first(q, t); err != nil {
		return err
	}
	if t.leaves() {
		q.history.End(owner(q).Name)
	}
	q.narrows = t.narrows()
	if q.Signed && q.R.Method == http.MethodGet {
		q.takeDraft()
	} else if q.Signed && !t.leaves() && !t.Aside {
		if err := q.Door.DropDraft(q.Context(), q.Who); err != nil {
			return err
		}
	}
	return t.Do(q)
}

// ofBefore answers a form whose token is not of this session: it may be of one that has
// ended, however it did, or of somebody else's, and is kept for whose it is.
func ofBefore(q *Request, t Route, who error) error {
	owner, err := q.Door.FormOwner(q.Context(), q.form.Get("token"), q.Source())
	if err != nil {
		return err
	}
	mine := q.Known && (owner == "" || owner == q.Who.Person())
	switch {
	case owner == "" && (t.Public || !q.Known):
		return errForm
	case owner == "" && who != nil:
		return who
	case mine && who == nil && !t.Public:
		return sendAgain(q)
	case !q.Known:
		return keepTyped(q, owner, accounts.ErrSignedOut)
	case mine && who != nil:
		return keepTyped(q, owner, who)
	case mine:
		return errForm
	}
	return keepTyped(q, owner, errOthers)
}

// sendAgain refuses a form of an earlier session of the same person: another tab
// signed in or stepped up meanwhile. Nothing was done, nothing typed is lost,
// and one press sends it again.
func sendAgain(q *Request) error {
	page := &ErrorPage{Page: q.Base(TitleError), Status: http.StatusForbidden, What: "error.form_old", Action: q.R.URL.Path, Carried: q.carried()}
	return q.Show(http.StatusForbidden, page)
}

// speak takes the language of this browser, or else the caller's own.
func speak(q *Request) {
	if q.Cookie(LangCookie) == "" && q.Known && q.Who.Language() == string(locale.English) {
		q.Lang = locale.English
	}
}

// beforeOthers are the acts that come before colleagues were confirmed: looking
// after oneself, and the confirming itself.
var beforeOthers = map[policies.Action]bool{policies.MemberConfirm: true, policies.MemberList: true, policies.CredentialsRead: true,
	policies.FactorReplace: true, policies.RecoveryCodesReplace: true, policies.PassphraseChange: true,
	policies.SessionClose: true, policies.SessionCover: true}

// first leads to what must be done before anything else: a new second factor
// after a recovery code, the colleagues who were there before the first record.
func first(q *Request, t Route) error {
	if !q.Signed || t.Public {
		return nil
	}
	if q.Who.MustEnrol() && t.Action != policies.FactorReplace && t.Action != policies.SessionCover {
		return acts.ErrEnrol
	}
	if !q.Who.Strangers() || beforeOthers[t.Action] {
		return nil
	}
	must, err := q.House.MustConfirm(q.Context(), q.Who)
	if err == nil && must {
		return errColleagues
	}
	return err
}

// identify finds out who asks. The error says why there is no signed-in caller.
func identify(q *Request) error {
	c, err := q.R.Cookie(SessionCookie)
	if err != nil {
		return accounts.ErrSignedOut
	}
	q.Who, err = q.Door.Caller(q.Context(), c.Value)
	q.Known = q.Who.Person() != ""
	q.Signed = err == nil
	return err
}

// readForm reads a posted form as it streams in, within its limits.
func (q *Request) readForm() error {
	if q.R.Method != http.MethodPost {
		return nil
	}
	if !q.Known || q.R.ContentLength < 0 {
		q.R.Body = http.MaxBytesReader(q.W, q.R.Body, maxBody)
	}
	if err := q.R.ParseForm(); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return errTooBig
		}
		return errForm
	}
	n := 0
	for _, values := range q.R.PostForm {
		n += len(values)
	}
	q.form = q.R.PostForm
	for _, values := range q.form {
		for i := range values {
			values[i] = strings.ToValidUTF8(values[i], "�")
		}
	}
	if n > maxFields || q.R.ContentLength > maxBody {
		q.Ours = q.Known && tokenFits(q)
		return errTooBig
	}
	return nil
}

// tokenFits compares the form's token with the one of this session, or of this
// browser before sign-in.
func tokenFits(q *Request) bool {
	got := q.form.Get("token")
	if q.Known && got == q.Door.FormToken(q.Who) {
		return true
	}
	c, err := q.R.Cookie(formCookie)
	return err == nil && got == q.Door.PublicFormToken(c.Value)
}

// LocalPath is a path of this site, or the home page.
func (q *Request) LocalPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n?#") {
		return "/"
	}
	return p
}

// here is where a page can be found again: its own address, or, for an address
// that only takes forms, the page the form was on.
func (q *Request) here() string {
	if q.R.Method == http.MethodPost && !q.shows(q.R) {
		return q.LocalPath(q.form.Get("from"))
	}
	return q.R.URL.Path
}

// Base is what every page has.
func (q *Request) Base(title string) Page {
	p := Page{Lang: q.Lang, Now: q.Door.Gate().Now(), Title: title, Here: q.here(), Refilled: q.Filled, Flash: q.flash()}
	if q.trouble != nil {
		back(q, &p)
	}
	if q.Signed {
		p.User, p.Works = q.Who.Username(), q.Who.UnitKind()
		p.FormToken = q.Door.FormToken(q.Who)
		p.Late = q.Who.Late() != nil && q.R.URL.Path != "/bozza"
		p.Lost = lost(q)
		if v := q.Desk.AuditLog.Verified(); v != nil {
			p.Differs = !v.Good()
		}
		if roster, err := q.House.Roster(q.Context()); err == nil {
			p.Unit = roster.UnitName(q.Who.Unit())
		}
		return p
	}
	p.FormToken = publicToken(q)
	return p
}

// publicToken gives this browser a cookie for its forms before sign-in.
func publicToken(q *Request) string {
	c, err := q.R.Cookie(formCookie)
	if err != nil || len(c.Value) < 20 || len(c.Value) > 80 {
		c = &http.Cookie{Value: crypto.NewID()}
		q.SetCookie(formCookie, c.Value, 0)
	}
	return q.Door.PublicFormToken(c.Value)
}

// Done answers a form that was carried out: the receipt, then another page.
func (q *Request) Done(receipt audit.Receipt, flash, to string) error {
	q.Receipt(receipt)
	if flash != "" {
		q.SetCookie(FlashCookie, flash, time.Minute)
	}
	return q.Redirect(to)
}

// DoneOr is Done, or shows the form's page again with why the Desk did not take
// what was typed. What was sent already, with other words, goes into a form of
// its own.
func (q *Request) DoneOr(view BackView, receipt audit.Receipt, err error, flash, to string) error {
	switch {
	case err == nil:
		return q.Done(receipt, flash, to)
	case errors.Is(err, typed.ErrInvalid):
		return q.ShowBack(http.StatusUnprocessableEntity, view, err)
	case errors.Is(err, typed.ErrRepeated):
		q.Renew()
		return q.ShowBack(http.StatusConflict, view, err)
	}
	return err
}

// Receipt lets a stranger tell a lost write from one never promised.
func (q *Request) Receipt(r audit.Receipt) {
	if len(r.Checkpoint) > 0 {
		q.W.Header().Set("Sportello-Receipt", r.String())
	}
}

// Redirect leads to another page of this site.
func (q *Request) Redirect(to string) error {
	if q.trouble != nil {
		return errElsewhere
	}
	answered(q)
	http.Redirect(q.W, q.R, (&url.URL{Path: to}).EscapedPath(), http.StatusSeeOther)
	return nil
}

// ShowBack shows a form's page again, with why the form was not taken.
func (q *Request) ShowBack(status int, view BackView, cause error) error {
	page, err := view(q, cause)
	if err != nil || page == nil {
		return err
	}
	return q.Show(status, page)
}

// Show renders a page.
func (q *Request) Show(status int, page Shown) error {
	page.base().Unread = q.unread
	if q.trouble != nil {
		return showAgain(q, status, page)
	}
	body, err := q.Render.whole(page)
	if err != nil {
		q.Render.LastWords(q.W, page.base().Lang)
		q.Log.Error("rendering a page", "route", RouteName(q.R), "error", err.Error())
		return nil
	}
	deliver(q, status, page.base(), body)
	return nil
}

// Source is where an attempt comes from, for the throttle.
func (q *Request) Source() accounts.From {
	return accounts.From{Address: q.Config.Proxy.Source(q.R), Device: q.Cookie(deviceCookie), Agent: device(q.R.UserAgent())}
}

// Roster is who and what there is: agencies, units and people.
func (q *Request) Roster() (*units.Roster, error) { return q.House.Roster(q.Context()) }

// Asked is a part of the address after its question mark: a code, never a word about anyone.
func (q *Request) Asked(name string) string { return q.R.URL.Query().Get(name) }

// Names is the roster for a page that only shows names: one that it cannot read
// does not hide the page.
func (q *Request) Names() (*units.Roster, error) {
	roster, err := q.Roster()
	return roster, q.Partly(err)
}

// Day is a stored day as a time in Italy.
func (q *Request) Day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, q.Door.Gate().Now().Location())
	if err != nil {
		return time.Time{}
	}
	return t
}

// IsDesk tells whether the caller is a member of a unit that keeps contacts and
// case files. It is asked for forms that are about nobody yet; for everything
// else the Desk asks the policy.
func (q *Request) IsDesk() bool {
	return q.Who.State() == acts.Active && q.Who.Works().KeepsCases
}

// The kinds of browser and system that the list of open sessions tells apart, in
// the order in which they are looked for.
var (
	browsers = [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems  = [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}}
)

// device names a browser by kind and system, from fixed words only: what a
// browser says of itself is never kept.
func device(agent string) string {
	name := ""
	for _, list := range [][][2]string{browsers, systems} {
		for _, k := range list {
			if strings.Contains(agent, k[0]) {
				name += ", " + k[1]
				break
			}
		}
	}
	return strings.TrimPrefix(name, ", ")
}

// Word is a code's text in the page's language; empty stays empty.
func (q *Request) Word(list, value string) string {
	if value == "" {
		return ""
	}
	s, err := q.Render.Catalogue().T(q.Lang, WordKey(list, value))
	if err != nil {
		return value
	}
	return s
}

// Text is a message in the page's language, or its key where there is none.
func (q *Request) Text(key string, args ...any) string {
	s, err := q.Render.Catalogue().T(q.Lang, key, args...)
	if err != nil {
		return key
	}
	return s
}

// Words are codes of a list in words, with commas.
func (q *Request) Words(list string, values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = q.Word(list, v)
	}
	return strings.Join(out, ", ")
}

// Version writes a row version as a form carries it.
func Version(v int64) string { return strconv.FormatInt(v, 10) }

// Version is the row version that the form carries; 0 where it carries none.
func (q *Request) Version() int64 {
	v, err := strconv.ParseInt(q.form.Get("version"), 10, 64)
	if err != nil {
		return 0 // no stored version: the form is answered as outdated
	}
	return v
}
