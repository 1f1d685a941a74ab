package desk

import (
	"errors"
	"net/http"
	"time"

	"sportello/policies/acts"
	"sportello/policies/opening"
	"sportello/referrals"
	"sportello/referrals/kept"
	"sportello/server/frame"
	"sportello/server/parts"
)

// TurnPage is "turn": what cannot wait, before somebody's shift ends. On paper it has
// signs and hours alone.
type TurnPage struct {
	frame.Page
	Lines []TurnLine
	Stops []TurnStop // what no centre has answered; it stays on everybody's Agenda
	Ready bool       // each is in somebody's hands other than hers
	Hours string     // when the desk is open, as the directory says it, where nothing better is known
	Desk  opening.Answer
	Calls []parts.Call // emergency numbers and who is on call, until it opens again
	TurnForm
}

// TurnForm is empty: who ends her shift says nothing more.
type TurnForm struct{}

// TurnLine is one thing that cannot wait, and in whose hands it is.
type TurnLine struct {
	Who    frame.Who
	Report bool   // what others told: nobody is named
	Kind   string // a word of "now"
	Since  time.Time
	Href   string
	Hold
	Given bool // in the hands of somebody other than the reader
}

// TurnStop is a referral that was taken back, and whose centre has not said that it stopped.
type TurnStop struct {
	Who    frame.Who
	Since  time.Time
	Centre string
	Phone  string // as the directory has it
	Href   string
}

// Turn answers GET /turno.
func Turn(q *frame.Request) (frame.Shown, error) { return turnPage(q, nil) }

func turnPage(q *frame.Request, cause error) (frame.Shown, error) {
	if !q.IsDesk() {
		return nil, acts.ErrDenied
	}
	shift, receipt, err := q.Desk.ReadShift(q.Context(), q.Who)
	if err = q.Partly(err); err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	roster, err := q.Names()
	if err != nil {
		return nil, err
	}
	page := &TurnPage{Page: q.Base(TitleTurn), Ready: shift.InHands(q.Who.Person())}
	if u := roster.Units[q.Who.Unit()]; u != nil {
		page.Hours = u.Hours
	}
	page.Desk, page.Calls = parts.Answers(q, roster, q.Who.Unit()), append(parts.Emergency(q, roster), parts.OnCall(q, roster)...)
	for _, l := range shift.Lines {
		href := "/contatti/" + l.On.Contact
		if l.On.Case != "" {
			href = "/schede/" + l.On.Case
		}
		line := TurnLine{Who: frame.Who{Code: l.Code, Alias: l.Alias}, Kind: l.Kind, Since: l.Since, Href: href + "/adesso", Hold: holdOf(roster, l.Hold), Given: l.Given(q.Who.Person())}
		page.Lines = append(page.Lines, line)
	}
	for _, l := range shift.Reports {
		page.Lines = append(page.Lines, TurnLine{Report: true, Kind: kept.MarkDanger, Since: l.At, Href: "/segnalazioni/" + l.ID,
			Hold: Hold{By: nameOf(roster, l.Worker), To: l.DangerTo}, Given: referrals.ReportGiven(l, q.Who.Person())})
	}
	for _, l := range shift.Stops {
		stop := TurnStop{Who: frame.Who(l.Who), Since: q.Day(l.EndedDay), Centre: roster.UnitName(l.ToUnit), Href: "/invii/" + l.ID}
		if u := roster.Units[l.ToUnit]; u != nil {
			stop.Phone = u.Phone
		}
		page.Stops = append(page.Stops, stop)
	}
	frame.Explain(&page.Page, cause)
	return page, nil
}

// HandOver answers POST /turno.
func HandOver(q *frame.Request, _ *TurnForm) error {
	receipt, err := q.Desk.HandOver(q.Context(), q.Who)
	if errors.Is(err, kept.ErrState) {
		page, err := turnPage(q, nil)
		if err != nil {
			return err
		}
		page.(*TurnPage).Problem = ProblemTurnOpen
		return q.Show(http.StatusConflict, page)
	}
	return q.DoneOr(turnPage, receipt, err, FlashTurnOver, "/agenda")
}

// What the page says.
const (
	FlashTurnOver   = "turn.over"
	ProblemTurnOpen = "turn.not_yet"
	TitleTurn       = "turn.title"
)
