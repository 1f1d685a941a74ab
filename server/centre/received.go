package centre

import (
	"errors"
	"net/http"
	"slices"

	"sportello/referrals/sharing"
	"sportello/referrals/typed"
	"sportello/server/frame"
	"sportello/server/parts"
)

// ReceivedPage is "received", the centre's side. It posts to /arrivi/ID/accogli,
// /arrivi/ID/messaggi (text), /arrivi/ID/appuntamento (day, hour, place),
// /arrivi/ID/esito (after), each with version; declining has its own page.
type ReceivedPage struct {
	frame.Page
	ID       string
	Version  string
	Accepted bool   // it said so, whatever came since
	State    string // a word of "referral_state"
	Package  frame.Package
	Messages []parts.Message
	parts.MessageForm
	Form        string // the forms' own mark
	Appointment parts.Appointment
	AppointmentForm
	OutcomeForm
	AfterMay []string // words of "after" her authorisation lets the centre tell
	MayCopy  bool     // she allowed a sealed copy
	Stale    bool     // the safe-contact rule changed and is not among what she authorised
	Compare  string   // the desk's id, where its words come before any answer
	Free     bool     // she lets the centre write freely, not only ask
}

// AskForm is what the centre writes.
type AskForm struct {
	parts.MessageForm
	Kind string `form:"kind"` // "message", or empty: a question
}

// AppointmentForm is an appointment that is proposed.
type AppointmentForm struct {
	Day   string `form:"day" max:"40" as:"day"`
	Hour  string `form:"hour" max:"20" as:"hour"`
	Place string `form:"place" max:"200"`
}

// OutcomeForm is what came of the referral.
type OutcomeForm struct {
	After string `form:"after" words:"after"`
}

// Received is the centre's side of a referral. One that was taken back shows
// its notice and nothing else.
func Received(q *frame.Request) (frame.Shown, error) { return showReceived(q, nil) }

func showReceived(q *frame.Request, cause error) (frame.Shown, error) {
	r, receipt, err := q.Desk.Sharing.OpenReferral(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, endedAtCentre(q, err)
	}
	q.Receipt(receipt)
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	state := parts.StateOf(r.ReferralLine)
	if state == "sent" {
		state = "acknowledged" // it is open now
	}
	page := &ReceivedPage{Page: q.Base(TitleReceived), ID: r.ID, Version: frame.Version(r.Version), State: state,
		Package: frame.PackageOf(q, r.Package, r.Safe, roster), Messages: parts.MessagesOf(q, r, roster), Appointment: parts.AppointmentOf(r),
		Form: q.NewForm(), AfterMay: afterMay(r), MayCopy: r.KeepCopy, Stale: r.SafeDay != "" && r.Safe.DeskOnly}
	q.Fill(&page.MessageForm)
	q.Fill(&page.AppointmentForm)
	q.Fill(&page.OutcomeForm)
	page.Compare = r.Compare
	page.Accepted = slices.ContainsFunc(r.Steps, func(s sharing.ReferralStepRow) bool { return s.State == "accepted" })
	page.Free = r.Feedback == "more"
	frame.Explain(&page.Page, cause)
	return page, nil
}

// afterMay are the outcomes that this state and her authorisation let the
// centre tell.
func afterMay(r sharing.ReferralView) []string {
	switch r.State {
	case "accepted", "appointment", "no_show":
		if r.Feedback != "state" {
			return sharing.CentreOutcomes
		}
		return []string{"closed"}
	case "engaged":
		return []string{"closed"}
	}
	return nil
}

// Accept answers POST /arrivi/{id}/accogli.
func Accept(q *frame.Request, _ *frame.Nothing) error {
	receipt, err := q.Desk.Sharing.Accept(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return endedAtCentre(q, err)
	}
	return q.Done(receipt, FlashAccepted, "/arrivi/"+q.ID("id"))
}

// AskDesk puts a question to the desk, or, where she lets the centre tell more,
// writes freely.
func AskDesk(q *frame.Request, f *AskForm) error {
	write := q.Desk.Sharing.Ask
	if f.Kind == "message" {
		write = q.Desk.Sharing.SendMessage
	}
	receipt, err := write(q.Context(), q.Who, q.ID("id"), q.FormID(), f.Text)
	if errors.Is(err, sharing.ErrFeedback) {
		return q.ShowBack(http.StatusConflict, showReceived, typed.Bad("text", FailFeedback))
	}
	return toDeskOr(q, showReceived, receipt, err, frame.FlashMessageSent, "/arrivi/"+q.ID("id"))
}

// Propose answers POST /arrivi/{id}/appuntamento.
func Propose(q *frame.Request, f *AppointmentForm) error {
	receipt, err := q.Desk.Sharing.Propose(q.Context(), q.Who, q.ID("id"), q.FormID(), f.Day, f.Hour, f.Place)
	return toDeskOr(q, showReceived, receipt, err, FlashProposed, "/arrivi/"+q.ID("id"))
}

// Outcome answers POST /arrivi/{id}/esito.
func Outcome(q *frame.Request, f *OutcomeForm) error {
	receipt, err := q.Desk.Sharing.Outcome(q.Context(), q.Who, q.ID("id"), f.After)
	return toDeskOr(q, showReceived, receipt, err, FlashTold, "/arrivi/"+q.ID("id"))
}

// Undecided tells whether the centre has still to say that it welcomes her.
func (p *ReceivedPage) Undecided() bool {
	return !p.Accepted && sharing.Undecided(p.State)
}

// What the page says.
const (
	FailFeedback  = "error.feedback"
	FlashAccepted = "received.accepted"
	FlashProposed = "received.proposed"
	FlashTold     = "received.told"
	TitleReceived = "received.title"
)
