package server

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/server/locale"
)

// home leads to the first page of the caller's work.
func (q *request) home() error {
	if !q.signed {
		return q.redirect("/entra")
	}
	if q.who.MustEnrol() {
		return acts.ErrEnrol
	}
	if q.who.State() == acts.Waiting {
		return q.redirect("/attesa")
	}
	p := Page{User: q.who.Username(), Works: q.who.UnitKind()} // no page yet: what was just done is said on the next
	return q.redirect(p.Home())
}

func (q *request) signIn() error {
	if q.signed {
		return q.home()
	}
	page := &SignInPage{Page: q.base(TitleSignIn)}
	switch page.Flash {
	case "signin.again":
		page.Flash, page.Again = "", true
	case "signin.closed":
		page.Flash, page.Closed = "", true
	case ProblemSignedOutHere:
		page.Flash, page.Problem = "", ProblemSignedOutHere
	}
	return q.show(http.StatusOK, "signin", page)
}

// begin takes name and passphrase. The code page follows any of them, right or
// wrong.
func (q *request) begin() error {
	cookie, err := q.s.door.Begin(q.ctx(), q.form.Get("username"), q.form.Get("passphrase"), q.from())
	if comesBack(err) {
		page := &SignInPage{Page: q.base(TitleSignIn), Username: q.form.Get("username")}
		page.Problem, _ = signInProblems(err)
		return q.show(q.refusal(err), "signin", page)
	}
	if err != nil {
		return err
	}
	q.setCookie(pendingCookie, cookie, 2*time.Minute)
	return q.redirect("/entra/codice")
}

func (q *request) codePage() error {
	return q.show(http.StatusOK, "code", &CodePage{Page: q.base(TitleCode)})
}

func (q *request) finish() error {
	in, err := q.s.door.Finish(q.ctx(), q.cookie(pendingCookie), q.form.Get("code"), q.from())
	return q.entered(in, err)
}

// entered opens the session, or says the one thing that may be said.
func (q *request) entered(in *accounts.SignedIn, err error) error {
	if err != nil {
		key, known := signInProblems(err)
		if !known {
			return err
		}
		if errors.Is(err, accounts.ErrWait) || comesBack(err) && q.r.URL.Path == "/entra/codice" {
			page := &CodePage{Page: q.base(TitleCode)}
			page.Problem = key
			return q.show(q.refusal(err), "code", page)
		}
		page := &SignInPage{Page: q.base(TitleSignIn)}
		page.Problem = key
		return q.show(q.refusal(err), "signin", page)
	}
	q.setCookie(pendingCookie, "", -1)
	q.session(in)
	return q.welcome()
}

// welcome goes on from a passphrase that was right: to a new second factor after
// a recovery code, to her words while she waits, to her work otherwise.
func (q *request) welcome() error {
	if q.who.MustEnrol() {
		return q.beginFactor()
	}
	if q.who.State() == acts.Waiting {
		return q.waiting()
	}
	if err := q.s.desk.Cases.AdoptNamed(q.ctx(), q.who); err != nil {
		return err
	}
	return q.after()
}

// signInProblems are the messages of what sign-in and step-up tell apart.
func signInProblems(err error) (string, bool) {
	switch {
	case errors.Is(err, accounts.ErrBusy):
		return ProblemSignInBusy, true
	case errors.Is(err, accounts.ErrThrottled):
		return ProblemSignInWait, true
	case errors.Is(err, accounts.ErrWait):
		return "code.used", true
	case errors.Is(err, accounts.ErrLocked):
		return "code.locked", true
	case errors.Is(err, accounts.ErrSignIn):
		return ProblemSignIn, true
	}
	return "", false
}

// comesBack tells that nothing was checked: whoever asks comes back later.
func comesBack(err error) bool {
	return errors.Is(err, accounts.ErrThrottled) || errors.Is(err, accounts.ErrBusy)
}

