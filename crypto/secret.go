package crypto

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Secret is text that must reach one person and nobody else: a generated
// passphrase, a recovery code, a private key on its way into a box. It shows
// itself as "[secret]" in fmt, JSON, slog and templates, and the database
// refuses it; string(s) reveals it, so reveals are found by searching for
// them. fmt cannot be stopped from showing a Secret in an unexported field of
// a struct that is printed whole.
type Secret string

const shownSecret = "[secret]"

// Format prints "[secret]" under every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, shownSecret) }

// GoString prints "[secret]".
func (s Secret) GoString() string { return shownSecret }

// String prints "[secret]".
func (s Secret) String() string { return shownSecret }

// MarshalText writes "[secret]"; there is no way back.
func (s Secret) MarshalText() ([]byte, error) { return []byte(shownSecret), nil }

// MarshalJSON writes "[secret]"; there is no way back.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + shownSecret + `"`), nil }

// LogValue logs "[secret]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(shownSecret) }

// Value refuses: a secret enters the database sealed, or hashed, or not at all.
func (s Secret) Value() (driver.Value, error) {
	return nil, errors.New("storing secret: it must be sealed first")
}
