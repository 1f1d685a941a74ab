package typed_test

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata"

	"sportello/referrals/typed"
)

func TestDaysAndHoursAreJudged(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 10, 40, 0, 0, rome)
	for _, c := range []struct{ day, hour, field, key string }{
		{"2026-12-10", "10:00", "", ""},
		{"2026-11-25", "10:41", "", ""},
		{" 2026-12-10 ", "9:30", "", ""},
		{"2026-12-10", "09.30", "", ""},
		{"2026-12-10", "09:30:00", "", ""},
		{"2026-12-10", "9", "", ""},
		{"2025-01-01", "10:00", "day", "error.day_past"},
		{"0026-12-10", "10:00", "day", "error.day_past"},
		{"2026-11-25", "00:01", "hour", "error.hour_past"},
		{"2026-11-25", "10:40", "hour", "error.hour_past"},
		{"9999-12-31", "10:00", "day", "error.day_far"},
		{"2027-03-28", "02:30", "hour", "error.hour_skipped"},
		{"2027-03-28", "03:00", "", ""},
		{"2027-10-31", "02:30", "hour", "error.hour_twice"},
		{"2027-10-31", "01:59", "", ""},
		{"2027-10-31", "03:00", "", ""},
		{"2026-12-10", "25:00", "hour", "error.hour"},
		{"2026-12-10", "", "hour", "error.hour_missing"},
		{"2026-12-10", "dopo le 9", "hour", "error.hour"},
		{"2026-02-30", "10:00", "day", "error.day"},
		{"10/12/2026", "10.00", "", ""},
		{"12/27/2026", "10:00", "day", "error.day"},
		{"", "10:00", "day", "error.day"},
	} {
		at, err := typed.When(c.day, c.hour, now)
		if err == nil {
			err = typed.Ahead(at, now)
		}
		var bad *typed.Invalid
		errors.As(err, &bad)
		if c.key == "" && err != nil || c.key != "" && (bad == nil || bad.Fields[c.field] != c.key) {
			t.Errorf("%s %s: got %+v", c.day, c.hour, bad)
		}
	}
	for day, key := range map[string]string{"2026-11-25": "", "2027-11-25": "", "2026-11-24": "error.day_past", "9999-12-31": "error.day_far", "x": "error.day"} {
		var bad *typed.Invalid
		errors.As(typed.DayAhead("recall", day, now), &bad)
		if (bad == nil) != (key == "") || bad != nil && bad.Fields["recall"] != key {
			t.Errorf("%s: got %+v", day, bad)
		}
	}
}

// TestLengthIsWhatAFormCounts: as a browser's maxlength does.
func TestLengthIsWhatAFormCounts(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "\u00ec": 1, "i\u0300": 2, "\u0641\u0627\u0637\u0645\u0629": 5, "\U0001F642": 2,
		"\U0001F469\u200d\U0001F467": 5, "a\r\nb": 3, "a\nb": 3, "a\rb": 3, "\u6797": 1} {
		if got := typed.Length(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	bad := typed.Check{}
	bad.Max("x", "\u0641\U0001F642\r\n", 4)
	if bad.Max("y", "\u0641\U0001F642\r\na", 4); len(bad) != 1 || bad["y"] == "" {
		t.Errorf("got %v", bad)
	}
}
