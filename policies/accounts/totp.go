package accounts

import (
	"bytes"
	"fmt"
	"image/png"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// period is the length of a TOTP step in seconds (RFC 6238), six digits of
// SHA-1, as every authenticator expects.
const period = 30

// Issuer names the service in an authenticator app: a neutral word, since
// somebody else may look at the phone.
const Issuer = "Agenda"

// typedCode reads six digits as they are typed, pasted or read aloud: of whatever script
// the keyboard has, with blanks, dashes and signs that nobody sees between them.
func typedCode(typed string) (string, error) {
	var code []byte
	for _, c := range typed {
		switch {
		case unicode.Is(unicode.Nd, c):
			code = append(code, '0'+digit(c))
		case unicode.IsSpace(c), unicode.Is(unicode.Pd, c), unicode.Is(unicode.Cf, c):
		default:
			return "", ErrNotACode
		}
	}
	if len(code) != 6 {
		return "", ErrNotACode
	}
	return string(code), nil
}

// digit is the value of a decimal digit: each script has its ten in a row, from zero
// (Unicode, section 4.6).
func digit(c rune) byte {
	for _, r := range unicode.Nd.R16 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return byte((c - rune(r.Lo)) % 10)
		}
	}
	for _, r := range unicode.Nd.R32 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return byte((c - rune(r.Lo)) % 10)
		}
	}
	return 0
}

// matchStep returns the time step whose code this is, among the current one and
// its neighbours, if it is newer than last. It reports false for anything but
// exactly six ASCII digits: the library would accept surrounding blanks.
func matchStep(seed, code string, last int64, now time.Time) (int64, bool) {
	if len(code) != 6 {
		return 0, false
	}
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return 0, false
		}
	}
	current := now.Unix() / period
	for step := current - 1; step <= current+1; step++ {
		ok, err := hotp.ValidateCustom(code, uint64(step), seed,
			hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && ok && step > last {
			return step, true
		}
	}
	return 0, false
}

// newSeed makes a TOTP seed of 20 bytes (RFC 4226 section 4) and the address
// that an authenticator reads.
func newSeed(username string) (*otp.Key, error) {
	return totp.Generate(totp.GenerateOpts{Issuer: Issuer, AccountName: username, Period: period,
		SecretSize: 20, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}

// NewFactor is a second factor that is being enrolled: the same seed as text to
// type and as a picture to scan. It is shown on one page, to its own person.
type NewFactor struct {
	Secret  string // base32
	Picture []byte // PNG
}

// pictureSide is the side of the picture, in pixels.
const pictureSide = 220

func showFactor(seed *otp.Key) (*NewFactor, error) {
	img, err := seed.Image(pictureSide, pictureSide)
	if err != nil {
		return nil, fmt.Errorf("drawing a seed: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("drawing a seed: %w", err)
	}
	return &NewFactor{Secret: seed.Secret(), Picture: b.Bytes()}, nil
}
