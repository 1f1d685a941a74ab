package entry

import (
	"net/http"

	"sportello/server/frame"
)

// RecoveryCodePage is "recovery-code". Posts recovery to /entra/recupero.
type RecoveryCodePage struct{ frame.Page }

// RecoveryCode answers GET /entra/recupero.
func RecoveryCode(q *frame.Request) error {
	return q.Show(http.StatusOK, "recovery-code", &RecoveryCodePage{Page: q.Base(TitleRecoveryCode)})
}

// Recover signs in with a recovery code in place of the one-time code.
func Recover(q *frame.Request) error {
	in, err := q.Door.FinishRecovery(q.Context(), q.Cookie(frame.PendingCookie), q.Form.Get("recovery"), q.Source())
	return entered(q, in, err)
}

// What the page says.
const (
	TitleRecoveryCode = "recovery.title"
)
