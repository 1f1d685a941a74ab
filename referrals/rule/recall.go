package rule

import (
	"time"

	"sportello/referrals/typed"
)

// Recall is when a woman is to be called: from a day on, and on that day between
// two hours if she said so. The hours are sealed in the card; the day is not.
type Recall struct {
	Day      string // YYYY-MM-DD; empty takes her off the list
	From, To string // HH:MM, both or neither
}

// Why a call cannot be planned so, as message keys, beside the reasons of a call
// that is made now.
const (
	recallPast    Refusal = "error.day_past"
	recallHours   Refusal = "recall.hours_wrong"
	recallNoPhone Refusal = "recall.no_phone"
	recallNoHours Refusal = "recall.no_hours"
	recallOutside Refusal = "recall.outside"
)

// Check refuses a call that is no day and no stretch of hours of a coming day.
func (p Recall) Check(now time.Time) error {
	bad := typed.Check{}
	bad.Add(typed.DayAhead("recall", p.Day, now))
	if (p.From == "") != (p.To == "") || !clock(p.From) || !clock(p.To) || p.From != "" && p.From >= p.To {
		bad["recall_from"] = string(recallHours)
	}
	return bad.Err()
}

// AllowsRecall tells whether she may be called as planned, and if not, which
// field says so and why. Only what rings or shows on a phone counts, in the
// hours she gave for that day.
func (s SafeContact) AllowsRecall(p Recall, zone *time.Location) (field string, why Refusal) {
	day, err := time.ParseInLocation(time.DateOnly, p.Day, zone)
	switch {
	case err != nil:
		return "recall", recallPast
	case !s.Recorded():
		return "recall", s.nothing()
	case !s.Rings():
		for _, kind := range phoneKinds {
			if why := s.Shut(kind); why != Permitted {
				return "recall", why
			}
		}
		return "recall", recallNoPhone
	case len(s.Hours) == 0:
		return "recall", HoursUnasked
	case !s.during(day, "00:00", "24:00", false):
		return "recall", recallNoHours
	case p.From != "" && !s.during(day, p.From, p.To, true):
		return "recall_from", recallOutside
	}
	return "", Permitted
}

// Rings tells whether she allowed anything that holds in her hours.
func (s SafeContact) Rings() bool {
	for kind := range timedKinds {
		if s.may(kind) {
			return true
		}
	}
	return false
}

// during tells whether every minute of a stretch of a day is in her hours, or
// whether any is.
func (s SafeContact) during(day time.Time, from, to string, every bool) bool {
	y, m, d := day.Date()
	for minute := minuteOf(from); minute < minuteOf(to); minute++ {
		if s.openAt(time.Date(y, m, d, 0, minute, 0, 0, day.Location())) != every {
			return !every
		}
	}
	return every
}

// minuteOf is the minute of the day of HH:MM, 24:00 included.
func minuteOf(hour string) int {
	if hour == "24:00" {
		return 24 * 60
	}
	t, err := time.Parse("15:04", hour)
	if err != nil {
		return 0
	}
	return t.Hour()*60 + t.Minute()
}

// Now tells whether a planned call may be made at a moment, for what it says
// itself: on its own day only in its hours, later at any hour she allows.
func (p Recall) Now(at time.Time) bool {
	if p.From == "" || at.Format(time.DateOnly) != p.Day {
		return true
	}
	hour := at.Format("15:04")
	return hour >= p.From && hour < p.To
}

// Closes is when a planned call ends today, or the end of her safe hours if
// that comes first.
func (p Recall) Closes(safe, at time.Time) time.Time {
	if p.From == "" || at.Format(time.DateOnly) != p.Day {
		return safe
	}
	end, err := time.ParseInLocation("2006-01-02 15:04", p.Day+" "+p.To, at.Location())
	if err != nil || !safe.IsZero() && safe.Before(end) {
		return safe
	}
	return end
}
