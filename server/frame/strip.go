package frame

import (
	"slices"
	"strings"

	"sportello/referrals/rule"
	"sportello/server/words"
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
	Halts    []Halt        // why she is not contacted now, and what to ask her
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

// Halt is why something of her rule is shut, or waits to be asked: a message key.
type Halt struct{ Key string }

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
	f.Content = strings.Join([]string{f.Content, q.Text("strip.hours") + " " + HoursOf(q, s.Hours), q.Text("strip.answerer") + " " + asked(q, "answerer", s.Answerer),
		q.Text("strip.say") + " " + say, q.Text("strip.hide") + " " + asked(q, "yesno", s.Hide), q.Text("strip.voice") + " " + asked(q, "yesno", s.Voice)}, "\n")
	return f, true
}

// asked is an answer in words, or that nobody asked.
func asked(q *Request, list, value string) string {
	if value == "" {
		return q.Text("strip.unasked")
	}
	return q.Word(list, value)
}

// HoursOf says safe hours in words.
func HoursOf(q *Request, list []HoursRule) string {
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
	for _, why := range s.Halts() {
		v.Halts = append(v.Halts, Halt{string(why)})
	}
	if s.Open().Rings() && !s.Rings() {
		v.Number = ""
	}
	for _, kind := range rule.ChannelKinds {
		allow := s.Channels[kind]
		if allow == "" {
			allow = "unasked"
		}
		if s.Shut(kind) != rule.Permitted {
			if allow = "suspended"; kind == "email" {
				v.Mail = ""
			}
		}
		v.Channels = append(v.Channels, ChannelRule{Channel: kind, Allow: allow})
	}
	for _, h := range s.Hours {
		v.Hours = append(v.Hours, HoursRule{Days: h.Days, From: h.From, To: h.To})
	}
	return v
}

// now is the one line of a strip at the moment of the page.
func (v *PageView) now(s Strip) words.Now {
	r := rule.SafeContact{Channels: map[string]string{}, DeskOnly: s.OnlyDesk, Answerer: s.Answerer, Hide: s.Hide, Voice: s.Voice, CodeWord: s.CodeWord}
	for _, c := range s.Channels {
		if c.Allow != "unasked" { // what is shut for now is not "yes", and so not allowed
			r.Channels[c.Channel] = c.Allow
		}
	}
	for _, h := range s.Hours {
		r.Hours = append(r.Hours, rule.Hours{Days: h.Days, From: h.From, To: h.To})
	}
	return words.NowOf(v.r.catalogue, v.page.Lang, r, v.page.Now)
}
