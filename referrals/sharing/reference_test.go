package sharing_test

import (
	"testing"

	"sportello/referrals/sharing"
)

func TestReference(t *testing.T) {
	for id, want := range map[string]string{"ABCDEFGHIJKLMNOPQRSTUVWXYZ": "ABC-DEF", "234567": "234-567", "B": "B", "": ""} {
		if got := sharing.Reference(id); got != want {
			t.Errorf("%q: got %q, want %q", id, got, want)
		}
	}
}
