package frame

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/server/history"
)

// StepUpPage is "step-up": passphrase and code for one act on one object. It
// posts everything Carried, with passphrase and code, to Action.
type StepUpPage struct {
	Page
	Act     string   // message key that says what will happen: one of the StepUp constants
	Object  string   // on what, as the person knows it …
	List    []string // … or on which several
	Action  string
	Back    string // address to go back to
	Carried []Pair
}

// SignInProblems are the messages of what sign-in and step-up tell apart.
func SignInProblems(err error) (string, bool) {
	switch {
	case errors.Is(err, accounts.ErrBusy):
		return ProblemSignInBusy, true
	case errors.Is(err, accounts.ErrThrottled):
		return ProblemSignInWait, true
	case errors.Is(err, accounts.ErrWait):
		return "code.used", true
	case errors.Is(err, accounts.ErrLocked):
		return "code.locked", true
	case errors.Is(err, accounts.ErrNotACode):
		return FailNotACode, true
	case errors.Is(err, accounts.ErrSignIn):
		return ProblemSignIn, true
	}
	return "", false
}

// Refusal is the status of what sign-in and step-up refuse, and says when to come
// back where that is known.
func (q *Request) Refusal(err error) int {
	retryAfter(q, err)
	switch {
	case errors.Is(err, accounts.ErrBusy):
		return http.StatusServiceUnavailable
	case errors.Is(err, accounts.ErrThrottled):
		return http.StatusTooManyRequests
	case errors.Is(err, accounts.ErrNotACode):
		return http.StatusUnprocessableEntity
	}
	return http.StatusUnauthorized
}

// retryAfter says after how many seconds what was refused may be tried again.
func retryAfter(q *Request, err error) {
	var t *accounts.Throttled
	if errors.As(err, &t) {
		q.W.Header().Set("Retry-After", strconv.Itoa(int((t.After+time.Second-1)/time.Second)))
	}
}

// Enter sets the cookies of a new session.
func (q *Request) Enter(in *accounts.SignedIn) {
	q.SetCookie(SessionCookie, in.Cookie, 0)
	q.history.Follow(history.OwnerOf(q.Cookie(SessionCookie)), history.OwnerOf(in.Cookie))
	q.opened = in.Cookie
	q.SetCookie(deviceCookie, in.Device, 180*24*time.Hour)
	q.Who, q.Signed, q.Known = in.Caller, true, true
}

// Leave takes the session's cookie away and shows a page that says nothing.
func (q *Request) Leave(page Page) error {
	q.SetCookie(SessionCookie, "", -1)
	q.W.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return q.Show(http.StatusOK, &ExitPage{Page: page})
}

// StepUp asks for passphrase and code, for one act on one object. It reports
// false when it has shown the page that asks; on true q.who may act, once.
func (q *Request) StepUp(a policies.Action, object, act, name string) (bool, error) {
	return askStepUp(q, a, object, &StepUpPage{Act: act, Object: name})
}

// StepUpList is stepUp for all that one form lists, by name.
func (q *Request) StepUpList(a policies.Action, object, act string, names []string) (bool, error) {
	return askStepUp(q, a, object, &StepUpPage{Act: act, List: names})
}

func askStepUp(q *Request, a policies.Action, object string, page *StepUpPage) (bool, error) {
	page.Page, page.Action, page.Back, page.Carried = q.Base(TitleStepUp), q.R.URL.Path, q.LocalPath(q.form.Get("from")), q.carried()
	page.Speak = page.Action
	if q.form.Get("from") == "" && strings.HasPrefix(q.R.URL.Path, "/credenziali/") {
		page.Back = "/credenziali" // the links there lead straight here
	}
	if q.form.Get("passphrase") == "" && q.form.Get("code") == "" {
		return false, q.Show(http.StatusOK, page)
	}
	in, err := q.Door.StepUp(q.Context(), q.Who, q.form.Get("passphrase"), q.form.Get("code"), a, object, q.Source())
	if key, known := SignInProblems(err); known {
		if key == ProblemSignIn {
			key = ProblemStepUp
		}
		page.Problem = key
		return false, q.Show(q.Refusal(err), page)
	}
	if err != nil {
		return false, err
	}
	q.Enter(in)
	return true, nil
}
