package rule

import (
	"strconv"
	"time"

	"sportello/referrals/typed"
)

// SafeContact is what she allowed. The zero value allows nothing: nothing
// recorded, or "Non chiesto", means no contact at all.
type SafeContact struct {
	Channels map[string]string `json:"channels,omitempty"` // channel -> yes, never
	Hours    []Hours           `json:"hours,omitempty"`    // none: at no hour she has to be at the phone for
	DeskOnly bool              `json:"desk_only,omitempty"`
	Number   string            `json:"number,omitempty"`
	Mail     string            `json:"mail,omitempty"`
	Answerer string            `json:"answerer,omitempty"` // only_she, trusted, anyone
	Say      string            `json:"say,omitempty"`      // what to say when somebody else answers
	Hide     string            `json:"hide,omitempty"`     // yes, no: hide our number
	Voice    string            `json:"voice,omitempty"`    // yes, no: voicemail
	CodeWord string            `json:"code_word,omitempty"`
	// Recognised says how she was known when the rule last changed; it never
	// leaves the unit.
	Recognised string `json:"recognised,omitempty"`
	// Suspended are channels that she allowed and that are shut until she says,
	// recognised, what holds; they never leave the unit either.
	Suspended map[string]Suspension `json:"suspended,omitempty"`
	// Stopped says that her rule changed where another unit keeps something of her:
	// nobody contacts her by this one before she was asked. It is no part of what she
	// said, and is told by whoever opens the rule.
	Stopped bool `json:"-"`
	// Banned says that another file that the reader may open says "mai" of the number: it
	// is no part of what she said here, and is told where a call is opened.
	Banned bool `json:"-"`
}

// Hours is one stretch of safe hours, HH:MM; no days means any day.
type Hours struct {
	Days []string `json:"days,omitempty"` // mon … sun
	From string   `json:"from,omitempty"`
	To   string   `json:"to,omitempty"`
}

// What she may say of a channel, of a plain question, and of who may answer her
// phone; not asked is none of them.
var (
	ChannelMarks = []string{"yes", "never"}
	YesNo        = []string{"yes", "no"}
	Answerers    = []string{"only_she", "trusted", "anyone"}
)

// ChannelKinds are the channels in the order they are asked. The first three
// ring or show on a phone, so they hold only in her safe hours.
var ChannelKinds = []string{"call", "sms", "whatsapp", "email", "paper", "in_person"}

// phoneKinds are the channels that need her number.
var phoneKinds = ChannelKinds[:3]

var (
	IsChannel    = typed.Codes(ChannelKinds...)
	timedKinds   = typed.Codes(phoneKinds...)
	channelMarks = typed.Codes(append([]string{""}, ChannelMarks...)...)
	IsYesNo      = typed.Codes(append([]string{""}, YesNo...)...)
	answerers    = typed.Codes(append([]string{""}, Answerers...)...)
	weekdays     = typed.Codes("mon", "tue", "wed", "thu", "fri", "sat", "sun")
)

// Refusal says why a contact is not allowed.
type Refusal string

// The reasons, as message keys.
const (
	Permitted       Refusal = ""
	NothingRecorded Refusal = "attempts.none_recorded"
	NothingAllowed  Refusal = "attempts.none_allowed"
	ChannelNever    Refusal = "attempts.never"
	ChannelNotNamed Refusal = "attempts.never"
	OutsideHours    Refusal = "attempts.not_now"
	HoursUnasked    Refusal = "attempts.hours_unasked" // she said yes to a phone, and nobody asked when
	Suspended       Refusal = "attempts.suspended"     // somebody not recognised said no to it
	OtherAnswered   Refusal = "attempts.other_answered"
	Stopped         Refusal = "attempts.stopped"
	BannedElsewhere Refusal = "attempts.banned" // another file says "mai" of the same number
)

// Recorded tells whether she allowed anything at all that can be used now.
func (s SafeContact) Recorded() bool {
	for kind := range s.Channels {
		if s.may(kind) {
			return true
		}
	}
	return false
}

// Forbids tells whether she said how, and allowed nothing: channels that she
// forbade or that are shut, or a word to be known by, and no channel to use.
func (s SafeContact) Forbids() bool {
	if s.Recorded() {
		return false
	}
	for _, mark := range s.Channels {
		if mark != "" {
			return true
		}
	}
	return s.CodeWord != ""
}

// Said tells whether she said anything of how she may be contacted: a rule of
// prohibitions alone is an answer, and no older rule stands in its place.
func (s SafeContact) Said() bool { return s.Recorded() || s.Forbids() }

// nothing is why a rule that allows nothing refuses: because she was not asked,
// because she said no, or because what she allowed is shut.
func (s SafeContact) nothing() Refusal {
	for _, kind := range ChannelKinds {
		if why := s.Shut(kind); why != Permitted {
			return why
		}
	}
	if s.Forbids() {
		return NothingAllowed
	}
	return NothingRecorded
}

