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
