package crypto

import "encoding/binary"

// Text is an opened value that nobody decoded yet: of many values, most are looked at
// in one or two fields. It holds plaintext.
type Text []byte

// OpenText opens what SealValue sealed and leaves it as it is encoded. It lies in buf
// where there is room.
func (k Key) OpenText(buf []byte, b Binding, s Sealed) (Text, error) {
	return k.open(buf, b, s)
}

// Decode reads a text into v, a pointer.
func (t Text) Decode(v any) error {
	if decoding.Unmarshal(t, v) != nil {
		return ErrOpen
	}
	return nil
}

// Fields calls f for each field of a text that is a struct's, in the order of their
// names: shorter ones first. It returns ErrOpen for what SealValue would not write.
func (t Text) Fields(f func(name []byte, value Text)) error {
	kind, n, rest, ok := t.head()
	if !ok || kind != textMap {
		return ErrOpen
	}
	for range n {
		name, behind, ok := rest.item()
		if !ok {
			return ErrOpen
		}
		value, behind, ok := behind.item()
		if !ok {
			return ErrOpen
		}
		rest = behind
		f(name.bytes(), value)
	}
	if len(rest) > 0 {
		return ErrOpen
	}
	return nil
}

// String is a text that is a string, or empty.
func (t Text) String() string { return string(t.bytes()) }

func (t Text) bytes() []byte {
	if kind, _, rest, ok := t.head(); ok && kind == textString {
		return rest
	}
	return nil
}

// Int is a text that is a number of 0 and more, or 0.
func (t Text) Int() int {
	if kind, n, _, ok := t.head(); ok && kind == textNumber {
		return int(n)
	}
	return 0
}

// The kinds of an item that are told apart here (RFC 8949, 3.1).
const (
	textNumber = 0
	textBytes  = 2
	textString = 3
	textList   = 4
	textMap    = 5
	textTag    = 6
)

// head reads the first byte of an item and the number behind it, and what follows.
func (t Text) head() (kind byte, n uint64, rest Text, ok bool) {
	if len(t) == 0 {
		return 0, 0, nil, false
	}
	kind, n, rest = t[0]>>5, uint64(t[0]&31), t[1:]
	if n < 24 {
		return kind, n, rest, true
	}
	size := 1 << (n - 24)
	if n > 27 || len(rest) < size {
		return 0, 0, nil, false // of no length that is written here
	}
	var b [8]byte
	copy(b[8-size:], rest)
	return kind, binary.BigEndian.Uint64(b[:]), rest[size:], true
}

// item parts the first item of a text from what stands behind it.
func (t Text) item() (one, rest Text, ok bool) {
	rest = t
	for left := uint64(1); left > 0; left-- {
		var kind byte
		var n uint64
		if kind, n, rest, ok = rest.head(); !ok {
			return nil, nil, false
		}
		switch kind {
		case textBytes, textString:
			if n > uint64(len(rest)) {
				return nil, nil, false
			}
			rest = rest[n:]
		case textList, textMap:
			if n > uint64(len(rest)) {
				return nil, nil, false
			}
			left += n << (kind - textList)
		case textTag:
			left++
		}
	}
	return t[:len(t)-len(rest)], rest, true
}
