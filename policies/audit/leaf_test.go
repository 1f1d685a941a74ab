package audit_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sportello/crypto"
	"sportello/policies/audit"
)

var fullLeaf = audit.Leaf{
	Day: "2026-11-22", Actor: "ANNA", Unit: "DESK2", Action: "referral.send", Object: "REF1", Outcome: audit.Allowed,
	Rules: []string{"worker-sends-with-consent", "centre-is-pinned"}, Count: 2,
	Rows: []audit.RowMark{
		{Table: "referral", ID: "REF1", Version: 3, Digest: crypto.Digest{1, 2, 3}},
		{Table: "draft", ID: "D1", Version: 9, Gone: true},
		{Table: "unit_epoch", ID: "DESK2.4", Version: 1, Digest: crypto.Digest{255}},
	},
	DetailID: "DET1", Detail: bytes.Repeat([]byte{7}, 32),
}

const fullText = `leaf v1
day 2026-11-22
actor ANNA
unit DESK2
action referral.send
object REF1
outcome allowed
rule worker-sends-with-consent
rule centre-is-pinned
count 2
row referral REF1 3 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
gone draft D1 9
row unit_epoch DESK2.4 1 /wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
detail DET1 BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=
`

func TestLeafText(t *testing.T) {
	got, err := fullLeaf.Marshal()
	if err != nil || string(got) != fullText {
		t.Fatalf("marshal gave %v and\n%s", err, got)
	}
	back, err := audit.ParseLeaf(got)
	if err != nil || !reflect.DeepEqual(back, fullLeaf) {
		t.Fatalf("parse gave %v and %+v", err, back)
	}
	small := audit.Leaf{Day: "2024-02-29", Action: "sign-in", Outcome: audit.Refused}
	got, err = small.Marshal()
	if err != nil || string(got) != "leaf v1\nday 2024-02-29\naction sign-in\noutcome refused\n" {
		t.Fatalf("the smallest leaf gave %v and\n%s", err, got)
	}
}

func TestLeafRefusesToMarshal(t *testing.T) {
	if _, err := fullLeaf.Marshal(); err != nil {
		t.Fatal(err)
	}
	spoil := map[string]func(*audit.Leaf){
		"no day":               func(l *audit.Leaf) { l.Day = "" },
		"30 February":          func(l *audit.Leaf) { l.Day = "2026-02-30" },
		"29 February 2100":     func(l *audit.Leaf) { l.Day = "2100-02-29" },
		"month 13":             func(l *audit.Leaf) { l.Day = "2026-13-01" },
		"a time":               func(l *audit.Leaf) { l.Day = "2026-11-22T10:00:00Z" },
		"a name with a blank":  func(l *audit.Leaf) { l.Actor = "Anna Rossi" },
		"a new line":           func(l *audit.Leaf) { l.Object = "A\nB" },
		"a letter with accent": func(l *audit.Leaf) { l.Unit = "città" },
		"a control character":  func(l *audit.Leaf) { l.Unit = "a\x7f" },
		"no action":            func(l *audit.Leaf) { l.Action = "" },
		"an unknown outcome":   func(l *audit.Leaf) { l.Outcome = "maybe" },
		"an empty rule":        func(l *audit.Leaf) { l.Rules = []string{""} },
		"a negative count":     func(l *audit.Leaf) { l.Count = -1 },
		"a row without id":     func(l *audit.Leaf) { l.Rows = []audit.RowMark{{Table: "note"}} },
		"a negative version":   func(l *audit.Leaf) { l.Rows = []audit.RowMark{{Table: "note", ID: "A", Version: -1}} },
		"an epoch without one": func(l *audit.Leaf) { l.Rows = []audit.RowMark{{Table: "unit_epoch", ID: "DESK2"}} },
		"an epoch of 04":       func(l *audit.Leaf) { l.Rows = []audit.RowMark{{Table: "unit_epoch", ID: "DESK2.04"}} },
		"a detail alone":       func(l *audit.Leaf) { l.Detail = nil },
		"a short commitment":   func(l *audit.Leaf) { l.Detail = []byte{1} },
		"a commitment alone":   func(l *audit.Leaf) { l.DetailID = "" },
		"a token too long":     func(l *audit.Leaf) { l.Object = strings.Repeat("A", 257) },
	}
	for name, f := range spoil {
		l := fullLeaf
		f(&l)
		if _, err := l.Marshal(); !errors.Is(err, audit.ErrLeaf) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestLeafParserIsStrict(t *testing.T) {
	if _, err := audit.ParseLeaf([]byte(fullText)); err != nil {
		t.Fatal(err)
	}
	swap := strings.NewReplacer
	for name, text := range map[string]string{
		"empty":                  "",
		"no header":              strings.TrimPrefix(fullText, "leaf v1\n"),
		"another version":        swap("leaf v1", "leaf v2").Replace(fullText),
		"no last line end":       strings.TrimSuffix(fullText, "\n"),
		"a blank line":           fullText + "\n",
		"carriage returns":       swap("\n", "\r\n").Replace(fullText),
		"an unknown key":         fullText + "note hello\n",
		"order changed":          swap("day 2026-11-22\nactor ANNA\n", "actor ANNA\nday 2026-11-22\n").Replace(fullText),
		"a key twice":            swap("actor ANNA\n", "actor ANNA\nactor BRUNA\n").Replace(fullText),
		"count 0":                swap("count 2", "count 0").Replace(fullText),
		"count 02":               swap("count 2", "count 02").Replace(fullText),
		"count too large":        swap("count 2", "count 99999999999999999999").Replace(fullText),
		"two blanks":             swap("row referral", "row  referral").Replace(fullText),
		"a gone row's digest":    swap("gone draft D1 9", "gone draft D1 9 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").Replace(fullText),
		"a row without digest":   swap("gone draft", "row draft").Replace(fullText),
		"digest bits left over":  swap("AAA=\ngone", "AAB=\ngone").Replace(fullText),
		"an empty actor":         swap("actor ANNA", "actor ").Replace(fullText),
		"an epoch without point": swap("DESK2.4", "DESK24").Replace(fullText),
	} {
		if l, err := audit.ParseLeaf([]byte(text)); !errors.Is(err, audit.ErrLeaf) || !reflect.DeepEqual(l, audit.Leaf{}) {
			t.Errorf("%s: got %v, %+v", name, err, l)
		}
	}
}

func TestLeafRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := anyLeaf(t)
		b, err := l.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		back, err := audit.ParseLeaf(b)
		if err != nil || !reflect.DeepEqual(back, l) {
			t.Fatalf("got %v, %+v, want %+v", err, back, l)
		}
	})
}

