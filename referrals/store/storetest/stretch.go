package storetest

import (
	"context"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/policies/units"
)

// cheap stretches at once what a test's people type and compare: it is drawn, and
// nobody guesses it. It is no version of crypto's, and only tests can hand it to a
// door: to the program, what it made is a wrong passphrase.
type cheap struct{ crypto.InProcess }

// Cheap is what stretches in a world of which nobody said otherwise.
var Cheap crypto.Stretcher = cheap{}

// Stretch makes of a secret its hash.
func (c cheap) Stretch(version int64, secret, salt []byte) ([]byte, error) {
	if version < 0 || version > c.Newest() {
		return nil, crypto.ErrStretch
	}
	return crypto.Hash([]byte{byte(version)}, secret, salt), nil
}

// OwnWords are the four words that somebody reads from her own page.
func (w *World) OwnWords(who acts.Caller, epoch int64) units.Words {
	w.T.Helper()
	words, err := w.House.OwnWords(context.Background(), who, epoch)
	if err != nil {
		w.T.Fatalf("computing somebody's words: %v", err)
	}
	return words
}

// RecoveryWords are those that whoever holds a recovery identity reads to a unit.
func (w *World) RecoveryWords(to crypto.Recipient, unit string) units.Words {
	w.T.Helper()
	words, err := units.RecoveryWords(w.Stretcher, to, unit)
	if err != nil {
		w.T.Fatalf("computing the words of a recovery recipient: %v", err)
	}
	return words
}

// StretchFully has the passphrases of everybody who is entered from now on
// stretched as the product does it: for tests of that, and for those whose acts
// meet in the time that it takes. It is called before anybody is entered.
func (w *World) StretchFully() *World {
	w.T.Helper()
	if len(w.People) > 0 {
		w.T.Fatal("people's passphrases were stretched cheaply already")
	}
	w.Stretcher = crypto.InProcess{}
	w.Door.StretchWith(w.Stretcher)
	return w
}
