package ownsheets

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sportello/referrals/sheets"
)

// TestABrokenFileStopsNothing: neither a file with a fault, nor a folder that is not there,
// nor a folder in place of a file keeps the others, or the service, from starting.
func TestABrokenFileStopsNothing(t *testing.T) {
	data := t.TempDir()
	own := filepath.Join(data, "sheets")
	if err := os.MkdirAll(filepath.Join(own, "folder.txt"), 0o700); err != nil {
		t.Fatal(err)
	}
	good, err := sheets.Original("numbers", "it")
	if err != nil {
		t.Fatal(err)
	}
	ours := strings.Replace(strings.Replace(string(good), "version: 1", "version: 9", 1), "from: 2026-11-01", "from: 2026-01-01", 1)
	for name, text := range map[string]string{"broken.txt": "colour: red\n", "good.txt": ours, "huge.txt": strings.Repeat("a", 1<<20)} {
		if err := os.WriteFile(filepath.Join(own, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := sheets.At{Day: "2026-11-20"}
	for folder, version := range map[string]string{"": "9", own: "9", filepath.Join(data, "none"): "1"} {
		var log bytes.Buffer
		set := Read(folder, data, true, slog.New(slog.NewTextHandler(&log, nil)))
		if n := len(set.Codes(at)); n != len(sheets.Codes) {
			t.Errorf("%q: %d sheets hold", folder, n)
		}
		if got := set.Of(at, "numbers", "it"); got == nil || got.Version != version {
			t.Errorf("%q: not version %s", folder, version)
		}
		said := []string{"not used: sheets are files"}
		if version == "9" {
			said = append(said, "file=broken.txt line=1", "file=huge.txt", "file=folder.txt")
		} else {
			said = append(said, "cannot be read")
		}
		for _, want := range said {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%q: the log does not say %q:\n%s", folder, want, log.String())
			}
		}
	}
}
