package typed_test

import (
	"testing"
	"time"

	"sportello/referrals/typed"
)

// TestDaysAreReadHoweverTheyAreWritten: day first, in figures or in words of either
// language, with what keyboards and papers put in between.
func TestDaysAreReadHoweverTheyAreWritten(t *testing.T) {
	for text, want := range map[string]string{
		"27/11/2026": "2026-11-27", "27.11.26": "2026-11-27", "27-11-2026": "2026-11-27", "27 11 2026": "2026-11-27", "7/1/2027": "2027-01-07",
		"27 / 11 / 2026": "2026-11-27", "2026-11-27": "2026-11-27", "2026-1-7": "2026-01-07", " 27 nov 2026 ": "2026-11-27", "27 NOV. 2026": "2026-11-27",
		"27 novembre 2026": "2026-11-27", "27 November, 2026": "2026-11-27", "1\u00b0 dicembre 2026": "2026-12-01", "1\u00ba gen 27": "2027-01-01",
		"ven 27 nov 2026": "2026-11-27", "Venerd\u00ec, 27 novembre 2026": "2026-11-27", "Friday, 27 Nov 2026": "2026-11-27",
		"\uff12\uff17/\uff11\uff11/\uff12\uff10\uff12\uff16": "2026-11-27", "\u0662\u0667/\u0661\u0661/\u0662\u0660\u0662\u0666": "2026-11-27",
		"27\u201311\u20132026": "2026-11-27", "27/11/\u200b2026": "2026-11-27", "0026-12-10": "0026-12-10", "29/2/2028": "2028-02-29",
	} {
		if got, ok := typed.Day(text); !ok || got != want {
			t.Errorf("%q: got %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "x", "27/11", "11/27/2026", "31/4/2026", "29/2/2027", "27 nav 2026", "27 novantesimo 2026", "2026", "27/11/20266",
		"domani", "27/11/2026 ore 9", "0/1/2026", "2026-13-01", "27/11-2026-1", "nov 27"} {
		if got, ok := typed.Day(text); ok || got != text {
			t.Errorf("%q: got %q, %v", text, got, ok)
		}
	}
}

func TestHoursAreReadHoweverTheyAreWritten(t *testing.T) {
	for text, want := range map[string]string{"20:40": "20:40", "20.40": "20:40", "20,40": "20:40", "20": "20:00", "9": "09:00", "9:30": "09:30",
		"09:30:00": "09:30", "ore 20": "20:00", "20h40": "20:40", " 0.00 ": "00:00", "23:59": "23:59", "\uff12\uff10:\uff14\uff10": "20:40"} {
		if got, ok := typed.Hour(text); !ok || got != want {
			t.Errorf("%q: got %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "24", "24:00", "25:00", "9:60", "9:3", "20:40 circa", "dopo le 9", "2040", "-1", "9 pm"} {
		if got, ok := typed.Hour(text); ok || got != text {
			t.Errorf("%q: got %q, %v", text, got, ok)
		}
	}
}

// FuzzDay: what is read is a day as it is kept, is read as itself, and is the same in
// each form in which a page writes it; what is not comes back as it was typed.
func FuzzDay(f *testing.F) {
	for _, seed := range []string{"27/11/2026", "1\u00b0 dicembre 2026", "2026-11-27", "\u0662\u0667/11/26", "20.40", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hour, ok := typed.Hour(text)
		if again, same := typed.Hour(hour); ok != same || again != hour || !ok && hour != text {
			t.Fatalf("%q is the hour %q, and that %q", text, hour, again)
		}
		kept, ok := typed.Day(text)
		if !ok {
			if kept != text {
				t.Fatalf("%q came back as %q", text, kept)
			}
			return
		}
		day, err := time.Parse(time.DateOnly, kept)
		if err != nil {
			t.Fatalf("%q is kept as %q", text, kept)
		}
		for _, form := range []string{time.DateOnly, "02/01/2006", "2 Jan 2006"} {
			if again, ok := typed.Day(day.Format(form)); !ok || again != kept {
				t.Fatalf("%q is %q, written %q it is %q", text, kept, day.Format(form), again)
			}
		}
	})
}
