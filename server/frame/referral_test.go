package frame

import "testing"

// TestAgesAreNumbersOrWhatWasWritten: only what is nothing but numbers becomes a phrase.
func TestAgesAreNumbersOrWhatWasWritten(t *testing.T) {
	for typed, want := range map[string]bool{"4": true, "4, 7": true, "4 e 7": true, "4,7 e 12": true, "4 anni": false, "sei mesi": false, "": false, "4 o 5": false} {
		if numbers.MatchString(typed) != want {
			t.Errorf("%q: nothing but numbers %t", typed, !want)
		}
	}
}
