package store_test

import (
	"bytes"
	"database/sql"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"sportello/crypto"
	"sportello/policies"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// T1 and T2: who has a copy of every file reads nothing. The scan looks for each
// word of the flow in every form that a program may have written it in.

// forms are the ways a word may stand in a file.
func forms(word string) map[string][]byte {
	b := []byte(word)
	units := utf16.Encode([]rune(word))
	little, big := make([]byte, 0, 2*len(units)), make([]byte, 0, 2*len(units))
	for _, u := range units {
		little = append(little, byte(u), byte(u>>8))
		big = append(big, byte(u>>8), byte(u))
	}
	all := map[string][]byte{"utf-8": b, "utf-16le": little, "utf-16be": big,
		"hex": []byte(hex.EncodeToString(b)), "HEX": bytes.ToUpper([]byte(hex.EncodeToString(b)))}
	for name, e := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		for shift := range 3 {
			text := e.EncodeToString(append(make([]byte, shift), b...))
			// Signs at the ends mix with what stands before and after.
			from, to := (shift*8+5)/6, len(text)
			if (shift+len(b))%3 != 0 {
				to--
			}
			all[fmt.Sprintf("%s+%d", name, shift)] = []byte(text[from:to])
		}
	}
	return all
}

// hits names the words that a file contains, in which form.
func hits(content []byte, words map[string]string) []string {
	var found []string
	for what, word := range words {
		for form, b := range forms(word) {
			if bytes.Contains(content, b) {
				found = append(found, what+" as "+form)
			}
		}
	}
	return found
}

// canaries are the words of a flow and what else must stand nowhere.
func canaries(f *storetest.Flow) map[string]string {
	words := map[string]string{}
	for what, word := range f.Words {
		words[what] = word
		if strings.HasPrefix(what, "seed of ") {
			if raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(word); err == nil {
				words[what+", decoded"] = string(raw)
			}
		}
		if plain := strings.ReplaceAll(word, "-", ""); plain != word {
			words[what+", without hyphens"] = plain
		}
	}
	return words
}

func TestScannerFindsWhatIsPlanted(t *testing.T) {
	f := storetest.NewFlow(t)
	words := canaries(f)
	if len(words) < 90 {
		t.Fatalf("only %d words were planted", len(words))
	}
	for what, word := range words {
		for form := range forms(word) {
			control := filepath.Join(t.TempDir(), "control")
			// A real encoder writes the word in the middle of other text.
			text := planted(word, form)
			if err := os.WriteFile(control, text, 0o600); err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(control)
			if err != nil {
				t.Fatal(err)
			}
			if got := hits(content, map[string]string{what: word}); len(got) == 0 {
				t.Fatalf("the scanner does not find %s planted as %s", what, form)
			}
		}
	}
}

// planted is a text that contains a word in a form.
func planted(word, form string) []byte {
	name, shift, _ := strings.Cut(form, "+")
	pad := "abc"[:len("abc")*len(shift)] // three signs keep the alignment; shift moves it
	pad += strings.Repeat("x", int(("0" + shift)[len(shift)]-'0'))
	switch name {
	case "base64":
		return []byte(base64.StdEncoding.EncodeToString([]byte(pad + word + "tail")))
	case "base64url":
		return []byte(base64.URLEncoding.EncodeToString([]byte(pad + word + "tail")))
	case "hex":
		return []byte(hex.EncodeToString([]byte("head" + word + "tail")))
	case "HEX":
		return bytes.ToUpper([]byte(hex.EncodeToString([]byte("head" + word + "tail"))))
	case "utf-8":
		return []byte("head" + word + "tail")
	}
	var out []byte
	for _, u := range utf16.Encode([]rune("head" + word + "tail")) {
		if name == "utf-16le" {
			out = append(out, byte(u), byte(u>>8))
		} else {
			out = append(out, byte(u>>8), byte(u))
		}
	}
	return out
}

