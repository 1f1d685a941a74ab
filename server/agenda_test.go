package server_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"sportello/referrals/sharing"
	"sportello/server/frame"
)

// TestReasonsOfTheAgendaArise: whatever the Agenda can call urgent, some handler
// calls so; a word that nothing says is deleted.
func TestReasonsOfTheAgendaArise(t *testing.T) {
	said := map[string]bool{}
	for _, text := range goTexts(t) {
		if strings.Contains(text, "var wordLists = ") {
			continue
		}
		for _, m := range regexp.MustCompile(`(?:Kind|t\.Kind|task\.Kind|return)[^\n]*?"([a-z_]+)"`).FindAllStringSubmatch(text, -1) {
			said[m[1]] = true
		}
	}
	for _, kind := range recoveryKinds(t) {
		said["recovery_"+kind] = true // recoveryTasks puts the two together
	}
	for _, code := range sharing.NewsCodes {
		said["news_"+code] = true // waitingKind puts the two together
	}
	list := frame.Words("urgent")
	if len(list) < 5 {
		t.Fatalf("%d reasons", len(list))
	}
	for _, reason := range list {
		if !said[reason] {
			t.Errorf("nothing on the Agenda is %q", reason)
		}
	}
}

// recoveryKinds are the kinds of news about a recovery that some code gives.
func recoveryKinds(t *testing.T) (kinds []string) {
	t.Helper()
	body, err := os.ReadFile("../policies/units/recoverynews.go")
	if err != nil {
		t.Fatal(err)
	}
	text := string(body)
	for _, m := range regexp.MustCompile(`(?m)^\t(Recovery\w+) += "([a-z_]+)"`).FindAllStringSubmatch(text, -1) {
		if regexp.MustCompile(`(?:Kind: |Kind = |return )` + m[1] + `\b`).MatchString(text) {
			kinds = append(kinds, m[2])
		}
	}
	return kinds
}
