package storetest

import (
	"slices"
	"sync"

	"sportello/crypto"
)

// cheap stretches the passphrases of a test's people at once: they are drawn, and
// nobody guesses them. The words that two people compare cost what they cost, since
// a side that is off the server computes them without it, but each of them once.
type cheap struct {
	crypto.InProcess
	words sync.Map
}

var cheaply = new(cheap)

// passphraseSalt is how long the salt of a passphrase is; that of words is longer.
var passphraseSalt = len(crypto.NewSalt())

// Stretch makes of a passphrase its hash.
func (c *cheap) Stretch(version int64, secret, salt []byte) ([]byte, error) {
	if version < 0 || version > c.Newest() {
		return nil, crypto.ErrStretch
	}
	if len(salt) == passphraseSalt {
		return crypto.Hash([]byte{byte(version)}, secret, salt), nil
	}
	key := string(crypto.Hash([]byte{byte(version)}, secret, salt))
	if made, ok := c.words.Load(key); ok {
		return slices.Clone(made.([]byte)), nil
	}
	made, err := c.InProcess.Stretch(version, secret, salt)
	if err == nil {
		c.words.Store(key, slices.Clone(made))
	}
	return made, err
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
