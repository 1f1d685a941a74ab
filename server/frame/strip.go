package frame

import (
	"slices"
	"strings"
	"time"

	"sportello/referrals/rule"
)

// Joined is what is there of the parts, with commas.
func Joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// Strip is the safe-contact rule as it heads every page of a case. Only what
// she allowed is possible: not recorded means no contact at all.
type Strip struct {
	CaseID   string
	Who      Who
	State    string // a word of "case_state"
	Recorded bool
	Forbids  bool          // she said how, and allowed nothing
	OnlyDesk bool          // shown to a centre that may contact her only through the desk
	Channels []ChannelRule // in the order of asking
	Hours    []HoursRule   // none: at no hour
	Answerer string        // a word of "answerer", or empty
	Say      string        // what to say if someone else answers
	Hide     string        // "yesno" or empty: hide our number
	Voice    string        // "yesno" or empty: voicemail
	Number   string        // behind "Mostra"; empty when none or not for this reader
	Mail     string        // behind "Mostra"
	CodeWord string        // behind "Mostra"
	Bare     bool          // shown to who got no phone channel: the conditions of one are not there
	MayEdit  bool
	Notices  []string // what else holds for it now, in the page's language; each one line under the first
}

// ChannelCodes are the channels it names, in their order.
func (s Strip) ChannelCodes() []string {
	codes := make([]string, len(s.Channels))
	for i, c := range s.Channels {
		codes[i] = c.Channel
	}
	return codes
}

// ChannelRule is one channel with its allowance.
type ChannelRule struct {
	Channel string // a word of "channel"
	Allow   string // a word of "allowance"
}

// HoursRule is one stretch of safe hours.
type HoursRule struct {
	Days     []string // words of "weekday"
	From, To string   // HH:MM
}

// Shareable is one field with its actual content.
type Shareable struct {
	Value   string // what the form sends
	Key     string // message key of its name
	Content string
	Secret  string // shown when it is asked for: somebody may look over her shoulder
	Barred  bool   // she did not allow it: it stands there, and cannot be ticked
}

// SharedStrip is a rule as another unit reads it: only what was shared is there, and
// what is not named is not allowed.
func SharedStrip(safe rule.SafeContact, onlyDesk bool, who Who) Strip {
	v := StripOf(safe, who)
	v.OnlyDesk, v.Bare = onlyDesk, safe.Phone() == ""
	v.Channels = slices.DeleteFunc(v.Channels, func(c ChannelRule) bool { return c.Allow != "yes" })
	return v
}

// ShareableOf is an item of the rule with what it brings with it; nothing where she
// allowed nothing that it is for.
func ShareableOf(q *Request, item string, safe rule.SafeContact) (f Shareable, any bool) {
	s := StripOf(safe.Shared(item), Who{})
	f = Shareable{Value: item, Key: ShareFields[item], Secret: s.Number + s.Mail + s.CodeWord} // one of them, by item
	var parts []string
	for _, c := range s.Channels {
		if c.Allow == "yes" {
			parts = append(parts, q.Word("channel", c.Channel))
		}
	}
	f.Content = Joined(parts...)
	if s.Number == "" {
		return f, f.Secret != "" || f.Content != ""
	}
	say := s.Say
	if say == "" {
		say = q.Text("strip.say_nothing")
	}
	f.Content = strings.Join([]string{f.Content, q.Text("strip.hours") + " " + hours(q, s.Hours), q.Text("strip.answerer") + " " + asked(q, "answerer", s.Answerer),
		q.Text("strip.say") + " " + say, q.Text("strip.hide") + " " + asked(q, "yesno", s.Hide), q.Text("strip.voice") + " " + asked(q, "yesno", s.Voice)}, "\n")
	return f, true
}

// showKeys say what "Mostra" shows, by the input or the item that it is.
var showKeys = map[string]string{"number": "strip.show_number", "call_number": "strip.show_number", "mail": "strip.show_mail", "code_word": "strip.show_word"}

// showKey is what "Mostra" shows of an input or an item.
func showKey(name string) string {
	if key, ok := showKeys[name]; ok {
		return key
	}
	return "strip.show_number"
}

