package locale_test

import (
	"testing"

	"sportello/server/locale"
)

// TestAgesAreNumbersOrWhatWasWritten: only what is nothing but numbers becomes a phrase.
func TestAgesAreNumbersOrWhatWasWritten(t *testing.T) {
	c := catalogue(t)
	for typed, want := range map[string]string{"4": "di 4 anni", "1": "di 1 anno", "4, 7": "di 4, 7 anni", "4 e 7": "di 4 e 7 anni", "4 anni": "4 anni", "sei mesi": "sei mesi", "4 o 5": "4 o 5"} {
		if got := c.Ages(locale.Italian, typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}
