package server_test

import (
	"regexp"
	"strings"
	"testing"

	"sportello/policies/accounts"
	"sportello/server"
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
	for _, kind := range []string{accounts.RecoveryOlder, accounts.RecoveryProposed, accounts.RecoveryToSecond, accounts.RecoveryWaits, accounts.RecoveryReady, accounts.RecoveryChanged} {
		said["recovery_"+kind] = true
	}
	list := server.Words("urgent")
	if len(list) < 5 {
		t.Fatalf("%d reasons", len(list))
	}
	for _, reason := range list {
		if !said[reason] {
			t.Errorf("nothing on the Agenda is %q", reason)
		}
	}
}
