package rule

import "time"

// Moment is what a rule allows at a moment, and what of it changes when.
type Moment struct {
	Open   []string  // channels that may be used now
	Shut   []string  // channels she allowed, outside her hours now
	Never  []string  // channels she forbade
	Until  time.Time // when hours that are open now end; zero if they have no end
	Opens  time.Time // when hours that are shut now begin; zero if there are none
	Phones bool      // one of Open holds only in her hours
}

// At is what the rule allows at a moment. The channels are in the order in which they
// are asked; the hours are those of the clock on the wall, also on the nights when it
// changes.
func (s SafeContact) At(now time.Time) Moment {
	var m Moment
	for _, kind := range ChannelKinds {
		switch s.Allows(kind, now) {
		case Permitted:
			m.Open, m.Phones = append(m.Open, kind), m.Phones || timedKinds[kind]
		case OutsideHours, HoursUnasked:
			m.Shut = append(m.Shut, kind)
		}
		if s.Channels[kind] == "never" {
			m.Never = append(m.Never, kind)
		}
	}
	if turn, ok := weekOf(s.Hours).turn(now); ok && m.Phones {
		m.Until = turn
	} else if ok {
		m.Opens = turn
	}
	return m
}

// turn is when a set of minutes changes next from what it is at a moment: from open
// to shut or from shut to open. A set that is always the same never does.
func (w *week) turn(now time.Time) (time.Time, bool) {
	day := (int(now.Weekday()) + 6) % 7 // Monday is the first
	begin := day*dayMinutes + now.Hour()*60 + now.Minute()
	at := begin
	for ahead := 1; ahead < len(w); ahead++ {
		if at++; at == len(w) {
			at = 0
		}
		if w[at] != w[begin] {
			y, m, d := now.Date()
			return time.Date(y, m, d, 0, now.Hour()*60+now.Minute()+ahead, 0, 0, now.Location()), true
		}
	}
	return time.Time{}, false
}
