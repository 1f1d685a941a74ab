package entry

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/server/frame"
)

// EnrolPage is "enrol": a new one-time code on a phone. It posts code (and, for
// an exchange, passphrase) to Action.
type EnrolPage struct {
	frame.Page
	Action string        // /credenziali/fattore or /invito/fattore
	First  bool          // part of an invitation or of a recovery
	Image  templ.SafeURL // the QR code as "data:image/png;base64,…", made by this server
	Secret string        // the same as text, in groups
}

// factorCookie binds the enrolment of a second factor to one browser.
const (
	factorCookie = "__Host-factor"
	factorFor    = 10 * time.Minute
)

// CodeForm is a one-time code.
type CodeForm struct {
	Code string `form:"code" max:"20"`
}

// AskReplaceFactor asks for passphrase and code, before a factor is replaced.
func AskReplaceFactor(q *frame.Request) (frame.Shown, error) { return nil, replaceFactor(q) }

// ReplaceFactor leads to the enrolment, after passphrase and code.
func ReplaceFactor(q *frame.Request, _ *frame.Nothing) error { return replaceFactor(q) }

func replaceFactor(q *frame.Request) error {
	if q.Who.MustEnrol() {
		return q.Redirect("/credenziali/fattore/nuovo")
	}
	ok, err := q.StepUp(policies.FactorReplace, q.Who.Person(), StepUpFactor, "")
	if !ok {
		return err
	}
	return beginFactor(q)
}

func beginFactor(q *frame.Request) error {
	cookie, err := q.Door.BeginFactor(q.Context(), q.Who)
	if err != nil {
		return err
	}
	q.SetCookie(factorCookie, cookie, factorFor)
	return q.Redirect("/credenziali/fattore/nuovo")
}

// newFactor is the factor that waits for its first code. Without one it leads to
// where it begins: to her passphrase, after a recovery code.
func newFactor(q *frame.Request) (*accounts.NewFactor, error) {
	f, err := q.Door.Factor(q.Context(), q.Who, q.Cookie(factorCookie))
	if !errors.Is(err, accounts.ErrOver) {
		return f, err
	}
	if !q.Who.MustEnrol() {
		return nil, q.Redirect("/credenziali/fattore")
	}
	return nil, coverNow(q)
}

// Enrol answers GET /credenziali/fattore/nuovo.
func Enrol(q *frame.Request) (frame.Shown, error) {
	f, err := newFactor(q)
	if f == nil {
		return nil, err
	}
	return enrolPage(q, "/credenziali/fattore/nuovo", f, false), nil
}

// EnrolFactor answers POST /credenziali/fattore/nuovo.
func EnrolFactor(q *frame.Request, f *CodeForm) error {
	factor, err := newFactor(q)
	if factor == nil {
		return err
	}
	receipt, err := q.Door.ReplaceFactor(q.Context(), q.Who, q.Cookie(factorCookie), f.Code)
	if errors.Is(err, accounts.ErrSignIn) {
		page := enrolPage(q, "/credenziali/fattore/nuovo", factor, false)
		page.Fail("code", wrongCode(err))
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	q.SetCookie(factorCookie, "", -1)
	if q.Who.MustEnrol() {
		return q.Done(receipt, FlashEnrolled, "/")
	}
	return q.Done(receipt, FlashEnrolled, "/credenziali")
}

// InvitedEnrol answers GET /invito/fattore.
func InvitedEnrol(q *frame.Request) (frame.Shown, error) {
	step, ok, err := invitation(q)
	if !ok {
		return nil, err
	}
	if !step.Chosen {
		return nil, q.Redirect("/invito/frase")
	}
	return enrolPage(q, "/invito/fattore", step.Factor, true), nil
}

func enrolPage(q *frame.Request, action string, f *accounts.NewFactor, first bool) *EnrolPage {
	picture := "data:image/png;base64," + base64.StdEncoding.EncodeToString(f.Picture)
	return &EnrolPage{Page: q.Base(TitleEnrol), Action: action, First: first, Image: templ.SafeURL(picture), Secret: grouped(f.Secret)}
}

// grouped writes a secret in groups of four, to be typed by hand.
func grouped(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// wrongCode says what is wrong with the first code of a new phone.
func wrongCode(err error) string {
	if errors.Is(err, accounts.ErrNotACode) {
		return frame.FailNotACode
	}
	return FailEnrol
}

// EnrolInvited answers POST /invito/fattore.
func EnrolInvited(q *frame.Request, f *CodeForm) error {
	step, ok, err := invitation(q)
	if !ok {
		return err
	}
	codes, cookie, err := q.Door.InvitationCode(q.Context(), q.Cookie(invitationCookie), f.Code)
	if errors.Is(err, accounts.ErrSignIn) {
		page := enrolPage(q, "/invito/fattore", step.Factor, true)
		page.Fail("code", wrongCode(err))
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	q.SetCookie(invitationCookie, cookie, invitationFor)
	return q.Show(http.StatusOK, codesPage(q, "/invito/codici", codes, true))
}

// What the page says.
const (
	StepUpFactor  = "stepup.factor"
	FailEnrol     = "enrol.wrong"
	FlashEnrolled = "enrol.done"
	TitleEnrol    = "enrol.title"
)
