package accounts

import (
	"bytes"
	"fmt"
	"image/png"
	"time"

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
