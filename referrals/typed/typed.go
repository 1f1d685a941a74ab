package typed

import (
	"errors"
	"maps"
)

// ErrInvalid says that something typed does not fit; see Invalid.
var ErrInvalid = errors.New("something typed does not fit")

// Invalid names the fields that do not fit, each with a message key.
type Invalid struct{ Fields map[string]string }

func (*Invalid) Error() string { return ErrInvalid.Error() }

// Is makes every Invalid an ErrInvalid.
func (*Invalid) Is(target error) bool { return target == ErrInvalid }

// Bad says of one field that it does not fit.
func Bad(field, key string) error { return &Invalid{Fields: map[string]string{field: key}} }

// Limits of what one field takes, by Length.
const (
	MaxShort = 200
	MaxLine  = 1_000
	MaxText  = 20_000
)

// Check collects what does not fit.
type Check map[string]string

// Max refuses what is longer than a limit, counted as its form does.
func (c Check) Max(field, value string, limit int) {
	if Length(value) > limit {
		c[field] = "error.too_long"
	}
}

// OneOf refuses what is no code of a list.
func (c Check) OneOf(field, value string, codes map[string]bool) {
	if !codes[value] {
		c[field] = "error.choose_one"
	}
}

// Add takes in what another check found.
func (c Check) Add(err error) {
	var bad *Invalid
	if errors.As(err, &bad) {
		maps.Copy(c, bad.Fields)
	}
}

// Err is an Invalid where something does not fit.
func (c Check) Err() error {
	if len(c) == 0 {
		return nil
	}
	return &Invalid{Fields: c}
}

// Codes is a list of codes as OneOf asks for it.
func Codes(list ...string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}
