package store_test

import (
	"errors"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/referrals/store/storetest"
)

// tries signs somebody in with a code; a wrong one is a code of another time.
func tries(w *storetest.World, a *storetest.Account, code string) error {
	from := accounts.From{Address: "192.0.2.7"}
	p, err := w.Door.Begin(ctx, a.Username, a.Passphrase, from)
	if err != nil {
		return err
	}
	_, err = w.Door.Finish(ctx, p, code, from)
	return err
}

// wrongly has somebody type wrong codes until her factor is locked, or as often as
// was said.
func wrongly(t *testing.T, w *storetest.World, a *storetest.Account, times int) {
	t.Helper()
	for n := 0; n < times; {
		w.Clock.Add(20 * time.Minute)
		switch err := tries(w, a, "000000"); {
		case errors.Is(err, accounts.ErrSignIn):
			n++
		case errors.Is(err, accounts.ErrThrottled):
		default:
			t.Fatalf("a wrong code: %v", err)
		}
	}
	w.Clock.Add(time.Hour)
}

// TestLoneMemberLockedOut: whoever has no colleague to unlock her second factor
// comes back by herself after fourteen days, with three codes at a time; nobody
// else's lock opens by waiting, and no administrator has a part in it.
func TestLoneMemberLockedOut(t *testing.T) {
	w := storetest.New(t).Standard()
	sofia, anna := w.People["sofia"], w.People["anna"]
	w.Join("desk", "lia", policies.IntakeWorker, "anna")
	for _, a := range []*storetest.Account{sofia, anna} {
		wrongly(t, w, a, 10)
		if err := tries(w, a, w.Code(a)); !errors.Is(err, accounts.ErrLocked) {
			t.Fatalf("%s, with the right code after ten wrong ones: %v", a.Username, err)
		}
	}
	w.Clock.Add(13 * 24 * time.Hour)
	if err := tries(w, sofia, w.Code(sofia)); !errors.Is(err, accounts.ErrLocked) {
		t.Fatalf("after thirteen days: %v", err)
	}
	w.Clock.Add(25 * time.Hour)
	wrongly(t, w, sofia, 3) // who knows her passphrase guesses
	if err := tries(w, sofia, w.Code(sofia)); !errors.Is(err, accounts.ErrLocked) {
		t.Fatalf("after three more wrong codes: %v", err)
	}
	w.Clock.Add(14*24*time.Hour + time.Minute)
	if err := tries(w, sofia, w.Code(sofia)); err != nil {
		t.Errorf("after fourteen days more she does not come in: %v", err)
	}
	if err := tries(w, anna, w.Code(anna)); !errors.Is(err, accounts.ErrLocked) {
		t.Errorf("who has a colleague comes in by waiting: %v", err)
	}
	wrongly(t, w, sofia, 10)
	if err := tries(w, sofia, w.Code(sofia)); !errors.Is(err, accounts.ErrLocked) {
		t.Errorf("the wait of before serves the next lock: %v", err)
	}
}
