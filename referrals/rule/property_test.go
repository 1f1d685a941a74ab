package rule_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"

	"pgregory.net/rapid"
)

// allowsPlain is the safe-contact rule told again, minute by minute of a week
// and without a shortcut.
func allowsPlain(s rule.SafeContact, kind string, at time.Time) bool {
	if _, shut := s.Suspended[kind]; shut || s.Stopped || s.Channels[kind] != "yes" {
		return false
	}
	if kind != "call" && kind != "sms" && kind != "whatsapp" {
		return true
	}
	minute := at.Hour()*60 + at.Minute()
	days := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	for _, h := range s.Hours {
		from, to := 0, 24*60
		if h.From != "" {
			from = minutes(h.From)
		}
		if h.To != "" {
			to = minutes(h.To)
		}
		on := func(day int) bool { return len(h.Days) == 0 || slices.Contains(h.Days, days[(day+7)%7]) }
		today := int(at.Weekday())
		switch {
		case from <= to && on(today) && minute >= from && minute < to:
			return true
		case from > to && (on(today) && minute >= from || on(today-1) && minute < to):
			return true
		}
	}
	return false
}

func minutes(clock string) int {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		panic(err)
	}
	return t.Hour()*60 + t.Minute()
}

func TestSafeContactProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mark := rapid.SampledFrom([]string{"", "yes", "never"})
		clock := rapid.Custom(func(t *rapid.T) string {
			if rapid.IntRange(0, 5).Draw(t, "any") == 0 {
				return ""
			}
			return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "h"), rapid.IntRange(0, 59).Draw(t, "m"))
		})
		s := rule.SafeContact{Channels: map[string]string{}}
		for _, k := range rule.ChannelKinds {
			s.Channels[k] = mark.Draw(t, k)
		}
		for range rapid.IntRange(0, 3).Draw(t, "hours") {
			s.Hours = append(s.Hours, rule.Hours{From: clock.Draw(t, "from"), To: clock.Draw(t, "to"),
				Days: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}), 0, 3, rapid.ID).Draw(t, "days")})
		}
		s, _ = s.Suspend(rapid.SampledFrom(rule.SuspendedFor).Draw(t, "why"), time.Time{}, anyChannels(t)...)
		s.Stopped = rapid.IntRange(0, 5).Draw(t, "stopped") == 0
		kind := rapid.SampledFrom(rule.ChannelKinds).Draw(t, "kind")
		at := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 7*24*60-1).Draw(t, "minute")) * time.Minute)
		got := s.Allows(kind, at)
		if want := allowsPlain(s, kind, at); (got == rule.Permitted) != want {
			t.Fatalf("%+v on %s at %s: got %q, want allowed %v", s, kind, at.Format("Mon 15:04"), got, want)
		}
		never := s
		never.Channels = map[string]string{kind: "never", "in_person": "yes", "email": "yes"}
		never.Channels[kind] = "never"
		if never.Allows(kind, at) != rule.ChannelNever {
			t.Fatal("a channel marked never was allowed")
		}
		if (rule.SafeContact{Hours: s.Hours, Number: "333"}).Allows(kind, at) != rule.NothingRecorded {
			t.Fatal("nothing recorded allowed something")
		}
	})
}

