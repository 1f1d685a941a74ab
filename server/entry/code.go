package entry

import (
	"net/http"

	"sportello/server/frame"
)

// CodePage is "code": the one-time code alone. Posts code to /entra/codice.
type CodePage struct{ frame.Page }

// Code answers GET /entra/codice.
func Code(q *frame.Request) error {
	return q.Show(http.StatusOK, "code", &CodePage{Page: q.Base(TitleCode)})
}

// Finish answers POST /entra/codice.
func Finish(q *frame.Request) error {
	in, err := q.Door.Finish(q.Context(), q.Cookie(frame.PendingCookie), q.Form.Get("code"), q.Source())
	return entered(q, in, err)
}
