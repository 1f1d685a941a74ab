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
