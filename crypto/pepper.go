package crypto

import (
	"fmt"
	"io"
	"log/slog"
)

// Pepper is the content of the server's pepper file, 32 random bytes. Without
// it a copied database does not tell a right passphrase from a wrong one. It
// adds nothing against someone who holds the file too: then the passphrase
// stands alone. It prints as "[pepper]".
type Pepper struct{ key Key }

// NewPepper draws a random pepper of 32 bytes.
func NewPepper() Pepper { return Pepper{NewKey()} }

// ParsePepper reads what Bytes wrote: exactly 32 bytes, not all zero, as a
// file that lost its content in a power cut would be.
func ParsePepper(b []byte) (Pepper, error) {
	k, err := KeyFromBytes(b)
	if err != nil {
		return Pepper{}, fmt.Errorf("reading pepper: %w", err)
	}
	return Pepper{k}, nil
}

// Bytes returns a copy of the 32 bytes, for the pepper file.
func (p Pepper) Bytes() []byte { return p.key.Bytes() }

// IsZero reports whether p was never set.
func (p Pepper) IsZero() bool { return p.key.IsZero() }

// KEK turns a passphrase into the key of a person's box as version 0 does it:
// Argon2id (64 MiB, 3 passes, 4 lanes, 32 bytes) of the normalised passphrase and
// the salt, then HMAC-SHA256 under the pepper. Each call holds 64 MiB for about a
// tenth of a second: the caller bounds how many run at once.
func (p Pepper) KEK(passphrase string, salt []byte) Key {
	return p.KEKOf(stretch([]byte(NormalisePassphrase(passphrase)), salt))
}

// KEKOf is KEK of what a [Stretcher] made of passphrase and salt. The pepper
// stays where it is: whatever stretches never sees it.
func (p Pepper) KEKOf(stretched []byte) Key {
	pepper := p.key.material()
	return newKey(hmacSHA256(pepper[:], appendPart(appendPart(nil, labelKEK), stretched)))
}

const shownPepper = "[pepper]"

// Format prints "[pepper]" under every verb.
func (p Pepper) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, shownPepper) }

// GoString prints "[pepper]".
func (p Pepper) GoString() string { return shownPepper }

// MarshalText writes "[pepper]"; there is no way back.
func (p Pepper) MarshalText() ([]byte, error) { return []byte(shownPepper), nil }

// LogValue logs "[pepper]".
func (p Pepper) LogValue() slog.Value { return slog.StringValue(shownPepper) }
