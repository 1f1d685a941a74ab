// Package conf reads a file of settings. What it does not understand it refuses, with the
// line; it never guesses.
package conf

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is what a setting takes: a list may hold blanks, and Check says what does not fit.
type Kind struct {
	List  bool
	Check func(text string) error
}

// Read reads lines of "name = value"; blank lines, and what follows a # at the
// beginning or behind a blank, say nothing. A value may stand in quotes, and has to
// where it holds blanks. What is none of this is refused with its line: a misspelt
// setting would otherwise stay silently at its default, and a comment become a folder.
func Read(path string, known map[string]Kind) (map[string]string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("reading the configuration file: there is none")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the configuration file: %w", err)
	}
	defer f.Close()
	all := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, text, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		kind, is := known[name]
		if _, twice := all[name]; !ok || !is || twice {
			return nil, fmt.Errorf("reading the configuration file: line %d is no setting, or one given twice", n)
		}
		text, err := valueOf(text, kind)
		if err != nil {
			return nil, fmt.Errorf("reading the configuration file: line %d, %s: %w", n, name, err)
		}
		all[name] = text
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the configuration file: %w", err)
	}
	return all, nil
}

// valueOf is what stands behind the =, without quotes and comment.
func valueOf(text string, kind Kind) (string, error) {
	text = strings.TrimSpace(text)
	if text != "" && strings.ContainsAny(text[:1], "\"'") {
		value, rest, closed := strings.Cut(text[1:], text[:1])
		if rest = strings.TrimSpace(rest); !closed || rest != "" && rest[0] != '#' {
			return "", errors.New("the value ends in the quotes that it begins with, and only a comment follows")
		}
		text = value
	} else {
		if i := strings.IndexFunc(text, func(c rune) bool { return c == '#' }); i == 0 || i > 0 && unicode.IsSpace(rune(text[i-1])) {
			text = strings.TrimSpace(text[:i])
		}
		if strings.ContainsAny(text, "\"'`\u201c\u201d\u2018\u2019") || !kind.List && strings.ContainsFunc(text, unicode.IsSpace) {
			return "", errors.New("a value that holds blanks or quotes stands in quotes")
		}
	}
	switch {
	case text == "":
		return "", errors.New("there is no value")
	case !utf8.ValidString(text), strings.ContainsFunc(text, func(c rune) bool { return unicode.In(c, unicode.C, unicode.Zl, unicode.Zp) }):
		return "", errors.New("it holds signs that nobody sees")
	}
	return text, kind.Check(text)
}
