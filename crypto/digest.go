package crypto

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// Hash returns SHA-256 over the parts, each preceded by its length. It takes
// no key: whoever can guess the parts can check the guess.
func Hash(parts ...[]byte) []byte {
	sum := sha256.Sum256(appendParts(make([]byte, 0, 256), parts...))
	return sum[:]
}

// Digest is what a leaf of the log says a row looked like.
type Digest [sha256.Size]byte

// String returns the digest in base64, 44 characters.
func (d Digest) String() string { return base64.StdEncoding.EncodeToString(d[:]) }

// What stands before each value of a row; changing a column's kind changes its
// digest.
const (
	tagNull      = 'n'
	tagText      = 't'
	tagInt       = 'i'
	tagBool      = 'b'
	tagBytes     = 'x'
	tagSealed    = 's'
	tagRecipient = 'r'
	tagLater     = 'l'
)

// Later is the value of a column that came after the table's first migration,
// under the column's name; Value is a pointer. A row whose later columns hold
// their zero values (empty, 0, false, NULL) has the digest it had before they
// were there, so that rows written by an older program keep what the log says
// of them.
type Later struct {
	Name  string
	Value any
}

// RowDigest returns SHA-256 over table, id, version and the values in column
// order; sealed columns enter as SHA-256 of their ciphertext, so the digest
// can be checked without any key. A value is a string, int64, bool, []byte,
// Sealed or Recipient, or a pointer to one; a nil pointer, nil bytes and the
// zero Recipient are NULL, which differs from empty. A Later stands after all
// others, is left out while it is zero and otherwise enters with its name. Any
// other kind or order panics: it would be a column that nobody guards.
func RowDigest(table, id string, version int64, values ...any) Digest {
	b := appendPart(make([]byte, 0, 1024), labelRow)
	b = appendParts(b, table, id)
	b = appendInt(b, version)
	later := false
	for _, v := range values {
		l, ok := v.(Later)
		switch {
		case ok:
			later = true
			b = appendLater(b, l)
		case later:
			panic("crypto: a column stands after one that came later")
		default:
			b = appendValue(b, v)
		}
	}
	return sha256.Sum256(b)
}

func appendLater(b []byte, l Later) []byte {
	if l.Name == "" {
		panic("crypto: a later column has no name")
	}
	if isZero(l.Value) {
		return b
	}
	return appendValue(appendPart(append(b, tagLater), l.Name), l.Value)
}

// isZero tells whether a later column holds what every row had when it came.
func isZero(v any) bool {
	switch v := v.(type) {
	case *string:
		return *v == ""
	case *int64:
		return *v == 0
	case *bool:
		return !*v
	case *[]byte:
		return *v == nil
	case *Sealed:
		return *v == nil
	case *Recipient:
		return v.IsZero()
	}
	panic(fmt.Sprintf("crypto: a row has a later column of type %T", v))
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, tagNull)
	case *string:
		return appendPointer(b, v, appendText)
	case *int64:
		return appendPointer(b, v, appendNumber)
	case *bool:
		return appendPointer(b, v, appendBool)
	case *[]byte:
		return appendPointer(b, v, appendBytes)
	case *Sealed:
		return appendPointer(b, v, appendSealed)
	case *Recipient:
		return appendPointer(b, v, appendRecipient)
	case string:
		return appendText(b, v)
	case int64:
		return appendNumber(b, v)
	case bool:
		return appendBool(b, v)
	case []byte:
		return appendBytes(b, v)
	case Sealed:
		return appendSealed(b, v)
	case Recipient:
		return appendRecipient(b, v)
	}
	panic(fmt.Sprintf("crypto: a row has a column of type %T", v))
}

func appendPointer[T any](b []byte, v *T, add func([]byte, T) []byte) []byte {
	if v == nil {
		return append(b, tagNull)
	}
	return add(b, *v)
}

func appendText(b []byte, s string) []byte { return appendPart(append(b, tagText), s) }

func appendNumber(b []byte, n int64) []byte { return appendInt(append(b, tagInt), n) }

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, tagBool, 1)
	}
	return append(b, tagBool, 0)
}

func appendBytes(b, v []byte) []byte {
	if v == nil {
		return append(b, tagNull)
	}
	return appendPart(append(b, tagBytes), v)
}

func appendSealed(b []byte, s Sealed) []byte {
	if s == nil {
		return append(b, tagNull)
	}
	sum := sha256.Sum256(s)
	return append(append(b, tagSealed), sum[:]...)
}

func appendRecipient(b []byte, r Recipient) []byte {
	if r.IsZero() {
		return append(b, tagNull)
	}
	return appendPart(append(b, tagRecipient), r.text)
}
