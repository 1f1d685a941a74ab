package crypto

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func counting(from, to int) []byte {
	var b []byte
	for i := from; i <= to; i++ {
		b = append(b, byte(i))
	}
	return b
}

// TestHKDFOfTheRFC has the three SHA-256 cases of RFC 5869, appendix A, cut to
// the one block that we produce.
func TestHKDFOfTheRFC(t *testing.T) {
	cases := []struct {
		secret, salt, info []byte
		want               string
	}{
		{bytes.Repeat([]byte{11}, 22), counting(0x00, 0x0c), counting(0xf0, 0xf9), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"},
		{counting(0x00, 0x4f), counting(0x60, 0xaf), counting(0xb0, 0xff), "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"},
		{bytes.Repeat([]byte{11}, 22), nil, nil, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"},
	}
	for i, c := range cases {
		if got := hkdfSHA256(c.secret, c.salt, c.info); !bytes.Equal(got[:], unhex(t, c.want)) {
			t.Errorf("case %d: got %x, want %s", i+1, got, c.want)
		}
	}
}

// TestHMACOfTheRFC has cases 1, 2 and 6 of RFC 4231: a short key, a text key,
// a key longer than a block.
func TestHMACOfTheRFC(t *testing.T) {
	cases := []struct {
		key, message []byte
		want         string
	}{
		{bytes.Repeat([]byte{0x0b}, 20), []byte("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{[]byte("Jefe"), []byte("what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{bytes.Repeat([]byte{0xaa}, 131), []byte("Test Using Larger Than Block-Size Key - Hash Key First"), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
	}
	for i, c := range cases {
		if got := hmacSHA256(c.key, c.message); !bytes.Equal(got[:], unhex(t, c.want)) {
			t.Errorf("case %d: got %x, want %s", i, got, c.want)
		}
	}
}

func TestHMACIsTheStandardOne(t *testing.T) {
	for _, keyLength := range []int{0, 1, 31, 32, 63, 64, 65, 200} {
		for length := range 400 {
			key, message := make([]byte, keyLength), make([]byte, length)
			rand.Read(key)
			rand.Read(message)
			standard := hmac.New(sha256.New, key)
			standard.Write(message)
			if got := hmacSHA256(key, message); !bytes.Equal(got[:], standard.Sum(nil)) {
				t.Fatalf("key of %d, message of %d bytes differ", keyLength, length)
			}
		}
	}
}

func TestDeriveIsTheStandardHKDF(t *testing.T) {
	k, salt := NewKey(), NewSalt()
	want, err := hkdf.Key(sha256.New, k.Bytes(), appendPart(appendInt(nil, 1), salt), string(LabelCard), keySize)
	if err != nil {
		t.Fatal(err)
	}
	if got := k.Derive(LabelCard, salt).Bytes(); !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}