func anyLeaf(t *rapid.T) audit.Leaf {
	token := rapid.StringMatching(`[!-~]{1,12}`)
	maybe := rapid.OneOf(rapid.Just(""), token)
	l := audit.Leaf{
		Day:    rapid.SampledFrom([]string{"2026-11-22", "2028-02-29", "0001-01-01", "9999-12-31"}).Draw(t, "day"),
		Actor:  maybe.Draw(t, "actor"),
		Unit:   maybe.Draw(t, "unit"),
		Object: maybe.Draw(t, "object"),
		Action: token.Draw(t, "action"),
		Outcome: rapid.SampledFrom([]audit.Outcome{audit.Allowed, audit.Refused, audit.Failed}).
			Draw(t, "outcome"),
		Count: rapid.Int64Min(0).Draw(t, "count"),
	}
	if rules := rapid.SliceOfN(token, 0, 3).Draw(t, "rules"); len(rules) > 0 {
		l.Rules = rules
	}
	for range rapid.IntRange(0, 4).Draw(t, "rows") {
		r := audit.RowMark{Table: token.Draw(t, "table"), ID: token.Draw(t, "id"), Version: rapid.Int64Min(0).Draw(t, "version")}
		if r.Gone = rapid.Bool().Draw(t, "gone"); !r.Gone {
			copy(r.Digest[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest"))
		}
		l.Rows = append(l.Rows, r)
	}
	if rapid.Bool().Draw(t, "detailed") {
		l.DetailID, l.Detail = token.Draw(t, "detail"), rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "commitment")
	}
	return l
}

func FuzzParseLeaf(f *testing.F) {
	f.Add([]byte(fullText))
	f.Add([]byte("leaf v1\nday 2024-02-29\naction sign-in\noutcome refused\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := audit.ParseLeaf(b)
		if err != nil {
			if !reflect.DeepEqual(l, audit.Leaf{}) {
				t.Fatalf("a refused leaf gave %+v", l)
			}
			return
		}
		if again, err := l.Marshal(); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("marshal gave %v and %q for %q", err, again, b)
		}
	})
}

func BenchmarkParseLeaf(b *testing.B) {
	body := []byte(fullText)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := audit.ParseLeaf(body); err != nil {
			b.Fatal(err)
		}
	}
}
