package store_test

import (
	"errors"
	"testing"
	"time"

	"sportello/policies/accounts"
	"sportello/policies/audit"
	"sportello/referrals/store/storetest"
)

// TestWrongClockStopsSignIn: one-time codes and deadlines hang on the clock, so
// nobody comes in while it is behind the log or long after it, not with the code
// alone either; who has a session goes on.
func TestWrongClockStopsSignIn(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, day := w.People["anna"], 24*time.Hour
	signIn := func() error {
		pending, err := w.Door.Begin(ctx, anna.Username, anna.Passphrase, accounts.From{})
		if err != nil {
			return err
		}
		if _, err = w.Door.Finish(ctx, pending, w.Code(anna), accounts.From{}); errors.Is(err, audit.ErrClock) {
			t.Error("the passphrase was taken at a time that does not fit")
		}
		return err
	}
	for _, step := range []struct {
		by   time.Duration
		want error
	}{{0, nil}, {59 * day, nil}, {61 * day, audit.ErrClock}, {-62 * day, audit.ErrClock}, {day + time.Hour, nil}} {
		w.Clock.Add(step.by)
		if err := signIn(); !errors.Is(err, step.want) {
			t.Fatalf("%v from there: got %v, want %v", step.by, err, step.want)
		}
	}
	pending, err := w.Door.Begin(ctx, anna.Username, anna.Passphrase, accounts.From{})
	if err != nil {
		t.Fatal(err)
	}
	who := w.Caller("anna")
	w.Clock.Add(-time.Hour)
	if _, err := w.Door.Finish(ctx, pending, w.Code(anna), accounts.From{}); !errors.Is(err, audit.ErrClock) {
		t.Errorf("the code after the clock moved: got %v, want ErrClock", err)
	}
	if _, _, err := w.Desk.ReadAgenda(ctx, who); err != nil {
		t.Errorf("working on: %v", err)
	}
}
