package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestSecurityNamesTestsThatExist holds every line of SECURITY.md to a test.
func TestSecurityNamesTestsThatExist(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			there[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(page), -1)
	if len(named) < 40 {
		t.Fatalf("SECURITY.md names %d tests", len(named))
	}
	for _, m := range named {
		if !there[m[1]] {
			t.Errorf("SECURITY.md names %s, which does not exist", m[1])
		}
	}
	for i := 1; i <= 10; i++ {
		if !strings.Contains(string(page), "| T"+strconv.Itoa(i)+" |") {
			t.Errorf("SECURITY.md has no line for T%d", i)
		}
	}
}

// exposure is the most that systemd's own assessment may give the unit, in
// tenths of its scale from 0 (safe) to 10.
const exposure = 20

// TestUnitIsHardened lets systemd assess the unit that the README names.
func TestUnitIsHardened(t *testing.T) {
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold="+strconv.Itoa(exposure), "sportello.service").CombinedOutput()
	if err != nil {
		t.Fatalf("the unit is too exposed, or systemd-analyze is missing (apt-get install systemd): %v\n%s", err, out)
	}
	if !strings.Contains(string(out), "Overall exposure level") {
		t.Fatalf("systemd-analyze said nothing of the exposure:\n%s", out)
	}
	unit, err := os.ReadFile("sportello.service")
	if err != nil {
		t.Fatal(err)
	}
	// Debian 12's systemd kills a process for these calls unless they are named.
	for _, call := range []string{"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"} {
		if !regexp.MustCompile(`(?m)^SystemCallFilter=[^~\n]*\b` + call + `\b`).Match(unit) {
			t.Errorf("the unit does not let the program call %s", call)
		}
	}
}
