package match_test

import (
	"os"
	"strings"
	"testing"

	"sportello/referrals/match"
)

// rows reads a table of what is stored, what is typed and whether that finds it.
func rows(t *testing.T, file string) (all [][3]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != 3 {
			t.Fatalf("%s: %q", file, line)
		}
		all = append(all, [3]string(cells))
	}
	return all
}

// TestNamesAsTheDeskHearsThem holds the matcher to the table of names that were
// looked for in vain.
func TestNamesAsTheDeskHearsThem(t *testing.T) {
	for _, row := range rows(t, "names.tsv") {
		given, surname := split(row[0])
		keys := match.KeysOf([]string{"", given, surname}, nil)
		q := match.NewQuery(row[1])
		if _, c := q.Record(keys, ""); row[2] == "yes" && c == match.None {
			t.Errorf("%q does not find %q: %q", row[1], row[0], keys.Names)
		}
	}
}

// split takes the last word for the surname.
func split(name string) (given, surname string) {
	i := strings.LastIndex(name, " ")
	return name[:i], name[i+1:]
}

// TestNumbersAreNumbers: however they are typed, alone or several in one field.
func TestNumbersAreNumbers(t *testing.T) {
	for _, row := range rows(t, "phones.tsv") {
		keys := match.KeysOf(nil, []string{row[0]})
		for _, typed := range append(strings.Split(row[1], " / "), row[1]) {
			if _, c := match.NewQuery(typed).Record(keys, ""); (c > match.None) != (row[2] == "yes") {
				t.Errorf("%q finds %q: %v, %q", typed, row[0], c, keys.Numbers)
			}
		}
	}
}

// TestNumbersInGroups: 00 before a country is no part of the number, however the rest is
// grouped.
func TestNumbersInGroups(t *testing.T) {
	for _, typed := range []string{"0039 333 12 34 567", "0039 (333) 12.34.567", "+39 333 12 34 567", "00 39 333 1234 567"} {
		if keys := match.KeysOf(nil, []string{typed}); !keys.SharesNumber(match.KeysOf(nil, []string{"3331234567"})) {
			t.Errorf("%q: %q", typed, keys.Numbers)
		}
	}
	if keys := match.KeysOf(nil, []string{"333 1234567 - 06 1234567"}); len(keys.Nationals()) < 2 || !keys.SharesNumber(match.KeysOf(nil, []string{"+39 06 1234567"})) {
		t.Errorf("two in one field: %q", keys.Numbers)
	}
}

// TestClasses: how like a record is, each with what it is not.
func TestClasses(t *testing.T) {
	card := match.KeysOf([]string{"Rosa 12", "Maria Grazia", "D'Angelo"}, []string{"347 5550104 (dopo le 18)"})
	for typed, want := range map[string]match.Class{
		"maria grazia": match.Exact, "MARIAGRAZIA d’angelo": match.Exact, "D Angelo Maria Grazia": match.Exact, "angelo": match.Exact, "rosa 12": match.Exact,
		"Rosa 1": match.None, "Rosa 2": match.None, "mariagrasia": match.Sounding, "Rossa": match.Sounding,
		"Mraia": match.Near, "Grazja Maris": match.Near, "Maria Grazia Teresa D'Angelo": match.Near,
		"M. D'Angelo": match.Part, "Mariagra": match.Part, "M": match.None, "Rosa Bianchi": match.None, "Bruna": match.None, "": match.None, "--": match.None,
		"3475550104": match.Exact, "5550104": match.Part, "347555": match.Part, "18": match.None, "3475550105": match.None,
		"AC3D-EF4G": match.Exact, "ac3d ef4g": match.Exact, " Ac3dEf4G ": match.Exact, "ef4g": match.Part, "c3d-ef4g": match.None, "AC3D-EF4H": match.None,
	} {
		if by, c := match.NewQuery(typed).Record(card, "AC3D-EF4G"); c != want {
			t.Errorf("%q is %v by %v, want %v: %q", typed, c, by, want, card.Names)
		}
	}
	alone := match.KeysOf([]string{"Rosa"}, nil)
	if _, c := match.NewQuery("Rosa Bianchi").Record(alone, ""); c != match.Part {
		t.Errorf("a card that has the given name alone: %v", c)
	}
}

// TestKeysOfBefore: only keys of this matcher count.
func TestKeysOfBefore(t *testing.T) {
	if (match.Keys{}).Current() || !match.KeysOf(nil, nil).Current() {
		t.Error("the version of keys is not told")
	}
}

// FuzzMatch: whatever is typed or stored, a name is found by itself, and nothing
// that can be compared is lost.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{"Rosa", "Мар'яна", "خديجة العلوي", "ফাতেমা বেগম", "王芳", "D’Angelo", "\u202eaziN", "+39 (0)6/555 0111", "a\u0300", "I\u0307"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k := match.KeysOf([]string{s}, []string{s})
		q := match.NewQuery(s)
		if by, c := q.Record(k, ""); c < match.Near && !q.Empty() && len(strings.Fields(s)) < 8 && len(s) < 60 {
			t.Errorf("%q is %v by %v: %q %q", s, c, by, k.Names, k.Numbers)
		}
	})
}