// asked is an answer in words, or that nobody asked.
func asked(q *Request, list, value string) string {
	if value == "" {
		return q.Text("strip.unasked")
	}
	return q.Word(list, value)
}

func hours(q *Request, list []HoursRule) string {
	if len(list) == 0 {
		return q.Text("strip.no_hours")
	}
	var all []string
	for _, h := range list {
		all = append(all, q.Render.hours(q.Lang, h))
	}
	return strings.Join(all, "; ")
}

// StripOf is a kept rule as it heads every page of a case.
func StripOf(s rule.SafeContact, who Who) Strip {
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

// rule is what a strip says, as the rule that decides.
func (s Strip) rule() rule.SafeContact {
	r := rule.SafeContact{Channels: map[string]string{}}
	for _, c := range s.Channels {
		r.Channels[c.Channel] = c.Allow
	}
	for _, h := range s.Hours {
		r.Hours = append(r.Hours, rule.Hours{Days: h.Days, From: h.From, To: h.To})
	}
	return r
}

// stripNow is the one line of a strip: whether she may be reached now, what that means,
// and what is never.
type stripNow struct {
	May   bool
	Says  []string // in the page's language
	Never []string // words of "by"
}

// now says what a strip allows at the moment of the page.
func (v *PageView) now(s Strip) stripNow {
	switch {
	case s.OnlyDesk:
		return stripNow{Says: []string{v.text("strip.line_desk")}}
	case s.Forbids:
		return stripNow{Says: []string{v.text("strip.line_none")}, Never: s.rule().At(v.page.Now).Never}
	case !s.Recorded:
		return stripNow{Says: []string{v.text("strip.line_nothing")}}
	}
	m := s.rule().At(v.here(v.page.Now))
	n := stripNow{May: len(m.Open) > 0, Never: m.Never}
	phones, others := v.by(m.Open, true), v.by(m.Open, false)
	if m.Phones {
		n.Says = append(n.Says, phones+", "+v.untilFrom(m.Until))
	}
	if others != "" {
		n.Says = append(n.Says, others)
	}
	if shut := v.by(m.Shut, true); shut != "" {
		n.Says = append(n.Says, shut+" "+v.fromWhen(m.Opens))
	}
	for _, c := range []struct {
		key   string
		holds bool
	}{{"strip.answers_only_she", s.Answerer == "only_she"}, {"strip.answers_trusted", s.Answerer == "trusted"}, {"strip.answers_anyone", s.Answerer == "anyone"},
		{"strip.hidden_yes", s.Hide == "yes"}, {"strip.voicemail_no", s.Voice == "no"}} {
		if m.Phones && c.holds {
			n.Says = append(n.Says, v.text(c.key))
		}
	}
	return n
}

// by are channels inside a sentence: those that hold in her hours, or the others.
func (v *PageView) by(channels []string, timed bool) string {
	var list []string
	for _, c := range channels {
		if slices.Contains(rule.ChannelKinds[:3], c) == timed {
			list = append(list, c)
		}
	}
	return v.Words("by", list, ", ")
}

// here is a moment by the clock on the wall.
func (v *PageView) here(t time.Time) time.Time { return t.In(v.r.catalogue.Zone()) }

// untilFrom is until when hours are open, with the day where that is not today.
func (v *PageView) untilFrom(t time.Time) string {
	now := v.here(v.page.Now)
	switch {
	case t.IsZero():
		return v.text("hours.any")
	case t.Format(time.DateOnly) == now.Format(time.DateOnly) && v.Clock(t) == "23:59", t.Equal(time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())):
		return v.text("strip.until_midnight")
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return v.Until(t)
	}
	return v.T("strip.until_day", "Time", v.Clock(t), "Day", v.Day(t))
}

// fromWhen is from when hours are open that are shut now.
func (v *PageView) fromWhen(t time.Time) string {
	switch now := v.here(v.page.Now); {
	case t.IsZero():
		return v.text("strip.at_no_hour")
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return v.T("hours.from", "Time", v.Clock(t))
	}
	return v.T("strip.from_day", "Time", v.Clock(t), "Day", v.Day(t))
}
