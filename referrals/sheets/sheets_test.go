package sheets

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sportello/referrals/rule"
	"sportello/referrals/towns"
	"time"
)

const today = "2026-11-20"

// TestEveryCodeIsThereInBothLanguages: the twenty of the desk's codes, and no file besides.
func TestEveryCodeIsThereInBothLanguages(t *testing.T) {
	set, at := Shipped(), At{Day: today}
	for _, code := range Codes {
		for _, language := range []string{"it", "en"} {
			sheet := set.Of(at, code, language)
			if sheet == nil {
				t.Errorf("no sheet %s in %s", code, language)
				continue
			}
			if len(sheet.Read(Places{})) == 0 {
				t.Errorf("%s in %s has nothing to read aloud", code, language)
			}
			if sheet.Reviewer != "" {
				t.Errorf("%s in %s says that somebody reviewed it", code, language)
			}
		}
		it, en := set.Of(at, code, "it"), set.Of(at, code, "en")
		if it.For != en.For || !slices.Equal(it.Fits, en.Fits) || it.Review != en.Review || it.HasCard() != en.HasCard() || len(it.text) != len(en.text) {
			t.Errorf("%s is not the same in both languages", code)
		}
	}
	if got := set.Codes(at); !slices.Equal(got, Codes) {
		t.Errorf("there are %v, want %v", got, Codes)
	}
	entries, err := shipped.ReadDir("data")
	if err != nil || len(entries) != 2*len(Codes) {
		t.Errorf("%d files for %d codes: %v", len(entries), len(Codes), err)
	}
	if read := set.Of(at, "centre", "it").Read(Places{}); len(read) != 3 {
		t.Errorf("what a centre is takes %d paragraphs to read aloud, want three", len(read))
	}
	for _, sheet := range set.all {
		if want := sheet.Code + "." + sheet.Language + ".txt"; sheet.File != want {
			t.Errorf("%s is in %s", want, sheet.File)
		}
	}
}

// TestNothingOnPaperGivesHerAway: no heading and no card of the program, whoever fills it.
func TestNothingOnPaperGivesHerAway(t *testing.T) {
	places := Places{Emergency: Place{"Centro antiviolenza", "000 1", "sempre"}, Desk: Place{"Sportello Donna", "000 2", "9-13"}, Centres: []Place{{"Casa delle donne", "000 3", ""}}, Code: "W8RD-3KAC"}
	for _, sheet := range Shipped().all {
		text := sheet.Heading
		for _, line := range sheet.Card(places) {
			text += " " + line.String()
		}
		if word := tells(text); word != "" || strings.Contains(strings.ToLower(text), "sportello") {
			t.Errorf("%s gives her away by %q: %s", sheet.File, word, text)
		}
	}
	for word, gives := range map[string]bool{"la Violenza": true, "l’antiviolenza": true, "dell'abuso": true, "Stalking": true, "una casa rifugio": true, "violino": false, "I bambini": false} {
		if got := tells(word) != ""; got != gives {
			t.Errorf("%q gives her away: %v, want %v", word, got, gives)
		}
	}
}

