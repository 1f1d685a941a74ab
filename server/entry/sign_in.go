package entry

import (
	"errors"
	"net/http"
	"time"

	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/server/frame"
)

// SignInPage is "sign-in": user name and passphrase.
// Posts username, passphrase to /entra.
type SignInPage struct {
	frame.Page
	Username string
	Again    bool // a session ran out, and what was typed waits
	Closed   bool // the session was closed from elsewhere, or with a suspension
}

// SignInForm is user name and passphrase.
type SignInForm struct {
	Username   string `form:"username" max:"120"`
	Passphrase string `form:"passphrase" max:"400"`
}

// What the page says.
const (
	ProblemSignedOutHere = "signin.unrecorded"
)

// SignIn answers GET /entra.
func SignIn(q *frame.Request) (frame.Shown, error) {
	if q.Signed {
		return Home(q)
	}
	page := &SignInPage{Page: q.Base(TitleSignIn)}
	switch page.Flash {
	case "signin.again":
		page.Flash, page.Again = "", true
	case "signin.closed":
		page.Flash, page.Closed = "", true
	case ProblemSignedOutHere:
		page.Flash, page.Problem = "", ProblemSignedOutHere
	}
	return page, nil
}

// Begin takes name and passphrase. The code page follows any of them, right or
// wrong.
func Begin(q *frame.Request, f *SignInForm) error {
	cookie, err := q.Door.Begin(q.Context(), f.Username, f.Passphrase, q.Source())
	if comesBack(err) {
		page := &SignInPage{Page: q.Base(TitleSignIn), Username: f.Username}
		page.Problem, _ = frame.SignInProblems(err)
		return q.Show(q.Refusal(err), page)
	}
	if err != nil {
		return err
	}
	q.SetCookie(frame.PendingCookie, cookie, 2*time.Minute)
	return q.Redirect("/entra/codice")
}

// entered opens the session, or says the one thing that may be said.
func entered(q *frame.Request, in *accounts.SignedIn, username string, err error) error {
	if err != nil {
		key, known := frame.SignInProblems(err)
		if !known {
			return err
		}
		if errors.Is(err, accounts.ErrWait) || errors.Is(err, accounts.ErrNotACode) || comesBack(err) && q.R.URL.Path == "/entra/codice" {
			page := &CodePage{Page: q.Base(TitleCode), Username: username}
			page.Problem = key
			return q.Show(q.Refusal(err), page)
		}
		page := &SignInPage{Page: q.Base(TitleSignIn), Username: username}
		page.Problem = key
		return q.Show(q.Refusal(err), page)
	}
	q.SetCookie(frame.PendingCookie, "", -1)
	q.Enter(in)
	return welcome(q)
}

// welcome goes on from a passphrase that was right: to a new second factor after
// a recovery code, to her words while she waits, to her work otherwise.
func welcome(q *frame.Request) error {
	frame.TellLost(q)
	if q.Who.MustEnrol() {
		return beginFactor(q)
	}
	if q.Who.State() == acts.Waiting {
		return waiting(q)
	}
	if err := q.Desk.Cases.AdoptNamed(q.Context(), q.Who); err != nil {
		return err
	}
	return after(q)
}

// comesBack tells that nothing was checked: whoever asks comes back later.
func comesBack(err error) bool {
	return errors.Is(err, accounts.ErrThrottled) || errors.Is(err, accounts.ErrBusy)
}

// after leads to where a draft was typed, to one that arrived late, or home.
func after(q *frame.Request) error {
	if d := q.DraftFrom(); d != "" {
		return q.Redirect(d)
	}
	if q.Who.Late() != nil {
		return q.Redirect("/bozza")
	}
	return q.Redirect("/")
}

// coverNow covers the session and leads to where her passphrase is asked. That it
// could not be recorded is said there.
func coverNow(q *frame.Request) error {
	if err := q.Door.Cover(q.Context(), q.Who); err != nil {
		q.Support(http.StatusInternalServerError, err)
		q.SetCookie(frame.FlashCookie, ProblemCoveredHere, time.Minute)
	}
	return q.Redirect("/riprendi")
}

// SignOut answers POST /esci.
func SignOut(q *frame.Request, _ *frame.Nothing) error {
	q.SetCookie(frame.SessionCookie, "", -1)
	if q.Known {
		if err := q.Door.SignOut(q.Context(), q.Who); err != nil {
			q.Support(http.StatusInternalServerError, err)
			q.SetCookie(frame.FlashCookie, ProblemSignedOutHere, time.Minute)
		}
	}
	return q.Redirect("/entra")
}
