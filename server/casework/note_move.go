package casework

import (
	"errors"
	"net/http"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// NoteMovePage is "note-move". Posts to (the other file's code), why and
// version to /schede/ID/diario/NOTE/sposta.
type NoteMovePage struct {
	frame.Page
	frame.CaseHead
	Note NoteLine
	NoteMoveForm
	Version string
}

// NoteMoveForm is what is typed there.
type NoteMoveForm struct {
	To  string `form:"to" max:"20"` // the other file's code
	Why string `form:"why" max:"300"`
}

// NoteMove answers GET /schede/{id}/diario/{note}/sposta.
func NoteMove(q *frame.Request) (frame.Shown, error) { return movePage(q, nil) }

func movePage(q *frame.Request, cause error) (frame.Shown, error) {
	v, roster, err := frame.CaseAndRoster(q, referrals.PartDiary)
	if err != nil {
		return nil, err
	}
	n, ok := noteOf(v, q.ID("note"))
	if !ok {
		return nil, acts.ErrDenied
	}
	page := &NoteMovePage{Page: q.Base(TitleNoteMove), CaseHead: frame.HeadOf(q, v.CaseHead, "diary"), Note: note(q, n, v.Answers, roster),
		Version: frame.Version(n.Version)}
	q.Fill(&page.NoteMoveForm)
	frame.Invalid(&page.Page, cause)
	return page, nil
}

// MoveNote finds the other file by its code among what she may open, and asks for
// passphrase and code before the note leaves this one.
func MoveNote(q *frame.Request, f *NoteMoveForm) error {
	v, err := frame.OpenCase(q, referrals.PartDiary)
	if err != nil {
		return err
	}
	if _, ok := noteOf(v, q.ID("note")); !ok {
		return acts.ErrDenied
	}
	cards, _, err := q.Desk.Cases.Search(q.Context(), q.Who, f.To)
	if err = q.Partly(err); err != nil && !errors.Is(err, typed.ErrInvalid) {
		return err
	}
	to := ""
	for _, c := range cards {
		if c.Found == "code" {
			to = c.ID
		}
	}
	if to == "" || to == q.ID("id") {
		return q.ShowBack(http.StatusUnprocessableEntity, movePage, typed.Bad("to", FailNoteTo))
	}
	if ok, err := q.StepUp(policies.NoteMove, q.ID("note"), StepUpMoveNote, strings.ToUpper(strings.TrimSpace(f.To))); !ok {
		return err
	}
	receipt, err := q.Desk.Cases.MoveNote(q.Context(), q.Who, q.ID("note"), to, f.Why)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashNoteSaved, "/schede/"+q.ID("id")+"/diario")
}

// What the page says.
const (
	FailNoteTo     = "note_move.unknown"
	StepUpMoveNote = "stepup.note_move"
	TitleNoteMove  = "note_move.title"
)
