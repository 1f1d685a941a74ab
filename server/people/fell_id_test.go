package people_test

import (
	"net/http"
	"strings"
	"testing"

	"sportello/server/servertest"
)

// TestAttackOddIDs: what stands in an address where an id should neither stops
// a page nor gets into the signed log, which nobody can mend.
func TestAttackOddIDs(t *testing.T) {
	s := site.Town(t)
	anna, dario := s.Inside(t, "anna"), s.Inside(t, "dario")
	for _, odd := range []string{"%00", "%20", "%c3%a8", strings.Repeat("A", 300), "%e2%80%aeABC"} {
		for _, b := range []*servertest.Client{anna, dario} {
			if got := b.Get("/centri/" + odd); got.Status >= http.StatusInternalServerError {
				t.Errorf("FELL: /centri/%.20s answers %d", odd, got.Status)
			}
		}
	}
	const name = "Rosa-Ferri-via-Roma-7"
	before := s.Store.Log().Size()
	for _, b := range []*servertest.Client{anna, dario} {
		b.Get("/centri/" + name)
		b.Send("/centri/"+name, servertest.Pairs("words", "a b c d", "number", "1", "same", "no"))
	}
	err := s.Store.Source().EachLeaf(t.Context(), before, s.Store.Log().Size(), func(_ int64, body []byte) error {
		if strings.Contains(string(body), name) {
			t.Error("FELL: a name typed into an address stands in the signed log")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
