package locale

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Age says how far t lies from now and when it was: "3 giorni fa, lun 16 nov
// 10:40". The zero time is a dash.
func (c *Catalogue) Age(lang Lang, now, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return c.distance(lang, now, t) + ", " + c.Moment(lang, now, t)
}

// AgeDay is Age for what is only known by its day.
func (c *Catalogue) AgeDay(lang Lang, now, day time.Time) string {
	if day.IsZero() {
		return "–"
	}
	return c.days(lang, now, day) + ", " + c.Day(lang, now, day)
}

// DaysAgo is how many days ago a day was, in words alone: "ieri".
func (c *Catalogue) DaysAgo(lang Lang, now, day time.Time) string { return c.days(lang, now, day) }

// Moment is a day and an hour: "lun 16 nov 10:40".
func (c *Catalogue) Moment(lang Lang, now, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return c.Day(lang, now, t) + " " + c.Clock(t)
}

// Day is a day in words: "lun 16 nov", with the year when it is not this one.
func (c *Catalogue) Day(lang Lang, now, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	local, names := t.In(c.zone), c.names[lang]
	s := fmt.Sprintf("%s %d %s", names.days[local.Weekday()], local.Day(), names.months[local.Month()-1])
	if local.Year() != now.In(c.zone).Year() {
		s += fmt.Sprintf(" %d", local.Year())
	}
	return s
}

// LongDay is a day written out: "Lunedì 16 novembre".
func (c *Catalogue) LongDay(lang Lang, t time.Time) string {
	local, names := t.In(c.zone), c.names[lang]
	return fmt.Sprintf("%s %d %s", names.longDays[local.Weekday()], local.Day(), names.longMonths[local.Month()-1])
}

// Date is a day with its year: "20 novembre 2026".
func (c *Catalogue) Date(lang Lang, t time.Time) string {
	local := t.In(c.zone)
	return fmt.Sprintf("%d %s %d", local.Day(), c.names[lang].longMonths[local.Month()-1], local.Year())
}

// Weekday is a day of the week as dates name it: "lun".
func (c *Catalogue) Weekday(lang Lang, d time.Weekday) string { return c.names[lang].days[d] }

// Clock is the hour: "10:40".
func (c *Catalogue) Clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(c.zone).Format("15:04")
}

// Hours is a stretch of safe hours: the days as dates name them and the hours as
// they are kept, HH:MM, either of which may be empty: "lun, dom 09:00–12:00",
// "lun, dom, a qualsiasi ora".
func (c *Catalogue) Hours(lang Lang, days []time.Weekday, from, to string) string {
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = c.Weekday(lang, d)
	}
	open, shut := from == "" || from == "00:00", to == "" || endOfDay(to)
	hours, sep := from+"–"+to, " "
	switch {
	case open && shut:
		hours, sep = c.must(lang, "hours.any"), ", "
	case shut:
		hours = c.must(lang, "hours.from", "Time", from)
	case to < from:
		hours = c.must(lang, "hours.next_day", "From", from, "To", to)
	case from == "":
		hours = c.must(lang, "agenda.callback_until", "Time", to)
	}
	if len(days) == 0 {
		return hours
	}
	if len(days) == 7 {
		names = []string{c.must(lang, "hours.every_day")}
		sep = ", "
	}
	return strings.Join(names, ", ") + sep + hours
}

// Until is when hours end that are open now: "fino alle 12:00", and "tutto il
// giorno" where they have no end today.
func (c *Catalogue) Until(lang Lang, t time.Time) string {
	if t.IsZero() || endOfDay(c.Clock(t)) {
		return c.must(lang, "hours.all_day")
	}
	return c.must(lang, "agenda.callback_until", "Time", c.Clock(t))
}

// UntilFrom is until when hours are open, with the day where that is not now's; the zero
// time is never.
func (c *Catalogue) UntilFrom(lang Lang, now, t time.Time) string {
	today := c.dayNumber(t) == c.dayNumber(now)
	switch clock := c.Clock(t); {
	case t.IsZero():
		return c.must(lang, "hours.any")
	case today && endOfDay(clock), c.dayNumber(t) == c.dayNumber(now)+1 && clock == "00:00":
		return c.must(lang, "strip.until_midnight")
	case today:
		return c.Until(lang, t)
	}
	return c.must(lang, "strip.until_day", "Time", c.Clock(t), "Day", c.Day(lang, now, t))
}

// FromWhen is from when hours are open that are shut now, with the day where that is not
// now's; the zero time is that no hour was named.
func (c *Catalogue) FromWhen(lang Lang, now, t time.Time) string {
	switch {
	case t.IsZero():
		return c.must(lang, "strip.at_no_hour")
	case c.dayNumber(t) == c.dayNumber(now):
		return c.must(lang, "hours.from", "Time", c.Clock(t))
	}
	return c.must(lang, "strip.from_day", "Time", c.Clock(t), "Day", c.Day(lang, now, t))
}

// numbers is what ages are where somebody wrote nothing but numbers.
var numbers = regexp.MustCompile(`^[0-9]+( ?(,|e|and) ?[0-9]+)*$`)

// Ages are the ages of children in words, where nothing but numbers was written.
func (c *Catalogue) Ages(lang Lang, typed string) string {
	switch {
	case typed == "1":
		return c.must(lang, "package.age_one")
	case numbers.MatchString(typed):
		return c.must(lang, "package.ages", "Ages", typed)
	}
	return typed
}

// endOfDay tells whether an hour is the last that a form can say.
func endOfDay(clock string) bool { return clock == "23:59" || clock == "24:00" }

func (c *Catalogue) distance(lang Lang, now, t time.Time) string {
	d := now.Sub(t)
	if d > -time.Minute && d < time.Minute {
		return c.must(lang, "age.now")
	}
	if d >= time.Minute && d < time.Hour {
		return c.must(lang, "age.minutes_ago", "Count", int(d/time.Minute))
	}
	if d <= -time.Minute && d > -time.Hour {
		return c.must(lang, "age.in_minutes", "Count", int(-d/time.Minute))
	}
	return c.days(lang, now, t)
}

func (c *Catalogue) days(lang Lang, now, t time.Time) string {
	switch n := c.dayNumber(now) - c.dayNumber(t); {
	case n == 0:
		return c.must(lang, "age.today")
	case n == 1:
		return c.must(lang, "age.yesterday")
	case n == -1:
		return c.must(lang, "age.tomorrow")
	case n > 0:
		return c.must(lang, "age.days_ago", "Count", n)
	default:
		return c.must(lang, "age.in_days", "Count", -n)
	}
}

// dayNumber counts calendar days, so that 23:50 and 00:10 are a day apart and
// the nights when the clock changes do not matter.
func (c *Catalogue) dayNumber(t time.Time) int {
	y, m, d := t.In(c.zone).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}
