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
func RecoveryCodes(q *frame.Request) error {
	if q.Form.Get("kept") == "yes" {
		return q.Redirect("/credenziali")
	}
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
		return q.Show(status, "recovery-codes", page)
	}
	return q.Show(http.StatusOK, "recovery-codes", page)
}

// What the page says.
const (
	StepUpCodes = "stepup.codes"
)
