package locale_test

import (
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sportello/server/locale"
)

func catalogue(t *testing.T) *locale.Catalogue {
	t.Helper()
	c, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBothLanguagesKnowTheSameKeys(t *testing.T) {
	c := catalogue(t)
	it, en := c.Keys(locale.Italian), c.Keys(locale.English)
	sort.Strings(it)
	sort.Strings(en)
	if diff := cmp.Diff(it, en); diff != "" {
		t.Errorf("keys differ (-it +en):\n%s", diff)
	}
}

func TestAgesAreWords(t *testing.T) {
	c := catalogue(t)
	now := time.Date(2026, 11, 19, 11, 0, 0, 0, c.Zone())
	for _, test := range []struct {
		at     time.Time
		it, en string
	}{
		{now.Add(-20 * time.Second), "adesso, gio 19 nov 10:59", "now, Thu 19 Nov 10:59"},
		{now.Add(-time.Minute), "1 minuto fa, gio 19 nov 10:59", "1 minute ago, Thu 19 Nov 10:59"},
		{now.Add(-40 * time.Minute), "40 minuti fa, gio 19 nov 10:20", "40 minutes ago, Thu 19 Nov 10:20"},
		{now.Add(-3 * time.Hour), "oggi, gio 19 nov 08:00", "today, Thu 19 Nov 08:00"},
		{time.Date(2026, 11, 18, 23, 50, 0, 0, c.Zone()), "ieri, mer 18 nov 23:50", "yesterday, Wed 18 Nov 23:50"},
		{time.Date(2026, 11, 16, 10, 40, 0, 0, c.Zone()), "3 giorni fa, lun 16 nov 10:40", "3 days ago, Mon 16 Nov 10:40"},
		{now.Add(25 * time.Minute), "tra 25 minuti, gio 19 nov 11:25", "in 25 minutes, Thu 19 Nov 11:25"},
		{time.Date(2026, 11, 20, 9, 0, 0, 0, c.Zone()), "domani, ven 20 nov 09:00", "tomorrow, Fri 20 Nov 09:00"},
		{time.Date(2025, 12, 30, 9, 0, 0, 0, c.Zone()), "324 giorni fa, mar 30 dic 2025 09:00", "324 days ago, Tue 30 Dec 2025 09:00"},
		{time.Time{}, "–", "–"},
	} {
		if got := c.Age(locale.Italian, now, test.at); got != test.it {
			t.Errorf("Age(it, %v) = %q, want %q", test.at, got, test.it)
		}
		if got := c.Age(locale.English, now, test.at); got != test.en {
			t.Errorf("Age(en, %v) = %q, want %q", test.at, got, test.en)
		}
	}
}

// TestHoursAreWords: hours that were not said are no dash, and a day's last minute
// is no hour to look at.
func TestHoursAreWords(t *testing.T) {
	c := catalogue(t)
	days := []time.Weekday{time.Monday, time.Sunday}
	for _, test := range []struct {
		days             []time.Weekday
		from, to, it, en string
	}{
		{days, "09:00", "12:00", "lun, dom 09:00–12:00", "Mon, Sun 09:00–12:00"},
		{days, "", "", "lun, dom, a qualsiasi ora", "Mon, Sun, at any hour"},
		{days, "00:00", "23:59", "lun, dom, a qualsiasi ora", "Mon, Sun, at any hour"},
		{days, "18:00", "", "lun, dom dalle 18:00", "Mon, Sun from 18:00"},
		{days, "18:00", "23:59", "lun, dom dalle 18:00", "Mon, Sun from 18:00"},
		{days, "", "09:00", "lun, dom fino alle 09:00", "Mon, Sun until 09:00"},
		{days, "22:00", "06:00", "lun, dom 22:00–06:00 del giorno dopo", "Mon, Sun 22:00–06:00 of the next day"},
		{[]time.Weekday{1, 2, 3, 4, 5, 6, 0}, "09:00", "12:00", "tutti i giorni, 09:00–12:00", "every day, 09:00–12:00"},
		{[]time.Weekday{1, 2, 3, 4, 5, 6, 0}, "", "", "tutti i giorni, a qualsiasi ora", "every day, at any hour"},
		{nil, "09:00", "12:00", "09:00–12:00", "09:00–12:00"},
		{nil, "", "", "a qualsiasi ora", "at any hour"},
	} {
		it, en := c.Hours(locale.Italian, test.days, test.from, test.to), c.Hours(locale.English, test.days, test.from, test.to)
		if it != test.it || en != test.en {
			t.Errorf("Hours(%q, %q) = %q, %q, want %q, %q", test.from, test.to, it, en, test.it, test.en)
		}
	}
	for clock, want := range map[string]string{"12:00": "fino alle 12:00", "23:59": "tutto il giorno"} {
		at, err := time.ParseInLocation("15:04", clock, c.Zone())
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Until(locale.Italian, at); got != want {
			t.Errorf("Until(%s) = %q, want %q", clock, got, want)
		}
	}
	if got := c.Until(locale.Italian, time.Time{}); got != "tutto il giorno" {
		t.Errorf("Until without an end = %q", got)
	}
}

func TestDaysCrossTheClockChange(t *testing.T) {
	c := catalogue(t)
	now := time.Date(2026, 10, 26, 0, 30, 0, 0, c.Zone())
	day := time.Date(2026, 10, 25, 0, 15, 0, 0, c.Zone())
	if got, want := c.AgeDay(locale.Italian, now, day), "ieri, dom 25 ott"; got != want {
		t.Errorf("AgeDay = %q, want %q", got, want)
	}
}

func TestUnknownKeyIsAnError(t *testing.T) {
	c := catalogue(t)
	if _, err := c.T(locale.Italian, "no.such.key"); err == nil {
		t.Error("an unknown key gave a text")
	}
}

func TestMatchFallsBackToItalian(t *testing.T) {
	for header, want := range map[string]locale.Lang{
		"":                     locale.Italian,
		"it-IT,it;q=0.9":       locale.Italian,
		"en-GB,en;q=0.8":       locale.English,
		"fr,de;q=0.5":          locale.Italian,
		"\x00\xff;;q=never":    locale.Italian,
		"de,en;q=0.7,it;q=0.2": locale.English,
	} {
		if got := locale.Match(header); got != want {
			t.Errorf("Match(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestEveryPluralFormIsWritten(t *testing.T) {
	c := catalogue(t)
	for _, lang := range locale.Langs {
		for _, n := range []int{0, 1, 2, 11, 1000000} {
			s, err := c.T(lang, "age.days_ago", "Count", n)
			if err != nil || strings.Contains(s, "no value") {
				t.Errorf("%s, %d: %q, %v", lang, n, s, err)
			}
		}
	}
}
