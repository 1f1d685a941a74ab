package server

import (
	"slices"
	"strconv"
	"strings"

	"sportello/referrals/rule"
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

// shared is a rule as another unit reads it: only what was shared is there, and
// what is not named is not allowed.
func shared(safe rule.SafeContact, onlyDesk bool, who Who) Strip {
	v := strip(safe, who)
	v.OnlyDesk, v.Bare = onlyDesk, safe.Phone() == ""
	v.Channels = slices.DeleteFunc(v.Channels, func(c ChannelRule) bool { return c.Allow != "yes" })
	return v
}

// brings says in words what an item of the rule brings with it.
func (q *request) brings(item string, safe rule.SafeContact) string {
	s := strip(safe.Shared(item), Who{})
	var parts []string
	for _, c := range s.Channels {
		if c.Allow == "yes" {
			parts = append(parts, q.word("channel", c.Channel))
		}
	}
	told := joined(s.Number, s.Mail, s.CodeWord, joined(parts...))
	if s.Number == "" {
		return told
	}
	say := s.Say
	if say == "" {
		say = q.text("strip.say_nothing")
	}
	lines := []string{told, q.text("strip.hours") + " " + q.hours(s.Hours), q.text("strip.answerer") + " " + q.asked("answerer", s.Answerer),
		q.text("strip.say") + " " + say, q.text("strip.hide") + " " + q.asked("yesno", s.Hide), q.text("strip.voice") + " " + q.asked("yesno", s.Voice)}
	return strings.Join(lines, "\n")
}

// knows says in words what a recipient reads of her rule.
func (q *request) knows(safe rule.PackageSafe) string {
	var items []string
	for item, value := range map[string]string{"number": safe.Rule.Number, "mail": safe.Rule.Mail, "code_word": safe.Rule.CodeWord} {
		if value != "" {
			items = append(items, q.text(ShareFields[item]))
		}
	}
	slices.Sort(items)
	if safe.DeskOnly {
		items = append([]string{q.word("way_text", "only_desk")}, items...)
	}
	return joined(items...)
}

// asked is an answer in words, or that nobody asked.
func (q *request) asked(list, value string) string {
	if value == "" {
		return q.text("strip.unasked")
	}
	return q.word(list, value)
}

func (q *request) hours(list []HoursRule) string {
	if len(list) == 0 {
		return q.text("strip.no_hours")
	}
	var all []string
	for _, h := range list {
		all = append(all, q.s.render.hours(q.lang, h))
	}
	return strings.Join(all, "; ")
}

// strip is a kept rule as it heads every page of a case.
func strip(s rule.SafeContact, who Who) Strip {
	v := Strip{Who: who, Recorded: s.Recorded(), Forbids: s.Forbids(), OnlyDesk: s.DeskOnly, Answerer: s.Answerer, Say: s.Say, Hide: s.Hide,
		Voice: s.Voice, Number: s.Number, Mail: s.Mail, CodeWord: s.CodeWord}
	for _, kind := range rule.ChannelKinds {
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
