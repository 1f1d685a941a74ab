package risk_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"sportello/referrals/risk"
)

func shipped(t testing.TB) map[string]*risk.Instrument {
	t.Helper()
	all, err := risk.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestClasses holds the two counts to a table that was written by hand.
func TestClasses(t *testing.T) {
	text, err := os.ReadFile("testdata/classes.txt")
	if err != nil {
		t.Fatal(err)
	}
	all, rows := shipped(t), 0
	words := map[byte]string{'y': "yes", 'n': "no", '?': "unknown", 'x': "declined", '.': "not_asked"}
	orders := map[string][]string{"2009": {"more", "weapon", "could_kill", "pregnant_hurt", "jealous"}, "2017": {"more", "weapon", "could_kill", "breath", "jealous"}}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		rows++
		in, out, _ := strings.Cut(line, "|")
		given, wanted := strings.Fields(in), strings.Join(strings.Fields(out), " ")
		answers := map[string]string{}
		for n, id := range orders[given[0]] {
			answers[id] = words[given[1][n]]
		}
		if given[2] != "-" {
			answers["breath_when"] = given[2]
		}
		got, err := all["brief-"+given[0]].Score(risk.Answers{Items: answers, Facts: risk.Facts{TriggerWithin14Days: given[3] == "yes"}})
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		band := "none"
		if got.Band != nil {
			band = *got.Band
		}
		is := fmt.Sprintf("%s %d-%d %s %s %s", band, got.Range[0], got.Range[1], got.Alert, strings.Join(got.Label, "+"), strings.Join(got.Spoken, ","))
		if is != wanted {
			t.Errorf("%s\n got %s\nwant %s", strings.TrimSpace(in), is, wanted)
		}
	}
	if rows < 40 {
		t.Errorf("%d rows", rows)
	}
}

