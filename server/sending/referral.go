package sending

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/typed"
	"sportello/server/frame"
	"sportello/server/parts"
)

// ReferralPage is "referral", the desk's side: a line of steps with days,
// messages, appointment. A message posts text to /invii/ID/messaggi; an answer
// to an appointment posts answer=yes|no to /invii/ID/appuntamento.
type ReferralPage struct {
	frame.Page
	frame.CaseHead
	ID       string
	Version  string
	Centre   string
	State    string // a word of "referral_state"
	Steps    []StepDay
	Live     bool
	Until    time.Time
	Way      string // a word of "way"
	Messages []parts.Message
	parts.MessageForm
	Form        string // the form's own mark
	Appointment parts.Appointment
	StopWaits   bool     // the centre has not said that it stopped
	StopTold    bool     // it was told by telephone meanwhile
	Phone       string   // of the centre, as the directory says it; where a stop waits
	StopDone    []string // words of "stop_done" the centre stated after a revocation
	Reason      string   // a word of "decline"
	After       string   // a word of "after_answer": what comes next, once the decline was read
	AnswerSeenForm
	Shut    bool          // after a restore: shut until the desk confirms it
	Compare string        // the centre's id, where its words come first
	Empty   bool          // it is over, and nothing is left in it
	Package frame.Package // what she allowed the centre to know, beside what is written to it
}

// toCentreOr is doneOr for what the desk writes to a centre.
func toCentreOr(q *frame.Request, receipt audit.Receipt, err error, flash, to string) error {
	if errors.Is(err, acts.ErrDenied) {
		return endedAtDesk(q, err)
	}
	return q.DoneOr(showReferral, receipt, err, flash, to)
}

func endedAtDesk(q *frame.Request, denied error) error {
	r, roster, err := sentReferral(q)
	if err != nil || r.Standing == policies.ConsentLive && !r.Shut {
		return denied
	}
	page := referralPage(q, r, roster)
	page.Problem = endedKey(r.ReferralLine)
	return q.Show(http.StatusConflict, page)
}

// endedKey says to the desk why nothing was sent.
func endedKey(r sharing.ReferralLine) string {
	switch {
	case r.State == "withdrawn":
		return ProblemDeskRevoked
	case r.Standing != policies.ConsentLive:
		return ProblemDeskOver
	}
	return ProblemDeskShut
}

// AnswerSeenForm is what comes next, after a decline was read.
type AnswerSeenForm struct {
	Next string `form:"after_answer" words:"after_answer"`
}

// AppointmentAnswerForm is her answer to what the centre proposed.
type AppointmentAnswerForm struct {
	Answer string `form:"answer" words:"yesno"`
}

// StepDay is one step of the line.
type StepDay struct {
	State string // a word of "referral_state"
	Day   time.Time
	Place string // "done", "here" or "" (ahead)
}

// Referral is the desk's side of a referral.
func Referral(q *frame.Request) (frame.Shown, error) { return showReferral(q, nil) }

// sentReferral reads a referral of the sending side, with the head of the case that
// it speaks of.
func sentReferral(q *frame.Request) (sharing.ReferralView, *units.Roster, error) {
	r, receipt, err := q.Desk.Sharing.ReadReferral(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return r, nil, err
	}
	if r.Head.ID == "" { // it may be read, but the case not
		return r, nil, acts.ErrDenied
	}
	q.Receipt(receipt)
	roster, err := q.Roster()
	return r, roster, err
}

func showReferral(q *frame.Request, cause error) (frame.Shown, error) {
	r, roster, err := sentReferral(q)
	if err != nil {
		return nil, err
	}
	page := referralPage(q, r, roster)
	frame.Explain(&page.Page, cause)
	return page, nil
}

