package walls

import (
	"net/http"
	"time"

	"sportello/policies"
	"sportello/referrals/walls"
	"sportello/server/frame"
)

// ForWitnessPage is "wall-witness": a member of another unit asks the reader, whom that
// unit named beforehand, for the second word. It names no case. Posts answer to
// /muri/WALL; the step-up page follows.
type ForWitnessPage struct {
	frame.Page
	ID, From, By, Stands string // names; From is the unit that asks
	Off, Back            []string
	Day                  time.Time
	ForWitnessForm
}

// ForWitnessForm is her yes or her no.
type ForWitnessForm struct {
	Answer string `form:"answer" words:"yesno"`
}

func forWitness(q *frame.Request) (*ForWitnessPage, walls.ForWitness, error) {
	w, receipt, err := q.Desk.Walls.ForWitness(q.Context(), q.Who, q.ID("wall"))
	if err != nil {
		return nil, w, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, w, err
	}
	q.Receipt(receipt)
	page := &ForWitnessPage{Page: q.Base(TitleWitness), ID: w.ID, From: roster.UnitName(w.Unit), By: roster.Username(w.By),
		Off: names(roster, w.Off), Back: names(roster, w.Back), Day: q.Day(w.Day)}
	if w.Stands != "" {
		page.Stands = roster.Username(w.Stands)
	}
	q.Fill(&page.ForWitnessForm)
	return page, w, nil
}

// ForWitness answers GET /muri/{wall}.
func ForWitness(q *frame.Request) (frame.Shown, error) {
	page, _, err := forWitness(q)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// AnswerWitness answers POST /muri/{wall}.
func AnswerWitness(q *frame.Request, f *ForWitnessForm) error {
	page, w, err := forWitness(q)
	if err != nil {
		return err
	}
	if !frame.IsWord("yesno", f.Answer) {
		page.Fail("answer", frame.FailChoice)
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err := q.StepUp(policies.WallWitness, q.Who.Unit(), StepUpWitness, page.From); !ok {
		return err
	}
	receipt, err := q.Desk.Walls.Witness(q.Context(), q.Who, w.ID, f.Answer == "yes")
	if err != nil {
		return err
	}
	return q.Done(receipt, frame.If(f.Answer == "yes", FlashWitnessYes, FlashWallStopped), "/agenda")
}

// CarryWall answers POST /schede/{id}/muri/{wall}/insieme: the witness agreed, and who
// asked hides it.
func CarryWall(q *frame.Request, _ *frame.Nothing) error {
	w, _, _, err := q.Desk.Walls.Asked(q.Context(), q.Who, q.ID("id"), q.ID("wall"))
	if err != nil {
		return err
	}
	if ok, err := q.StepUp(policies.WallPropose, w.CaseID, StepUpWall, w.Who.Code); !ok {
		return err
	}
	receipt, err := q.Desk.Walls.Carry(q.Context(), q.Who, w.CaseID, w.ID)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashWall, "/schede/"+w.CaseID)
}

// What these pages say.
const (
	StepUpWitness   = "stepup.wall_witness"
	FlashWitnessYes = "wall_witness.yes"
	TitleWitness    = "wall_witness.title"
)
