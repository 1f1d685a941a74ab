package crypto

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"
)

// ErrOpen is returned for whatever does not open: wrong key, wrong place,
// changed bytes, a cut-off end. It never says which, so that it helps nobody
// who tries.
var ErrOpen = errors.New("opening sealed data: wrong key, wrong place or changed data")

// Sealed is ciphertext: a box of [Key.Seal] or a wrapped key, stored as BLOB.
// It shows its size, by bucket, to whoever holds it. nil is NULL; a box is
// never empty.
type Sealed []byte

var _ driver.Valuer = Sealed(nil)

// Value stores the bytes, nil as NULL.
func (s Sealed) Value() (driver.Value, error) {
	if s == nil {
		return nil, nil
	}
	return []byte(s), nil
}

// Scan reads a BLOB, copying it, or NULL. On failure s is unchanged.
func (s *Sealed) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		*s = nil
		return nil
	case []byte:
		if len(src) == 0 {
			return errors.New("scanning sealed column: it is empty")
		}
		*s = append(Sealed(nil), src...)
		return nil
	}
	return errors.New("scanning sealed column: it is not a blob")
}

// Binding is the place a box belongs to. A box opens only where it was sealed:
// same table, row id, column and row version, under the same schema of boxes.
type Binding struct {
	Table, Row, Column string
	Version            int64
}

// appendTo encodes the binding as the box's additional data. labelField names
// the schema of boxes; a new layout of fields would get a new label.
func (b Binding) appendTo(dst []byte) []byte {
	dst = appendPart(dst, labelField)
	dst = appendParts(dst, b.Table, b.Row, b.Column)
	return appendInt(dst, b.Version)
}

// The box of a field:
//
//	1 byte    sealVersion
//	24 bytes  nonce, random
//	n bytes   XChaCha20-Poly1305 of the padded plaintext, n one of Bucket's sizes
//	16 bytes  its tag
const (
	sealVersion = 1
	sealHeader  = 1 + chacha20poly1305.NonceSizeX
	sealMinimum = sealHeader + bucketMinimum + chacha20poly1305.Overhead
)

// Seal puts plaintext into a box that only this key opens, and only at b. The
// box shows the bucket of the plaintext's length, no more. Sealing the same
// text twice gives unrelated boxes.
func (k Key) Seal(b Binding, plaintext []byte) Sealed {
	var nonce [chacha20poly1305.NonceSizeX]byte
	rand.Read(nonce[:])
	return k.seal(nonce, b, plaintext)
}

// seal is Seal with the nonce given, for the known answers of the tests: a
// nonce used twice gives the plaintext away.
func (k Key) seal(nonce [chacha20poly1305.NonceSizeX]byte, b Binding, plaintext []byte) Sealed {
	secret := k.material()
	aead, err := chacha20poly1305.NewX(secret[:])
	if err != nil {
		panic("crypto: a key of 32 bytes is refused by XChaCha20-Poly1305")
	}
	size := Bucket(len(plaintext))
	box := make([]byte, sealHeader, sealHeader+size+chacha20poly1305.Overhead)
	box[0] = sealVersion
	copy(box[1:], nonce[:])
	box = appendPadded(box, plaintext)
	return aead.Seal(box[:sealHeader], box[1:sealHeader], box[sealHeader:], b.appendTo(make([]byte, 0, 160)))
}

// Open returns the plaintext of a box sealed with k at b, or ErrOpen and
// nothing.
func (k Key) Open(b Binding, s Sealed) ([]byte, error) { return k.open(nil, b, s) }

// open is Open into a buffer, where there is room in it.
func (k Key) open(buf []byte, b Binding, s Sealed) ([]byte, error) {
	if k.IsZero() || len(s) < sealMinimum || s[0] != sealVersion {
		return nil, ErrOpen
	}
	secret := k.material()
	aead, err := chacha20poly1305.NewX(secret[:])
	if err != nil {
		return nil, ErrOpen
	}
	padded, err := aead.Open(buf[:0], s[1:sealHeader], s[sealHeader:], b.appendTo(make([]byte, 0, 160)))
	if err != nil {
		return nil, ErrOpen
	}
	return unpad(padded)
}

const (
	bucketMinimum = 64
	bucketStep    = 64 << 10
	lengthPrefix  = 4
)

// Bucket returns the size to which n bytes of plaintext are padded, the
// 4-byte length before them included: 64, 128, 256 bytes and so on to 64 KiB,
// then multiples of 64 KiB.
func Bucket(n int) int {
	need := n + lengthPrefix
	if need > bucketStep {
		return (need + bucketStep - 1) / bucketStep * bucketStep
	}
	size := bucketMinimum
	for size < need {
		size *= 2
	}
	return size
}

// appendPadded appends the length of plaintext, plaintext, and zeros up to its
// bucket.
func appendPadded(dst, plaintext []byte) []byte {
	if uint64(len(plaintext)) > 1<<31 {
		panic("crypto: sealing more than 2 GiB in one box")
	}
	start := len(dst)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(plaintext)))
	dst = append(dst, plaintext...)
	return append(dst, make([]byte, start+Bucket(len(plaintext))-len(dst))...)
}

// unpad undoes appendPadded, and accepts nothing that it would not write.
func unpad(padded []byte) ([]byte, error) {
	if len(padded) < bucketMinimum {
		return nil, ErrOpen
	}
	n := uint64(binary.BigEndian.Uint32(padded))
	if n > uint64(len(padded)-lengthPrefix) || Bucket(int(n)) != len(padded) {
		return nil, ErrOpen
	}
	end := lengthPrefix + int(n)
	if !allZero(padded[end:]) {
		return nil, ErrOpen
	}
	return padded[lengthPrefix:end:end], nil
}
