package sharing

import (
	"context"
	"sort"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// MessageRow is one message between desk and centre about a referral, sealed
// under the referral's key.
type MessageRow struct {
	acts.RowKey
	ReferralID string
	Unit       string
	Author     string
	Day        string
	Kind       string // message, question, appointment, safe_contact
	kept.Part
}

// Table is the name of the table of messages.
func (*MessageRow) Table() string { return "message" }

var (
	messageRows = acts.Declare[MessageRow]()
	// messagesOf lists the messages of a referral in order.
	messagesOf = messageRows.Find().Is("referral_id").By("day", "id")

	_ = kept.Register(messageRows, kept.Kind[*MessageRow]{Class: "referral", Names: true, Hangs: []kept.Hang{kept.On("referral", messagesOf)}})
)

// Message is one message between desk and centre about a referral.
type Message struct {
	Kind   string    `json:"kind"` // message, question, appointment, answer
	Text   string    `json:"text,omitempty"`
	When   time.Time `json:"when,omitzero"` // of an appointment
	Place  string    `json:"place,omitempty"`
	Answer string    `json:"answer,omitempty"` // yes, no: hers, to an appointment
	At     time.Time `json:"at"`
}

// MessageView is a message as either side reads it.
type MessageView struct {
	ID, Unit, Author, Day string
	Message
}

// Appointment is what a centre proposed, and what she said to it: "yes", "no",
// or empty while the answer is awaited.
type Appointment struct {
	ID            string // of the message that proposed it
	When          time.Time
	Place, Answer string
}

// LastAppointment is the last one proposed in a referral's messages, or none.
func LastAppointment(messages []MessageView) (a Appointment) {
	for _, m := range messages {
		switch m.Kind {
		case "appointment":
			a = Appointment{ID: m.ID, When: m.When, Place: m.Place}
		case "answer":
			a.Answer = m.Answer
		}
	}
	return a
}

func (m *Message) check(form typed.Form) error {
	bad := typed.Check{}
	form.Check(bad)
	bad.Max("text", m.Text, typed.MaxText)
	bad.Max("place", m.Place, typed.MaxShort)
	bad.OneOf("answer", m.Answer, rule.IsYesNo)
	if m.Text == "" && m.When.IsZero() && m.Answer == "" {
		bad["text"] = "error.empty"
	}
	return bad.Err()
}

// said tells whether a form's message was written already; ErrRepeated when it
// said something else.
func (s *sharedReferral) said(r kept.Reader, who acts.Caller, form typed.Form, m Message) (bool, error) {
	row := &MessageRow{}
	there, err := typed.Made(r, row, s.messageID(who, form))
	if !there || err != nil {
		return there, err
	}
	old, err := s.openMessage(r, row)
	if err != nil {
		return true, err
	}
	if old.Text != m.Text || !old.When.Equal(m.When) || old.Place != m.Place || old.Answer != m.Answer {
		return true, typed.ErrRepeated
	}
	return true, nil
}

func (s *sharedReferral) messageID(who acts.Caller, form typed.Form) string {
	return form.Row(who, "message", s.row.ID)
}

// seal makes the row of a form's message under the referral's newest key.
func (s *sharedReferral) seal(act *acts.Act, form typed.Form, m Message) (*MessageRow, error) {
	m.At = act.Now
	row := &MessageRow{RowKey: acts.RowKey{ID: s.messageID(act.Who, form), Version: 1}, ReferralID: s.row.ID, Unit: act.Who.Unit(), Author: act.Who.Person(), Day: act.Day,
		Kind: m.Kind}
	return row, s.Put(row, m)
}

// SendMessage writes to the other side of a referral while her authorisation
// lives. An answer of the desk to a question reopens the referral for the centre.
// The same form twice gives the same message; ErrRepeated when it says something
// else, ErrPin while one has to compare the other's words again.
func (d *Desk) SendMessage(ctx context.Context, who acts.Caller, id string, form typed.Form, text string) (audit.Receipt, error) {
	return d.message(ctx, who, id, form, Message{Kind: "message", Text: text})
}

// AnswerAppointment tells the centre what she said to the appointment: "yes" or
// "no". The same form twice is one answer; ErrRepeated when it says the other.
func (d *Desk) AnswerAppointment(ctx context.Context, who acts.Caller, id string, form typed.Form, answer string) (audit.Receipt, error) {
	if answer == "" {
		return audit.Receipt{}, &typed.Invalid{Fields: map[string]string{"answer": "error.choose_one"}}
	}
	return d.message(ctx, who, id, form, Message{Kind: "answer", Answer: answer})
}

func (d *Desk) message(ctx context.Context, who acts.Caller, id string, form typed.Form, m Message) (audit.Receipt, error) {
	if err := m.check(form); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.ReferralMessage, func(r kept.Reader, act *acts.Act) error {
		s, err := loadReferral(r, act, id)
		if err != nil {
			return err
		}
		if done, err := s.said(r, act.Who, form, m); done || err != nil {
			return err
		}
		if act.Who.Unit() == s.row.ToUnit && !tellsBack(s.row.Feedback, m.Kind) {
			return ErrFeedback
		}
		rows, err := s.renew(r, act)
		if err != nil {
			return err
		}
		s.row.Version++
		if act.Who.Unit() == s.row.FromUnit {
			s.row.CentreNews = m.Kind
		} else {
			s.row.DeskNews = m.Kind
		}
		if next, err := referralTransition(s.row.State, "answer"); err == nil && act.Who.Unit() == s.row.FromUnit {
			s.row.State = next
			rows = append(rows, step(s.row, act))
		}
		row, err := s.seal(act, form, m)
		if err != nil {
			return err
		}
		act.Commit = kept.PutAll(append(rows, s.row, row)...)
		return nil
	})
}

func (s *sharedReferral) openMessage(r kept.Reader, row *MessageRow) (m Message, err error) {
	err = s.Get(r, row, &m)
	return m, err
}

// messagesOn opens a referral's messages, as one of its units may read them.
func messagesOn(r kept.Reader, s *sharedReferral, reader string) ([]MessageView, error) {
	rows, err := messagesOf.Rows(r, s.row.ID)
	if err != nil {
		return nil, err
	}
	return s.openMessages(r, rows, reader)
}

// openMessages opens messages in the order they were written. The desk opens none
// of the centre's that she did not allow to be told back.
func (s *sharedReferral) openMessages(r kept.Reader, rows []*MessageRow, reader string) (all []MessageView, err error) {
	all = make([]MessageView, 0, len(rows))
	for _, row := range rows {
		if reader == s.row.FromUnit && row.Unit == s.row.ToUnit && !tellsBack(s.row.Feedback, row.Kind) {
			continue
		}
		v := MessageView{ID: row.ID, Unit: row.Unit, Author: row.Author, Day: row.Day}
		if v.Message, err = s.openMessage(r, row); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].At.Before(all[j].At) })
	return all, nil
}