// refusal is the status of what sign-in and step-up refuse, and says when to come
// back where that is known.
func (q *request) refusal(err error) int {
	q.retryAfter(err)
	switch {
	case errors.Is(err, accounts.ErrBusy):
		return http.StatusServiceUnavailable
	case errors.Is(err, accounts.ErrThrottled):
		return http.StatusTooManyRequests
	}
	return http.StatusUnauthorized
}

// retryAfter says after how many seconds what was refused may be tried again.
func (q *request) retryAfter(err error) {
	var t *accounts.Throttled
	if errors.As(err, &t) {
		q.w.Header().Set("Retry-After", strconv.Itoa(int((t.After+time.Second-1)/time.Second)))
	}
}

// session sets the cookies of a new session.
func (q *request) session(in *accounts.SignedIn) {
	q.setCookie(sessionCookie, in.Cookie, 0)
	q.setCookie(deviceCookie, in.Device, 180*24*time.Hour)
	q.who, q.signed, q.known = in.Caller, true, true
}

// after leads to where a draft was typed, to one that arrived late, or home.
func (q *request) after() error {
	if d := q.draftFrom(); d != "" {
		return q.redirect(d)
	}
	if q.who.Late() != nil {
		return q.redirect("/bozza")
	}
	return q.redirect("/")
}

// cover takes the keys out of the session and keeps what the page's form held.
// Whatever cannot be kept, the screen is covered.
func (q *request) cover() error {
	if q.form.Get("from") != "" && len(q.form) > 2 {
		if err := q.keepDraft(q.s.door.KeepDraft); err != nil {
			q.support(http.StatusInternalServerError, err)
		}
	}
	return q.coverNow()
}

// coverNow covers the session and leads to where her passphrase is asked. That it
// could not be recorded is said there.
func (q *request) coverNow() error {
	if err := q.s.door.Cover(q.ctx(), q.who); err != nil {
		q.support(http.StatusInternalServerError, err)
		q.setCookie(flashCookie, ProblemCoveredHere, time.Minute)
	}
	return q.redirect("/riprendi")
}

func (q *request) coveredPage() error {
	if !q.known {
		return q.redirect("/entra")
	}
	page := q.coveredSheet()
	if page.Flash == ProblemCoveredHere {
		page.Problem = ProblemCoveredHere
	}
	return q.show(http.StatusOK, "covered", page)
}

// coveredSheet says nothing of the service, nor of whose session it is.
func (q *request) coveredSheet() *CoveredPage {
	page := &CoveredPage{Page: q.base(TitleCovered)}
	page.User, page.FormToken = "", q.s.door.FormToken(q.who)
	return page
}

func (q *request) uncover() error {
	if !q.known {
		return accounts.ErrSignedOut
	}
	who, err := q.s.door.Uncover(q.ctx(), q.cookie(sessionCookie), q.form.Get("passphrase"), q.from())
	switch {
	case errors.Is(err, accounts.ErrSignIn):
		page := q.coveredSheet()
		page.Problem = ProblemCoveredWrong
		return q.show(http.StatusUnauthorized, "covered", page)
	case comesBack(err): // nothing was compared: the passphrase may be right
		page := q.coveredSheet()
		page.Problem = ProblemCoveredWait
		return q.show(q.refusal(err), "covered", page)
	case err != nil:
		return err
	}
	q.who, q.signed = who, true
	return q.welcome()
}

// exit shows the neutral page; with a session it ends it first. Whatever fails,
// this page must be gone: the session has ended, in this process at least, and the
// sheet says when that is all.
func (q *request) exit() error {
	var err error
	if q.known {
		if err = q.s.door.SignOut(q.ctx(), q.who); err != nil {
			q.support(http.StatusInternalServerError, err)
		}
	}
	q.signed, q.known = false, false
	page := q.base(TitleExit)
	if err != nil {
		page.Problem = ProblemExitHere
	}
	return q.leave(page)
}