// TestNarrowedRuleIsNarrower: what reaches a recipient without her tick lets it do
// nothing, at any minute of a week, that it could not do before or that her rule
// does not let it do now, and tells it nothing that it did not know.
func TestNarrowedRuleIsNarrower(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ticks := storetest.AnyTicks(t)
		had := rule.For(storetest.AnyRule(t, "uno"), false, ticks)
		all := storetest.AnyRule(t, "due")
		if rapid.Bool().Draw(t, "alike") { // else two rules have next to nothing in common
			all = had.Rule
			all.Channels = maps.Clone(had.Rule.Channels)
			for kind := range all.Channels {
				all.Channels[kind] = rapid.SampledFrom([]string{"yes", "never"}).Draw(t, kind)
			}
			other := storetest.AnyRule(t, "due")
			all.Hours = append(slices.Clone(other.Hours), had.Rule.Hours[:len(had.Rule.Hours)/2]...)
			all.Answerer, all.Hide, all.Voice = other.Answerer, other.Hide, other.Voice
		}
		now := rule.For(all, false, ticks)
		got := rule.Narrowed(had, now)
		for _, of := range []struct {
			name string
			than rule.PackageSafe
		}{{"it had", had}, {"holds now", now}} {
			if why := wider(got, of.than); why != "" {
				t.Fatalf("%s is wider than what %s:\n%+v\n%+v", why, of.name, got.Rule, of.than.Rule)
			}
			if !got.Within(of.than) {
				t.Fatalf("it is not within what %s:\n%+v\n%+v", of.name, got.Rule, of.than.Rule)
			}
		}
		if (wider(now, had) == "") != now.Within(had) {
			t.Fatalf("the order says %v of\n%+v\n%+v", now.Within(had), now.Rule, had.Rule)
		}
		if again := rule.Narrowed(got, now); wider(got, again) != "" {
			t.Fatalf("the same change once more takes %+v from %+v", again.Rule, got.Rule)
		}
	})
}

func anyChannels(t *rapid.T) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(rule.ChannelKinds), 0, 4, rapid.ID).Draw(t, "channels")
}

// TestSuspendedIsForbiddenEverywhere: whatever asks whether she may be reached finds a
// suspended channel as if she had said "mai" to it; the others stay as they were; and
// of a rule that is stopped nothing can be used and nothing is told.
func TestSuspendedIsForbiddenEverywhere(t *testing.T) {
	at := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		open, ticks, kinds := storetest.AnyRule(t, "uno"), storetest.AnyTicks(t), anyChannels(t)
		why := rapid.SampledFrom(rule.SuspendedFor).Draw(t, "why")
		got, narrower := open.Suspend(why, at, kinds...)
		if len(open.Suspended) != 0 {
			t.Fatal("suspending changed the rule it was made from")
		}
		never := open
		never.Channels = maps.Clone(open.Channels)
		for _, kind := range kinds {
			if open.Channels[kind] == "yes" {
				never.Channels[kind] = "never"
			}
		}
		if narrower == maps.Equal(never.Channels, open.Channels) {
			t.Fatalf("narrower is %v of %v and %v", narrower, open.Channels, kinds)
		}
		if _, again := got.Suspend(why, at, kinds...); again {
			t.Fatal("the same once more is narrower")
		}
		when := at.Add(time.Duration(rapid.IntRange(0, 7*24*60-1).Draw(t, "minute")) * time.Minute)
		for _, kind := range rule.ChannelKinds {
			if a, b := got.Allows(kind, when), never.Allows(kind, when); (a == rule.Permitted) != (b == rule.Permitted) {
				t.Fatalf("%s is %q suspended and %q forbidden", kind, a, b)
			}
			if _, shut := got.Suspended[kind]; shut {
				if a := got.Allows(kind, when); a != map[string]rule.Refusal{"said": rule.Suspended, "other_person": rule.OtherAnswered}[why] {
					t.Fatalf("%s suspended for %s is refused with %q", kind, why, a)
				}
			}
		}
		plan := rule.Recall{Day: "2026-11-17"}
		_, a := got.AllowsRecall(plan, time.UTC)
		_, b := never.AllowsRecall(plan, time.UTC)
		if got.Rings() != never.Rings() || got.Phone() != never.Phone() || got.Recorded() != never.Recorded() || (a == "") != (b == "") {
			t.Fatalf("suspended and forbidden differ:\n%+v\n%+v", got, never)
		}
		if got.Said() != open.Said() {
			t.Fatal("a rule that is suspended was not said any more")
		}
		if one, other := rule.For(got, false, ticks), rule.For(never, false, ticks); !one.Same(other) {
			t.Fatalf("a recipient gets %+v, of a forbidden one %+v", one, other)
		}
		had := rule.For(open, false, ticks)
		if told := rule.Narrowed(had, rule.For(got, false, ticks)); wider(told, had) != "" {
			t.Fatalf("what was told got wider: %+v", told)
		}
		for _, kind := range kinds {
			if open.Channels[kind] != "yes" {
				continue
			}
			if back := got.Take([]string{kind}, open); back.Allows(kind, when) != open.Allows(kind, when) {
				t.Fatalf("%s does not come back with her word", kind)
			}
		}
		open.Stopped = true
		if p := rule.For(open, false, ticks); !p.Same(rule.PackageSafe{DeskOnly: true}) {
			t.Fatalf("a stopped rule tells %+v", p)
		}
		if open.Recorded() || open.Phone() != "" {
			t.Fatal("a stopped rule allows something")
		}
	})
}

