package store

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies/acts"
)

// TestDigestOfEveryTable holds what the log says of rows that exist already: each
// table has one answer for a row whose first columns are full, and one for each
// column that came later. testdata/digests.txt grows by lines; a line that
// changes makes every row of that table, in every folder there is, tampered with.
func TestDigestOfEveryTable(t *testing.T) {
	want, err := os.ReadFile("testdata/digests.txt")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for name, table := range tables {
		lines = append(lines, digestLines(t, name, table)...)
	}
	slices.Sort(lines)
	got := strings.Join(lines, "\n") + "\n"
	if got == string(want) {
		return
	}
	known := strings.Split(string(want), "\n")
	for _, line := range lines {
		if !slices.Contains(known, line) {
			t.Errorf("not in testdata/digests.txt: %s", line)
		}
	}
	for _, line := range known {
		if !slices.Contains(lines, line) && line != "" {
			t.Errorf("no longer so: %s", line)
		}
	}
}

// digestLines fills a row, without and with each of its later columns.
func digestLines(t *testing.T, name string, table *table) []string {
	t.Helper()
	row := table.Make()
	values := acts.Values(row)
	first := len(values)
	for first > 0 {
		if _, ok := values[first-1].(crypto.Later); !ok {
			break
		}
		first--
	}
	fill(t, acts.Columns(row)[0], 0)
	fill(t, acts.Columns(row)[1], 1)
	for i, v := range values[:first] {
		fill(t, v, i+2)
	}
	lines := []string{fmt.Sprintf("%s %s", name, acts.MarkOf(row).Digest)}
	for i, v := range values[first:] {
		later := v.(crypto.Later)
		if columns := table.Columns(); columns[first+i] != later.Name {
			t.Errorf("%s: the column %s is called %s in the digest", name, columns[first+i], later.Name)
		}
		fill(t, later.Value, first+i+2)
		lines = append(lines, fmt.Sprintf("%s +%s %s", name, later.Name, acts.MarkOf(row).Digest))
	}
	return lines
}

func fill(t *testing.T, to any, n int) {
	t.Helper()
	text := fmt.Sprint("value ", n)
	switch to := to.(type) {
	case *string:
		*to = text
	case *int64:
		*to = int64(n)
	case *bool:
		*to = true
	case *[]byte:
		*to = []byte(text)
	case *crypto.Sealed:
		*to = crypto.Sealed(text)
	default:
		t.Fatalf("a column of type %T", to)
	}
}
