package sending

import (
	"strings"
	"time"

	"sportello/referrals"
	"sportello/referrals/sharing"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// prepare reads what a page shows on which a referral is prepared: in one act.
func prepare(q *frame.Request, in referrals.Preparing) (referrals.Prepared, error) {
	v, receipt, err := q.Desk.PrepareReferral(q.Context(), q.Who, q.ID("id"), in)
	if err == nil {
		q.Receipt(receipt)
	}
	return v, err
}

// withCentre is prepare for the centre that the address names.
func withCentre(q *frame.Request, in referrals.Preparing) (referrals.Prepared, frame.Centre, error) {
	in.Centre = q.ID("centre")
	v, err := prepare(q, in)
	if err != nil {
		return v, frame.Centre{}, err
	}
	return v, centre(v.Centres[0]), nil
}

func referralForm(q *frame.Request) ReferralForm {
	var f ReferralForm
	q.Fill(&f)
	return f
}

// authorisation is the typed form as the desk records it.
func (f ReferralForm) authorisation(centre string, today time.Time) sharing.Authorisation {
	a := sharing.Authorisation{Form: typed.Form(f.Form), Centre: centre, Purpose: usualPurpose, Instead: f.Beside == "instead", Fields: f.Fields, Shown: sharing.ReadMarks(f.Shown), Feedback: f.Feedback,
		KeepCopy: f.KeepCopy == "yes", Way: f.Given, Interpreter: f.Mediator, Text: sharing.AuthorisationText, Language: f.Lang, Urgency: f.Urgency}
	if f.Beside == "besides" {
		a.Purpose = f.Purpose
	}
	if a.Feedback == "" {
		a.Feedback = "state"
	}
	switch f.Until {
	case "", "answer":
		a.UntilReply = true
	case "days7":
		a.Until = today.AddDate(0, 0, 7).Format(time.DateOnly)
	case "day":
		a.Until = f.UntilDay
	}
	return a
}

// missing names what the worker still has to do with her.
func (f ReferralForm) missing() map[string]string {
	fails := map[string]string{}
	if f.Heard != "yes" {
		fails["heard-yes"] = FailHeard
	}
	if f.Given == "" {
		fails["given"] = FailGiven
	}
	if f.Given == "interpreter" && strings.TrimSpace(f.Mediator) == "" {
		fails["interpreter"] = FailInterpreter
	}
	if f.Urgency == "" {
		fails["urgency"] = FailUrgency
	}
	if f.Until == "day" && f.UntilDay == "" {
		fails["until_day"] = FailUntil
	}
	return fails
}

// ReferralForm is what is typed on "share". All is off at first, and an empty package
// is valid.
type ReferralForm struct {
	Fields   []string `form:"fields"`    // values of Shareable
	Shown    []string `form:"shown"`     // marks of what the page showed of them
	KeepCopy string   `form:"keep_copy"` // "yes"
	Given    string   `form:"given" words:"given"`
	Mediator string   `form:"interpreter" max:"200"`
	Feedback string   `form:"feedback" words:"feedback"`
	Until    string   `form:"until" words:"until"`
	UntilDay string   `form:"until_day" max:"40" as:"day"`
	Urgency  string   `form:"urgency" words:"urgency"`
	Lang     string   `form:"text_lang"`
	Heard    string   `form:"heard"`                   // "yes": she heard the text
	Beside   string   `form:"beside" words:"beside"`   // what becomes of the one that was sent
	Purpose  string   `form:"purpose" words:"purpose"` // of one besides
	Form     string   `form:"form"`                    // the form's own mark
}

// ReferralStep is what "share" and "preview" have in common. "Share" posts to
// /schede/ID/centri/CENTRE/invio with step (1) and go: "next", "preview" or "language";
// the preview has an address of its own.
type ReferralStep struct {
	Centre frame.Centre
	Form   ReferralForm
	Step   int
}

// Action is where "share" posts.
func (s ReferralStep) Action(caseID string) string {
	return frame.At("/schede/%s/centri/%s/invio", caseID, s.Centre.ID)
}