// TestWrongAnswers: what an instrument does not know is refused, with its name.
func TestWrongAnswers(t *testing.T) {
	all := shipped(t)
	spj := func(change func(*risk.Answers)) risk.Answers {
		a := risk.Answers{Factors: map[string]risk.Factor{"threats": {Now: "yes"}}, Level: "raised", Free: map[string]string{"why_level": "la minaccia"}}
		change(&a)
		return a
	}
	for name, c := range map[string]struct {
		of   string
		a    risk.Answers
		says string
	}{
		"an item that is none":         {"brief-2017", risk.Answers{Items: map[string]string{"moer": "yes"}}, "moer"},
		"an answer that is none":       {"brief-2017", risk.Answers{Items: map[string]string{"more": "si"}}, "si"},
		"a follow-up of a no":          {"brief-2017", risk.Answers{Items: map[string]string{"breath": "no", "breath_when": "days"}}, "breath_when"},
		"a follow-up of nothing":       {"brief-2017", risk.Answers{Items: map[string]string{"breath_when": "days"}}, "breath_when"},
		"a level of a count":           {"brief-2017", risk.Answers{Level: "raised"}, "level"},
		"a day that is none":           {"brief-2017", risk.Answers{Items: map[string]string{"more": "yes"}, Day: "2026-02-30"}, "day"},
		"a factor that is none":        {"neutral-spj", spj(func(a *risk.Answers) { a.Factors["luna"] = risk.Factor{Now: "yes"} }), "luna"},
		"a column's answer":            {"neutral-spj", spj(func(a *risk.Answers) { a.Factors["threats"] = risk.Factor{Before: "maybe"} }), "maybe"},
		"known by somebody else":       {"neutral-spj", spj(func(a *risk.Answers) { a.Factors["threats"] = risk.Factor{Now: "yes", KnownBy: "gossip"} }), "gossip"},
		"no level":                     {"neutral-spj", spj(func(a *risk.Answers) { a.Level = "" }), "level"},
		"a level that is none":         {"neutral-spj", spj(func(a *risk.Answers) { a.Level = "low" }), "low"},
		"no reason":                    {"neutral-spj", spj(func(a *risk.Answers) { a.Free = nil }), "why_level"},
		"a free text that is none":     {"neutral-spj", spj(func(a *risk.Answers) { a.Free["gossip"] = "x" }), "gossip"},
		"the answers of a count to it": {"neutral-spj", risk.Answers{Items: map[string]string{"threats": "yes"}}, "columns"},
	} {
		if _, err := all[c.of].Score(c.a); !errors.Is(err, risk.ErrAnswers) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLevelBelowItsAlert: who chooses less than the alert asks needs a second person, and
// the result says so; what stood before alone asks for less.
func TestLevelBelowItsAlert(t *testing.T) {
	i := shipped(t)["neutral-spj"]
	score := func(level string, threats risk.Factor) risk.Result {
		t.Helper()
		got, err := i.Score(risk.Answers{Factors: map[string]risk.Factor{"threats": threats}, Level: level, Free: map[string]string{"why_level": "…"}, Day: "2026-11-27"})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := score("watch", risk.Factor{Now: "yes"}); !got.BelowAlert || got.Alert != "today" || got.ReviewDay != "2027-02-25" {
		t.Errorf("to be followed, with a critical factor now: %+v", got)
	}
	if got := score("imminent", risk.Factor{Now: "yes"}); got.BelowAlert || got.Alert != "now" || got.ReviewDay != "2026-12-04" {
		t.Errorf("very high: %+v", got)
	}
	if got := score("watch", risk.Factor{Before: "yes"}); got.BelowAlert || got.Alert != "none" || len(got.CriticalHits) != 0 || !got.NotFullyAsked {
		t.Errorf("before alone: %+v", got)
	}
}

// TestReviewDay: the least of the days that apply; over the end of February, and of a year.
func TestReviewDay(t *testing.T) {
	i := shipped(t)["brief-2009"]
	for _, c := range []struct{ answers, day, want string }{
		{"nnnnn", "2026-11-27", "2027-02-25"}, // 90 days
		{"yyynn", "2028-02-14", "2028-03-15"}, // 30 days, in a leap year
		{"nnnn.", "2026-12-20", "2027-01-03"}, // 14 days: not everything was asked
		{"yyy..", "2026-10-20", "2026-11-03"}, // over the end of summer time
		{".....", "2026-11-27", ""},           // nothing was answered
	} {
		answers := map[string]string{}
		for n, id := range []string{"more", "weapon", "could_kill", "pregnant_hurt", "jealous"} {
			answers[id] = map[byte]string{'y': "yes", 'n': "no", '.': "not_asked"}[c.answers[n]]
		}
		got, err := i.Score(risk.Answers{Items: answers, Day: c.day})
		if err != nil || got.ReviewDay != c.want {
			t.Errorf("%s on %s: %q, %v, want %q", c.answers, c.day, got.ReviewDay, err, c.want)
		}
	}
}

// TestFactsOn: which triggers count, and how near.
func TestFactsOn(t *testing.T) {
	for _, c := range []struct {
		code, day string
		want      bool
	}{
		{"release", "2026-11-27", true}, {"release", "2026-12-11", true}, {"release", "2026-12-12", false},
		{"hearing", "2026-11-13", true}, {"hearing", "2026-11-12", false},
		{"pregnancy", "2026-11-27", false}, {"losses", "2026-11-27", false}, {"release", "", false}, {"release", "domani", false},
	} {
		if got := risk.FactsOn("2026-11-27", []risk.Trigger{{Code: c.code, Day: c.day}}).TriggerWithin14Days; got != c.want {
			t.Errorf("%s on %q: %v", c.code, c.day, got)
		}
	}
}

// TestFaults: each kind of fault, made in a file that has none, is found at its line.
func TestFaults(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile("data/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	count, spj := read("brief-2017"), read("neutral-spj")
	for name, c := range map[string]struct{ in, old, new, at, says string }{
		"an unknown key":                  {count, `"critical": true`, `"critcal": true`, "/items/1/critcal", "unknown key"},
		"a key that is missing":           {count, `   "critical": true`, `   "counts": true`, "/items/1", "missing property"},
		"a key given twice":               {count, `"variant": "2017",`, `"variant": "2017", "variant": "2018",`, "/variant", "twice"},
		"a language that is missing":      {count, `"en": "High danger"`, `"fr": "Danger"`, "/scoring/bands/1/label", `"en" is missing`},
		"no licence":                      {count, `"status": "permission pending"`, `"status": ""`, "/licence/status", "minLength"},
		"a day of a licence":              {count, `"expires": null`, `"expires": "2027-02-30"`, "/licence/expires", "date"},
		"an answer without a label":       {count, `"responses": [` + "\n    \"days\"", `"responses": [` + "\n    \"today\", \"days\"", "", "no label"},
		"a condition on no item":          {count, `"item": "could_kill",`, `"item": "could_killl",`, "", "no item has this id"},
		"a condition on no answer":        {count, `"item": "weapon",` + "\n     \"is\": \"yes\"", `"item": "weapon",` + "\n     \"is\": \"days\"", "", "no answer"},
		"a condition that never holds":    {count, `"critical_at_least": 2`, `"critical_at_least": 4`, "", "never holds"},
		"an advice that is none":          {count, `"medical_ask",`, `"medical_asks",`, "", "no such advice"},
		"a gap between bands":             {count, `"min": 3`, `"min": 4`, "/scoring/bands/1", "gap"},
		"bands that do not reach the end": {count, `"max": 5`, `"max": 4`, "/scoring/bands/1/max", "5"},
		"a level called low":              {count, `"en": "Danger not excluded"`, `"en": "Low danger"`, "/scoring/bands/0", "called low"},
		"no day of review":                {count, `"not_excluded": 90`, `"not_excludd": 90`, "/review/else_days", `"not_excluded" is missing`},
		"an example that is wrong":        {count, `"critical_hits": [` + "\n     \"breath\"", `"critical_hits": [` + "\n     \"weapon\"", "", "come to [breath]"},
		"a follow-up of nothing":          {count, `"item": "breath",` + "\n    \"is\": \"yes\"\n   }", `"item": "jealous",` + "\n    \"is\": \"yes\"\n   }", "/items/4/follows/item", "before it"},
		"a weight":                        {count, `"weights": null`, `"weights": [1, 2]`, "/scoring/weights", "null"},
		"another kind":                    {count, `"kind": "count"`, `"kind": "sum"`, "/scoring/kind", "count or spj"},
		"an id given twice":               {count, `"id": "jealous"`, `"id": "weapon"`, "", "twice"},
		"the end too early":               {count, "\"answers_file\"", "", "", ""},
		"something behind the end":        {count + "x", "\x00", "", "", "behind"},
		"a byte order mark":               {"\ufeff" + count, "\x00", "", "", "byte order mark"},
		"a list":                          {"[]", "\x00", "", "", "object"},
		"nothing":                         {"", "\x00", "", "", "too early"},
		"a group that is none":            {spj, `"group": "her"`, `"group": "hers"`, "", "group"},
		"a level that is none":            {spj, `"level": "imminent"` + "\n    }", `"level": "grave"` + "\n    }", "", "no such level"},
		"a level for an alert":            {spj, `"today": "raised"`, `"today": "high"`, "/scoring/alert_level/today", "no such level"},
		"a column of a count":             {count, `"critical_at_least": 2`, `"critical_at_least": 2, "column": "now"`, "", "column"},
		"a required text that is none":    {spj, `"min_required": [` + "\n   \"level\",\n   \"why_level\"", `"min_required": [` + "\n   \"level\",\n   \"why\"", "/scoring/min_required/1", "neither"},
	} {
		text := strings.Replace(c.in, c.old, c.new, 1)
		if c.old != "\x00" && text == c.in {
			t.Errorf("%s: the fault was not made", name)
			continue
		}
		i, faults := risk.Read("file.json", []byte(text))
		if i != nil || len(faults) == 0 {
			t.Errorf("%s: taken", name)
			continue
		}
		found := false
		for _, f := range faults {
			found = found || strings.Contains(f.Text, c.says) && (c.at == "" || f.At == c.at)
		}
		if !found {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// TestReadAnswers: a file of answers is held to what it is for.
func TestReadAnswers(t *testing.T) {
	all := shipped(t)
	for name, c := range map[string]struct{ of, text, says string }{
		"good":             {"brief-2009", `{"answers": {"more": "yes"}, "facts": {"trigger_within_14_days": true}, "day": "2026-11-27"}`, ""},
		"good judgement":   {"neutral-spj", `{"answers": {"threats": {"now": "yes", "known_by": "she_said"}}, "level": "raised", "free": {"why_level": "x"}}`, ""},
		"an unknown key":   {"brief-2009", `{"answers": {}, "score": 3}`, "unknown key"},
		"a fact":           {"brief-2009", `{"answers": {}, "facts": {"his_record": true}}`, "unknown key"},
		"a day":            {"brief-2009", `{"answers": {}, "day": "27/11/2026"}`, "date"},
		"another kind":     {"brief-2009", `{"answers": {"more": {"now": "yes"}}}`, "string"},
		"no level":         {"neutral-spj", `{"answers": {}, "free": {}}`, "level"},
		"not JSON":         {"brief-2009", `{"answers": `, "too early"},
		"an answer of its": {"brief-2009", `{"answers": {"more": 1}}`, "string"},
	} {
		a, faults := all[c.of].ReadAnswers("answers.json", []byte(c.text))
		if c.says == "" {
			if len(faults) > 0 {
				t.Errorf("%s: %v", name, faults)
			} else if _, err := all[c.of].Score(a); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if len(faults) == 0 || !strings.Contains(faults[0].String(), c.says) {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// FuzzRead: no file makes the reader fall, and what is taken is evaluated.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"brief-2009", "brief-2017", "neutral-spj"} {
		text, err := os.ReadFile("data/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"scoring": {"kind": "count"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		i, faults := risk.Read("fuzz.json", text)
		if (i == nil) != (len(faults) > 0) {
			t.Fatalf("an instrument %v and %d faults", i != nil, len(faults))
		}
		if i == nil {
			return
		}
		if _, err := i.Score(risk.Answers{}); err != nil && !errors.Is(err, risk.ErrAnswers) {
			t.Fatal(err)
		}
	})
}
