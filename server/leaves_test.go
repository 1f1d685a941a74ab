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

// leavesOf is how many leaves each page writes at most, by its address as its route has
// it: one, but for those of testdata/leaves.txt, lines of a number and an address.
func leavesOf(t *testing.T) map[string]int64 {
	t.Helper()
	f, err := os.Open("testdata/leaves.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := map[string]int64{}
	for _, r := range server.Routes() {
		if r.Method == http.MethodGet {
			want[r.Pattern] = 1
		}
	}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		var n int64
		var pattern string
		if _, err := fmt.Sscan(line, &n, &pattern); err == nil {
			if want[pattern] == 0 {
				t.Errorf("testdata/leaves.txt: there is no page %s", pattern)
			}
			want[pattern] = n
		}
	}
	return want
}
