package kept

import "testing"

// TestMetOfWhatAnOlderProgramSent: it did not write down under which epoch.
func TestMetOfWhatAnOlderProgramSent(t *testing.T) {
	for _, c := range []struct {
		sent, version, from, want int64
	}{
		{3, 1, 3, 3}, {3, 5, 7, 3}, // written down, whatever was renewed since
		{0, 1, 3, 3}, // never renewed
		{0, 2, 7, 1}, // renewed: what came between is asked about
	} {
		h := Held{Version: c.version, From: &Side{Epoch: c.from}, Renewed: &Renewed{SentEpoch: &c.sent}}
		if got := h.met(); got != c.want {
			t.Errorf("%+v: met %d", c, got)
		}
	}
}