func TestNoWordOfHersInAnyFile(t *testing.T) {
	f := storetest.NewLiveFlow(t)
	words := canaries(f)
	scan := func(when string) map[string]bool {
		seen := map[string]bool{}
		err := filepath.WalkDir(f.Dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				return nil // the next state file, renamed meanwhile
			}
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(f.Dir, path)
			seen[rel] = len(content) > 0
			for _, hit := range hits(content, words) {
				t.Errorf("%s, %s contains %s", when, rel, hit)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return seen
	}
	// What a session that ended left is out of this log within a second: scan it while
	// it holds one that began just now.
	sessionsLog, running := filepath.Join(store.SecretsDir, store.SessionFile+"-wal"), map[string]bool{}
	for try := 0; try < 5 && !running[sessionsLog]; try++ {
		f.SignIn("sofia")
		running = scan("while it runs")
	}
	for _, file := range []string{store.MainFile, store.MainFile + "-wal", "state",
		filepath.Join(store.SecretsDir, store.ShredFile), filepath.Join(store.SecretsDir, store.SessionFile), sessionsLog} {
		if !running[file] {
			t.Errorf("%s was not scanned, or is empty: %v", file, running)
		}
	}
	f.Close()
	scan("after it was stopped")
}

var shapes = map[policies.Class]*regexp.Regexp{
	policies.ClassCode:   regexp.MustCompile(`^-?[0-9]*$|^[a-z0-9_. -]{0,80}$|^20\d\d-\d\d(-\d\d[ T][0-9:.Z]+)?$`),
	policies.ClassDay:    regexp.MustCompile(`^(20\d\d-\d\d-\d\d)?$`),
	policies.ClassOpaque: regexp.MustCompile(`^[A-Za-z0-9_. -]*$`),
}

// TestColumnsHoldWhatTheirClassSays: after the whole flow a sealed column holds
// envelopes only, of a known version and a size from the list of buckets, and
// the others nothing that their class does not allow.
func TestColumnsHoldWhatTheirClassSays(t *testing.T) {
	f := storetest.NewFlow(t)
	m, err := policies.DataMap()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*sql.DB{}
	for _, file := range []string{store.MainFile, filepath.Join(store.SecretsDir, store.ShredFile), filepath.Join(store.SecretsDir, store.SessionFile)} {
		files[file] = raw(t, f.World, file)
		defer files[file].Close()
	}
	sealed := 0
	for _, c := range m.Columns() {
		if c.Table == "leaf" || c.Table == "goose_db_version" || c.Class == policies.ClassPublic {
			continue // leaves are parsed by the log; the rest is public
		}
		for _, db := range files {
			rows, err := db.Query("SELECT " + c.Name + " FROM " + c.Table + " WHERE " + c.Name + " IS NOT NULL")
			if err != nil {
				continue // the table is in another file
			}
			n := 0
			for rows.Next() {
				var v any
				if err := rows.Scan(&v); err != nil {
					t.Fatal(err)
				}
				n++
				if fault := misfit(c, v); fault != "" {
					t.Errorf("%s.%s, %s: %s", c.Table, c.Name, c.Class, fault)
				}
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			rows.Close()
			if c.Class == policies.ClassSealed {
				sealed += n
			}
		}
	}
	if sealed < 200 {
		t.Errorf("only %d sealed values were looked at", sealed)
	}
}

// misfit says what is wrong with a value of a column, or nothing.
func misfit(c policies.Column, v any) string {
	b, isBlob := v.([]byte)
	if c.Class == policies.ClassSealed {
		if !isBlob || !envelope(b) {
			return fmt.Sprintf("not an envelope: %d bytes", len(b))
		}
		return ""
	}
	if isBlob {
		if c.Class == policies.ClassOpaque && (len(b) == 16 || len(b) == 32) {
			return ""
		}
		return fmt.Sprintf("a blob of %d bytes", len(b))
	}
	if text := fmt.Sprint(v); !shapes[c.Class].MatchString(text) {
		return "a text of another form"
	}
	return ""
}

// envelope tells a box of this program, or an age file around a key.
func envelope(b []byte) bool {
	const header, tag = 1 + 24, 16
	if bytes.HasPrefix(b, []byte("age-encryption.org/v1\n-> mlkem768x25519 ")) {
		return len(b) > 1500
	}
	size := len(b) - header - tag
	return size > 0 && b[0] == 1 && crypto.Bucket(size-4) == size
}
