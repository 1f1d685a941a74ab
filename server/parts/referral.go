package parts

import (
	"time"

	"sportello/policies"
	"sportello/policies/units"
	"sportello/referrals/sharing"
	"sportello/server/frame"
)

// StateOf is a referral's state as pages say it: expiry is a predicate.
func StateOf(r sharing.ReferralLine) string {
	if r.Standing == policies.ConsentExpired && r.State != "closed" && r.State != "declined" {
		return "expired"
	}
	return r.State
}

// Message is one message between desk and centre.
type Message struct {
	At   time.Time
	From string // name of the unit
	Text string
	Mine bool
}

// Appointment is what the centre proposed.
type Appointment struct {
	Number string // what the centre calls it in its own diary
	At     time.Time
	Place  string
	Answer string // "yesno", or empty
}

// MessagesOf are the messages of a referral as pages show them.
func MessagesOf(q *frame.Request, r sharing.ReferralView, roster *units.Roster) []Message {
	var all []Message
	for _, m := range r.Messages {
		if m.Kind == "appointment" || m.Kind == "answer" {
			continue
		}
		all = append(all, Message{At: m.At, From: roster.UnitName(m.Unit), Text: m.Text, Mine: m.Unit == q.Who.Unit()})
	}
	return all
}

// AppointmentOf is the last one proposed, with what she said to it.
func AppointmentOf(r sharing.ReferralView) Appointment {
	a := sharing.LastAppointment(r.Messages)
	return Appointment{Number: sharing.Reference(a.ID), At: a.When, Place: a.Place, Answer: a.Answer}
}

// MessageForm is what one side of a referral writes to the other. On a page that
// takes none any more it is what was not sent.
type MessageForm struct {
	Text string `form:"text" max:"4000"`
}
