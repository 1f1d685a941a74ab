package policies_test

import (
	"os"
	"strings"
	"testing"

	"sportello/policies"
)

// TestGraveActs: the table in action.go is what the design says, act by act, and says of each why.
func TestGraveActs(t *testing.T) {
	text, err := os.ReadFile("testdata/grave.txt")
	if err != nil {
		t.Fatal(err)
	}
	designed := map[policies.Action]string{}
	for line := range strings.Lines(string(text)) {
		words, list, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(words, "#") {
			continue
		}
		if list = strings.TrimSpace(list); list == "not yet" {
			continue
		}
		for _, a := range strings.Fields(list) {
			if before, twice := designed[policies.Action(a)]; twice {
				t.Errorf("%s is both %q and %q", a, before, words)
			}
			designed[policies.Action(a)] = words
		}
	}
	for _, a := range policies.Actions() {
		if _, want := designed[a]; a.StepUp() != want {
			t.Errorf("%s: step-up %v, but the design says %v", a, a.StepUp(), want)
		}
		if a.StepUp() && len(a.Grave()) < 20 {
			t.Errorf("%s: no sentence says what a stolen cookie would do", a)
		}
		delete(designed, a)
	}
	for a := range designed {
		t.Errorf("the design names %q, which is no action", a)
	}
}
