package store_test

import (
	"errors"
	"sync"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/referrals/store/storetest"
)

// TestPassphrasesAreStretched: the passphrase of who takes her invitation, signs in,
// uncovers the screen, steps up and takes another one is stretched as a door does it
// that nobody told otherwise, which is at full cost. (The people of most tests have
// theirs stretched cheaply.)
func TestPassphrasesAreStretched(t *testing.T) {
	w := storetest.New(t).StretchFully()
	w.Found("audit", acts.KindAudit, "clara", policies.Auditor)
	w.Found("desk", acts.KindDesk, "anna", policies.IntakeWorker)
	signIn := func(stretcher crypto.Stretcher) (*accounts.SignedIn, error) {
		var err error
		if w.Door, err = accounts.NewDoor(w.Gate, w.Store, w.Keys, 2); err != nil {
			t.Fatal(err)
		}
		if stretcher != nil {
			w.Door.StretchWith(stretcher)
		}
		return w.TrySignIn(w.People["anna"])
	}
	in, err := signIn(nil)
	noError(t, err)
	noError(t, w.Door.Cover(ctx, in.Caller))
	who, err := w.Door.Uncover(ctx, in.Cookie, w.People["anna"].Passphrase, home)
	noError(t, err)
	in, err = w.Door.StepUp(ctx, who, w.People["anna"].Passphrase, w.Code(w.People["anna"]), policies.PassphraseChange, who.Person(), home)
	noError(t, err)
	fresh := string(crypto.NewPassphrase())
	_, err = w.Door.ChangePassphrase(ctx, in.Caller, fresh, false)
	noError(t, err)
	if _, err := signIn(nil); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("with the passphrase of before: %v", err)
	}
	w.People["anna"].Passphrase = fresh
	if _, err := signIn(nil); err != nil {
		t.Errorf("with her new passphrase: %v", err)
	}
	if _, err := signIn(storetest.Cheap); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("stretched as tests do it: %v", err)
	}
}

// TestCheaplyStretchedOpensNothing: what was not stretched at full cost is a wrong
// passphrase to a door that nobody told otherwise, whether her row says that it was, or
// names a version for it.
func TestCheaplyStretchedOpensNothing(t *testing.T) {
	w := storetest.New(t).Standard()
	_, err := right(w, "anna", place(1))
	noError(t, err)
	w.Door.StretchWith(newer{Stretcher: storetest.Cheap, mu: new(sync.Mutex), with: new([]int64)})
	_, err = right(w, "bruna", place(2))
	noError(t, err)
	for name, version := range map[string]int64{"anna": 0, "bruna": 1} {
		var p acts.Person
		noError(t, w.Store.Look(ctx, func(r acts.Reader) error { return r.Get(&p, w.People[name].ID) }))
		if p.Stretch != version {
			t.Fatalf("the row of %s names version %d, want %d", name, p.Stretch, version)
		}
		if w.Door, err = accounts.NewDoor(w.Gate, w.Store, w.Keys, 2); err != nil {
			t.Fatal(err)
		}
		if _, err := right(w, name, place(3)); !errors.Is(err, accounts.ErrSignIn) {
			t.Errorf("%s, of version %d: got %v, want ErrSignIn", name, version, err)
		}
	}
}
