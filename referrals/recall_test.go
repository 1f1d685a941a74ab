package referrals_test

import (
	"errors"
	"testing"
	"time"

	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// callsOf is the desk's "Da richiamare" as it stands now.
func callsOf(t *testing.T, w *storetest.World) []cases.RecallLine {
	t.Helper()
	a, _, err := w.Desk.ReadAgenda(t.Context(), w.Caller("anna"))
	if err != nil {
		t.Fatal(err)
	}
	return a.Recall
}

func versionNow(t *testing.T, w *storetest.World, id string) int64 {
	t.Helper()
	v, _, err := w.Desk.OpenCase(t.Context(), w.Caller("anna"), id, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	return v.Version
}

// moveTo sets the clock to an hour in Italy.
func moveTo(t *testing.T, w *storetest.World, at string) {
	t.Helper()
	then, err := time.ParseInLocation("2006-01-02 15:04", at, w.Gate.Now().Location())
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(then.Sub(w.Gate.Now()))
}

// TestRecallStaysInsideHerRule: Rosa allowed calls from eight to nine.
func TestRecallStaysInsideHerRule(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, out := w.Caller("anna"), storetest.Rosa(t, w)
	for name, c := range map[string]struct {
		plan       rule.Recall
		field, why string
	}{
		"no day":         {rule.Recall{Day: "domani"}, "recall", "error.day"},
		"a past day":     {rule.Recall{Day: "2026-11-19"}, "recall", "error.day_past"},
		"one hour":       {rule.Recall{Day: "2026-11-21", From: "08:00"}, "recall_from", "recall.hours_wrong"},
		"backwards":      {rule.Recall{Day: "2026-11-21", From: "08:30", To: "08:10"}, "recall_from", "recall.hours_wrong"},
		"no hours":       {rule.Recall{Day: "2026-11-21", From: "8", To: "9"}, "recall_from", "recall.hours_wrong"},
		"outside":        {rule.Recall{Day: "2026-11-21", From: "10:00", To: "11:00"}, "recall_from", "recall.outside"},
		"a minute after": {rule.Recall{Day: "2026-11-21", From: "08:30", To: "09:01"}, "recall_from", "recall.outside"},
	} {
		_, err := w.Desk.Cases.SetRecall(t.Context(), anna, out.CaseID, versionNow(t, w, out.CaseID), c.plan)
		var bad *typed.Invalid
		if !errors.As(err, &bad) || bad.Fields[c.field] != c.why {
			t.Errorf("%s: got %v %+v, want %s on %s", name, err, bad, c.why, c.field)
		}
	}
	plan := rule.Recall{Day: "2026-11-21", From: "08:15", To: "08:45"}
	at := versionNow(t, w, out.CaseID)
	if _, err := w.Desk.Cases.SetRecall(t.Context(), anna, out.CaseID, at, plan); err != nil {
		t.Fatalf("planning a call: %v", err)
	}
	if _, err := w.Desk.Cases.SetRecall(t.Context(), anna, out.CaseID, at, plan); !errors.Is(err, acts.ErrConflict) {
		t.Errorf("planning from an old page: got %v", err)
	}
	for _, c := range []struct {
		at     string
		closes string // empty: not on the list
	}{
		{"2026-11-20 21:00", ""}, {"2026-11-21 08:05", ""}, {"2026-11-21 08:15", "08:45"}, {"2026-11-21 08:44", "08:45"},
		{"2026-11-21 08:45", ""}, {"2026-11-21 12:00", ""},
		{"2026-11-22 08:05", "09:00"}, // missed on its day: any hour she allows
		{"2026-11-22 09:00", ""},
	} {
		moveTo(t, w, c.at)
		calls := callsOf(t, w)
		switch {
		case c.closes == "" && len(calls) > 0:
			t.Errorf("at %s she is on the list: %+v", c.at, calls)
		case c.closes != "" && (len(calls) != 1 || calls[0].Closes.Format("15:04") != c.closes):
			t.Errorf("at %s the list is %+v, want her until %s", c.at, calls, c.closes)
		}
	}
	if _, err := w.Desk.Cases.SetRecall(t.Context(), anna, out.CaseID, versionNow(t, w, out.CaseID), rule.Recall{}); err != nil {
		t.Fatalf("taking her off: %v", err)
	}
	moveTo(t, w, "2026-11-23 08:05")
	if calls := callsOf(t, w); len(calls) != 0 {
		t.Errorf("taken off, she is still on the list: %+v", calls)
	}
}

func TestRecallNeedsAnHourOfThatDay(t *testing.T) {
	zone := storetest.New(t).Standard().Gate.Now().Location()
	calls := func(hours ...rule.Hours) rule.SafeContact {
		return rule.SafeContact{Channels: map[string]string{"call": "yes"}, Hours: hours}
	}
	night := rule.Hours{Days: []string{"fri"}, From: "22:00", To: "02:00"}
	for name, c := range map[string]struct {
		safe rule.SafeContact
		plan rule.Recall
		want rule.Refusal
	}{
		"nothing recorded":   {rule.SafeContact{}, rule.Recall{Day: "2026-11-21"}, rule.NothingRecorded},
		"only letters":       {rule.SafeContact{Channels: map[string]string{"paper": "yes"}}, rule.Recall{Day: "2026-11-21"}, "recall.no_phone"},
		"no hours at all":    {calls(), rule.Recall{Day: "2026-11-21"}, "attempts.hours_unasked"},
		"another weekday":    {calls(rule.Hours{Days: []string{"mon"}, From: "08:00", To: "09:00"}), rule.Recall{Day: "2026-11-21"}, "recall.no_hours"},
		"the right weekday":  {calls(rule.Hours{Days: []string{"mon"}, From: "08:00", To: "09:00"}), rule.Recall{Day: "2026-11-23"}, rule.Permitted},
		"across two":         {calls(rule.Hours{From: "08:00", To: "09:00"}, rule.Hours{From: "09:00", To: "10:00"}), rule.Recall{Day: "2026-11-23", From: "08:30", To: "09:30"}, rule.Permitted},
		"into a gap":         {calls(rule.Hours{From: "08:00", To: "09:00"}, rule.Hours{From: "09:10", To: "10:00"}), rule.Recall{Day: "2026-11-23", From: "08:30", To: "09:30"}, "recall.outside"},
		"after midnight":     {calls(night), rule.Recall{Day: "2026-11-21", From: "00:30", To: "01:30"}, rule.Permitted},
		"the night after":    {calls(night), rule.Recall{Day: "2026-11-21", From: "22:30", To: "23:30"}, "recall.outside"},
		"the night's friday": {calls(night), rule.Recall{Day: "2026-11-20", From: "22:30", To: "23:30"}, rule.Permitted},
	} {
		if _, got := c.safe.AllowsRecall(c.plan, zone); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestNewRuleTakesThePlanAlong: a call that she no longer allows is not planned
// any more.
func TestNewRuleTakesThePlanAlong(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, out := w.Caller("anna"), storetest.Rosa(t, w)
	change := func(safe rule.SafeContact) rule.Recall {
		t.Helper()
		if _, err := w.Desk.Cases.ChangeSafeContact(t.Context(), anna, out.CaseID, versionNow(t, w, out.CaseID), safe, "in_person"); err != nil {
			t.Fatal(err)
		}
		v, _, err := w.Desk.OpenCase(t.Context(), anna, out.CaseID, storetest.Parts...)
		if err != nil {
			t.Fatal(err)
		}
		return v.Recall
	}
	plan := rule.Recall{Day: "2026-11-21", From: "08:15", To: "08:45"}
	if _, err := w.Desk.Cases.SetRecall(t.Context(), anna, out.CaseID, versionNow(t, w, out.CaseID), plan); err != nil {
		t.Fatal(err)
	}
	hours := func(from, to string) rule.SafeContact {
		return rule.SafeContact{Channels: map[string]string{"sms": "yes"}, Hours: []rule.Hours{{From: from, To: to}}}
	}
	if got := change(hours("07:00", "09:00")); got != plan {
		t.Errorf("a rule that still allows it: %+v", got)
	}
	if got := change(hours("18:00", "19:00")); got != (rule.Recall{Day: plan.Day}) {
		t.Errorf("a rule with other hours: %+v", got)
	}
	if got := change(rule.SafeContact{Channels: map[string]string{"in_person": "yes"}}); got != (rule.Recall{}) {
		t.Errorf("a rule without a phone: %+v", got)
	}
}

func TestNoCallIsPlannedForAClosedCase(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, out := w.Caller("anna"), storetest.Rosa(t, w)
	if _, err := w.Desk.Cases.CloseCase(t.Context(), anna, out.CaseID, versionNow(t, w, out.CaseID), "moved", ""); err != nil {
		t.Fatal(err)
	}
	_, err := w.Desk.Cases.SetRecall(t.Context(), anna, out.CaseID, versionNow(t, w, out.CaseID), rule.Recall{Day: "2026-11-21"})
	if !errors.Is(err, kept.ErrState) {
		t.Fatalf("got %v, want ErrState", err)
	}
}
