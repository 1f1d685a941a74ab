package crypto

import (
	"crypto/rand"
	"strings"
	"unicode"
)

// NewID returns a random row id, 26 letters and digits of base32, 130 bits. It
// is public: knowing one gives no access.
func NewID() string { return rand.Text() }

// NewSalt returns 16 random bytes, for a passphrase or as a shred secret.
func NewSalt() []byte {
	salt := make([]byte, 16)
	rand.Read(salt)
	return salt
}

// NewRecoveryCode draws a code that stands in once for the second factor: 26
// letters and digits of base32 (130 bits), in groups of four. base32 has no 0,
// 1 or 8; see [NormaliseCode].
func NewRecoveryCode() Secret { return grouped(rand.Text()) }

// NewToken draws the random secret of a cookie or an invitation, written as
// recovery codes are.
func NewToken() Secret { return grouped(rand.Text()) }

func grouped(code string) Secret {
	var b strings.Builder
	for i, c := range code {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(c)
	}
	return Secret(b.String())
}

// NormaliseCode returns a typed code as it was drawn: capitals, groups of four
// whatever blanks and dashes stood between them, 0, 1 and 8 read as the letters
// they are mistaken for. Hash and compare only this form. What is no code at all
// comes back as something that matches none.
func NormaliseCode(s string) Secret {
	var b strings.Builder
	for _, c := range strings.ToUpper(s) {
		switch {
		case c >= 'A' && c <= 'Z' || c >= '2' && c <= '7':
			b.WriteRune(c)
		case c == '0':
			b.WriteByte('O')
		case c == '1':
			b.WriteByte('I')
		case c == '8':
			b.WriteByte('B')
		case unicode.Is(unicode.Zs, c), unicode.Is(unicode.Pd, c), unicode.Is(unicode.Cf, c):
		default:
			return ""
		}
	}
	return grouped(b.String())
}
