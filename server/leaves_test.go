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
	s := serve(t, f.World)
	anna := s.signedIn("anna")
	list, centre := "/schede/"+f.Case+"/centro", "/schede/"+f.Case+"/centri/"+f.Units["centre"]
	since := f.Store.Log().Size()
	anna.says(anna.get(list), "Scegli un centro")
	anna.says(anna.get(centre), "Come arrivare al centro")
	anna.says(anna.post(centre, "form", anna.hidden("form"), "way", "we_send", "chose", "yes"), "Che cosa condividere")
	form := []string{"form", anna.hidden("form"), "fields", "alias", "fields", "request"}
	for _, mark := range anna.hiddens("shown") {
		form = append(form, "shown", mark)
	}
	anna.status(anna.post(centre+"/invio", append(form, "step", "1", "go", "next")...), http.StatusOK)
	form = append(form, "step", "2", "go", "next", "given", "spoken", "urgency", "today", "heard", "yes", "text_lang", "it", "beside", "besides", "purpose", "legal")
	given := anna.status(anna.post(centre+"/invio", form...), http.StatusSeeOther)
	anna.says(anna.get(given.leads), "Conferma e invia")
	anna.status(anna.post(given.leads+"/invia"), http.StatusOK) // asks for passphrase and code
	sent := anna.stepUp("anna", given.leads+"/invia")
	anna.says(anna.status(anna.get(sent.leads), http.StatusOK), "Inviato")
	acts := s.acted(t, since)
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
