package rule

import "maps"

// NarrowedBy is s with what another rule of the same woman forbids: per channel her no
// wins, and what shut a channel there shuts it here; of hours those that both allow; of
// every other condition the one that lets less. Number, address, what to say and the code
// word stay those of s. What she was not asked there takes nothing away.
func (s SafeContact) NarrowedBy(o SafeContact) SafeContact {
	s.Channels = maps.Clone(s.Channels)
	for _, kind := range ChannelKinds {
		if o.Channels[kind] == "never" {
			if s.Channels == nil {
				s.Channels = map[string]string{}
			}
			s.Channels[kind] = "never"
		}
		if p, shut := o.Suspended[kind]; shut {
			s, _ = s.Suspend(p.Why, p.At, kind)
		}
	}
	if len(s.Hours) > 0 && len(o.Hours) > 0 {
		s.Hours = commonHours(s.Hours, o.Hours)
	}
	s.DeskOnly = s.DeskOnly || o.DeskOnly
	s.Answerer = narrower(answererOrder, s.Answerer, o.Answerer)
	s.Hide, s.Voice = narrower(hideOrder, s.Hide, o.Hide), narrower(voiceOrder, s.Voice, o.Voice)
	return s
}

// narrower is the stricter of two answers; what was not asked in one is said by the other.
func narrower(order []string, a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return stricter(order, a, b)
}
