package crypto

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Values are sealed as CBOR (RFC 8949) under the names of their json tags:
// a third of the time that JSON takes to read, and keys without base64. Text is
// kept byte for byte, even where it is not UTF-8, so that nothing that was
// typed can shut a record.
var (
	encoding = must(cbor.EncOptions{Sort: cbor.SortCoreDeterministic, Time: cbor.TimeRFC3339Nano}.EncMode())
	decoding = must(cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, UTF8: cbor.UTF8DecodeInvalid, IndefLength: cbor.IndefLengthForbidden}.DecMode())
)

func must[M any](mode M, err error) M {
	if err != nil {
		panic("crypto: options of CBOR: " + err.Error())
	}
	return mode
}

// SealValue is Seal of an encoded value. It fails for what has no encoding,
// a channel or a function.
func (k Key) SealValue(b Binding, v any) (Sealed, error) {
	text, err := encoding.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", b.Column, err)
	}
	return k.Seal(b, text), nil
}

// OpenValue opens what SealValue sealed into v, a pointer. It returns ErrOpen
// for what does not open, and for a text that is not v's.
func (k Key) OpenValue(b Binding, s Sealed, v any) error {
	text, err := k.Open(b, s)
	if err == nil && decoding.Unmarshal(text, v) != nil {
		err = ErrOpen
	}
	if err != nil {
		return fmt.Errorf("opening %s: %w", b.Column, err)
	}
	return nil
}
