package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConfigurationIsTakenOrRefused: what people write around a value is understood, or
// refused with its line; nothing becomes part of the name of a folder.
func TestConfigurationIsTakenOrRefused(t *testing.T) {
	read := func(text string) (map[string]string, error) {
		path := filepath.Join(t.TempDir(), "sportello.conf")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return readConfig(path)
	}
	for text, want := range map[string]string{
		"dir = /srv/data": "/srv/data", "\ufeffdir = /srv/data\r\n": "/srv/data", "dir=/srv/data # the disk": "/srv/data", "dir = /srv/data\t# x": "/srv/data",
		`dir = "/srv/data"`: "/srv/data", `dir = '/srv/My data' # quoted`: "/srv/My data", `dir = "/srv/a # b"`: "/srv/a # b", "dir = /srv/a#b": "/srv/a#b",
		"# a comment\n\n dir = /srv/data ": "/srv/data",
	} {
		if got, err := read(text); err != nil || got["dir"] != want {
			t.Errorf("%q: got %q, %v", text, got["dir"], err)
		}
	}
	for text, line := range map[string]string{
		"addr = 127.0.0.1:1\ndir = /srv/data and more": "line 2", `dir = "/srv/data" and more`: "line 1", `dir = "/srv/data`: "line 1", `dir = /srv/"data"`: "line 1",
		"dir =": "line 1", "dir = # later": "line 1", `dir = ""`: "line 1", "dir = /srv/\u200bdata": "line 1", "dir = \ufeff/srv/data": "line 1",
		"dir = \u201c/srv/data\u201d": "line 1", "\ninsecure-loopback = yes": "line 2", "clock-checked = true # x\nclock-checked = true": "line 2", "; dir = /srv": "line 1",
		"[main]": "line 1", "dir /srv": "line 1", "\xff\xfed\x00i\x00r\x00": "line 1",
	} {
		if got, err := read(text); err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	if got, err := read("proxy = 10.0.0.0/8, 127.0.0.1\nproxy-header = X-Forwarded-For"); err != nil || got["proxy"] != "10.0.0.0/8, 127.0.0.1" {
		t.Errorf("a list: got %v, %v", got, err)
	}
}
