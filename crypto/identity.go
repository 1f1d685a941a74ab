package crypto

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"filippo.io/age"
)

// Identity is the private key of a person or of a unit in one epoch: an age
// hybrid identity, ML-KEM-768 with X25519, so that what is copied today stays
// closed if either is broken. It prints as "[identity]". The zero Identity
// opens nothing.
type Identity struct {
	// reveal is a function for the reason that Key's is.
	reveal func() identityMaterial
}

// identityMaterial is an identity as age uses it and as it is written.
type identityMaterial struct {
	hybrid *age.HybridIdentity
	text   string
}

func newIdentity(hybrid *age.HybridIdentity) Identity {
	m := identityMaterial{hybrid: hybrid, text: hybrid.String()}
	return Identity{reveal: func() identityMaterial { return m }}
}

// NewIdentity draws a random hybrid identity: ML-KEM-768 with X25519.
func NewIdentity() (Identity, error) {
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		return Identity{}, errors.New("drawing identity: no hybrid key")
	}
	return newIdentity(hybrid), nil
}

// ParseIdentity reads "AGE-SECRET-KEY-PQ-1…" exactly as [Identity.Secret]
// writes it. Classic age identities, other spellings and white space are
// refused. The error never holds the text.
func ParseIdentity(s string) (Identity, error) {
	hybrid, err := age.ParseHybridIdentity(s)
	if err != nil {
		return Identity{}, errors.New("reading identity: not an age hybrid identity")
	}
	id := newIdentity(hybrid)
	if id.material().text != s {
		return Identity{}, errors.New("reading identity: not in its one spelling")
	}
	return id, nil
}

// IsZero reports whether i was never set.
func (i Identity) IsZero() bool { return i.reveal == nil }

// Recipient returns the public half.
func (i Identity) Recipient() Recipient {
	return Recipient{text: i.material().hybrid.Recipient().String()}
}

// Secret returns the identity as text, for putting it into a box and for
// nothing else.
func (i Identity) Secret() Secret {
	return Secret(i.material().text)
}

// Key derives a symmetric key from the identity: HKDF-SHA256 of its text, no
// salt, the label as info.
func (i Identity) Key(l Label) Key {
	return newKey(hkdfSHA256([]byte(i.material().text), nil, l))
}

// material returns the identity for use; it panics on the zero Identity, which
// only a mistake in the program can bring here.
func (i Identity) material() identityMaterial {
	if i.reveal == nil {
		panic("crypto: using an identity that was never set")
	}
	return i.reveal()
}

const shownIdentity = "[identity]"

// Format prints "[identity]" under every verb.
func (i Identity) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, shownIdentity) }

// GoString prints "[identity]".
func (i Identity) GoString() string { return shownIdentity }

// MarshalText writes "[identity]"; there is no way back.
func (i Identity) MarshalText() ([]byte, error) { return []byte(shownIdentity), nil }

// LogValue logs "[identity]".
func (i Identity) LogValue() slog.Value { return slog.StringValue(shownIdentity) }

// Recipient is the public key of a person, a unit's epoch or an agency's
// recovery: an age hybrid recipient, stored as TEXT. Two are equal, by ==,
// exactly when the keys are. It says nothing about whose it is: the signed log
// and the compared words do. The zero Recipient is NULL, and nothing can be
// sealed to it.
type Recipient struct{ text string }

var _ driver.Valuer = Recipient{}

// ParseRecipient reads "age1pq1…" exactly as [Recipient.String] writes it. It
// refuses classic X25519 recipients: what is sealed to them a quantum computer
// opens.
func ParseRecipient(s string) (Recipient, error) {
	hybrid, err := age.ParseHybridRecipient(s)
	if err != nil {
		return Recipient{}, errors.New("reading recipient: not an age hybrid recipient")
	}
	if hybrid.String() != s {
		return Recipient{}, errors.New("reading recipient: not in its one spelling")
	}
	return Recipient{text: s}, nil
}

// IsZero reports whether r was never set.
func (r Recipient) IsZero() bool { return r.text == "" }

// String returns "age1pq1…", about 2,000 characters.
func (r Recipient) String() string { return r.text }

// Value stores the text, the zero Recipient as NULL.
func (r Recipient) Value() (driver.Value, error) {
	if r.IsZero() {
		return nil, nil
	}
	return r.text, nil
}

// Scan reads TEXT or NULL, and refuses what ParseRecipient refuses. On failure
// r is unchanged.
func (r *Recipient) Scan(src any) error {
	var text string
	switch src := src.(type) {
	case nil:
		*r = Recipient{}
		return nil
	case string:
		text = src
	case []byte:
		text = string(src)
	default:
		return errors.New("scanning recipient column: it is not text")
	}
	parsed, err := ParseRecipient(text)
	if err != nil {
		return fmt.Errorf("scanning recipient column: %w", err)
	}
	*r = parsed
	return nil
}
