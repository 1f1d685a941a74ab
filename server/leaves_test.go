package server_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/referrals/store/storetest"
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

// TestLeavesOfAReferral: from "choose a centre" to "sent" the log has one leaf for
// each page and each thing done, and the case is not opened again for its strip.
func TestLeavesOfAReferral(t *testing.T) {
	f := storetest.NewFlow(t)
	s := site.Serve(t, f.World)
	anna := s.SignedIn("anna")
	list, centre := "/schede/"+f.Case+"/centro", "/schede/"+f.Case+"/centri/"+f.Units["centre"]
	since := f.Store.Log().Size()
	anna.Says(anna.Get(list), "Scegli un centro")
	anna.Says(anna.Get(centre), "Come arrivare al centro")
	anna.Says(anna.Post(centre, "form", anna.Hidden("form"), "way", "we_send", "chose", "yes"), "Che cosa condividere")
	form := []string{"form", anna.Hidden("form"), "fields", "alias", "fields", "request"}
	for _, mark := range anna.Hiddens("shown") {
		form = append(form, "shown", mark)
	}
	anna.Status(anna.Post(centre+"/invio", append(form, "step", "1", "go", "next")...), http.StatusOK)
	form = append(form, "step", "2", "go", "next", "given", "spoken", "urgency", "today", "heard", "yes", "text_lang", "it", "beside", "besides", "purpose", "legal")
	given := anna.Status(anna.Post(centre+"/invio", form...), http.StatusSeeOther)
	anna.Says(anna.Get(given.Leads), "Conferma e invia")
	anna.Status(anna.Post(given.Leads+"/invia"), http.StatusOK) // asks for passphrase and code
	sent := anna.StepUp("anna", given.Leads+"/invia")
	anna.Says(anna.Status(anna.Get(sent.Leads), http.StatusOK), "Inviato")
	acts := s.Acted(t, since)
	opened := 0
	for _, a := range acts {
		if a == string(policies.CaseOpen) {
			opened++
		}
	}
	if len(acts) > 12 || opened > 2 {
		t.Errorf("%d leaves, %d of them %s: %v", len(acts), opened, policies.CaseOpen, acts)
	}
	for _, a := range []policies.Action{policies.ConsentGive, policies.ReferralSend} {
		if !slices.Contains(acts, string(a)) {
			t.Errorf("no leaf says %s: %v", a, acts)
		}
	}
}
