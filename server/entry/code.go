package entry

import (
	"sportello/server/frame"
)

// CodePage is "code": the one-time code alone. Posts code to /entra/codice.
type CodePage struct{ frame.Page }

// Code answers GET /entra/codice.
func Code(q *frame.Request) (frame.Shown, error) {
	return &CodePage{Page: q.Base(TitleCode)}, nil
}

// Finish answers POST /entra/codice.
func Finish(q *frame.Request, f *CodeForm) error {
	in, err := q.Door.Finish(q.Context(), q.Cookie(frame.PendingCookie), f.Code, q.Source())
	return entered(q, in, err)
}
