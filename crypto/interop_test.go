package crypto_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sportello/crypto"
)

// ageTool runs the age command of the module's own version.
func ageTool(t *testing.T, stdin []byte, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"tool"}, args...)...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("running %s: %v\n%s", args[0], err, stderr.Bytes())
	}
	return out
}

func identityFile(t *testing.T, id crypto.Identity) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "identity.txt")
	if err := os.WriteFile(name, []byte(string(id.Secret())+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestAgeCommandOpensOurFiles(t *testing.T) {
	t.Parallel()
	id := newIdentity(t)
	name := identityFile(t, id)
	text := bytes.Repeat([]byte("Ha chiamato alle tre.\n"), 10_000)
	file, err := crypto.SealFile(id.Recipient(), text)
	if err != nil {
		t.Fatal(err)
	}
	if got := ageTool(t, file, "age", "-d", "-i", name); !bytes.Equal(got, text) {
		t.Errorf("the command opens %d bytes, want %d", len(got), len(text))
	}
	k := crypto.NewKey()
	w, err := crypto.Wrap(id.Recipient(), whole, k)
	if err != nil {
		t.Fatal(err)
	}
	if got := ageTool(t, w, "age", "-d", "-i", name); !bytes.HasSuffix(got, k.Bytes()) {
		t.Error("the command does not find the key at the end of a wrap")
	}
}

func TestAgeCommandSealsForUs(t *testing.T) {
	t.Parallel()
	id := newIdentity(t)
	text := bytes.Repeat([]byte("Ha chiamato alle tre.\n"), 10_000)
	file := ageTool(t, text, "age", "-r", id.Recipient().String())
	got, err := crypto.OpenFile(id, file)
	if err != nil || !bytes.Equal(got, text) {
		t.Errorf("the command's file does not open: %v", err)
	}
	// Several may read a file from outside; what we wrap has one reader.
	other := newIdentity(t)
	k := crypto.NewKey()
	w, err := crypto.Wrap(id.Recipient(), whole, k)
	if err != nil {
		t.Fatal(err)
	}
	plaintext, err := crypto.OpenFile(id, w)
	if err != nil {
		t.Fatal(err)
	}
	alone := ageTool(t, plaintext, "age", "-r", id.Recipient().String())
	if got, err := crypto.Unwrap(id, whole, alone); err != nil || !got.Equal(k) {
		t.Errorf("the command's wrap for one does not open: %v", err)
	}
	both := ageTool(t, plaintext, "age", "-r", id.Recipient().String(), "-r", other.Recipient().String())
	if _, err := crypto.OpenFile(id, both); err != nil {
		t.Errorf("a file for two does not open: %v", err)
	}
	if _, err := crypto.Unwrap(id, whole, both); err == nil {
		t.Error("a wrap for two opens")
	}
}

func TestAgeKeygenWritesOurIdentities(t *testing.T) {
	t.Parallel()
	var recipient string
	for line := range strings.Lines(string(ageTool(t, nil, "age-keygen", "-pq"))) {
		line = strings.TrimSpace(line)
		if public, ok := strings.CutPrefix(line, "# public key: "); ok {
			recipient = public
		}
		if !strings.HasPrefix(line, "AGE-SECRET-KEY-PQ-1") {
			continue
		}
		id, err := crypto.ParseIdentity(line)
		if err != nil || id.Recipient().String() != recipient {
			t.Errorf("the command's identity is read wrongly: %v", err)
		}
		return
	}
	t.Error("the command wrote no hybrid identity")
}

func TestClassicKeysAreRefused(t *testing.T) {
	t.Parallel()
	for line := range strings.Lines(string(ageTool(t, nil, "age-keygen"))) {
		line = strings.TrimSpace(line)
		line = strings.TrimPrefix(line, "# public key: ")
		if _, err := crypto.ParseIdentity(line); err == nil {
			t.Error("a classic identity is read")
		}
		if _, err := crypto.ParseRecipient(line); err == nil {
			t.Error("a classic recipient is read")
		}
	}
}