// TestNothingIsLeftEmpty: where a number is missing, another one stands.
func TestNothingIsLeftEmpty(t *testing.T) {
	for _, sheet := range Shipped().all {
		for _, lines := range [][]Line{sheet.Read(Places{}), sheet.Paper(Places{}), sheet.Card(Places{})} {
			for _, l := range lines {
				if s := l.String(); strings.TrimSpace(s) == "" || strings.ContainsAny(s, "{}") || strings.Contains(s, ": .") || strings.Contains(s, "()") {
					t.Errorf("%s: %q", sheet.File, s)
				}
			}
		}
	}
	if card := Shipped().Of(At{Day: today}, "code_card", "it").Card(Places{Code: "W8RD-3KAC"}); len(card) != 2 || card[1].String() != "1522" {
		t.Errorf("the card of her code is %v", card)
	}
	numbers := Shipped().Of(At{Day: today}, "numbers", "it")
	if got := numbers.Missing(Places{}); !slices.Equal(got, []string{"emergency", "desk", "centres"}) {
		t.Errorf("missing are %v", got)
	}
	text := ""
	for _, l := range numbers.Paper(Places{Emergency: Place{"Pronto intervento", "000 100", "sempre"}, Centres: []Place{{"La Ginestra", "000 200", "9-13"}, {"Le Lucciole", "000 300", ""}}}) {
		text += l.Kind + ":" + l.String() + "\n"
	}
	for _, want := range []string{"Pronto intervento: 000 100 (sempre)", "Questo sportello: 1522 (qui non c’è ancora un numero).", "item:La Ginestra: 000 200 (9-13)\nitem:Le Lucciole: 000 300\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

const good = "code: numbers\nlanguage: it\nversion: 2\nfrom: 2026-01-01\ntitle: Numeri\nheading: Numeri\nfor: she\n"

// TestFaultsAreNamedByLine: each names the file and the line in which it is.
func TestFaultsAreNamedByLine(t *testing.T) {
	for name, x := range map[string]struct{ text, want string }{
		"a good one":        {good + "\n[text]\nCiao {112}.\n", ""},
		"BOM and CRLF":      {"\ufeff" + strings.ReplaceAll(good+"\n[text]\nCiao.\n", "\n", "\r\n"), ""},
		"unknown key":       {good + "colour: red\n[text]\nCiao.", `x.txt:8: "colour" is not known here`},
		"no key":            {good + "colour\n[text]\nCiao.", `x.txt:8: "colour" is not known here`},
		"key twice":         {good + "code: centre\n[text]\nCiao.", "x.txt:8: code stands twice, in line 1"},
		"nothing said":      {good + "until:\n[text]\nCiao.", "x.txt:8: until is empty"},
		"no title":          {strings.Replace(good, "title: Numeri\n", "", 1) + "[text]\nCiao.", "x.txt: there is no line title:"},
		"unknown part":      {good + "[texts]\nCiao.", "x.txt:8: [texts] is none of"},
		"no text":           {good, "x.txt: there is neither [text]"},
		"unknown language":  {strings.Replace(good, ": it", ": xx", 1) + "[text]\nCiao.", "x.txt:2: language: it is one of"},
		"no reviewer":       {strings.Replace(good, ": it", ": ar", 1) + "[text]\nCiao.", "x.txt:2: a text in another language"},
		"half a review":     {good + "reviewer: Anna Prova\n[text]\nCiao.", "x.txt:8: reviewer: it needs reviewed:"},
		"a reviewer":        {strings.Replace(good, ": it", ": ar", 1) + "reviewer: Amal Prova\nreviewed: 2026-02-01\n[text]\nمرحبا", ""},
		"no such day":       {strings.Replace(good, "2026-01-01", "2026-02-30", 1) + "[text]\nCiao.", "x.txt:4: from: it is a day"},
		"ends first":        {good + "until: 2025-12-31\n[text]\nCiao.", "x.txt:8: until: it ends before"},
		"no such town":      {good + "territory: 037006 999999\n[text]\nCiao.", "x.txt:8: territory: 999999 is no ISTAT code"},
		"a phone number":    {good + "[text]\nCiao.\n\nAltro 06 1234567.", "x.txt:11: 1234567 looks like a telephone number"},
		"1522 in words":     {good + "[text]\nChiami il 1522.", "x.txt:9: 1522 looks like a telephone number"},
		"a year, an amount": {good + "[text]\nDal 2026, 500 euro, 1.500 euro, 72 ore.", ""},
		"unknown brace":     {good + "[text]\nChiami {118}.", "x.txt:9: {118} is not known"},
		"an open brace":     {good + "[text]\nChiami {112.", "x.txt:9: a brace without the other one"},
		"a hidden sign":     {good + "[text]\nCiao \u202eoaic.", "x.txt:9: a character that does not show (U+202E)"},
		"a telling heading": {strings.Replace(good, "heading: Numeri", "heading: Contro la violenza", 1) + "[text]\nCiao.", "x.txt:6: heading: \"violenza\" on paper tells"},
		"a telling card":    {good + "[card]\nCentro antiviolenza {1522}", "x.txt:9: \"antiviolenza\" on a card tells"},
		"a centre on it":    {good + "[card]\n{centres}", "x.txt:9: a card names no centre"},
		"a source first":    {good + "[text]\nsource: L. 1/2026\nCiao.", "x.txt:9: a source stands under what it is for"},
		"stay pointed at":   {strings.Replace(good, "code: numbers", "code: stay", 1) + "fits: legal\n[text]\nCiao.", "x.txt:8: fits: what concerns a permit"},
		"too long":          {good + "[text]\n" + strings.Repeat("a", maxFile), "x.txt: it is longer than"},
		"no UTF-8":          {good + "[text]\n\xff", "x.txt: it is not UTF-8"},
	} {
		sheet, faults := Parse("x.txt", []byte(x.text))
		if x.want == "" {
			if sheet == nil || len(faults) > 0 {
				t.Errorf("%s: %v", name, faults)
			}
			continue
		}
		if x.want == "x.txt:8: territory: 999999 is no ISTAT code" && !towns.Built() {
			continue
		}
		if sheet != nil || len(faults) == 0 || !slices.ContainsFunc(faults, func(f Fault) bool { return strings.HasPrefix(f.String(), x.want) }) {
			t.Errorf("%s: %v, want %q", name, faults, x.want)
		}
	}
}

// TestOwnSheetsStandBesideAndInPlace: a broken file stops neither the others nor the start,
// and what holds is found by day, territory and version.
func TestOwnSheetsStandBesideAndInPlace(t *testing.T) {
	own := func(head, text string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(head + "[text]\n" + text + "\n")}
	}
	set, faults := WithOwn(fstest.MapFS{
		"a.txt":      own(good, "Nostro."),
		"b.txt":      own(strings.Replace(good, "from: 2026-01-01", "from: 2025-06-01\nterritory: 058091, 058092", 1), "Di Roma."),
		"broken.txt": {Data: []byte("colour: red\n")},
		"late.txt":   own(strings.Replace(strings.Replace(good, "2026-01-01", "2027-01-01", 1), "version: 2", "version: 3", 1), "Domani."),
		"new.txt":    own(strings.Replace(good, "code: numbers", "code: games_room", 1)+"until: 2026-11-30\n", "Altro."),
		"twice.txt":  own(good, "Nostro."),
		"arabic.txt": own(strings.Replace(good, ": it", ": ar", 1), "مرحبا"),
		"notes.md":   {Data: []byte("no sheet")},
	})
	for _, want := range []string{"broken.txt:1:", "twice.txt: it is the same", "arabic.txt:2:"} {
		if !slices.ContainsFunc(faults, func(f Fault) bool { return strings.HasPrefix(f.String(), want) }) {
			t.Errorf("%q is none of %v", want, faults)
		}
	}
	for _, x := range []struct {
		at         At
		code, want string
	}{
		{At{Day: today}, "numbers", "Nostro."},
		{At{Day: today, Territory: []string{"058091"}}, "numbers", "Di Roma."},
		{At{Day: today, Territory: []string{"058091", "058001"}}, "numbers", "Nostro."},
		{At{Day: "2025-05-01", Territory: []string{"058091"}}, "numbers", ""},
		{At{Day: "2027-02-01"}, "numbers", "Domani."},
		{At{Day: "2026-11-30"}, "games_room", "Altro."},
		{At{Day: "2026-12-01"}, "games_room", ""},
	} {
		got := ""
		if sheet := set.Of(x.at, x.code, "it"); sheet != nil {
			got = sheet.Paper(Places{})[0].String()
		}
		if got != x.want {
			t.Errorf("%s at %v: %q, want %q", x.code, x.at, got, x.want)
		}
	}
	if sheet := set.Of(At{Day: today}, "numbers", "ar"); sheet != nil {
		t.Error("a text that nobody reviewed is offered in Arabic")
	}
	if sheet := set.In(At{Day: today}, "numbers", "ar"); sheet == nil || sheet.Language != "it" {
		t.Error("without a text in her language there is none in Italian")
	}
	if _, faults := WithOwn(os.DirFS(t.TempDir() + "/none")); len(faults) > 0 {
		t.Errorf("a folder that is not there: %v", faults)
	}
}

// TestPaperIsForWhomItMayGoHomeWith: what was not asked is no leave.
func TestPaperIsForWhomItMayGoHomeWith(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	paper := func(mark string) rule.SafeContact {
		return rule.SafeContact{Channels: map[string]string{"paper": mark}}
	}
	shut := paper("yes")
	shut.Suspended = map[string]rule.Suspension{"paper": {Why: rule.SuspendedSaid}}
	stopped := paper("yes")
	stopped.Stopped = true
	for want, safe := range map[string][]rule.SafeContact{"": {paper("yes")}, "sheets.paper_never": {paper("never")}, "sheets.paper_shut": {shut, stopped},
		"sheets.paper_unasked": {{}, paper(""), {Channels: map[string]string{"call": "yes"}}}} {
		for _, s := range safe {
			if got := PaperRefused(s, at); got != want {
				t.Errorf("%v: %q, want %q", s, got, want)
			}
		}
	}
}

// FuzzParse: whatever a file holds, it is read or it is a fault.
func FuzzParse(f *testing.F) {
	entries, err := shipped.ReadDir("data")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		b, err := shipped.ReadFile("data/" + e.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		sheet, faults := Parse("x.txt", b)
		if (sheet == nil) != (len(faults) > 0) {
			t.Fatalf("a sheet, and %v", faults)
		}
		if sheet != nil {
			sheet.Read(Places{})
			sheet.Card(Places{})
		}
	})
}
