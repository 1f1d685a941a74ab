package crypto_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestVectorsAreReproduced runs the second implementation over the known
// answers. It needs node and npm, and fails without them: answers that only
// this code has given prove nothing.
func TestVectorsAreReproduced(t *testing.T) {
	t.Parallel()
	// Named here, so that go test runs again when one of them changes.
	for _, name := range []string{"reproduce.mjs", "key.json", "seal.json", "passphrase.json", "row.json", "age.json"} {
		if _, err := os.ReadFile(filepath.Join("testdata", name)); err != nil {
			t.Fatal(err)
		}
	}
	if modulesAreStale(t) {
		inTestdata(t, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	}
	t.Logf("%s", inTestdata(t, "node", "reproduce.mjs"))
}

// modulesAreStale reports whether node_modules is missing or older than the
// lock file.
func modulesAreStale(t *testing.T) bool {
	t.Helper()
	lock, err := os.Stat("testdata/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	installed, err := os.Stat("testdata/node_modules/.package-lock.json")
	return err != nil || installed.ModTime().Before(lock.ModTime())
}

func inTestdata(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = "testdata"
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("running %s: %v\n%s", name, err, out)
	}
	return out
}
