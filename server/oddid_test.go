package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sportello/policies/audit"
	"sportello/server"
	"sportello/server/servertest"
)

// oddIDs are what stands in an address where an id should: other tables' ids and
// the composite ones among them.
func oddIDs(s *servertest.Site, r *servertest.Records) map[string]string {
	anna := s.People["anna"]
	return map[string]string{
		"nul": "%00", "nul inside": r.File[:13] + "%00" + r.File[13:], "long": strings.Repeat("A", 10<<10), "barely long": strings.Repeat("B", 300), "unicode": url.PathEscape("èחק🜏"),
		"not utf-8": "%ff%fe%80", "blank": "%20", "line": "A%0d%0aSet-Cookie:x=1", "dots": "..%2f..%2fregistro", "dot": ".%2e", "slash": "%2f", "sql": url.PathEscape("' OR 1=1; --"), "percent": "%25%32%35",
		"direction": url.PathEscape("\u202eABC\u2066"), "unit": anna.Unit, "unit epoch": anna.Unit + ".1", "unit wrap": anna.Unit + ".1." + anna.ID, "recovery": anna.Unit + ".1.recovery", "a separator": ".", "person": anna.ID,
		"case": r.File, "note": r.Note, "contact": r.Contact, "sent": r.Sent, "task": r.Task, "agency": s.Agency, "lower": strings.ToLower(r.File), "none": "none", "console": "console", "number": "-1", "big number": "99999999999999999999",
	}
}

// TestOddIDsAreAbsent: whatever stands where an id should, every route answers 404
// to it, or as it does to nobody's id; never 500, and never without a leaf where
// the id of nobody leaves one.
func TestOddIDsAreAbsent(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	s.Tick = 0
	r := s.Fill(t)
	people := map[string]*servertest.Client{}
	for _, name := range []string{"anna", "bruna", "clara", "dario", "sofia"} {
		people[name] = s.Inside(t, name)
	}
	odd := oddIDs(s, r)
	tried := 0
	for _, route := range server.Routes() {
		if !strings.Contains(route.Pattern, "{") {
			continue
		}
		for _, name := range []string{"anna", "bruna", "clara", "dario"} {
			c := people[name]
			ask := func(id string) (servertest.Answer, int64) {
				path := anyVariable.ReplaceAllString(route.Pattern, strings.ReplaceAll(id, "$", "$$"))
				before := s.Store.Log().Size()
				if route.Method == http.MethodGet {
					return c.Get(path), s.Store.Log().Size() - before
				}
				return c.Send(path, url.Values{}), s.Store.Log().Size() - before
			}
			nobody, leaves := ask(absent("{id}"))
			for kind, id := range odd {
				got, left := ask(id)
				tried++
				there := len(id) <= 26 && got.Status != http.StatusNotFound // an id of its own kind, where it belongs
				switch {
				case got.Status >= http.StatusInternalServerError:
					t.Errorf("%s %s by %s with %s: status %d", route.Method, route.Pattern, name, kind, got.Status)
				case got.Status == http.StatusMovedPermanently:
					t.Errorf("%s %s with %s: leads to %q", route.Method, route.Pattern, kind, got.Leads)
				case !there && got.Status != nobody.Status && got.Status != http.StatusNotFound:
					t.Errorf("%s %s by %s with %s: status %d, nobody's id %d", route.Method, route.Pattern, name, kind, got.Status, nobody.Status)
				case leaves > 0 && left == 0 && got.Status == nobody.Status && !strings.Contains(id, "%2f"):
					t.Errorf("%s %s by %s with %s: no leaf", route.Method, route.Pattern, name, kind)
				}
			}
		}
	}
	t.Logf("%d addresses tried", tried)
	err := s.Store.Source().EachLeaf(t.Context(), 0, s.Store.Log().Size(), func(_ int64, body []byte) error {
		leaf, err := audit.ParseLeaf(append([]byte(nil), body...))
		if err == nil && leaf.Outcome != audit.Allowed && strings.ContainsAny(leaf.Object, "%'\\/") {
			t.Errorf("a leaf names %q", leaf.Object)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Quiet(t)
}
