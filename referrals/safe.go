package referrals

import (
	"strings"
	"time"
)

// SafeContact is what she allowed. The zero value allows nothing: nothing
// recorded, or "Non chiesto", means no contact at all.
type SafeContact struct {
	Channels   []Channel `json:"channels,omitempty"`
	DeskOnly   bool      `json:"desk_only,omitempty"` // contact only through this desk
	MayAnswer  string    `json:"may_answer,omitempty"`
	IfOther    string    `json:"if_other,omitempty"` // what to say when somebody else answers
	HideNumber bool      `json:"hide_number,omitempty"`
	Voicemail  string    `json:"voicemail,omitempty"` // "", yes, never
	PaperHome  string    `json:"paper_home,omitempty"`
	CodeWord   string    `json:"code_word,omitempty"`
	Recognised string    `json:"recognised,omitempty"` // how she was recognised without a code word
	Notes      string    `json:"notes,omitempty"`
}

// Channel is one way to reach her, allowed or forbidden.
type Channel struct {
	Kind  string   `json:"kind"` // phone, sms, whatsapp, email, letter, in_person
	Mark  string   `json:"mark"` // ok, never
	Value string   `json:"value,omitempty"`
	From  string   `json:"from,omitempty"` // 15:04; empty means any hour
	To    string   `json:"to,omitempty"`
	Days  []string `json:"days,omitempty"` // mon … sun; empty means any day
}

// ChannelKinds are the channels in the order they are asked.
var ChannelKinds = []string{"phone", "sms", "whatsapp", "email", "letter", "in_person"}

var (
	channelKinds = codes(ChannelKinds...)
	channelMarks = codes("ok", "never")
	yesNever     = codes("", "yes", "never")
	weekdays     = codes("mon", "tue", "wed", "thu", "fri", "sat", "sun")
)

// Refusal says why a contact is not allowed.
type Refusal string

// The reasons, as message keys.
const (
	Permitted       Refusal = ""
	NothingRecorded Refusal = "safe.nothing_recorded"
	ChannelNever    Refusal = "safe.channel_never"
	ChannelNotNamed Refusal = "safe.channel_not_named"
	OutsideHours    Refusal = "safe.outside_hours"
	OnlyDesk        Refusal = "safe.only_through_desk"
)

// Allows tells whether she may be reached on a channel at a moment, and if not,
// why. It is an allow-list: what is not named is refused.
func (s SafeContact) Allows(kind string, at time.Time) Refusal {
	if len(s.Channels) == 0 {
		return NothingRecorded
	}
	answer := ChannelNotNamed
	for _, c := range s.Channels {
		if c.Kind != kind {
			continue
		}
		if c.Mark == "never" {
			return ChannelNever
		}
		if c.open(at) {
			answer = Permitted
		} else if answer != Permitted {
			answer = OutsideHours
		}
	}
	return answer
}

// open tells whether a moment is inside the hours she gave.
func (c Channel) open(at time.Time) bool {
	day := strings.ToLower(at.Weekday().String()[:3])
	hour := at.Format("15:04")
	if c.From == "" && c.To == "" {
		return c.on(day)
	}
	from, to := c.From, c.To
	if from == "" {
		from = "00:00"
	}
	if to == "" {
		to = "24:00"
	}
	if from <= to {
		return c.on(day) && hour >= from && hour < to
	}
	// Hours over midnight belong to the day on which they begin.
	yesterday := strings.ToLower(at.AddDate(0, 0, -1).Weekday().String()[:3])
	return c.on(day) && hour >= from || c.on(yesterday) && hour < to
}

func (c Channel) on(day string) bool {
	if len(c.Days) == 0 {
		return true
	}
	for _, d := range c.Days {
		if d == day {
			return true
		}
	}
	return false
}

// Closing is when the safe hours that are open at a moment end, for the order
// of "Da richiamare"; the zero time when they have no end today.
func (s SafeContact) Closing(kind string, at time.Time) time.Time {
	for _, c := range s.Channels {
		if c.Kind == kind && c.Mark == "ok" && c.open(at) && c.To != "" {
			end, err := time.ParseInLocation("2006-01-02 15:04", at.Format(time.DateOnly)+" "+c.To, at.Location())
			if err == nil && end.Before(at) {
				end = end.AddDate(0, 0, 1)
			}
			return end
		}
	}
	return time.Time{}
}

func (s SafeContact) check(c check) {
	for i, ch := range s.Channels {
		field := "safe.channel." + ch.Kind
		if i > 20 || !channelKinds[ch.Kind] || !channelMarks[ch.Mark] || !clock(ch.From) || !clock(ch.To) {
			c[field] = "error.channel"
		}
		for _, day := range ch.Days {
			if !weekdays[day] {
				c[field] = "error.channel"
			}
		}
		c.max(field, ch.Value, maxShort)
	}
	c.oneOf("safe.voicemail", s.Voicemail, yesNever)
	c.oneOf("safe.paper_home", s.PaperHome, yesNever)
	c.max("safe.may_answer", s.MayAnswer, maxLine)
	c.max("safe.if_other", s.IfOther, maxLine)
	c.max("safe.code_word", s.CodeWord, maxShort)
	c.max("safe.recognised", s.Recognised, maxLine)
	c.max("safe.notes", s.Notes, maxText)
}

func clock(s string) bool {
	if s == "" {
		return true
	}
	_, err := time.Parse("15:04", s)
	return err == nil && len(s) == 5
}

// Phone is the number that may be rung, or empty.
func (s SafeContact) Phone() string {
	for _, c := range s.Channels {
		if c.Mark == "ok" && c.Value != "" && (c.Kind == "phone" || c.Kind == "whatsapp" || c.Kind == "sms") {
			return c.Value
		}
	}
	return ""
}
