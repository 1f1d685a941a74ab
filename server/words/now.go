package words

import (
	"slices"
	"time"

	"sportello/referrals/rule"
	"sportello/server/locale"
)

// Now is a safe-contact rule in one line: whether she may be reached at a moment, what
// that means until when, and what is never.
type Now struct {
	May   bool
	Says  []string // in the language asked for
	Never []string // words of "by"
}

// NowOf says what a rule allows at a moment.
func NowOf(c *locale.Catalogue, lang locale.Lang, r rule.SafeContact, at time.Time) Now {
	say := func(key string) string {
		text, err := c.T(lang, key)
		if err != nil {
			return key
		}
		return text
	}
	m := r.At(at.In(c.Zone()))
	switch {
	case r.DeskOnly:
		return Now{Says: []string{say("strip.line_desk")}}
	case r.Forbids():
		return Now{Says: []string{say("strip.line_none")}, Never: m.Never}
	case !r.Recorded():
		return Now{Says: []string{say("strip.line_nothing")}}
	}
	by := func(channels []string, timed bool) (list string) {
		for _, kind := range channels {
			if slices.Contains(rule.ChannelKinds[:3], kind) != timed {
				continue
			}
			if list != "" {
				list += ", "
			}
			list += say(Key("by", kind))
		}
		return list
	}
	n := Now{May: len(m.Open) > 0, Never: m.Never}
	if m.Phones {
		n.Says = append(n.Says, by(m.Open, true)+", "+c.UntilFrom(lang, at, m.Until))
	}
	if others := by(m.Open, false); others != "" {
		n.Says = append(n.Says, others)
	}
	if shut := by(m.Shut, true); shut != "" {
		n.Says = append(n.Says, shut+" "+c.FromWhen(lang, at, m.Opens))
	}
	for _, of := range []struct {
		key   string
		holds bool
	}{{"strip.answers_only_she", r.Answerer == "only_she"}, {"strip.answers_trusted", r.Answerer == "trusted"}, {"strip.answers_anyone", r.Answerer == "anyone"},
		{"strip.hidden_yes", r.Hide == "yes"}, {"strip.voicemail_no", r.Voice == "no"}} {
		if m.Phones && of.holds {
			n.Says = append(n.Says, say(of.key))
		}
	}
	return n
}

// ShowKey is the key of what "Mostra" shows of an item of a rule.
func ShowKey(item string) string {
	switch item {
	case "mail":
		return "strip.show_mail"
	case "code_word":
		return "strip.show_word"
	}
	return "strip.show_number"
}
