package sharing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// InboxCard is a referral in a centre's inbox: no name is on it.
type InboxCard struct {
	ReferralLine
	Urgency string
	SafeNew bool       // her safe-contact rule changed and was not read yet, or did not arrive
	Empty   bool       // it is over, and nothing is left to open
	Cancel  []Proposed // of a stop: the appointments that the centre proposed
}

// Inbox lists what the caller's centre received, in every state, but for what
// a restore shut. What came by age is kept under the unit key from now on. What is
// not what the log names is left out: then acts.Partial comes beside the others.
func (d *Desk) Inbox(ctx context.Context, who acts.Caller) ([]InboxCard, audit.Receipt, error) {
	var cards []InboxCard
	receipt, err := d.work.Do(ctx, who, policies.InboxList, func(r kept.Reader, act *acts.Act) error {
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		rows, err := ReferralsTo.Rows(r, act.Who.Unit())
		var adopted []acts.Row
		cards, err = kept.Lines(act, rows, err, func(row *ReferralRow) (InboxCard, bool, error) {
			if row.Shut {
				return InboxCard{}, false, nil
			}
			card, arrived, err := inboxCard(r, act, row)
			if err != nil {
				return card, false, err
			}
			if arrived {
				adopted = append(adopted, row)
			}
			act.Detail.IDs = append(act.Detail.IDs, row.ID)
			return card, true, nil
		})
		act.Salt = nil
		act.Commit = kept.PutAll(adopted...)
		return err
	})
	return cards, receipt, err
}

// inboxCard makes the card of one referral. A key that arrived by age is kept
// under the unit key, so that the next list does no public-key work; arrived tells
// that the row is to be written.
func inboxCard(r kept.Reader, act *acts.Act, row *ReferralRow) (card InboxCard, arrived bool, err error) {
	card = InboxCard{ReferralLine: Line(row, act), SafeNew: row.SafeDay != ""}
	if card.Stop {
		card.Cancel, err = proposedOf(r, row)
		return card, false, err
	}
	if card.Standing != policies.ConsentLive {
		return card, false, nil
	}
	if stopped, err := kept.Stopped(r, row.ID); err != nil {
		return card, false, err
	} else if stopped {
		card.SafeNew = true // and it did not arrive
	}
	s := &sharedReferral{Shared: kept.ReceivedOf(row), row: row}
	if err := s.open(r, act); errors.Is(err, acts.ErrErased) {
		card.Empty = true
		return card, false, nil
	} else if err != nil {
		return card, false, err
	}
	card.Urgency = s.body.Urgency
	if arrived = s.Arrived(); arrived {
		row.Version++
		err = s.Adopt(act.Who)
	}
	return card, arrived, err
}

// OpenReferral is the receiving centre's view, while her authorisation lives; the
// first one acknowledges it.
func (d *Desk) OpenReferral(ctx context.Context, who acts.Caller, id string) (ReferralView, audit.Receipt, error) {
	return d.readReferral(ctx, who, policies.ReferralOpen, id)
}

// StopNotice is what a centre reads of a referral that she took back: that it must
// stop, with the appointments that it proposed.
type StopNotice struct {
	ReferralLine
	Cancel []Proposed
}

// Notice is what a centre reads of a referral that she took back: that it must
// stop, and nothing of what was in it.
func (d *Desk) Notice(ctx context.Context, who acts.Caller, id string) (StopNotice, audit.Receipt, error) {
	var v StopNotice
	receipt, err := d.work.Do(ctx, who, policies.ReferralNotice, func(r kept.Reader, act *acts.Act) error {
		row := &ReferralRow{}
		if err := r.Get(row, id); err != nil {
			return likeReferral(r, act, err)
		}
		o, _, err := referralObject(r, act, row)
		if err != nil {
			return err
		}
		if err := act.Allow(o); err != nil {
			return err
		}
		v.ReferralLine = Line(row, act)
		if v.State == "withdrawn" {
			if v.Cancel, err = proposedOf(r, row); err != nil {
				return err
			}
		}
		steps, err := stepsOf.Rows(r, row.ID)
		for _, st := range steps {
			if st.State == "withdrawn" {
				v.EndedDay = st.Day
			}
		}
		return err
	})
	return v, receipt, err
}

// The coded reasons of a decline: none of them can speak of another woman. And
// what a centre did before it was told to stop.
var (
	DeclineCodes = []string{"neutral", "full", "territory", "hours", "not_our_task"}
	StopCodes    = []string{"not_used", "contacted", "appointment_cancelled", "copy_destroyed", "kept_own_rules"}
	declineCodes = typed.Codes(DeclineCodes...)
	stopCodes    = typed.Codes(StopCodes...)
)

// formMessage is what a form of the centre says beside its step.
type formMessage struct {
	form typed.Form
	Message
}

