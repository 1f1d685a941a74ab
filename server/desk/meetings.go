package desk

import (
	"errors"
	"net/http"
	"time"

	"sportello/policies/audit"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/server/frame"
)

// MeetingsPage is "meetings": the appointments of a woman with her desk. It posts go
// ("new", with what is typed and instead, or "end", with meeting and how) to
// /schede/ID/appuntamenti.
type MeetingsPage struct {
	frame.Page
	frame.CaseHead
	Meetings []Meeting // the last one first
	MayAdd   bool      // the case is open
	MeetingForm
	EndMeetingForm
	Form string // the form's own mark: sent twice, it is kept once
}

// Meeting is one appointment.
type Meeting struct {
	ID                string
	At                time.Time
	With, Where, Text string
	Mediator          bool
	State             string // a word of "meeting_state"
	Planned           bool
}

// MeetingForm is an appointment as it is typed.
type MeetingForm struct {
	Day      string `form:"day" max:"40" as:"day"`
	Hour     string `form:"hour" max:"40" as:"hour"`
	With     string `form:"with" max:"200"`
	Place    string `form:"where" max:"200"`
	Text     string `form:"text" max:"300"`
	Mediator string `form:"mediator" words:"yesno"`
	Instead  string `form:"instead"` // the planned one in whose place it stands, or empty
}

// EndMeetingForm is how one went.
type EndMeetingForm struct {
	Meeting string `form:"meeting"`
	How     string `form:"how" words:"meeting_end"`
}

// MeetingsForm is either.
type MeetingsForm struct {
	MeetingForm
	EndMeetingForm
}

// Planned are the appointments of which nobody said yet how they went.
func (p *MeetingsPage) Planned() (all []Meeting) {
	for _, m := range p.Meetings {
		if m.Planned {
			all = append(all, m)
		}
	}
	return all
}

// First is the planned one that a mistake is shown at: the one that was posted, else the
// first of the list.
func (p *MeetingsPage) First() string {
	planned := p.Planned()
	for _, m := range planned {
		if m.ID == p.Meeting {
			return m.ID
		}
	}
	if len(planned) == 0 {
		return ""
	}
	return planned[0].ID
}

// Meetings answers GET /schede/{id}/appuntamenti.
func Meetings(q *frame.Request) (frame.Shown, error) { return meetingsPage(q, nil) }

func meetingsPage(q *frame.Request, cause error) (frame.Shown, error) {
	v, err := frame.OpenCase(q, referrals.PartMeet)
	if err != nil {
		return nil, err
	}
	page := &MeetingsPage{Page: q.Base(TitleMeetings), CaseHead: frame.HeadOf(q, v.CaseHead, ""), MayAdd: v.State != "closed", Form: q.NewForm()}
	for _, m := range v.Meet {
		page.Meetings = append(page.Meetings, Meeting{ID: m.ID, At: m.When, With: m.With, Where: m.Where, Text: m.Text, Mediator: m.Mediator == "yes", State: m.State, Planned: m.Planned()})
	}
	q.Fill(&page.MeetingForm)
	q.Fill(&page.EndMeetingForm)
	frame.Explain(&page.Page, cause)
	return page, nil
}

// SaveMeeting answers POST /schede/{id}/appuntamenti.
func SaveMeeting(q *frame.Request, f *MeetingsForm) error {
	id := q.ID("id")
	to := "/schede/" + id + "/appuntamenti"
	typed := cases.AppointmentForm{Day: f.Day, Hour: f.Hour, With: f.With, Where: f.Place, Text: f.Text, Mediator: f.Mediator}
	var receipt audit.Receipt
	var err error
	flash := FlashMeetingSaved
	switch {
	case q.Pressed() == "end":
		flash = FlashMeetingEnded
		receipt, err = q.Desk.Cases.EndAppointment(q.Context(), q.Who, id, f.Meeting, f.How)
	case f.Instead != "":
		flash = FlashMeetingMoved
		receipt, err = q.Desk.Cases.MoveAppointment(q.Context(), q.Who, id, f.Instead, q.FormID(), typed)
	default:
		receipt, err = q.Desk.Cases.AddAppointment(q.Context(), q.Who, id, q.FormID(), typed)
	}
	if errors.Is(err, kept.ErrState) { // a colleague was quicker: it comes back as it is now, with what was typed
		return q.ShowBack(http.StatusConflict, func(q *frame.Request, _ error) (frame.Shown, error) {
			page, err := meetingsPage(q, nil)
			if err == nil {
				page.(*MeetingsPage).Problem = ProblemMeeting
			}
			return page, err
		}, nil)
	}
	return q.DoneOr(meetingsPage, receipt, err, flash, to)
}

// What the page says.
const (
	FlashMeetingSaved = "meeting.saved"
	FlashMeetingMoved = "meeting.moved"
	FlashMeetingEnded = "meeting.ended"
	ProblemMeeting    = "meeting.changed"
	TitleMeetings     = "meeting.list"
)
