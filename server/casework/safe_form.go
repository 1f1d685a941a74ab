package casework

import (
	"sportello/referrals/rule"
	"sportello/server/frame"
)

// SafeForm is the safe-contact rule as typed: an allow-list. Nothing ticked is
// no contact at all.
type SafeForm struct {
	Call     string   `form:"ch_call" step:"2" words:"allow"` // empty is not asked
	SMS      string   `form:"ch_sms" step:"2"`
	WhatsApp string   `form:"ch_whatsapp" step:"2"`
	Email    string   `form:"ch_email" step:"2"`
	Paper    string   `form:"ch_paper" step:"2"`
	InPerson string   `form:"ch_in_person" step:"2"`
	Number   string   `form:"number" step:"2"`
	Mail     string   `form:"mail" step:"2"`
	Days0    []string `form:"days0" step:"2" words:"weekday"`
	From0    string   `form:"from0" step:"2" as:"hour"`
	To0      string   `form:"to0" step:"2" as:"hour"`
	Days1    []string `form:"days1" step:"2"`
	From1    string   `form:"from1" step:"2" as:"hour"`
	To1      string   `form:"to1" step:"2" as:"hour"`
	Answerer string   `form:"answerer" step:"2" words:"answerer"`
	Say      string   `form:"say" step:"2"`                 // what to say if someone else answers
	Hide     string   `form:"hide" step:"2" words:"yesno"`  // hide our number
	Voice    string   `form:"voice" step:"2" words:"yesno"` // voicemail
	CodeWord string   `form:"code_word" step:"2"`
}

// Channel is one line of the safe-contact question.
type Channel struct{ Code, Input, Value string }

// Channels lists the channels with what was chosen, in the order of asking.
func (f SafeForm) Channels() []Channel {
	return []Channel{
		{"call", "ch_call", f.Call}, {"sms", "ch_sms", f.SMS}, {"whatsapp", "ch_whatsapp", f.WhatsApp},
		{"email", "ch_email", f.Email}, {"paper", "ch_paper", f.Paper}, {"in_person", "ch_in_person", f.InPerson},
	}
}

// Window is one stretch of safe hours as typed.
type Window struct {
	N        string // "0" or "1", ends the inputs' names
	Days     []string
	From, To string
}

// Windows lists the stretches of safe hours, the second possibly empty.
func (f SafeForm) Windows() []Window {
	return []Window{{"0", f.Days0, f.From0, f.To0}, {"1", f.Days1, f.From1, f.To1}}
}

// rule turns the typed rule into the one the desk keeps. Without hours of her
// own, a call or a message is allowed at no hour.
func (f SafeForm) rule() rule.SafeContact {
	s := rule.SafeContact{Channels: map[string]string{}, Number: f.Number, Mail: f.Mail, Answerer: f.Answerer,
		Say: f.Say, Hide: f.Hide, Voice: f.Voice, CodeWord: f.CodeWord}
	for _, c := range f.Channels() {
		if c.Value != "" {
			s.Channels[c.Code] = c.Value
		}
	}
	for _, w := range f.Windows() {
		if w.From != "" || w.To != "" || len(w.Days) > 0 {
			s.Hours = append(s.Hours, rule.Hours{Days: w.Days, From: w.From, To: w.To})
		}
	}
	return s
}

// formOf is a kept rule as its form shows it.
func formOf(s rule.SafeContact) SafeForm {
	f := SafeForm{Call: s.Channels["call"], SMS: s.Channels["sms"], WhatsApp: s.Channels["whatsapp"], Email: s.Channels["email"],
		Paper: s.Channels["paper"], InPerson: s.Channels["in_person"], Number: s.Number, Mail: s.Mail, Answerer: s.Answerer,
		Say: s.Say, Hide: s.Hide, Voice: s.Voice, CodeWord: s.CodeWord}
	if len(s.Hours) > 0 {
		f.Days0, f.From0, f.To0 = s.Hours[0].Days, s.Hours[0].From, s.Hours[0].To
	}
	if len(s.Hours) > 1 {
		f.Days1, f.From1, f.To1 = s.Hours[1].Days, s.Hours[1].From, s.Hours[1].To
	}
	return f
}

// rulePart is a part of a rule in words, with its name; "" where nothing was said.
func rulePart(q *frame.Request, s rule.SafeContact, part string) (name, value string) {
	v := frame.StripOf(s.Open(), frame.Who{})
	switch part {
	case "number":
		return q.Text("safe.number"), v.Number
	case "mail":
		return q.Text("safe.mail"), v.Mail
	case "hours":
		if len(v.Hours) == 0 {
			return q.Text("safe.hours"), ""
		}
		return q.Text("safe.hours"), frame.HoursOf(q, v.Hours)
	case "answerer":
		return q.Text("safe.answerer"), q.Word("answerer", v.Answerer)
	case "say":
		return q.Text("safe.say"), v.Say
	case "hide":
		return q.Text("safe.hide"), q.Word("yesno", v.Hide)
	case "voice":
		return q.Text("safe.voice"), q.Word("yesno", v.Voice)
	case "code_word":
		return q.Text("safe.code_word"), v.CodeWord
	}
	return q.Word("channel", part), q.Word("allowance", s.Channels[part])
}
