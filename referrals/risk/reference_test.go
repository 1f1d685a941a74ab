package risk_test

import (
	"fmt"
	"reflect"
	"testing"

	"sportello/referrals/risk"
)

// The five answers.
var five = []string{"yes", "no", "unknown", "declined", "not_asked"}

// want is what the sentences of the two files say, written from them and not from the
// code: outputs, scoring.label, spoken and the comments of the overrides.
type want struct {
	band, alert             string
	min, max                int
	critical, advice        []string
	label, spoken, notKnown []string
}

// reference evaluates the five questions in their order. when is the answer to "when was the last
// time", of the version of 2017.
func reference(year int, order []string, a map[string]string, trigger bool) (w want) {
	yes := func(id string) bool { return a[id] == "yes" }
	criticalIDs := []string{"weapon", "could_kill"}
	if year == 2017 {
		criticalIDs = append(criticalIDs, "breath")
	}
	answered := false
	for _, id := range order {
		switch a[id] {
		case "yes":
			w.min++
			w.max++
			answered = true
			for _, c := range criticalIDs {
				if c == id {
					w.critical = append(w.critical, id)
				}
			}
		case "no":
			answered = true
		default:
			w.max++
			w.notKnown = append(w.notKnown, id)
		}
	}
	advise := func(keys ...string) {
	next:
		for _, k := range keys {
			for _, have := range w.advice {
				if have == k {
					continue next
				}
			}
			w.advice = append(w.advice, k)
		}
	}
	now, today := false, false
	if year == 2017 && yes("breath") {
		switch a["breath_when"] {
		case "year", "earlier":
			today = true
			advise("medical_ask", "warm_call", "plan")
		default: // days, month, and whatever is not known: as recent
			now = true
			advise("medical_check", "oncall", "warm_call", "safe_tonight")
		}
	}
	if len(w.critical) >= 2 {
		now = true
		advise("oncall", "warm_call", "safe_tonight", "plan")
	}
	if len(w.critical) >= 1 && trigger {
		now = true
		advise("oncall", "warm_call", "safe_tonight", "plan")
	}
	if yes("weapon") {
		today = true
		advise("weapons", "warm_call", "plan")
	}
	if yes("could_kill") {
		today = true
		advise("safe_tonight", "warm_call", "plan")
	}
	if year == 2009 && yes("pregnant_hurt") {
		advise("pregnancy")
	}
	if w.min >= 3 {
		today = true
		advise("warm_call", "safe_tonight", "plan")
	}
	advise("review")
	if w.min < w.max {
		advise("incomplete")
	}
	switch {
	case now:
		w.alert = "now"
	case today:
		w.alert = "today"
	default:
		w.alert = "none"
	}
	if w.alert != "none" {
		w.spoken = append(w.spoken, "alert")
	}
	if answered {
		w.band = "not_excluded"
		if w.max >= 3 {
			w.band = "high"
		}
	}
	switch {
	case w.min >= 3:
		w.label, w.spoken = []string{"high"}, append(w.spoken, "high")
		if w.min < w.max {
			w.label = append(w.label, "incomplete")
		}
	case w.min < w.max:
		w.label, w.spoken = []string{"incomplete"}, append(w.spoken, "incomplete")
	default:
		w.label = []string{"not_excluded"}
		if w.alert == "none" {
			w.spoken = append(w.spoken, "not_excluded")
		}
	}
	return w
}

// each calls f with every set of answers to some questions.
func each(ids []string, f func(map[string]string)) {
	a := map[string]string{}
	var down func(int)
	down = func(n int) {
		if n == len(ids) {
			f(a)
			return
		}
		for _, r := range five {
			a[ids[n]] = r
			down(n + 1)
		}
	}
	down(0)
}

// TestEveryEvaluation holds the two counts to the reference: 6,250 evaluations of 2009 and
// 13,750 of 2017, with and without a trigger, and with each answer to "when".
func TestEveryEvaluation(t *testing.T) {
	all, err := risk.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		year, count int
		order       []string
	}{
		{2009, 6250, []string{"more", "weapon", "could_kill", "pregnant_hurt", "jealous"}},
		{2017, 13750, []string{"more", "weapon", "could_kill", "breath", "jealous"}},
	} {
		t.Run(fmt.Sprint(c.year), func(t *testing.T) {
			i := all[fmt.Sprintf("brief-%d", c.year)]
			tried := 0
			try := func(a map[string]string, trigger bool) {
				tried++
				w := reference(c.year, c.order, a, trigger)
				got, err := i.Score(risk.Answers{Items: a, Facts: risk.Facts{TriggerWithin14Days: trigger}})
				if err != nil {
					t.Fatalf("%v: %v", a, err)
				}
				band := ""
				if got.Band != nil {
					band = *got.Band
				}
				is := want{band, got.Alert, got.Range[0], got.Range[1], got.CriticalHits, got.AdviceKeys, got.Label, got.Spoken, got.NotAnswered}
				if len(is.critical) == 0 {
					is.critical = nil
				}
				if len(is.notKnown) == 0 {
					is.notKnown = nil
				}
				if !reflect.DeepEqual(is, w) || got.NotFullyAsked != (w.min < w.max) {
					t.Fatalf("%v, trigger %v:\n got %+v\nwant %+v", a, trigger, is, w)
				}
			}
			each(c.order, func(a map[string]string) {
				for _, trigger := range []bool{false, true} {
					if c.year == 2009 || a["breath"] != "yes" {
						try(a, trigger)
						continue
					}
					for _, when := range []string{"days", "month", "year", "earlier", "unknown", "declined", "not_asked"} {
						a["breath_when"] = when
						try(a, trigger)
					}
					delete(a, "breath_when")
				}
			})
			if tried != c.count {
				t.Errorf("%d evaluations, want %d", tried, c.count)
			}
		})
	}
}
