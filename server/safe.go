package server

import (
	"strconv"

	"sportello/referrals"
)

// version writes and reads a row version as a form carries it.
func version(v int64) string { return strconv.FormatInt(v, 10) }

func (q *request) version() int64 {
	v, err := strconv.ParseInt(q.form.Get("version"), 10, 64)
	if err != nil {
		return 0 // no stored version: the form is answered as outdated
	}
	return v
}

// rule turns the typed rule into the one the desk keeps. Without hours of her
// own, a call or a message is allowed at no hour.
func (f SafeForm) rule() referrals.SafeContact {
	s := referrals.SafeContact{Channels: map[string]string{}, Number: f.Number, Mail: f.Mail, Answerer: f.Answerer,
		Say: f.Say, Hide: f.Hide, Voice: f.Voice, CodeWord: f.CodeWord}
	for _, c := range f.Channels() {
		if c.Value != "" {
			s.Channels[c.Code] = c.Value
		}
	}
	for _, w := range f.Windows() {
		if w.From != "" || w.To != "" || len(w.Days) > 0 {
			s.Hours = append(s.Hours, referrals.Hours{Days: w.Days, From: w.From, To: w.To})
		}
	}
	return s
}

// formOf is a kept rule as its form shows it.
func formOf(s referrals.SafeContact) SafeForm {
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

// strip is a kept rule as it heads every page of a case.
func strip(s referrals.SafeContact, who Who) Strip {
	v := Strip{Who: who, Recorded: s.Recorded(), OnlyDesk: s.DeskOnly, Answerer: s.Answerer, Say: s.Say, Hide: s.Hide,
		Voice: s.Voice, Number: s.Number, Mail: s.Mail, CodeWord: s.CodeWord}
	for _, kind := range referrals.ChannelKinds {
		allow := s.Channels[kind]
		if allow == "" {
			allow = "unasked"
		}
		v.Channels = append(v.Channels, ChannelRule{Channel: kind, Allow: allow})
	}
	for _, h := range s.Hours {
		v.Hours = append(v.Hours, HoursRule{Days: h.Days, From: h.From, To: h.To})
	}
	return v
}