// TestOnlyWhatDiffersIsTaken: what two rules say differently is all that has to be
// taken over to have the other, and what was not said stays as it stands.
func TestOnlyWhatDiffersIsTaken(t *testing.T) {
	at := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		stands, said := storetest.AnyRule(t, "uno"), storetest.AnyRule(t, "due")
		stands, _ = stands.Suspend(rule.SuspendedOther, at, anyChannels(t)...)
		taken := stands.Take(stands.Differs(said), said)
		if left := taken.Differs(said); len(left) > 0 {
			t.Fatalf("taken, it differs in %v", left)
		}
		if left := stands.Differs(stands); len(left) > 0 {
			t.Fatalf("a rule differs from itself in %v", left)
		}
		if left := stands.Differs(stands.With(rule.SafeContact{})); len(left) > 0 {
			t.Fatalf("a rule with nothing said differs in %v", left)
		}
		with := stands.With(said)
		for _, kind := range rule.ChannelKinds {
			want := stands.Channels[kind]
			if said.Channels[kind] != "" {
				want = said.Channels[kind]
			}
			if with.Channels[kind] != want {
				t.Fatalf("%s is %q of %q and %q", kind, with.Channels[kind], stands.Channels[kind], said.Channels[kind])
			}
		}
	})
}

// wider names what a lets be done or says that b does not; empty if nothing.
func wider(a, b rule.PackageSafe) string {
	for _, kind := range rule.ChannelKinds {
		for minute := 0; minute < 7*24*60; minute += 1 {
			at := time.Date(2026, 11, 16, 0, minute, 0, 0, time.UTC)
			if allowsPlain(a.Rule, kind, at) && !allowsPlain(b.Rule, kind, at) {
				return kind + " at " + at.Format("Mon 15:04")
			}
			if a.Rule.Channels[kind] == "yes" && b.Rule.Channels[kind] != "yes" {
				return kind
			}
		}
	}
	for what, pair := range map[string][2]string{"number": {a.Rule.Number, b.Rule.Number}, "address": {a.Rule.Mail, b.Rule.Mail},
		"word": {a.Rule.CodeWord, b.Rule.CodeWord}, "what to say": {a.Rule.Say, b.Rule.Say}} {
		if pair[0] != "" && pair[0] != pair[1] {
			return what
		}
	}
	if a.Rule.Number == "" {
		return ""
	}
	rank := map[string]int{"only_she": 0, "trusted": 2, "anyone": 3, "": 1}
	hide, voice := map[string]int{"yes": 0, "": 1, "no": 2}, map[string]int{"no": 0, "": 1, "yes": 2}
	switch {
	case rank[a.Rule.Answerer] > rank[b.Rule.Answerer]:
		return "who answers"
	case hide[a.Rule.Hide] > hide[b.Rule.Hide]:
		return "our number"
	case voice[a.Rule.Voice] > voice[b.Rule.Voice]:
		return "voicemail"
	}
	return ""
}