// leave takes the session's cookie away and shows a page that says nothing.
func (q *request) leave(page Page) error {
	q.setCookie(sessionCookie, "", -1)
	q.w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return q.show(http.StatusOK, "exit", &ExitPage{Page: page})
}

func (q *request) signOut() error {
	q.setCookie(sessionCookie, "", -1)
	if q.known {
		if err := q.s.door.SignOut(q.ctx(), q.who); err != nil {
			q.support(http.StatusInternalServerError, err)
			q.setCookie(flashCookie, ProblemSignedOutHere, time.Minute)
		}
	}
	return q.redirect("/entra")
}

// language shows a page again in the other language, with what its form held.
func (q *request) language() error {
	if err := q.speakNow(); err != nil {
		return err
	}
	if q.signed && q.ours && (len(q.typedFields()) > 0 || q.form.Get("step") != "") {
		text, err := q.draftText()
		if err != nil {
			return err
		}
		if err := q.s.door.HoldDraft(q.ctx(), q.who, text); err != nil {
			return err
		}
	}
	return q.redirect(q.localPath(q.form.Get("from")))
}

// askAgain lets a page that asks for passphrase and code come back in the other
// language: nothing is done, because nothing secret goes on.
func (q *request) askAgain() error {
	for _, name := range secretFields {
		if name != "token" {
			q.form.Del(name)
		}
	}
	return q.speakNow()
}

// speakNow takes the language that a page's switch was pressed for.
func (q *request) speakNow() error {
	lang := locale.Lang(q.form.Get("lang"))
	if lang != locale.Italian && lang != locale.English {
		return errForm
	}
	q.form.Del("lang")
	q.lang = lang
	q.setCookie(langCookie, string(lang), 365*24*time.Hour)
	return nil
}

func (q *request) licences() error {
	return q.show(http.StatusOK, "licences", &LicencesPage{Page: q.base(TitleLicences), Texts: Licences()})
}

// stepUp asks for passphrase and code, for one act on one object. It reports
// false when it has shown the page that asks; on true q.who may act, once.
func (q *request) stepUp(a policies.Action, object, act, name string) (bool, error) {
	return q.askStepUp(a, object, &StepUpPage{Act: act, Object: name})
}

// stepUpList is stepUp for all that one form lists, by name.
func (q *request) stepUpList(a policies.Action, object, act string, names []string) (bool, error) {
	return q.askStepUp(a, object, &StepUpPage{Act: act, List: names})
}

func (q *request) askStepUp(a policies.Action, object string, page *StepUpPage) (bool, error) {
	page.Page, page.Action, page.Back, page.Carried = q.base(TitleStepUp), q.r.URL.Path, q.localPath(q.form.Get("from")), q.carried()
	page.Speak = page.Action
	if q.form.Get("from") == "" && strings.HasPrefix(q.r.URL.Path, "/credenziali/") {
		page.Back = "/credenziali" // the links there lead straight here
	}
	if q.form.Get("passphrase") == "" && q.form.Get("code") == "" {
		return false, q.show(http.StatusOK, "step-up", page)
	}
	in, err := q.s.door.StepUp(q.ctx(), q.who, q.form.Get("passphrase"), q.form.Get("code"), a, object, q.from())
	if key, known := signInProblems(err); known {
		if key == ProblemSignIn {
			key = ProblemStepUp
		}
		page.Problem = key
		return false, q.show(q.refusal(err), "step-up", page)
	}
	if err != nil {
		return false, err
	}
	q.session(in)
	return true, nil
}

// carried is the form without what must not travel.
func (q *request) carried() []Pair {
	var pairs []Pair
	for name, values := range q.form {
		if contains(secretFields, name) || name == "from" {
			continue
		}
		for _, v := range values {
			pairs = append(pairs, Pair{name, v})
		}
	}
	return pairs
}
