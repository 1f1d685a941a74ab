package units_test

import (
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies/units"

	"github.com/google/go-cmp/cmp"
)

// seeds are one file of each kind, and what somebody might send instead.
func seeds(f *testing.F) {
	id, err := crypto.NewIdentity()
	if err != nil {
		f.Fatal(err)
	}
	to, some := id.Recipient().String(), make([]byte, 32)
	wrap, err := (&units.RescueWrap{Form: "sportello/recovery-export/v1", Agency: "A", Unit: "U", Epoch: 1, Recipient: to, Identity: some,
		Commitment: some, Wrapped: some, Person: "P", Username: "livia", Newcomer: to}).Marshal()
	if err != nil {
		f.Fatal(err)
	}
	file, err := (&units.RescueFile{Form: "sportello/recovery-epoch/v1", Unit: "U", Epoch: 2, Recipient: to, Identity: some, Commitment: some,
		Before: some, MAC: some, Person: "P", Newcomer: to, Wrapped: some, Words: units.Words{"a", "b", "c", "d"}}).Marshal()
	if err != nil {
		f.Fatal(err)
	}
	if _, err := units.ParseRescueWrap(wrap); err != nil {
		f.Fatal(err)
	}
	if _, err := units.ParseRescueFile(file); err != nil {
		f.Fatal(err)
	}
	for _, b := range [][]byte{wrap, file, append(wrap, '{'), nil, []byte("{}"), []byte(`{"form":"sportello/recovery-epoch/v1","epoch":2}`), []byte("null")} {
		f.Add(b)
	}
}

// FuzzParseRescueWrap: what is read is written the same, or refused as a whole.
func FuzzParseRescueWrap(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		same(t, b, units.ParseRescueWrap, (*units.RescueWrap).Marshal)
	})
}

// FuzzParseRescueFile is the same for what comes back to the server.
func FuzzParseRescueFile(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		same(t, b, units.ParseRescueFile, (*units.RescueFile).Marshal)
	})
}

func same[V any](t *testing.T, b []byte, parse func([]byte) (*V, error), marshal func(*V) ([]byte, error)) {
	t.Helper()
	v, err := parse(b)
	if err != nil {
		if v != nil || !errors.Is(err, units.ErrRescueFile) {
			t.Fatalf("refused with %v, and something of it", err)
		}
		return
	}
	out, err := marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	again, err := parse(out)
	if err != nil {
		t.Fatalf("reading what was written: %v", err)
	}
	if diff := cmp.Diff(v, again); diff != "" {
		t.Fatal(diff)
	}
}
