package referrals_test

import (
	"testing"

	"sportello/referrals"
)

func TestReference(t *testing.T) {
	for id, want := range map[string]string{"ABCDEFGHIJKLMNOPQRSTUVWXYZ": "ABC-DEF", "234567": "234-567", "B": "B", "": ""} {
		if got := referrals.Reference(id); got != want {
			t.Errorf("%q: got %q, want %q", id, got, want)
		}
	}
}
