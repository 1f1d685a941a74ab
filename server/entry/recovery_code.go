package entry

import (
	"sportello/server/frame"
)

// RecoveryCodePage is "recovery-code". Posts recovery to /entra/recupero.
type RecoveryCodePage struct{ frame.Page }

// RecoveryCodeForm is a recovery code.
type RecoveryCodeForm struct {
	Recovery string `form:"recovery" max:"60" secret:"yes"`
}

// RecoveryCode answers GET /entra/recupero.
func RecoveryCode(q *frame.Request) (frame.Shown, error) {
	return &RecoveryCodePage{Page: q.Base(TitleRecoveryCode)}, nil
}

// Recover signs in with a recovery code in place of the one-time code.
func Recover(q *frame.Request, f *RecoveryCodeForm) error {
	in, err := q.Door.FinishRecovery(q.Context(), q.Cookie(frame.PendingCookie), f.Recovery, q.Source())
	return entered(q, in, "", err)
}

// What the page says.
const (
	TitleRecoveryCode = "recovery.title"
)
