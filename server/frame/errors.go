package frame

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sportello/crypto"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

var (
	errForm   = errors.New("the form does not belong to this session")
	errTooBig = errors.New("the form is too big")
	// errOthers says that a form was on a page of somebody else, who used this browser.
	errOthers = errors.New("the form is of another person")
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
	{acts.ErrDenied, http.StatusNotFound, "error.not_found"},
	{acts.ErrNoRow, http.StatusNotFound, "error.not_found"},
	{acts.ErrErased, http.StatusNotFound, "error.not_found"},
	{acts.ErrTampered, http.StatusInternalServerError, "error.tampered"},
	{audit.ErrLogTampered, http.StatusInternalServerError, "error.tampered"},
	{audit.ErrClock, http.StatusServiceUnavailable, "error.server"},
	{crypto.ErrOpen, http.StatusInternalServerError, "error.tampered"},
	{acts.ErrConflict, http.StatusConflict, "error.conflict"},
	{sharing.ErrFeedback, http.StatusConflict, "error.feedback"},
	{kept.ErrState, http.StatusConflict, "error.state"},
	{kept.ErrPinBack, http.StatusConflict, "error.pin_back"},
	{kept.ErrPin, http.StatusConflict, "error.pin"},
	{sharing.ErrLive, http.StatusConflict, FailBeside},
	{sharing.ErrSeveral, http.StatusConflict, "preview.several"},
	{kept.ErrEnded, http.StatusConflict, "error.unit_ended"},
	{kept.ErrNobody, http.StatusConflict, "error.nobody"},
	{kept.ErrNotFounded, http.StatusConflict, "error.not_founded"},
	{kept.ErrNoRecovery, http.StatusConflict, "error.no_recovery"},
	{typed.ErrRepeated, http.StatusConflict, "form.repeated"},
	{typed.ErrInvalid, http.StatusUnprocessableEntity, "error.invalid"},
	{units.ErrIncomplete, http.StatusUnprocessableEntity, "error.invalid"},
	{office.ErrTaken, http.StatusConflict, "error.taken"},
	{units.ErrNoAudit, http.StatusConflict, "error.no_audit"},
	{units.ErrFounded, http.StatusConflict, "error.founded"},
	{units.ErrLastMember, http.StatusConflict, "error.last_member"},
	{office.ErrLastAdministrator, http.StatusConflict, "error.last_administrator"},
	{units.ErrWords, http.StatusConflict, "admit.not_same"},
	{accounts.ErrOver, http.StatusConflict, "error.over"},
	{office.ErrInvitation, http.StatusConflict, "invitation.wrong"},
	{office.ErrWeak, http.StatusUnprocessableEntity, "phrase.weak"},
	{units.ErrNothingProposed, http.StatusConflict, "error.nothing_proposed"},
	{units.ErrNoWitness, http.StatusConflict, "error.no_witness"},
	{units.ErrProposer, http.StatusConflict, "error.proposer"},
	{units.ErrTooEarly, http.StatusConflict, "error.too_early"},
	{units.ErrNotAlone, http.StatusConflict, "error.not_alone"},
	{units.ErrNoRecovery, http.StatusConflict, "error.no_recovery_key"},
	{units.ErrRemovalOver, http.StatusConflict, "error.removal_over"},
	{units.ErrTwo, http.StatusConflict, "error.removal_two"},
	{units.ErrNotWitness, http.StatusConflict, "error.not_witness"},
	{walls.ErrOver, http.StatusConflict, "error.wall_over"},
	{kept.ErrNobodyLeft, http.StatusConflict, "error.nobody_left"},
	{accounts.ErrThrottled, http.StatusTooManyRequests, "signin.wait"},
	{accounts.ErrBusy, http.StatusServiceUnavailable, "signin.busy"},
	{errForm, http.StatusForbidden, "error.form_refused"},
	{errOthers, http.StatusForbidden, "error.form_others"},
	{errTooBig, http.StatusRequestEntityTooLarge, "error.too_large"},
}

// fail turns an error into an answer: what happened, whether anything was
// saved, what to do next, and a code for support. It never says about whom.
func (q *Request) fail(err error) {
	var done *acts.Unfinished
	switch {
	case errors.As(err, &done):
		unfinished(q, done)
		return
	case errors.Is(err, accounts.ErrSignedOut):
		switch {
		case q.kept, q.Known:
			q.SetCookie(FlashCookie, "signin.again", time.Minute)
		case q.Cookie(SessionCookie) != "": // closed from another browser, or with a suspension, and nothing was typed
			q.SetCookie(FlashCookie, "signin.closed", time.Minute)
		}
		q.SetCookie(SessionCookie, "", -1)
		q.Redirect("/entra")
		return
	case errors.Is(err, acts.ErrCovered):
		q.Redirect("/riprendi")
		return
	case errors.Is(err, acts.ErrEnrol):
		q.Redirect("/credenziali/fattore/nuovo")
		return
	case errors.Is(err, errColleagues):
		q.Redirect("/colleghi")
		return
	}
	retryAfter(q, err)
	status, key := AnswerTo(err)
	support := q.Support(status, err)
	if comesBack(q, status, err) && q.again(trouble{status, key, support, err}) {
		return
	}
	q.problem(status, key, support)
}

