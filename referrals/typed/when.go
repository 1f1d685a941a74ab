package typed

import (
	"strings"
	"time"
)

// farthest is how far ahead something may be agreed: beyond it a year was mistyped.
const farthest = 366 * 24 * time.Hour

// When reads a day and an hour of the wall clock as they are typed, see Day and Hour, in
// now's zone. Invalid names the field that is wrong, "day" or "hour": what is no
// day or no hour, and an hour that clocks skip or show twice, when summer time begins or
// ends. What is past or far is said by Ahead.
func When(day, hour string, now time.Time) (time.Time, error) {
	day, ok := Day(day)
	if !ok {
		return time.Time{}, Bad("day", "error.day")
	}
	if strings.TrimSpace(hour) == "" {
		return time.Time{}, Bad("hour", "error.hour_missing")
	}
	clock, ok := Hour(hour)
	if !ok {
		return time.Time{}, Bad("hour", "error.hour")
	}
	const form = "2006-01-02 15:04"
	t, err := time.ParseInLocation(form, day+" "+clock, now.Location())
	if err != nil {
		return time.Time{}, Bad("day", "error.day")
	}
	if t.Format(form) != day+" "+clock {
		return time.Time{}, Bad("hour", "error.hour_skipped")
	}
	for _, other := range []time.Time{t.Add(-time.Hour), t.Add(time.Hour)} {
		if other.Format(form) == day+" "+clock {
			return time.Time{}, Bad("hour", "error.hour_twice")
		}
	}
	return t, nil
}

// Ahead tells that a moment is still to come, and not so far that a year was mistyped.
// Invalid names the field: "hour" if it is today, else "day".
func Ahead(t, now time.Time) error {
	switch {
	case t.After(now.Add(farthest)):
		return Bad("day", "error.day_far")
	case t.After(now):
		return nil
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return Bad("hour", "error.hour_past")
	}
	return Bad("day", "error.day_past")
}

// DayAhead is Ahead for a day alone: today is still to come.
func DayAhead(field, day string, now time.Time) error {
	day, _ = Day(day)
	t, err := time.ParseInLocation(time.DateOnly, day, now.Location())
	switch {
	case err != nil:
		return Bad(field, "error.day")
	case day < now.Format(time.DateOnly):
		return Bad(field, "error.day_past")
	case t.After(now.Add(farthest)):
		return Bad(field, "error.day_far")
	}
	return nil
}
