package entry

import (
	"errors"
	"net/http"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/server/frame"
)

// RecoveryCodesPage is "recovery-codes": shown once, printable. It posts
// kept=yes to Action.
type RecoveryCodesPage struct {
	frame.Page
	Action string
	First  bool
	Codes  []string
}

// RecoveryCodes asks for passphrase and code, then shows ten new codes, once.
func RecoveryCodes(q *frame.Request) (frame.Shown, error) { return nil, newCodes(q) }

// RecoveryCodesForm is what is said of codes that were shown.
type RecoveryCodesForm struct {
	Kept string `form:"kept"` // "yes"
}

// ReplaceRecoveryCodes shows ten new codes, once, after passphrase and code.
func ReplaceRecoveryCodes(q *frame.Request, f *RecoveryCodesForm) error {
	if f.Kept == "yes" {
		return q.Redirect("/credenziali")
	}
	return newCodes(q)
}

func newCodes(q *frame.Request) error {
	ok, err := q.StepUp(policies.RecoveryCodesReplace, q.Who.Person(), StepUpCodes, "")
	if !ok {
		return err
	}
	codes, receipt, err := q.Door.NewRecoveryCodes(q.Context(), q.Who)
	var done *acts.Unfinished
	if err != nil && !errors.As(err, &done) {
		return err
	}
	q.Receipt(receipt)
	page := codesPage(q, "/credenziali/codici", codes, false)
	if done != nil { // the old ones are worth nothing any more: she must see these
		status, _ := frame.AnswerTo(done)
		page.Problem, page.Then = frame.UnfinishedKey(done), []string{"error.saved", frame.UnfinishedKey(done) + "_next"}
		page.Support = q.Support(status, done)
		return q.Show(status, page)
	}
	return q.Show(http.StatusOK, page)
}

// What the page says.
const (
	StepUpCodes = "stepup.codes"
)