// Shut is why a channel that she allowed cannot be used until she was asked.
func (s SafeContact) Shut(kind string) Refusal {
	p, suspended := s.Suspended[kind]
	switch {
	case s.Channels[kind] != "yes":
		return Permitted
	case s.Stopped:
		return Stopped
	case s.Banned && timedKinds[kind]:
		return BannedElsewhere
	case suspended && p.Why == SuspendedSaid:
		return Suspended
	case suspended: // whatever a later program calls it
		return OtherAnswered
	}
	return Permitted
}

// Allows tells whether she may be reached on a channel at a moment, and if not,
// why. It is an allow-list: what is not named is refused.
func (s SafeContact) Allows(kind string, at time.Time) Refusal {
	switch {
	case s.Channels[kind] == "never":
		return ChannelNever
	case s.Shut(kind) != Permitted:
		return s.Shut(kind)
	case !s.Recorded():
		return s.nothing()
	case s.Channels[kind] != "yes":
		return ChannelNotNamed
	case timedKinds[kind] && len(s.Hours) == 0:
		return HoursUnasked
	case timedKinds[kind] && !s.openAt(at):
		return OutsideHours
	}
	return Permitted
}

// openAt tells whether a moment is inside the hours she gave. Without hours
// there is no safe hour.
func (s SafeContact) openAt(at time.Time) bool {
	for _, h := range s.Hours {
		if h.covers(at) {
			return true
		}
	}
	return false
}

func (h Hours) covers(at time.Time) bool {
	day := weekday(at)
	hour := at.Format("15:04")
	from, to := h.bounds()
	if from <= to {
		return h.on(day) && hour >= from && hour < to
	}
	// Hours over midnight belong to the day on which they begin.
	return h.on(day) && hour >= from || h.on(weekday(at.AddDate(0, 0, -1))) && hour < to
}

func (h Hours) bounds() (from, to string) {
	from, to = h.From, h.To
	if from == "" {
		from = "00:00"
	}
	if to == "" {
		to = "24:00"
	}
	return from, to
}

func (h Hours) on(day string) bool {
	if len(h.Days) == 0 {
		return true
	}
	for _, d := range h.Days {
		if d == day {
			return true
		}
	}
	return false
}

// Closing is when the safe hours that are open at a moment end, for the order
// of "Da richiamare"; the zero time when they have no end today.
func (s SafeContact) Closing(at time.Time) time.Time {
	for _, h := range s.Hours {
		if !h.covers(at) || h.To == "" {
			continue
		}
		end, err := time.ParseInLocation("2006-01-02 15:04", at.Format(time.DateOnly)+" "+h.To, at.Location())
		if err != nil {
			return time.Time{}
		}
		if end.Before(at) {
			end = end.AddDate(0, 0, 1)
		}
		return end
	}
	return time.Time{}
}

// Check refuses a rule with codes, hours or texts that do not fit.
func (s SafeContact) Check(c typed.Check) {
	for kind, mark := range s.Channels {
		if !IsChannel[kind] || !channelMarks[mark] {
			c["ch_call"] = "error.choose_one"
		}
	}
	if len(s.Hours) > 14 {
		c["from0"] = "safe.hours_wrong"
	}
	for i, h := range s.Hours {
		bad := !clock(h.From) || !clock(h.To) || h.From != "" && h.From == h.To
		for _, day := range h.Days {
			bad = bad || !weekdays[day]
		}
		if bad {
			c["from"+strconv.Itoa(min(i, 1))] = "safe.hours_wrong"
		}
	}
	c.OneOf("answerer", s.Answerer, answerers)
	c.OneOf("hide", s.Hide, IsYesNo)
	c.OneOf("voice", s.Voice, IsYesNo)
	for field, v := range map[string]string{"number": s.Number, "mail": s.Mail, "code_word": s.CodeWord} {
		c.Max(field, v, typed.MaxShort)
	}
	c.Max("say", s.Say, typed.MaxLine)
}

func clock(s string) bool {
	if s == "" {
		return true
	}
	_, err := time.Parse("15:04", s)
	return err == nil && len(s) == 5
}

// Phone is the number that may be rung or written to, or empty.
func (s SafeContact) Phone() string {
	if s.Rings() {
		return s.Number
	}
	return ""
}

// PhoneVerdict is what she said of her number: yes where a channel may use it, never
// where she forbade one and allowed none, empty where she was not asked.
func (s SafeContact) PhoneVerdict() string {
	verdict := ""
	for _, kind := range phoneKinds {
		switch {
		case s.may(kind):
			return "yes"
		case s.Channels[kind] != "": // forbidden, or shut until she says otherwise
			verdict = "never"
		}
	}
	return verdict
}
