package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// week is a set of minutes of a week, from Monday 00:00: what a list of safe
// hours comes to, however it is written.
type week [7 * dayMinutes]bool

const dayMinutes = 24 * 60

// WeekDays are the days of a week in its order.
var WeekDays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// weekOf spells safe hours out.
func weekOf(list []Hours) *week {
	w := &week{}
	for _, h := range list {
		from, to := h.bounds()
		begin, end := minuteOf(from), minuteOf(to)
		if begin > end {
			end += dayMinutes // over midnight
		}
		for day, name := range WeekDays {
			if !h.on(name) {
				continue
			}
			for m := begin; m < end; m++ {
				w[(day*dayMinutes+m)%len(w)] = true
			}
		}
	}
	return w
}

// within tells whether w has no minute that o has not.
func (w *week) within(o *week) bool {
	for m := range w {
		if w[m] && !o[m] {
			return false
		}
	}
	return true
}

// both are the minutes of w and o.
func (w *week) both(o *week) *week {
	out := &week{}
	for m := range w {
		out[m] = w[m] && o[m]
	}
	return out
}

// hours writes a set of minutes as safe hours, none of them over midnight: each
// stretch once, with the days on which it is the same.
func (w *week) hours() []Hours {
	var list []Hours
	for day, name := range WeekDays {
		for _, h := range stretches(w[day*dayMinutes : (day+1)*dayMinutes]) {
			same := slices.IndexFunc(list, func(l Hours) bool { return l.From == h.From && l.To == h.To })
			if same < 0 {
				list, same = append(list, h), len(list)
			}
			list[same].Days = append(list[same].Days, name)
		}
	}
	for i := range list {
		if len(list[i].Days) == len(WeekDays) {
			list[i].Days = nil // any day
		}
	}
	return list
}

// stretches are the runs of minutes in a day.
func stretches(day []bool) (list []Hours) {
	for m := 0; m < len(day); m++ {
		if !day[m] {
			continue
		}
		begin := m
		for m < len(day) && day[m] {
			m++
		}
		h := Hours{From: clockOf(begin)}
		if m < len(day) {
			h.To = clockOf(m)
		}
		list = append(list, h)
	}
	return list
}

func clockOf(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// hoursWithin tells whether a has no moment that b has not.
func hoursWithin(a, b []Hours) bool { return weekOf(a).within(weekOf(b)) }

// commonHours are the moments of both lists, as one of them writes it where
// that says the same.
func commonHours(a, b []Hours) []Hours {
	x, y := weekOf(a), weekOf(b)
	switch {
	case y.within(x):
		return b
	case x.within(y):
		return a
	}
	return x.both(y).hours()
}

func weekday(at time.Time) string { return strings.ToLower(at.Weekday().String()[:3]) }
