package crypto

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"testing"
	"unicode/utf8"
)

// Each target holds the same three things: what is read is written again byte
// for byte, what is refused gives nothing, and no input panics.

// The identity, and what was sealed to it, of testdata/age.json.
func fixed(f *testing.F) (Identity, ageVectors) {
	f.Helper()
	text, err := os.ReadFile("testdata/age.json")
	if err != nil {
		f.Fatal(err)
	}
	var v ageVectors
	if err := json.Unmarshal(text, &v); err != nil {
		f.Fatal(err)
	}
	return mustIdentity(f, v.Identity), v
}

func FuzzParseIdentity(f *testing.F) {
	_, v := fixed(f)
	for _, s := range []string{v.Identity, v.Identity + "\n", v.Identity[:40], "AGE-SECRET-KEY-1QQQ", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseIdentity(s)
		if err != nil {
			if !id.IsZero() {
				t.Error("a refused identity gives something")
			}
			return
		}
		if string(id.Secret()) != s {
			t.Error("an identity is written otherwise than it was read")
		}
	})
}

func FuzzParseRecipient(f *testing.F) {
	_, v := fixed(f)
	for _, s := range []string{v.Recipient, v.Recipient + " ", v.Recipient[:100], "age1qqq", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRecipient(s)
		var scanned Recipient
		if scanErr := scanned.Scan(s); (scanErr == nil) != (err == nil) || scanned != r {
			t.Error("the column accepts otherwise than the parser")
		}
		if err != nil {
			if !r.IsZero() {
				t.Error("a refused recipient gives something")
			}
			return
		}
		if r.String() != s {
			t.Error("a recipient is written otherwise than it was read")
		}
	})
}

func FuzzOpen(f *testing.F) {
	k := mustKey(f, counting(1, 32))
	at := Binding{Table: "contact", Row: "A", Column: "note", Version: 1}
	box := k.seal([24]byte{}, at, []byte("text"))
	f.Add([]byte(box))
	f.Add([]byte(box[:sealMinimum-1]))
	f.Add([]byte(append(box, 0)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, s []byte) {
		text, err := k.Open(at, s)
		if err != nil {
			if text != nil || !errors.Is(err, ErrOpen) {
				t.Error("a shut box gives something")
			}
			return
		}
		if !bytes.Equal(k.seal([24]byte(s[1:25]), at, text), s) {
			t.Error("an opened box is sealed otherwise")
		}
	})
}

func FuzzUnpad(f *testing.F) {
	for _, text := range []string{"", "text", string(make([]byte, 61))} {
		f.Add(appendPadded(nil, []byte(text)))
	}
	f.Add(bytes.Repeat([]byte{0xff}, 64))
	f.Add(append([]byte{0, 0, 0, 61}, make([]byte, 60)...))
	f.Add(append([]byte{0, 0, 0, 1}, bytes.Repeat([]byte{1}, 60)...))
	f.Fuzz(func(t *testing.T, padded []byte) {
		text, err := unpad(bytes.Clone(padded))
		if err != nil {
			if text != nil {
				t.Error("refused padding gives something")
			}
			return
		}
		if !bytes.Equal(appendPadded(nil, text), padded) {
			t.Error("a text is padded otherwise than it was read")
		}
	})
}

func FuzzUnwrap(f *testing.F) {
	id, v := fixed(f)
	c := WrapContext(v.Context)
	for _, file := range [][]byte{v.Wrapped, v.Padded, v.File, v.Wrapped[:1000], nil} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		k, err := Unwrap(id, c, file)
		if (err == nil) != bytes.Equal(file, v.Wrapped) || k.IsZero() != (err != nil) {
			t.Error("a file that was never written is a key")
		}
		text, err := OpenPadded(id, c, file)
		if (err == nil) != bytes.Equal(file, v.Padded) || err != nil && text != nil {
			t.Error("a file that was never written is a text")
		}
		text, err = OpenFile(id, file)
		if err != nil && (text != nil || !errors.Is(err, ErrOpen)) {
			t.Error("a file that does not open gives something")
		}
	})
}

