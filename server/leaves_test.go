package server_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"sportello/server"
)

// leavesOf reads how many leaves each page writes at most: lines of a number and
// a page's address as its route has it. testdata/leaves.txt has those of every page.
func leavesOf(t *testing.T) map[string]int64 {
	t.Helper()
	f, err := os.Open("testdata/leaves.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := map[string]int64{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		var n int64
		var pattern string
		if _, err := fmt.Sscan(line, &n, &pattern); err == nil {
			want[pattern] = n
		}
	}
	for _, r := range server.Routes() {
		if _, ok := want[r.Pattern]; r.Method == http.MethodGet && !ok {
			t.Errorf("testdata/leaves.txt does not say how many leaves %s writes", r.Pattern)
		}
	}
	return want
}