// AnswerTo is the status and the message key of an error.
func AnswerTo(err error) (int, string) {
	if errors.Is(err, acts.ErrUnwritable) {
		return http.StatusServiceUnavailable, "error.unwritable"
	}
	for _, a := range answers {
		if errors.Is(err, a.err) {
			return a.status, a.key
		}
	}
	return http.StatusInternalServerError, "error.server"
}

// comesBack tells whether a form can be sent again as it is or mended: not where
// what it is about is denied or shut, and not where its step is over while its
// page is the form alone.
func comesBack(q *Request, status int, err error) bool {
	switch {
	case status == http.StatusNotFound, status == http.StatusForbidden, status == http.StatusRequestEntityTooLarge:
		return false
	case errors.Is(err, kept.ErrState) && q.formPage() == q.R.URL.Path:
		return false
	}
	return !errors.Is(err, acts.ErrTampered) && !errors.Is(err, audit.ErrLogTampered) && !errors.Is(err, crypto.ErrOpen)
}

// Partly lets a page of a list that lacks something be shown, with a line that says
// so, and tells support what it is. Any other error is returned.
func (q *Request) Partly(err error) error {
	var lacks *acts.Partial
	if !errors.As(err, &lacks) {
		return err
	}
	leaveOut(q, lacks)
	return nil
}

// Besides is partly for what stands on the first page of somebody's work beside its
// lists: that it cannot be told does not hide them.
func (q *Request) Besides(err error) error {
	if !errors.Is(err, acts.ErrTampered) {
		return err
	}
	leaveOut(q, err)
	return nil
}

func leaveOut(q *Request, err error) {
	q.unread = true
	q.Log.Error("something of a page could not be read", "route", RouteName(q.R), "error", err.Error())
}

// unfinished says that the act is done, and what could not be written after it.
func unfinished(q *Request, done *acts.Unfinished) {
	status, _ := AnswerTo(done)
	q.Receipt(done.Receipt)
	page := &ErrorPage{Page: q.Base(TitleError), Status: status, What: UnfinishedKey(done), Saved: true, Back: q.goOn()}
	page.Support, page.Once = q.Support(status, done), true
	q.Show(status, page)
}

// UnfinishedKey is the message key of what could not be written after an act.
func UnfinishedKey(done *acts.Unfinished) string {
	if done.Erasing {
		return "error.erasing"
	}
	return "error.sessions"
}

// Support logs what went wrong inside, value-free, and returns the code under
// which the log has it.
func (q *Request) Support(status int, err error) string {
	if status < http.StatusInternalServerError {
		return ""
	}
	code := crypto.NewID()[:8]
	q.Log.Error("a request failed", "route", RouteName(q.R), "support", code, "error", err.Error())
	return code
}

// problem is the error page. What was typed stands on it, for whoever typed it:
// a browser does not keep the page before. Where the fault was the service's, one
// press sends it again.
func (q *Request) problem(status int, key, support string) {
	page := &ErrorPage{Page: q.Base(TitleError), Status: status, What: key, Asked: q.R.Method == http.MethodGet}
	page.Support = support
	switch {
	case page.Asked || status == http.StatusNotFound:
	case status == http.StatusConflict:
		page.Back = q.goOn()
	case status < http.StatusInternalServerError:
		page.Back = q.here()
	}
	stray := key == "error.form_refused" && q.inputs != nil // another site's was refused before it was read
	if stray || q.Ours && (status == http.StatusConflict || status == http.StatusRequestEntityTooLarge || status >= http.StatusInternalServerError) {
		page.Typed = longTexts(q)
	}
	if q.Ours && status >= http.StatusInternalServerError && key != "error.tampered" {
		page.FormToken, page.Action, page.Carried = q.Door.FormToken(q.Who), q.R.URL.Path, q.carried()
		page.Kept = len(q.TypedFields()) > 0
	}
	page.Once = !page.Asked && page.Action == "" // an answer to a form, and nothing that could bring it back
	q.Show(status, page)
}

// longTexts are the texts of a form, without what was chosen and what is secret.
func longTexts(q *Request) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(q.form)) {
		if q.secret(name) || Contains(Control, name) || Contains([]string{"from", "lang"}, name) || q.inputs[name].Words != "" {
			continue
		}
		for _, text := range q.form[name] {
			if strings.ContainsAny(text, " \n") || utf8.RuneCountInString(text) > idLength {
				all = append(all, text)
			}
		}
	}
	return all
}

// idLength is how long an id is, which nobody typed.
const idLength = 26

// NotFound answers with the page of what is not there.
func (q *Request) NotFound() error {
	q.problem(http.StatusNotFound, "error.not_found", "")
	return nil
}

// Explain says on a page why its form was not taken; nothing without a cause.
func Explain(p *Page, cause error) {
	switch {
	case errors.Is(cause, acts.ErrConflict):
		p.Problem = ProblemChanged
	case errors.Is(cause, typed.ErrRepeated):
		p.Problem = ProblemRepeated
	default:
		Invalid(p, cause)
	}
}

// InvalidAs is invalid, with a page's own words for some fields.
func InvalidAs(p *Page, err error, words map[string]string) bool {
	found := Invalid(p, err)
	for i, e := range p.Errors {
		if key, ok := words[e.Field]; ok {
			p.Errors[i].Key = key
		}
	}
	return found
}

// Invalid puts what does not fit beside its field and tells that it did.
func Invalid(p *Page, err error) bool {
	var bad *typed.Invalid
	if !errors.As(err, &bad) {
		return false
	}
	for field, key := range bad.Fields {
		p.Fail(field, key)
	}
	return true
}