// respond moves a referral by a typed step of the centre that fits, with
// a message or nil. A form that was sent already changes nothing. ErrPinBack while
// the centre has to compare the desk's words.
func (d *Desk) respond(ctx context.Context, who acts.Caller, a policies.Action, id, stepName string, m *formMessage,
	fits func(s *sharedReferral) error) (audit.Receipt, error) {
	return d.work.Do(ctx, who, a, func(r kept.Reader, act *acts.Act) error {
		s, err := loadReferral(r, act, id)
		if err != nil {
			return err
		}
		if m != nil {
			if done, err := s.said(r, act.Who, m.form, m.Message); done || err != nil {
				return err
			}
		}
		next, err := referralTransition(s.row.State, stepName)
		if err != nil {
			return err
		}
		if stepName == "accept" || stepName == "decline" {
			if err := undecided(r, id); err != nil {
				return err
			}
		}
		if fits != nil {
			if err := fits(s); err != nil {
				return err
			}
		}
		rows, err := s.renew(r, act)
		if err != nil {
			return err
		}
		s.row.Version++
		asked := stepName == "ask" && next == s.row.State && next != "more_info" // a question is no step of what was decided
		s.row.State, s.row.DeskNews = next, newsOf(stepName)
		rows = append(rows, s.row)
		if !asked {
			rows = append(rows, step(s.row, act))
		}
		if m != nil {
			row, err := s.seal(act, m.form, m.Message)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		act.Commit = kept.PutAll(rows...)
		return nil
	})
}

// undecided is ErrState once a centre has accepted: an appointment that follows
// does not bring the question back.
func undecided(r kept.Reader, id string) error {
	steps, err := stepsOf.Rows(r, id)
	if err == nil && slices.ContainsFunc(steps, func(s *ReferralStepRow) bool { return s.State == "accepted" }) {
		err = kept.ErrState
	}
	return err
}

// Accept says that the centre welcomes her. Like the steps that follow it, it
// gives ErrState when the referral's state does not lead there.
func (d *Desk) Accept(ctx context.Context, who acts.Caller, id string) (audit.Receipt, error) {
	return d.respond(ctx, who, policies.ReferralAccept, id, "accept", nil, nil)
}

// Decline says that the centre cannot welcome her now, by one of DeclineCodes.
func (d *Desk) Decline(ctx context.Context, who acts.Caller, id, code string) (audit.Receipt, error) {
	if !declineCodes[code] {
		return audit.Receipt{}, &typed.Invalid{Fields: map[string]string{"reason": "error.choose_one"}}
	}
	return d.respond(ctx, who, policies.ReferralDecline, id, "decline", nil, func(s *sharedReferral) error {
		s.row.Code = code
		return nil
	})
}

// Ask puts a question to the desk. The same form twice is one question;
// ErrRepeated when it says something else.
func (d *Desk) Ask(ctx context.Context, who acts.Caller, id string, form typed.Form, text string) (audit.Receipt, error) {
	return d.respondWith(ctx, who, policies.ReferralAsk, id, "ask", form, Message{Kind: "question", Text: text}, nil)
}

// Propose proposes an appointment: a day and an hour, and a place in words. Invalid names
// what is wrong with day or hour; an appointment is still to come, and while her
// authorisation holds. The same form twice is one appointment; ErrRepeated when it says
// something else.
func (d *Desk) Propose(ctx context.Context, who acts.Caller, id string, form typed.Form, day, hour, place string) (audit.Receipt, error) {
	now := d.work.Gate.Now()
	when, err := typed.When(day, hour, now)
	if err != nil {
		return audit.Receipt{}, err
	}
	return d.respondWith(ctx, who, policies.ReferralPropose, id, "appointment", form, Message{Kind: "appointment", When: when, Place: place}, func(s *sharedReferral) error {
		if when.Format(time.DateOnly) > s.row.UntilDay {
			return typed.Bad("day", "error.day_unauthorised")
		}
		return typed.Ahead(when, now)
	})
}

func (d *Desk) respondWith(ctx context.Context, who acts.Caller, a policies.Action, id, stepName string, form typed.Form, m Message,
	fits func(s *sharedReferral) error) (audit.Receipt, error) {
	if err := m.check(form); err != nil {
		return audit.Receipt{}, err
	}
	return d.respond(ctx, who, a, id, stepName, &formMessage{form, m}, fits)
}

// backNeeds says from which of Feedbacks on a centre may tell the desk something:
// how she came along, and free words. What is not here it may always tell: that it
// accepts or declines, an appointment, that its part is over, and its questions.
var backNeeds = map[string]string{"engaged": "came", "no_show": "came", "message": "more"}

// tellsBack tells whether what she allows lets a centre tell something, by the
// kind of message or the state that says it.
func tellsBack(feedback, what string) bool {
	needs, limited := backNeeds[what]
	return !limited || slices.Index(Feedbacks, feedback) >= slices.Index(Feedbacks, needs)
}

// ErrFeedback says that she did not allow the centre to tell this back.
var ErrFeedback = fmt.Errorf("she did not allow this to be told back: %w", kept.ErrState)

// CentreOutcomes are how a referral went on after the centre accepted it.
var CentreOutcomes = []string{"engaged", "no_show", "closed"}

// Outcome tells the desk that she engaged, did not come, or that the centre's
// part is over ("engaged", "no_show", "closed"), as far as she lets it be told:
// else ErrFeedback.
func (d *Desk) Outcome(ctx context.Context, who acts.Caller, id, outcome string) (audit.Receipt, error) {
	if !slices.Contains(CentreOutcomes, outcome) {
		return audit.Receipt{}, &typed.Invalid{Fields: map[string]string{"outcome": "error.choose_one"}}
	}
	return d.respond(ctx, who, policies.ReferralOutcome, id, outcome, nil, func(s *sharedReferral) error {
		if !tellsBack(s.row.Feedback, outcome) {
			return ErrFeedback
		}
		return nil
	})
}

// stopAgainst are the StopCodes that cannot both be true.
var stopAgainst = map[string]string{"not_used": "contacted", "contacted": "not_used"}

// StopLeft are the StopCodes that a centre can still state after what it stated.
func StopLeft(stated []string) []string {
	return slices.DeleteFunc(slices.Clone(StopCodes), func(code string) bool {
		return slices.Contains(stated, code) || slices.Contains(stated, stopAgainst[code])
	})
}

// checkStop refuses a statement that says nothing, uses words of its own or
// contradicts itself or what was stated before.
func checkStop(stated, done []string) error {
	bad := typed.Check{}
	for _, code := range done {
		bad.OneOf("done", code, stopCodes)
	}
	if len(done) == 0 || len(done) > len(StopCodes) || slices.Contains(done, "") {
		bad["done"] = "error.choose_one"
	}
	for _, code := range done {
		if against := stopAgainst[code]; len(bad) == 0 && (slices.Contains(done, against) || slices.Contains(stated, against)) {
			bad["done"] = "error.contradicts"
		}
	}
	return bad.Err()
}

// AcknowledgeStop records what the centre did before it was told to stop, or to
// obey: one or more of StopCodes. What was stated stays, and more can be stated
// later, such as a copy destroyed the next day.
func (d *Desk) AcknowledgeStop(ctx context.Context, who acts.Caller, id string, done ...string) (audit.Receipt, error) {
	if err := checkStop(nil, done); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.ReferralAcknowledgeStop, func(r kept.Reader, act *acts.Act) error {
		s, err := loadReferral(r, act, id)
		if err != nil {
			return err
		}
		if s.row.State != "withdrawn" {
			return kept.ErrState
		}
		stated := strings.Fields(s.row.Code)
		if err := checkStop(stated, done); err != nil {
			return err
		}
		before := len(stated)
		for _, code := range done {
			if !slices.Contains(stated, code) {
				stated = append(stated, code)
			}
		}
		if len(stated) == before { // a form sent twice
			return nil
		}
		s.row.Version++
		s.row.Code, s.row.DeskNews = strings.Join(stated, " "), "stop_done"
		act.Commit = kept.PutAll(s.row)
		return nil
	})
}

