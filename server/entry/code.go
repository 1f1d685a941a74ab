package entry

import (
	"sportello/server/frame"
)

// CodePage is "code": the one-time code, beside the user name that was typed. Posts code
// and username to /entra/codice.
type CodePage struct {
	frame.Page
	Username string
}

// FinishForm is the code, and the name that comes back if it is wrong.
type FinishForm struct {
	CodeForm
	Username string `form:"username" max:"120"`
}

// Code answers GET /entra/codice.
func Code(q *frame.Request) (frame.Shown, error) {
	return &CodePage{Page: q.Base(TitleCode), Username: q.Door.Named(q.Context(), q.Cookie(frame.PendingCookie))}, nil
}

// Finish answers POST /entra/codice.
func Finish(q *frame.Request, f *FinishForm) error {
	in, err := q.Door.Finish(q.Context(), q.Cookie(frame.PendingCookie), f.Code, q.Source())
	return entered(q, in, f.Username, err)
}
