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

// PassphraseAlone is what uncovers a screen.
type PassphraseAlone struct {
	Passphrase string `form:"passphrase" max:"400"`
}

// Cover takes the keys out of the session and keeps what the page's form held.
// Whatever cannot be kept, the screen is covered.
func Cover(q *frame.Request, _ *frame.Nothing) error {
	if q.HasMore() {
		if err := q.KeepDraft(); err != nil {
			q.Support(http.StatusInternalServerError, err)
		}
	}
	return coverNow(q)
}

// Covered answers GET /riprendi.
func Covered(q *frame.Request) (frame.Shown, error) {
	if !q.Known {
		return nil, q.Redirect("/entra")
	}
	page := coveredSheet(q)
	if page.Flash == ProblemCoveredHere {
		page.Problem = ProblemCoveredHere
	}
	return page, nil
}

// coveredSheet says nothing of the service, nor of whose session it is.
func coveredSheet(q *frame.Request) *CoveredPage {
	page := &CoveredPage{Page: q.Base(TitleCovered)}
	page.User, page.FormToken = "", q.Door.FormToken(q.Who)
	return page
}

// Uncover answers POST /riprendi.
func Uncover(q *frame.Request, f *PassphraseAlone) error {
	if !q.Known {
		return accounts.ErrSignedOut
	}
	who, err := q.Door.Uncover(q.Context(), q.Cookie(frame.SessionCookie), f.Passphrase, q.Source())
	switch {
	case errors.Is(err, accounts.ErrSignIn):
		page := coveredSheet(q)
		page.Problem = frame.ProblemCoveredWrong
		return q.Show(http.StatusUnauthorized, page)
	case comesBack(err): // nothing was compared: the passphrase may be right
		page := coveredSheet(q)
		page.Problem = ProblemCoveredWait
		return q.Show(q.Refusal(err), page)
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
