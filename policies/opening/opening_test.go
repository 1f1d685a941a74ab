package opening_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"sportello/policies/opening"
)

// TestWhoAnswersNow: by the clock of Rome, over midnight, over the nights in which clocks
// change, on holidays and on single days. What is not known is asked.
func TestWhoAnswersNow(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		m, err := time.ParseInLocation("2006-01-02 15:04", text, rome)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	day := func(text string) []opening.Span {
		s, err := opening.Spans(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	week := func(holidays string, days ...string) opening.Hours {
		h := opening.Hours{Kind: opening.Weekly, Holidays: holidays}
		for i, text := range days {
			h.Week[i] = day(text)
		}
		return h
	}
	office := week("closed", "9-13, 14:30-17", "9-13", "9-13", "9-13", "9-13")
	patron := office
	patron.Patron, patron.Closed = "06-29", []string{"2026-12-28", "2026-12-29"}
	night := week("open", "20-8", "20-8", "20-8", "20-8", "20-8", "20-8", "20-8")
	round := week("open", "0-24", "0-24", "0-24", "0-24", "0-24", "0-24", "0-24")
	weekend := week("open", "", "", "", "", "18-24", "0-24", "0-24")
	for _, c := range []struct {
		name        string
		hours       opening.Hours
		now         string
		state       opening.State
		until, next string
	}{
		{"nothing entered", opening.Hours{}, "2026-11-27 10:00", opening.Ask, "", ""},
		{"day and night", opening.Hours{Kind: opening.Always}, "2026-12-25 03:00", opening.Open, "", ""},
		{"Friday morning", office, "2026-11-27 12:59", opening.Open, "2026-11-27 13:00", ""},
		{"at the end it is over", office, "2026-11-27 13:00", opening.Shut, "", "2026-11-30 09:00"},
		{"between two spans", office, "2026-11-30 13:30", opening.Shut, "", "2026-11-30 14:30"},
		{"at the beginning it begins", office, "2026-11-30 14:30", opening.Open, "2026-11-30 17:00", ""},
		{"20:40 on a Friday", office, "2026-11-27 20:40", opening.Shut, "", "2026-11-30 09:00"},
		{"holiday on a Tuesday", office, "2026-12-08 10:00", opening.Shut, "", "2026-12-09 09:00"},
		{"Easter Monday", office, "2026-04-06 10:00", opening.Shut, "", "2026-04-07 09:00"},
		{"4 October, first in 2026", week("closed", "", "", "", "", "", "", "9-13"), "2026-10-04 10:00", opening.Shut, "", "2026-10-11 09:00"},
		{"4 October of before", week("closed", "", "", "", "", "9-13", "9-13", ""), "2025-10-04 10:00", opening.Open, "2025-10-04 13:00", ""},
		{"the patron of the town", patron, "2026-06-29 10:00", opening.Shut, "", "2026-06-30 09:00"},
		{"the patron of another", office, "2026-06-29 10:00", opening.Open, "2026-06-29 13:00", ""},
		{"single days", patron, "2026-12-28 10:00", opening.Shut, "", "2026-12-30 09:00"},
		{"holidays not said", week("", "", "9-13", "9-13"), "2026-12-08 10:00", opening.Ask, "", ""},
		{"before a holiday not said", week("", "", "9-13", "9-13"), "2026-12-07 10:00", opening.Shut, "", ""},
		{"over midnight, evening", night, "2026-11-27 23:00", opening.Open, "2026-11-28 08:00", ""},
		{"over midnight, morning", night, "2026-11-28 07:59", opening.Open, "2026-11-28 08:00", ""},
		{"over midnight, over", night, "2026-11-28 08:00", opening.Shut, "", "2026-11-28 20:00"},
		{"night before a holiday goes on", week("closed", "20-8", "20-8", "", "", "", "", ""), "2026-12-08 03:00", opening.Open, "2026-12-08 08:00", ""},
		{"night of a holiday does not begin", week("closed", "20-8", "20-8", "", "", "", "", ""), "2026-12-08 21:00", opening.Shut, "", "2026-12-14 20:00"},
		{"clocks skip 02:30", night, "2026-03-29 03:30", opening.Open, "2026-03-29 08:00", ""},
		{"clocks repeat 02:30", night, "2026-10-25 02:30", opening.Open, "2026-10-25 08:00", ""},
		{"Friday to Sunday is one", weekend, "2026-11-27 18:00", opening.Open, "2026-11-30 00:00", ""},
		{"all days, all hours, has no end", round, "2026-11-27 18:00", opening.Open, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.hours.At(at(c.now))
			want := opening.Answer{State: c.state, Round: c.hours.Kind == opening.Always}
			if c.until != "" {
				want.Until = at(c.until)
			}
			if c.next != "" {
				want.Next = at(c.next)
			}
			if got.State != want.State || got.Round != want.Round || !got.Until.Equal(want.Until) || !got.Next.Equal(want.Next) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if again, err := opening.Read(c.hours.Text()); err != nil || again.Text() != c.hours.Text() {
				t.Errorf("kept and read again: %q, %v", again.Text(), err)
			}
		})
	}
	// The night in which clocks skip an hour is an hour shorter, the one in which they repeat it longer.
	for now, want := range map[string]time.Duration{"2026-03-28 20:00": 11 * time.Hour, "2026-10-24 20:00": 13 * time.Hour, "2026-11-24 20:00": 12 * time.Hour} {
		if got := night.At(at(now)).Until.Sub(at(now)); got != want {
			t.Errorf("from %s it answers %s, want %s", now, got, want)
		}
	}
}

// TestHoursAreJudged: what is no hours is refused, however it is written.
func TestHoursAreJudged(t *testing.T) {
	for text, want := range map[string]string{"9-13": "09:00-13:00", "9.30–13:00; 14-24": "09:30-13:00, 14:00-24:00", " 20:00 - 08:00 ": "20:00-08:00", "": ""} {
		if s, err := opening.Spans(text); err != nil || opening.Line(s) != want {
			t.Errorf("%q: %q, %v; want %q", text, opening.Line(s), err, want)
		}
	}
	for _, text := range []string{"sempre", "9", "9-25", "24-8", "9-9", "14-17, 9-13", "9-13, 12-17", "20-8, 9-12", "9:5-13", "-", "٩-١٣", "09:00-13:00-15:00"} {
		if s, err := opening.Spans(text); err == nil {
			t.Errorf("%q was taken as %v", text, s)
		}
	}
	for _, text := range []string{"{", `{"kind":"sempre"}`, `{"kind":"week"}`, `{"kind":"week","week":[[{"from":"x","to":"y"}],null,null,null,null,null,null]}`,
		`{"kind":"always","patron":"13-40"}`, `{"kind":"always","closed":["domani"]}`, `{"kind":"always","holidays":"perhaps"}`} {
		if _, err := opening.Read(text); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

// TestEaster: days that calendars print.
func TestEaster(t *testing.T) {
	for year, want := range map[int]string{2024: "03-31", 2025: "04-20", 2026: "04-05", 2027: "03-28", 2038: "04-25", 2285: "03-22"} {
		if got := opening.Easter(year).Format("01-02"); got != want {
			t.Errorf("%d: %s, want %s", year, got, want)
		}
	}
}
