package acts

import (
	"encoding/base32"
	"errors"
	"slices"

	"sportello/crypto"
)

// ListOf names several things as one object of a step-up: by the digest of their
// ids, so that what was granted for the list that a page showed serves no other.
func ListOf(ids ...string) string {
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	return DigestOf("list", slices.Compact(sorted)...)
}

// DigestOf names texts by their digest, in the form of an id.
func DigestOf(kind string, parts ...string) string {
	all := [][]byte{[]byte("granted"), []byte(kind)}
	for _, p := range parts {
		all = append(all, []byte(p))
	}
	return base32.StdEncoding.EncodeToString(crypto.Hash(all...))[:26]
}

// OneOf says that this act is one of several that one form asked for: a step-up
// for their list holds for each of them, and for nothing that is not on it.
func (a *Act) OneOf(ids ...string) { a.list = ids }

// Making says what a step-up names while the thing does not exist yet: the digest
// of all that it is made from.
func (a *Act) Making(object string) { a.makes = object }

// granting is the name under which a step-up grants this act on a thing: its id,
// or that of the list it is on, or that of what makes it.
func (a *Act) granting(id string) string {
	switch {
	case a.makes != "":
		return a.makes
	case slices.Contains(a.list, id):
		return ListOf(a.list...)
	}
	return id
}

// NotAll says which of several on one form stopped, and why: those before it are
// done, it and those after it are not.
type NotAll struct {
	Index int
	Err   error
}

func (e *NotAll) Error() string { return e.Err.Error() }

// Unwrap is why it stopped.
func (e *NotAll) Unwrap() error { return e.Err }

// StoppedAt names the place at which a list stopped, Unless that was said.
func StoppedAt(i int, err error) error {
	if not := (*NotAll)(nil); err == nil || errors.As(err, &not) {
		return err
	}
	return &NotAll{i, err}
}

// MaxList bounds what one form does.
const MaxList = 100
