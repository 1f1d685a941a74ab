package rule

import (
	"maps"
	"reflect"
	"slices"
	"time"
)

// A rule becomes narrower at once and wider only with her, recognised. Until then a
// channel is suspended, and what else was said waits.

// Suspension shuts one channel that she allowed, from an hour on, until she says,
// recognised, what holds.
type Suspension struct {
	Why string    `json:"why"` // one of SuspendedFor
	At  time.Time `json:"at"`
}

// Why a channel is suspended: somebody not recognised said "mai", or somebody else
// answered there. The graver one stands last, and takes the place of the other.
const (
	SuspendedSaid  = "said"
	SuspendedOther = "other_person"
)

// SuspendedFor lists why, in that order.
var SuspendedFor = []string{SuspendedSaid, SuspendedOther}

// may tells whether a channel can be used at some hour: she said yes, nothing
// suspended it, and contacts of hers are not stopped.
func (s SafeContact) may(kind string) bool {
	_, suspended := s.Suspended[kind]
	return s.Channels[kind] == "yes" && !suspended && !s.Stopped && !(s.Banned && timedKinds[kind])
}

// Open is the rule as she said it, without what shut it since: for what is kept until
// it is open again. Nobody is contacted by it.
func (s SafeContact) Open() SafeContact {
	s.Suspended, s.Stopped, s.Banned = nil, false, false
	return s
}

// Alike are the channels that reach her at the same number as one does, or at the
// same address; itself alone for the others.
func Alike(kind string) []string {
	if timedKinds[kind] {
		return phoneKinds
	}
	return []string{kind}
}

// Suspend shuts channels that she allowed, and tells whether one of them was open.
// The hour at which it began stays, unless what comes is graver.
func (s SafeContact) Suspend(why string, at time.Time, kinds ...string) (out SafeContact, narrower bool) {
	out = s
	out.Suspended = maps.Clone(s.Suspended)
	for _, kind := range kinds {
		if s.Channels[kind] != "yes" {
			continue
		}
		before, there := out.Suspended[kind]
		if there && slices.Index(SuspendedFor, before.Why) >= slices.Index(SuspendedFor, why) {
			continue
		}
		if out.Suspended == nil {
			out.Suspended = map[string]Suspension{}
		}
		out.Suspended[kind] = Suspension{Why: why, At: at}
		narrower = narrower || !there
	}
	return out, narrower
}

// SuspendedBy lists the channels suspended for a reason, in the order of asking.
func (s SafeContact) SuspendedBy(why string) (kinds []string) {
	for _, kind := range ChannelKinds {
		if p, there := s.Suspended[kind]; there && p.Why == why {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// Halts are why channels that she allowed are shut, the gravest first.
func (s SafeContact) Halts() (all []Refusal) {
	if s.Stopped {
		all = append(all, Stopped)
	}
	if s.Banned && s.Open().Rings() {
		all = append(all, BannedElsewhere)
	}
	if len(s.SuspendedBy(SuspendedOther)) > 0 {
		all = append(all, OtherAnswered)
	}
	if len(s.SuspendedBy(SuspendedSaid)) > 0 {
		all = append(all, Suspended)
	}
	return all
}

// Waiting is a rule that somebody not recognised said: it is shown beside what
// stands, and she is asked.
type Waiting struct {
	Rule SafeContact `json:"rule"`
	By   string      `json:"by"` // who wrote it down
	At   time.Time   `json:"at"`
}

// The parts of a rule that can differ, in the order of asking: the channels and
// these.
const (
	partNumber   = "number"
	partMail     = "mail"
	partHours    = "hours"
	partAnswerer = "answerer"
	partSay      = "say"
	partHide     = "hide"
	partVoice    = "voice"
	partWord     = "code_word"
)

// RuleParts are all of them.
var RuleParts = slices.Concat(ChannelKinds, []string{partNumber, partMail, partHours, partAnswerer, partSay, partHide, partVoice, partWord})

// text is the part of a rule that is one text, or nil.
func (s *SafeContact) text(part string) *string {
	switch part {
	case partNumber:
		return &s.Number
	case partMail:
		return &s.Mail
	case partAnswerer:
		return &s.Answerer
	case partSay:
		return &s.Say
	case partHide:
		return &s.Hide
	case partVoice:
		return &s.Voice
	case partWord:
		return &s.CodeWord
	}
	return nil
}

// Differs lists the parts in which said is another rule than s. A channel that is
// suspended here and allowed there differs: it would be open again.
func (s SafeContact) Differs(said SafeContact) (parts []string) {
	for _, part := range RuleParts {
		switch {
		case IsChannel[part]:
			if s.Channels[part] != said.Channels[part] || said.may(part) && !s.may(part) {
				parts = append(parts, part)
			}
		case part == partHours:
			if !sameHours(s.Hours, said.Hours) {
				parts = append(parts, part)
			}
		case *s.text(part) != *said.text(part):
			parts = append(parts, part)
		}
	}
	return parts
}

// sameHours compares two lists of hours by the minutes that they hold.
func sameHours(a, b []Hours) bool {
	return reflect.DeepEqual(a, b) || *weekOf(a) == *weekOf(b)
}

// Take is s with some parts of another rule in the place of its own. A channel that
// is taken is suspended no longer.
func (s SafeContact) Take(parts []string, from SafeContact) SafeContact {
	s.Channels, s.Suspended = maps.Clone(s.Channels), maps.Clone(s.Suspended)
	for _, part := range parts {
		switch {
		case IsChannel[part]:
			if s.Channels == nil {
				s.Channels = map[string]string{}
			}
			s.Channels[part] = from.Channels[part]
			delete(s.Suspended, part)
		case part == partHours:
			s.Hours = slices.Clone(from.Hours)
		default:
			if to := s.text(part); to != nil {
				*to = *from.text(part)
			}
		}
	}
	return s
}

// With is s with what was said of another in its place: what was not asked this time
// stays as it is.
func (s SafeContact) With(said SafeContact) SafeContact {
	var parts []string
	for _, part := range RuleParts {
		switch {
		case IsChannel[part]:
			if said.Channels[part] != "" {
				parts = append(parts, part)
			}
		case part == partHours:
			if len(said.Hours) > 0 {
				parts = append(parts, part)
			}
		case *said.text(part) != "":
			parts = append(parts, part)
		}
	}
	return s.Take(parts, said)
}

// Forbidden are the channels to which said says no where s does not.
func (s SafeContact) Forbidden(said SafeContact) (kinds []string) {
	for _, kind := range ChannelKinds {
		if said.Channels[kind] == "never" && s.Channels[kind] != "never" {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
