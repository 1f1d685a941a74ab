package locale

import (
	"strings"
	"testing"
)

// TestEveryMarkIsSeen: wherever a direction mark stands in a text, and whatever begins
// like it stands before.
func TestEveryMarkIsSeen(t *testing.T) {
	for _, mark := range directionMarks {
		for _, before := range []string{"", "a", "l’ora – ", "\xe2", "\xe2\x80", strings.Repeat("’", 100)} {
			for _, after := range []string{"", "z", "’"} {
				text := before + string(mark) + after
				if !marked([]byte(text)) {
					t.Errorf("%q is not seen in %q", mark, text)
				}
			}
		}
	}
	for _, text := range []string{"", "a", "l’ora – €", "\xe2", "\xe2\x80", "\u2070", "\u061b"} {
		if marked([]byte(text)) {
			t.Errorf("%q holds no mark", text)
		}
	}
}
