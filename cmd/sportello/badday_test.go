package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/store/storetest"
)

// TestReadOnlyFolder: on a disk that is read-only no command works, each says why,
// and nothing is changed; only the records can still be looked at. When it is mended
// everything is there.
func TestReadOnlyFolder(t *testing.T) {
	if storetest.Alone(t) {
		return
	}
	dir := small(t)
	command := func(args ...string) (int, string, string) {
		var out, errOut bytes.Buffer
		code := run(t.Context(), append(args, "--dir", dir), &out, &errOut)
		return code, out.String(), errOut.String()
	}
	_, agencies, _ := command("agency", "list")
	before := sums(t, dir)
	end := storetest.ReadOnly(t, dir)
	for _, args := range [][]string{
		{"serve", "--insecure-loopback", "--addr", "127.0.0.1:0"}, {"agency", "list"}, {"agency", "create", "--name", "X", "--kind", "company"},
		{"restore", "--in-place"}, {"backup", "--to", filepath.Join(t.TempDir(), "copy"), "--without-keys"},
	} {
		code, out, said := command(args...)
		if code != exitFailed || !strings.Contains(said, "read-only file system") || strings.Count(said, "\n") != 1 || out != "" {
			t.Errorf("%v: exit code %d, %q: want one sentence that names the read-only file system", args, code, said)
		}
	}
	code, out, said := command("audit", "verify", "--records")
	if code != exitFailed || !strings.Contains(out, "records") || !strings.Contains(said, "recording that the records were checked") {
		t.Errorf("verifying: exit code %d, %q, %q: want what was found, and that nobody could write down the looking", code, out, said)
	}
	end()
	if got := sums(t, dir); len(got) != len(before) {
		t.Errorf("%d files, want %d", len(got), len(before))
	} else {
		for name, sum := range before {
			if got[name] != sum {
				t.Errorf("%s was changed on a read-only disk", name)
			}
		}
	}
	if _, got, said := command("agency", "list"); got != agencies || !strings.Contains(got, yesterday) {
		t.Errorf("after it was mended: %q", said)
	}
}

// small makes a data folder with an agency in it.
func small(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	in, err := initialise(t.Context(), dir, opening{now: time.Now, stretches: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = in.office.CreateAgency(t.Context(), acts.ConsoleCaller(), office.NewAgency{Name: yesterday, Kind: "municipality", Responsibility: "controller"})
	if err = errors.Join(err, in.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func sums(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	all := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		all[path] = sha256.Sum256(b)
		return err
	})
	if err != nil || len(all) < 5 {
		t.Fatalf("reading %d files: %v", len(all), err)
	}
	return all
}

// TestStateFileNotWritable: the state file's folder takes no file. Either an act is
// refused or it is kept; the fault is reported, and mended it is forgotten.
func TestStateFileNotWritable(t *testing.T) {
	dir := small(t)
	in, err := openInstance(t.Context(), dir, opening{now: time.Now, stretches: 1})
	if err != nil {
		t.Fatal(err)
	}
	size := in.store.Log().Size()
	wedge := keyPath(dir, stateFile) + ".tmp" // where the next one is written first
	if err := os.MkdirAll(filepath.Join(wedge, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	acked := int64(0)
	for range 3 {
		if _, err := in.office.Administration(t.Context(), acts.ConsoleCaller()); err == nil {
			acked++
		}
	}
	for tries := 0; in.store.Log().StateError() == nil; tries++ {
		if tries == 100 {
			t.Fatal("the state file cannot be written, and nobody is told")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := in.Close(); err == nil {
		t.Error("an instance whose state file is old is closed as if nothing were wrong")
	}
	if err := os.RemoveAll(wedge); err != nil {
		t.Fatal(err)
	}
	if in, err = openInstance(t.Context(), dir, opening{now: time.Now, stretches: 1}); err != nil {
		t.Fatalf("opening the instance with room for its state file: %v", err)
	}
	if got := in.store.Log().Size(); got < size+acked {
		t.Errorf("%d leaves, want at least %d", got, size+acked)
	}
	if err := in.Close(); err != nil {
		t.Errorf("closing a mended instance: %v", err)
	}
}