// FuzzWrapPlaintext seals any plaintext to a person, as a stranger can, who
// knows her public key: only the exact context and a key is a key, only the
// exact context and a padded text is a text.
func FuzzWrapPlaintext(f *testing.F) {
	id, v := fixed(f)
	c := WrapContext(v.Context)
	key, text := c.encode(labelWrap), c.encode(labelPadded)
	f.Add(append(bytes.Clone(key), v.Key...))
	f.Add(append(bytes.Clone(key), make([]byte, keySize)...))
	f.Add(append(bytes.Clone(key), v.Key[1:]...))
	f.Add(appendPadded(bytes.Clone(text), []byte("text")))
	f.Add(append(bytes.Clone(text), 1))
	f.Add(key[:len(key)-1])
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		file, err := SealFile(id.Recipient(), plaintext)
		if err != nil {
			t.Fatal(err)
		}
		if k, err := Unwrap(id, c, file); err == nil && !bytes.Equal(append(bytes.Clone(key), k.Bytes()...), plaintext) {
			t.Error("a key is read out of something else")
		}
		if got, err := OpenPadded(id, c, file); err == nil && !bytes.Equal(appendPadded(bytes.Clone(text), got), plaintext) {
			t.Error("a text is read out of something else")
		}
		if got, err := OpenFile(id, file); err != nil || !bytes.Equal(got, plaintext) {
			t.Errorf("a file does not open: %v", err)
		}
	})
}

func FuzzContextsAreDistinct(f *testing.F) {
	f.Add("a", "b", "c", "d", int64(1), int64(2), "ab", "", "c", "d", int64(1), int64(2))
	f.Add("a", "b", "c", "d", int64(1), int64(2), "a", "b", "c", "d", int64(1), int64(2))
	f.Fuzz(func(t *testing.T, p1, u1, s1, r1 string, e1, v1 int64, p2, u2, s2, r2 string, e2, v2 int64) {
		a, b := WrapContext{p1, u1, s1, r1, e1, v1}, WrapContext{p2, u2, s2, r2, e2, v2}
		if bytes.Equal(a.encode(labelWrap), b.encode(labelWrap)) != (a == b) {
			t.Error("two contexts are written alike")
		}
		at, to := Binding{p1, u1, s1, e1}, Binding{p2, u2, s2, e2}
		if bytes.Equal(at.appendTo(nil), to.appendTo(nil)) != (at == to) {
			t.Error("two places are written alike")
		}
	})
}

func FuzzParsePepper(f *testing.F) {
	f.Add(counting(0, 31))
	f.Add(make([]byte, 32))
	f.Add(counting(0, 32))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePepper(b)
		k, keyErr := KeyFromBytes(b)
		if (err == nil) != (len(b) == 32 && !allZero(b)) || (err == nil) != (keyErr == nil) {
			t.Error("a wrong pepper or key is read")
		}
		if err != nil {
			if !p.IsZero() || !k.IsZero() {
				t.Error("a refused pepper or key gives something")
			}
			return
		}
		if !bytes.Equal(p.Bytes(), b) || !bytes.Equal(k.Bytes(), b) {
			t.Error("a pepper or key is written otherwise than it was read")
		}
	})
}

func FuzzSealedScan(f *testing.F) {
	f.Add([]byte("box"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Sealed
		if err := s.Scan(b); err != nil {
			if s != nil || len(b) > 0 && b != nil {
				t.Error("a column is read wrongly")
			}
			return
		}
		v, err := s.Value()
		if err != nil || !bytes.Equal(v.([]byte), b) {
			t.Error("a column is written otherwise than it was read")
		}
	})
}

func FuzzNormalise(f *testing.F) {
	for _, s := range []string{"abaco fune", "\u00a0ABACO\u2014FUNE-", "ß\u0345\u1e9eİ", "\xff\xfe", "a\u00af b", "0Oil-8", "\u13a0\uab70"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := NormalisePassphrase(s)
		if NormalisePassphrase(once) != once || !utf8.ValidString(once) {
			t.Errorf("normalising %q twice differs from once", s)
		}
		code := NormaliseCode(s)
		if NormaliseCode(string(code)) != code {
			t.Errorf("normalising the code %q twice differs from once", s)
		}
		if bits := PassphraseBits(s); !(bits >= 0) || math.IsInf(bits, 0) || PassphraseBits(once) != bits {
			t.Errorf("%q has %v bits", s, bits)
		}
	})
}
