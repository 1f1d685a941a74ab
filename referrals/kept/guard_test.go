package kept_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sportello/referrals/store/storetest"
)

// sources calls f with each file of the casework that is not a test.
func sources(t *testing.T, f func(name, text string)) {
	t.Helper()
	read := 0
	for _, pattern := range []string{"../*.go", "../*/*.go"} {
		files, err := filepath.Glob(pattern)
		storetest.Try(t, "listing", err)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			storetest.Try(t, "reading", err)
			read++
			f(strings.TrimPrefix(filepath.ToSlash(name), "../"), string(text))
		}
	}
	if read < 50 {
		t.Fatalf("only %d files were read: the test looks at the wrong folder", read)
	}
}

// TestKeysGoToUnitsByOneFunction: whoever wraps a key to another unit needs what
// mayReceive alone makes. The other wraps go to people of one's own unit.
func TestKeysGoToUnitsByOneFunction(t *testing.T) {
	sources(t, func(name, text string) {
		if strings.Contains(text, "crypto.Wrap(") && name != "kept/shared.go" && name != "kept/named.go" {
			t.Errorf("%s wraps a key", name)
		}
		if strings.Contains(text, "addressee{unit") && name != "kept/addressee.go" {
			t.Errorf("%s makes an addressee", name)
		}
	})
}

// TestOneFunctionAnswersForACase: who answers for a case is decided by kept.AnswersFor
// and by nothing else: no file of the casework or of its pages compares a role with the
// lead's, and no rule about a case, a note or a task asks for that role. Declarations go
// to the leads of a unit, whatever its cases.
func TestOneFunctionAnswersForACase(t *testing.T) {
	elsewhere := map[string]bool{"kept/walls.go": true, "cases/declaration.go": true, "walls/wall.go": true}
	found := 0
	look := func(name, text string) {
		if strings.Contains(text, "policies.Lead") {
			found++
			if !elsewhere[name] {
				t.Errorf("%s decides by the lead's role", name)
			}
		}
	}
	sources(t, look)
	for _, room := range []string{"casework", "walls", "sending", "centre"} {
		files, err := filepath.Glob("../../server/" + room + "/*.go")
		storetest.Try(t, "listing", err)
		if len(files) < 3 {
			t.Fatalf("%s has %d files: the test looks at the wrong folder", room, len(files))
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			storetest.Try(t, "reading", err)
			look(room+"/"+filepath.Base(name), string(text))
		}
	}
	if found != len(elsewhere) {
		t.Errorf("%d files name the lead's role, want %d", found, len(elsewhere))
	}
	// About a unit, or what others told it, or asked by another unit whose case she cannot open.
	units := map[string]bool{"declaration-lead": true, "unit-restrict": true, "report-lead": true, "unit-witness": true, "wall-witness": true}
	for _, name := range []string{"casefile", "desk"} {
		text, err := os.ReadFile("../../policies/" + name + ".cedar")
		storetest.Try(t, "reading the rules", err)
		for _, rule := range strings.Split(string(text), "@id(\"")[1:] {
			id, _, _ := strings.Cut(rule, "\"")
			if strings.Contains(rule, `Role::"lead"`) && !units[id] {
				t.Errorf("the rule %s asks for the lead's role", id)
			}
		}
	}
}

// TestWallsStandInOnePlace: what the policy is told of a case's walls, it is told by
// one file, and no other looks at the lists themselves but to change them.
func TestWallsStandInOnePlace(t *testing.T) {
	sources(t, func(name, text string) {
		for _, word := range []string{"WalledOff", ".Walled.Has(", ".Named.Has("} {
			if strings.Contains(text, word) && name != "kept/walls.go" {
				t.Errorf("%s asks for %s", name, word)
			}
		}
	})
}
