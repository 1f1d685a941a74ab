package rule_test

import (
	"slices"
	"testing"
	"time"

	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"

	"pgregory.net/rapid"
)

// TestMomentIsTheRule: at any minute of a week, what is open is what the rule allows,
// and stays so until the minute that is named, and no longer.
func TestMomentIsTheRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := storetest.AnyRule(t, "uno")
		at := time.Date(2026, 11, 16, 0, rapid.IntRange(0, 7*24*60-1).Draw(t, "minute"), 0, 0, time.UTC)
		m := s.At(at)
		phone := false
		for _, kind := range rule.ChannelKinds {
			timed := slices.Contains(rule.ChannelKinds[:3], kind)
			open := allowsPlain(s, kind, at)
			if slices.Contains(m.Open, kind) != open {
				t.Fatalf("%s at %s: open is %v, want %v", kind, at.Format("Mon 15:04"), m.Open, open)
			}
			if want := timed && s.Channels[kind] == "yes" && !open; slices.Contains(m.Shut, kind) != want {
				t.Fatalf("%s at %s: shut is %v", kind, at.Format("Mon 15:04"), m.Shut)
			}
			if slices.Contains(m.Never, kind) != (s.Channels[kind] == "never") {
				t.Fatalf("never is %v of %v", m.Never, s.Channels)
			}
			phone = phone || timed && open
		}
		if m.Phones != phone || !m.Until.IsZero() && !phone || !m.Opens.IsZero() && phone {
			t.Fatalf("a phone is open %v: %+v", phone, m)
		}
		turn := m.Until
		if turn.IsZero() {
			turn = m.Opens
		}
		ahead := s
		ahead.Channels = map[string]string{"call": "yes"} // the hours alone
		now := allowsPlain(ahead, "call", at)
		for minute := at.Add(time.Minute); minute.Before(at.AddDate(0, 0, 7)); minute = minute.Add(time.Minute) {
			if changed := allowsPlain(ahead, "call", minute) != now; changed || minute.Equal(turn) {
				if phone == now && !minute.Equal(turn) || minute.Equal(turn) && !changed {
					t.Fatalf("at %s it turns at %s, and the page says %s", at.Format("Mon 15:04"), minute.Format("Mon 15:04"), turn.Format("Mon 15:04"))
				}
				return
			}
		}
		if !turn.IsZero() {
			t.Fatalf("at %s it never turns, and the page says %s", at, turn)
		}
	})
}

// TestMomentGoesByTheClockOnTheWall, also in the night in which the clock is put back.
func TestMomentGoesByTheClockOnTheWall(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	s := rule.SafeContact{Channels: map[string]string{"call": "yes"}, Hours: []rule.Hours{{From: "22:00", To: "07:00"}}}
	m := s.At(time.Date(2026, 10, 24, 23, 0, 0, 0, zone))
	if want := time.Date(2026, 10, 25, 7, 0, 0, 0, zone); !m.Until.Equal(want) {
		t.Errorf("it ends at %s, want %s", m.Until, want)
	}
}
