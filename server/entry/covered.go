package entry

import (
	"errors"
	"net/http"

	"sportello/policies/accounts"
	"sportello/server/frame"
)

// CoveredPage is "covered": a sheet that says nothing about the service.
// Posts passphrase to /riprendi.
type CoveredPage struct{ frame.Page }

// Cover takes the keys out of the session and keeps what the page's form held.
// Whatever cannot be kept, the screen is covered.
func Cover(q *frame.Request) error {
	if q.Form.Get("from") != "" && len(q.Form) > 2 {
		if err := q.KeepDraft(q.Door.KeepDraft); err != nil {
			q.Support(http.StatusInternalServerError, err)
		}
	}
	return coverNow(q)
}

// Covered answers GET /riprendi.
func Covered(q *frame.Request) error {
	if !q.Known {
		return q.Redirect("/entra")
	}
	page := coveredSheet(q)
	if page.Flash == ProblemCoveredHere {
		page.Problem = ProblemCoveredHere
	}
	return q.Show(http.StatusOK, "covered", page)
}

// coveredSheet says nothing of the service, nor of whose session it is.
func coveredSheet(q *frame.Request) *CoveredPage {
	page := &CoveredPage{Page: q.Base(TitleCovered)}
	page.User, page.FormToken = "", q.Door.FormToken(q.Who)
	return page
}

// Uncover answers POST /riprendi.
func Uncover(q *frame.Request) error {
	if !q.Known {
		return accounts.ErrSignedOut
	}
	who, err := q.Door.Uncover(q.Context(), q.Cookie(frame.SessionCookie), q.Form.Get("passphrase"), q.Source())
	switch {
	case errors.Is(err, accounts.ErrSignIn):
		page := coveredSheet(q)
		page.Problem = frame.ProblemCoveredWrong
		return q.Show(http.StatusUnauthorized, "covered", page)
	case comesBack(err): // nothing was compared: the passphrase may be right
		page := coveredSheet(q)
		page.Problem = ProblemCoveredWait
		return q.Show(q.Refusal(err), "covered", page)
	case err != nil:
		return err
	}
	q.Who, q.Signed = who, true
	return welcome(q)
}

// What the page says.
const (
	ProblemCoveredWait = "covered.wait"
	TitleCovered       = "covered.title"
)
