package store_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

const (
	timedPairs = 2000
	timedTries = 3
	timedStep  = 15 * time.Millisecond // several times what a refused act takes on a busy machine
)

// apart is the two-sample Kolmogorov-Smirnov statistic: the largest distance
// between two distributions.
func apart(a, b []time.Duration) float64 {
	slices.Sort(a)
	slices.Sort(b)
	i, j, most := 0, 0, 0.0
	for i < len(a) && j < len(b) {
		at := min(a[i], b[j])
		for i < len(a) && a[i] <= at {
			i++
		}
		for j < len(b) && b[j] <= at {
			j++
		}
		most = max(most, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return most
}

// critical is what two samples of n of one distribution stay below, but for one
// time in a thousand.
func critical(n int) float64 { return 1.9495 * math.Sqrt(2/float64(n)) }

// TestAbsentTakesAsLongAsRefused (T6): what a colleague may not know of takes as
// long as what is not there, from the desk on. Each round asks for one that is
// refused and for one that is absent, in random order; the absent of odd and of
// even rounds are the control. That both cost the same statements is held by
// TestWalledOffIsAbsent.
func TestAbsentTakesAsLongAsRefused(t *testing.T) {
	if os.Getenv("TEST_TIMING") == "" {
		t.Skip("minutes of waiting on a machine that does nothing else: set TEST_TIMING")
	}
	f := storetest.NewFlow(t)
	f.Gate.EvenOut(store.Pace(timedStep))
	sister, anna, sofia := f.Caller("lia"), f.Caller("anna"), f.Caller("sofia")
	v, _, err := f.Desk.OpenCase(ctx, anna, f.Case, storetest.Parts...)
	if err != nil || len(v.Contacts) == 0 {
		t.Fatalf("opening the case: %v", err)
	}
	for _, kind := range []struct {
		name, refused string
		ask           func(id string) error
	}{
		{"case", f.Case, func(id string) error { return second(f.Desk.OpenCase(ctx, sister, id, storetest.Parts...)) }},
		{"case of another unit", f.Case, func(id string) error { return second(f.Desk.OpenCase(ctx, sofia, id, storetest.Parts...)) }},
		{"contact", v.Contacts[0].ID, func(id string) error { return second(f.Desk.Cases.OpenContact(ctx, sister, id)) }},
		{"note", f.Note, func(id string) error { _, err := f.Desk.Cases.CorrectNote(ctx, sister, id, 1, "x"); return err }},
		{"referral", f.Consent, func(id string) error { return second(f.Desk.Sharing.ReadReferral(ctx, sister, id)) }},
		{"task", f.Task, func(id string) error { return second(f.Desk.Sharing.OpenTask(ctx, sister, id)) }},
	} {
		t.Run(kind.name, func(t *testing.T) {
			for try := 1; ; try++ {
				differs, control := timed(t, kind.ask, kind.refused)
				t.Logf("refused and absent are %.4f apart, critical %.4f; absent and absent %.4f, critical %.4f",
					differs, critical(timedPairs), control, critical(timedPairs/2))
				if differs < critical(timedPairs) && control < critical(timedPairs/2) {
					return
				}
				if try == timedTries {
					t.Errorf("refused and absent are %.4f apart, absent and absent %.4f", differs, control)
					return
				}
			}
		})
	}
}

// timed asks in rounds, and tells how far refused is from absent, and absent from
// itself.
func timed(t *testing.T, ask func(id string) error, refused string) (differs, control float64) {
	t.Helper()
	var took [2][]time.Duration
	for range 50 {
		ask(refused)
		ask(crypto.NewID())
	}
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for round := range timedPairs {
		ids := [2]string{refused, crypto.NewID()}
		for _, i := range rand.Perm(2) {
			begun := time.Now()
			err := ask(ids[i])
			took[i] = append(took[i], time.Since(begun))
			if !errors.Is(err, acts.ErrDenied) {
				t.Fatalf("got %v, want ErrDenied", err)
			}
		}
		if round%500 == 499 {
			runtime.GC()
		}
	}
	var halves [2][]time.Duration
	for i, d := range took[1] {
		halves[i%2] = append(halves[i%2], d)
	}
	control = apart(halves[0], halves[1])
	return apart(took[0], took[1]), control
}
