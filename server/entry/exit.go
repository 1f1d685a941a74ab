package entry

import (
	"net/http"

	"sportello/server/frame"
)

// Exit shows the neutral page; with a session it ends it first. Whatever fails,
// this page must be gone: the session has ended, in this process at least, and the
// sheet says when that is all.
func Exit(q *frame.Request) (frame.Shown, error) {
	var err error
	if q.Known {
		if err = q.Door.SignOut(q.Context(), q.Who); err != nil {
			q.Support(http.StatusInternalServerError, err)
		}
	}
	q.Signed, q.Known = false, false
	page := q.Base(frame.TitleExit)
	if err != nil {
		page.Problem = frame.ProblemExitHere
	}
	return nil, q.Leave(page)
}
