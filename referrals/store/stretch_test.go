package store_test

import (
	"errors"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/referrals/store/storetest"
)

// otherwise makes of a passphrase what no product does.
type otherwise struct{ crypto.InProcess }

func (otherwise) Stretch(_ int64, secret, salt []byte) ([]byte, error) {
	return crypto.Hash(secret, salt), nil
}

// TestPassphrasesAreStretched: the passphrase of who takes her invitation, signs in,
// uncovers the screen, steps up and takes another one is stretched as a door does it
// that nobody told otherwise: what was stretched in another way opens nothing. (The
// people of most tests have theirs stretched cheaply.)
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
	if _, err := signIn(otherwise{}); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("stretched otherwise: %v", err)
	}
}
