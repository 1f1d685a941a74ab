package crypto

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

const keySize = 32

// Key is a symmetric key of 32 random or derived bytes. The zero Key is no
// key: IsZero reports it, opening with it fails, sealing or deriving with it
// panics. It prints as "[key]" however it is printed. Inside another struct fmt
// does not ask an unexported field how it wants to be shown, and follows
// pointers, so the bytes are kept by a function, of which reflection shows an
// address. Neither == nor reflect.DeepEqual compares keys; see Equal.
type Key struct {
	reveal func() [keySize]byte
}

// NewKey draws a random key of 32 bytes.
func NewKey() Key {
	var b [keySize]byte
	rand.Read(b[:])
	return newKey(b)
}

// KeyFromBytes takes a key out of an opened box: exactly 32 bytes, not all
// zero. It copies them.
func KeyFromBytes(b []byte) (Key, error) {
	if len(b) != keySize {
		return Key{}, errors.New("reading key: wrong length")
	}
	if allZero(b) {
		return Key{}, errors.New("reading key: it is all zero")
	}
	return newKey([keySize]byte(b)), nil
}

func newKey(b [keySize]byte) Key {
	return Key{reveal: func() [keySize]byte { return b }}
}

// material returns the bytes for use; it panics on the zero Key, which only a
// mistake in the program can bring here.
func (k Key) material() [keySize]byte {
	if k.reveal == nil {
		panic("crypto: using a key that was never set")
	}
	return k.reveal()
}

// Bytes returns a copy of the 32 bytes, for putting a key inside another box.
func (k Key) Bytes() []byte {
	b := k.material()
	return append([]byte(nil), b[:]...)
}

// IsZero reports whether k was never set.
func (k Key) IsZero() bool { return k.reveal == nil }

// Equal compares in constant time. A key that was never set equals no key, not
// even another such.
func (k Key) Equal(o Key) bool {
	if k.IsZero() || o.IsZero() {
		return false
	}
	a, b := k.material(), o.material()
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// Derive returns HKDF-SHA256 of the key, with the salts, their number first and
// each preceded by its length, as HKDF salt and the label as info. (Without the
// number an empty salt at the end would change nothing: HMAC fills its key up
// with zeros.) Whoever lacks either the key or
// a random salt learns nothing of the result: erasing the salt erases what was
// sealed under it.
func (k Key) Derive(l Label, salt ...[]byte) Key {
	s := appendInt(make([]byte, 0, 128), int64(len(salt)))
	s = appendParts(s, salt...)
	secret := k.material()
	return newKey(hkdfSHA256(secret[:], s, l))
}

// MAC returns HMAC-SHA256 over the label and the parts, each preceded by its
// length. Compare with hmac.Equal or subtle.ConstantTimeCompare.
func (k Key) MAC(l Label, parts ...[]byte) [32]byte {
	message := appendPart(make([]byte, 0, 256), l)
	secret := k.material()
	return hmacSHA256(secret[:], appendParts(message, parts...))
}

// Commitment returns 32 bytes that bind the key to the context: they reveal
// neither, and no second key or context has the same ones. XChaCha20-Poly1305
// and age do not promise that; where a key arrives from others, its commitment
// is stored beside it.
func (k Key) Commitment(context ...string) []byte {
	message := appendPart(make([]byte, 0, 256), labelCommitment)
	secret := k.material()
	sum := hmacSHA256(secret[:], appendParts(message, context...))
	return sum[:]
}

func allZero(b []byte) bool {
	var or byte
	for _, c := range b {
		or |= c
	}
	return or == 0
}

const shownKey = "[key]"

// Format prints "[key]" under every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, shownKey) }

// GoString prints "[key]".
func (k Key) GoString() string { return shownKey }

// MarshalText writes "[key]"; there is no way back.
func (k Key) MarshalText() ([]byte, error) { return []byte(shownKey), nil }

// LogValue logs "[key]".
func (k Key) LogValue() slog.Value { return slog.StringValue(shownKey) }
