package server

import (
	"errors"
	"net/http"
	"time"

	"sportello/crypto"
	"sportello/policies/accounts"
	"sportello/policies/audit"
	"sportello/referrals"
)

var (
	errForm   = errors.New("the form does not belong to this session")
	errTooBig = errors.New("the form is too big")
	// errColleagues says that colleagues wait to be confirmed before the first
	// record.
	errColleagues = errors.New("colleagues are to be confirmed first")
)

// answers maps what Desk and Door say to status and message key, in the order
// in which they are tested. What is not here is a 500 without detail. Denied
// and absent are one line.
var answers = []struct {
	err    error
	status int
	key    string
}{
	{accounts.ErrDenied, http.StatusNotFound, "error.not_found"},
	{accounts.ErrNoRow, http.StatusNotFound, "error.not_found"},
	{accounts.ErrErased, http.StatusNotFound, "error.not_found"},
	{accounts.ErrTampered, http.StatusInternalServerError, "error.tampered"},
	{audit.ErrLogTampered, http.StatusInternalServerError, "error.tampered"},
	{crypto.ErrOpen, http.StatusInternalServerError, "error.tampered"},
	{accounts.ErrConflict, http.StatusConflict, "error.conflict"},
	{referrals.ErrFeedback, http.StatusConflict, "error.feedback"},
	{referrals.ErrState, http.StatusConflict, "error.state"},
	{referrals.ErrPin, http.StatusConflict, "error.pin"},
	{referrals.ErrNotFounded, http.StatusConflict, "error.not_founded"},
	{referrals.ErrNoRecovery, http.StatusConflict, "error.no_recovery"},
	{referrals.ErrRepeated, http.StatusConflict, "form.repeated"},
	{referrals.ErrInvalid, http.StatusUnprocessableEntity, "error.invalid"},
	{accounts.ErrIncomplete, http.StatusUnprocessableEntity, "error.invalid"},
	{accounts.ErrTaken, http.StatusConflict, "error.taken"},
	{accounts.ErrNoAudit, http.StatusConflict, "error.no_audit"},
	{accounts.ErrFounded, http.StatusConflict, "error.founded"},
	{accounts.ErrLastMember, http.StatusConflict, "error.last_member"},
	{accounts.ErrWords, http.StatusConflict, "admit.not_same"},
	{accounts.ErrOver, http.StatusConflict, "error.over"},
	{accounts.ErrInvitation, http.StatusConflict, "invitation.wrong"},
	{accounts.ErrWeak, http.StatusUnprocessableEntity, "phrase.weak"},
	{accounts.ErrNothingProposed, http.StatusConflict, "error.nothing_proposed"},
	{accounts.ErrThrottled, http.StatusTooManyRequests, "signin.wait"},
	{errForm, http.StatusForbidden, "error.form_refused"},
	{errTooBig, http.StatusRequestEntityTooLarge, "error.too_large"},
}

// fail turns an error into an answer: what happened, whether anything was
// saved, what to do next, and a code for support. It never says about whom.
func (q *request) fail(err error) {
	switch {
	case errors.Is(err, accounts.ErrSignedOut):
		if q.cookie(sessionCookie) != "" {
			q.setCookie(flashCookie, "signin.again", time.Minute)
		}
		q.setCookie(sessionCookie, "", -1)
		q.redirect("/entra")
		return
	case errors.Is(err, accounts.ErrCovered):
		q.redirect("/riprendi")
		return
	case errors.Is(err, accounts.ErrEnrol):
		q.redirect("/credenziali/fattore/nuovo")
		return
	case errors.Is(err, errColleagues):
		q.redirect("/colleghi")
		return
	}
	if errors.Is(err, accounts.ErrUnwritable) {
		q.unwritable(err)
		return
	}
	for _, a := range answers {
		if errors.Is(err, a.err) {
			q.problem(a.status, a.key, q.support(a.status, err))
			return
		}
	}
	q.problem(http.StatusInternalServerError, "error.server", q.support(http.StatusInternalServerError, err))
}

// unwritable says that the disk takes no writes. What she typed stands on the page
// that says so, if the form was hers, and one press sends it again.
func (q *request) unwritable(err error) {
	page := &ErrorPage{Page: q.base(TitleError), Status: http.StatusServiceUnavailable, What: "error.unwritable"}
	page.Support = q.support(page.Status, err)
	if q.r.Method == http.MethodPost && q.known && q.tokenFits() {
		page.FormToken, page.Action, page.Carried = q.s.door.FormToken(q.who), q.r.URL.Path, q.carried()
	}
	q.show(page.Status, "error", page)
}

// support logs what went wrong inside, value-free, and returns the code under
// which the log has it.
func (q *request) support(status int, err error) string {
	if status < http.StatusInternalServerError {
		return ""
	}
	code := crypto.NewID()[:8]
	q.s.log.Error("a request failed", "route", routeName(q.r), "support", code, "error", err.Error())
	return code
}

func (q *request) problem(status int, key, support string) {
	page := &ErrorPage{Page: q.base(TitleError), Status: status, What: key, Asked: q.r.Method == http.MethodGet}
	page.Support = support
	q.show(status, "error", page)
}

func (q *request) notFound() error {
	q.problem(http.StatusNotFound, "error.not_found", "")
	return nil
}

// invalidAs is invalid, with a page's own words for some fields.
func invalidAs(p *Page, err error, words map[string]string) bool {
	found := invalid(p, err)
	for i, e := range p.Errors {
		if key, ok := words[e.Field]; ok {
			p.Errors[i].Key = key
		}
	}
	return found
}

// invalid puts what does not fit beside its field and tells that it did.
func invalid(p *Page, err error) bool {
	var bad *referrals.Invalid
	if !errors.As(err, &bad) {
		return false
	}
	for field, key := range bad.Fields {
		p.Fail(field, key)
	}
	return true
}