// SealedCopy makes the centre's own copy: an age file to its offline key, made
// when asked and never stored. recipient is an "age1…" line, or empty for the key
// that the centre keeps here: Invalid if it keeps none. Which of the two it was is
// in the sealed detail. render makes what the file holds out of what the centre
// may read; its errors name no value.
func (d *Desk) SealedCopy(ctx context.Context, who acts.Caller, id, recipient string,
	render func(Package, rule.PackageSafe) ([]byte, error)) ([]byte, audit.Receipt, error) {
	if _, err := crypto.ParseRecipient(recipient); err != nil && recipient != "" {
		return nil, audit.Receipt{}, &typed.Invalid{Fields: map[string]string{"recipient": "error.recipient"}}
	}
	var file []byte
	receipt, err := d.work.Do(ctx, who, policies.ReferralCopy, func(r kept.Reader, act *acts.Act) error {
		s, err := loadReferral(r, act, id)
		if err != nil {
			return err
		}
		to, err := copyTo(r, act, recipient)
		if err != nil {
			return err
		}
		safe, err := s.reads(r)
		if err != nil {
			return err
		}
		text, err := render(s.body, safe)
		if err != nil {
			return fmt.Errorf("rendering a copy: %w", err)
		}
		copied := step(s.row, act)
		copied.State = stepCopied
		act.Commit = kept.PutAll(copied)
		file, err = crypto.SealFile(to, text)
		return err
	})
	return file, receipt, err
}

// copyTo is whom a sealed copy is made to: the key that was typed, or the one
// that the caller's centre keeps here.
func copyTo(r kept.Reader, act *acts.Act, recipient string) (crypto.Recipient, error) {
	act.Detail.Reason = "other key"
	if recipient == "" {
		act.Detail.Reason = "kept key"
		var u acts.Unit
		if err := r.Get(&u, act.Who.Unit()); err != nil {
			return crypto.Recipient{}, err
		}
		recipient = u.CopyKey
	}
	to, err := crypto.ParseRecipient(recipient)
	if err != nil {
		return to, &typed.Invalid{Fields: map[string]string{"recipient": "error.recipient"}}
	}
	return to, nil
}