func referralPage(q *frame.Request, r sharing.ReferralView, roster *units.Roster) *ReferralPage {
	page := &ReferralPage{Page: q.Base(TitleReferral), CaseHead: frame.HeadOf(q, r.Head, "referrals"), ID: r.ID, Version: frame.Version(r.Version),
		Centre: roster.UnitName(r.ToUnit), State: parts.StateOf(r.ReferralLine), Live: r.Standing == policies.ConsentLive, Until: q.Day(r.UntilDay),
		Way: "we_send", Steps: steps(q, r), Messages: parts.MessagesOf(q, r, roster), Form: q.NewForm(), Appointment: parts.AppointmentOf(r)}
	q.Fill(&page.MessageForm)
	page.Shut = r.Shut && page.Live
	if page.Shut {
		page.Live = false // nothing is written on it before the desk has confirmed it
	}
	page.Compare = r.Compare
	if page.Empty = r.Erased && !page.Shut; page.Empty {
		page.Live = false
	}
	page.Package = frame.PackageOf(q, r.Package, r.Safe, roster)
	if r.State == "declined" {
		page.Reason, page.After = r.Code, r.AfterAnswer
		q.Fill(&page.AnswerSeenForm)
	}
	if r.State == "withdrawn" {
		page.StopDone, page.StopWaits, page.StopTold = strings.Fields(r.Code), r.Stop, r.AfterAnswer != ""
		if u := roster.Units[r.ToUnit]; u != nil && r.Stop {
			page.Phone = u.Phone
		}
	}
	return page
}

// steps is the line of states with their days.
func steps(q *frame.Request, r sharing.ReferralView) []StepDay {
	var all []StepDay
	for i, s := range r.Steps {
		place := "done"
		if i == len(r.Steps)-1 {
			place = "here"
		}
		all = append(all, StepDay{State: s.State, Day: q.Day(s.Day), Place: place})
	}
	return all
}

// MessageCentre answers POST /invii/{id}/messaggi.
func MessageCentre(q *frame.Request, f *parts.MessageForm) error {
	receipt, err := q.Desk.Sharing.SendMessage(q.Context(), q.Who, q.ID("id"), q.FormID(), f.Text)
	for cause, key := range map[error]string{kept.ErrPin: "error.pin", kept.ErrEnded: "error.unit_ended", kept.ErrNobody: "error.nobody"} {
		if errors.Is(err, cause) { // what she typed waits on the page
			return q.ShowBack(http.StatusConflict, showReferral, typed.Bad("text", key))
		}
	}
	return toCentreOr(q, receipt, err, frame.FlashMessageSent, "/invii/"+q.ID("id"))
}

// AnswerAppointment answers POST /invii/{id}/appuntamento.
func AnswerAppointment(q *frame.Request, f *AppointmentAnswerForm) error {
	receipt, err := q.Desk.Sharing.AnswerAppointment(q.Context(), q.Who, q.ID("id"), q.FormID(), f.Answer)
	return toCentreOr(q, receipt, err, FlashAnswerSent, "/invii/"+q.ID("id"))
}

// MarkSeen takes a decline that was read off the Agenda, and goes on to what
// comes next; or notes that the centre was told by telephone to stop.
func MarkSeen(q *frame.Request, f *AnswerSeenForm) error {
	if q.Pressed() == "told" {
		receipt, err := q.Desk.Sharing.MarkStopTold(q.Context(), q.Who, q.ID("id"))
		if errors.Is(err, kept.ErrState) {
			return q.Redirect("/invii/" + q.ID("id")) // a colleague was quicker, or the centre answered
		}
		return q.DoneOr(showReferral, receipt, err, FlashStopTold, "/agenda")
	}
	receipt, err := q.Desk.Sharing.MarkAnswerSeen(q.Context(), q.Who, q.ID("id"), f.Next)
	if err != nil || f.Next != "another_centre" {
		return q.DoneOr(showReferral, receipt, err, FlashAnswerSeen, "/agenda")
	}
	r, _, err := q.Desk.Sharing.ReadReferral(q.Context(), q.Who, q.ID("id"))
	if err != nil { // it is marked all the same
		return q.Done(receipt, FlashAnswerSeen, "/agenda")
	}
	return q.Done(receipt, FlashAnswerSeen, "/schede/"+r.CaseID+"/centro")
}

// What the page says.
const (
	FlashAnswerSent    = "referral.answer_sent"
	ProblemDeskRevoked = "ended.desk_revoked"
	ProblemDeskOver    = "ended.desk_over"
	ProblemDeskShut    = "ended.desk_shut"
	FlashAnswerSeen    = "answer.seen"
	FlashStopTold      = "referral.stop_was_told"
	TitleReferral      = "referral.title"
)
