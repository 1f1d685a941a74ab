package casework

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// AttemptsPage is "attempts": call attempts. It posts channel, outcome, note
// to /schede/ID/tentativi. When the rule forbids a call now, Forbidden says why
// and there is no form.
type AttemptsPage struct {
	frame.Page
	frame.CaseHead
	Attempts  []Attempt
	Forbidden string   // message key, or empty
	Ban       string   // the address of another file that says "mai" of her number, or empty
	Channels  []string // words of "channel" open now
	Others    []string // the other channels: for what happened already
	AttemptForm
	Form    string     // the form's own mark
	Recall  Recall     // as it is planned now
	Plan    RecallForm // as typed
	Version string     // of the case, for the plan
	Was     string     // what the plan rests on
	MayPlan bool       // the case is open, and she allowed something
}

// Attempts answers GET /schede/{id}/tentativi.
func Attempts(q *frame.Request) (frame.Shown, error) { return attemptsPage(q, nil) }

// SetRecall plans the next call, or takes her off the list.
func SetRecall(q *frame.Request, f *RecallForm) error {
	flash := FlashRecallSet
	if q.Pressed() == "clear" {
		f, flash = new(RecallForm), FlashRecallCleared
	} else if f.Day == "" {
		return q.ShowBack(http.StatusUnprocessableEntity, attemptsPage, typed.Bad("recall", "error.day"))
	}
	receipt, err := sinceThen(q, func(version int64) (audit.Receipt, error) {
		return q.Desk.Cases.SetRecall(q.Context(), q.Who, q.ID("id"), version, rule.Recall{Day: f.Day, From: f.From, To: f.To})
	})
	if errors.Is(err, acts.ErrConflict) {
		return q.ShowBack(http.StatusConflict, attemptsPage, err)
	}
	return q.DoneOr(attemptsPage, receipt, err, flash, "/schede/"+q.ID("id")+"/tentativi")
}

func attemptsPage(q *frame.Request, cause error) (frame.Shown, error) {
	v, roster, err := frame.CaseAndRoster(q, referrals.PartDiary, referrals.PartBan)
	if err != nil {
		return nil, err
	}
	page := &AttemptsPage{Page: q.Base(TitleAttempts), CaseHead: frame.HeadOf(q, v.CaseHead, ""), Recall: recall(q, v.Recall), Version: frame.Version(v.Version), Was: stands(v), Form: q.NewForm(),
		MayPlan: v.State != "closed" && v.Safe.Recorded()}
	page.Plan = RecallForm{v.Recall.Day, v.Recall.From, v.Recall.To}
	q.Fill(&page.Plan)
	q.Fill(&page.AttemptForm)
	for _, n := range v.Notes {
		if n.Kind == "attempt" && n.State == "current" {
			page.Attempts = append(page.Attempts, Attempt{At: n.At, Author: roster.Username(n.Author), Channel: n.Channel, Outcome: n.Outcome, Said: n.Said, Forbidden: n.Refused, Note: n.Text})
		}
	}
	reason := rule.NothingRecorded
	if v.Safe.Forbids() {
		reason = rule.NothingAllowed
	}
	for _, kind := range slices.Backward(rule.ChannelKinds) { // what is said of the phone counts most
		switch r := v.Safe.Allows(kind, page.Now); r {
		case rule.Permitted:
			page.Channels = append(page.Channels, kind)
			continue
		case rule.ChannelNever, rule.NothingAllowed, rule.NothingRecorded: // said of all of them, if of no other
		default:
			reason = r
		}
		page.Others = append(page.Others, kind)
	}
	slices.Reverse(page.Channels)
	slices.Reverse(page.Others)
	if len(page.Channels) == 0 {
		page.Forbidden = string(reason)
	}
	if v.Ban != nil {
		page.Ban = "/schede/" + v.Ban.CaseID
	}
	frame.Explain(&page.Page, cause)
	return page, nil
}

// RecordAttempt answers POST /schede/{id}/tentativi.
func RecordAttempt(q *frame.Request, f *AttemptForm) error {
	_, receipt, err := q.Desk.Cases.Try(q.Context(), q.Who, q.ID("id"), q.FormID(), cases.Attempt{Channel: f.Channel, Outcome: f.Outcome, Said: f.Said,
		Text: f.Note, Happened: f.Happened == "yes"})
	flash, to := FlashAttemptSaved, "/schede/"+q.ID("id")
	if f.Outcome == cases.OtherPerson {
		flash, to = ProblemReviewRule, to+"/contatto-sicuro"
	}
	return q.DoneOr(attemptsPage, receipt, err, flash, to)
}

// Recall is when she is to be called next; without a day, no call is planned.
type Recall struct {
	Day      time.Time
	From, To string // HH:MM, or empty
}

// RecallForm is what is typed to plan a call. It is posted with version and go
// ("clear" takes her off the list) to /schede/ID/richiamo.
type RecallForm struct {
	Day  string `form:"recall" max:"40" as:"day"`
	From string `form:"recall_from" max:"20" as:"hour"`
	To   string `form:"recall_to" max:"20" as:"hour"`
}

// AttemptForm is what is typed of a try to reach her.
type AttemptForm struct {
	Channel string `form:"channel" words:"channel"`
	Outcome string `form:"outcome" words:"attempt"`
	Said    string `form:"said" words:"said_to_other"`
	Note    string `form:"note" max:"500"`
	// Happened is "yes" for what took place though her rule did not allow it.
	Happened string `form:"happened"`
}

// Attempt is one try to reach her.
type Attempt struct {
	At      time.Time
	Author  string
	Channel string // a word of "channel"
	Outcome string // a word of "attempt"
	Said    string // a word of "said_to_other", or empty
	// Forbidden is a message key: why her rule did not allow it, or empty.
	Forbidden string
	Note      string
}

// What the page says.
const (
	FlashAttemptSaved  = "attempts.saved"
	FlashRecallSet     = "recall.saved"
	FlashRecallCleared = "recall.cleared"
	ProblemReviewRule  = "safe.review"
	TitleAttempts      = "attempts.title"
)
