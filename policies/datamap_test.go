package policies_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sportello/policies"
)

func dataMap(t *testing.T) policies.Map {
	t.Helper()
	m, err := policies.DataMap()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDataMapKnowsTheLog(t *testing.T) {
	got, ok := dataMap(t).Column("detail_key", "wrapped")
	want := policies.Column{Table: "detail_key", Name: "wrapped", Class: policies.ClassSealed, Purpose: "log", Retention: "log"}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("detail_key.wrapped (-want +got):\n%s", diff)
	}
}

func TestDataMapRetention(t *testing.T) {
	m := dataMap(t)
	start := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	for code, want := range map[string]time.Time{
		"contact":    start.AddDate(1, 0, 0),
		"unlinked":   start.AddDate(1, 0, 0),
		"case":       start.AddDate(10, 0, 0),
		"case-minor": start.AddDate(28, 0, 0),
		"log":        start.AddDate(10, 0, 0),
		"session":    start.Add(8 * time.Hour),
		"throttle":   start.AddDate(0, 0, 1),
	} {
		r, known := m.Retention(code)
		got, ends := r.Ends(start)
		if !known || !ends || !got.Equal(want) {
			t.Errorf("%s: known %v, ends %v at %v; want %v", code, known, ends, got, want)
		}
	}
	r, _ := m.Retention("unlimited")
	if _, ends := r.Ends(start); ends {
		t.Error("unlimited ends")
	}
}

func TestDataMapDifferences(t *testing.T) {
	m, err := policies.ParseDataMap(small)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Differences(map[string][]string{"note": {"id", "body"}}); len(got) != 0 {
		t.Errorf("equal schema: got %q", got)
	}
	got := m.Differences(map[string][]string{"note": {"id", "title"}, "extra": {"id"}})
	want := []string{"the data map does not know extra.id", "the data map does not know note.title", "the schema has no note.body"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

const small = `
# a comment
subjects women | women | donne
recipients unit | the unit | l'unità
retention case | 10y closed | ten years | dieci anni
purpose work | women | unit | to help her | aiutarla
column note.id | opaque | work | case
column note.body | sealed | work | case
`

func TestDataMapRefuses(t *testing.T) {
	for name, line := range map[string]string{
		"unknown word":        "colum note.x | opaque | work | case",
		"unknown class":       "column note.x | secret | work | case",
		"unknown purpose":     "column note.x | opaque | play | case",
		"unknown retention":   "column note.x | opaque | work | never",
		"column twice":        "column note.id | opaque | work | case",
		"purpose twice":       "purpose work | women | unit | to help her | aiutarla",
		"no table":            "column id | opaque | work | case",
		"too few fields":      "column note.x | opaque | work",
		"too many fields":     "column note.x | opaque | work | case | more",
		"empty field":         "column note.x | | work | case",
		"no start":            "retention short | 10y | ten | dieci",
		"unknown start":       "retention short | 10y someday | ten | dieci",
		"no period":           "retention short | y written | ten | dieci",
		"negative period":     "retention short | -1y written | ten | dieci",
		"unknown period":      "retention short | 10w written | ten | dieci",
		"unknown subjects":    "purpose other | men | unit | x | y",
		"unknown recipients":  "purpose other | women | press | x | y",
		"missing the Italian": "subjects men | men",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := policies.ParseDataMap(small + line + "\n"); err == nil {
				t.Errorf("%q was accepted", line)
			}
		})
	}
}

func TestRecordOfProcessing(t *testing.T) {
	for _, lang := range []string{"en", "it"} {
		m, err := policies.ParseDataMap(small)
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		if err := m.WriteRecord(&got, lang, "Comune di Prova"); err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile("testdata/record." + lang + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", lang, diff)
		}
	}
}

func FuzzDataMap(f *testing.F) {
	f.Add(small)
	f.Add("retention a | 1y written | b | c\n")
	f.Add("column |||\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := policies.ParseDataMap(text)
		if err != nil {
			return
		}
		var b strings.Builder
		if err := m.WriteRecord(&b, "it", ""); err != nil {
			t.Fatal(err)
		}
		for _, c := range m.Columns() {
			if _, ok := m.Retention(c.Retention); !ok {
				t.Fatalf("a column without retention was accepted")
			}
		}
	})
}
