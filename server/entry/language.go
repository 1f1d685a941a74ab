package entry

import (
	"sportello/server/frame"
)

// Language shows a page again in the other language, with what its form held.
func Language(q *frame.Request, _ *frame.Nothing) error {
	if err := q.SpeakNow(); err != nil {
		return err
	}
	if q.Signed && q.Ours && (len(q.TypedFields()) > 0 || q.Hidden("step") != "") {
		text, err := q.DraftText()
		if err != nil {
			return err
		}
		if err := q.Door.HoldDraft(q.Context(), q.Who, text); err != nil {
			return err
		}
	}
	return q.Redirect(q.CameFrom())
}
