package crypto_test

import (
	"bytes"
	"errors"
	"maps"
	"testing"
	"time"

	"sportello/crypto"
)

// said has a field of every kind that stands on a card.
type said struct {
	Code  string            `json:"code"`
	Long  string            `json:"long,omitempty"`
	Words []string          `json:"words,omitempty"`
	More  map[string]string `json:"more,omitempty"`
	At    time.Time         `json:"at,omitzero"`
	Yes   bool              `json:"yes,omitempty"`
	Keys  struct {
		V int    `json:"v"`
		N string `json:"n"`
	} `json:"keys"`
}

// TestTextIsReadInParts: what of a value is read alone is what all of it says.
func TestTextIsReadInParts(t *testing.T) {
	key, b := crypto.NewKey(), crypto.Binding{Table: "t", Row: "r", Column: "c", Version: 1}
	in := said{Code: "AC3D-EF4G", Long: string(bytes.Repeat([]byte("è"), 40_000)), Words: []string{"", "uno"}, More: map[string]string{"a": "b"}, At: time.Unix(1_700_000_000, 5), Yes: true}
	in.Keys.V, in.Keys.N = 70_000, "\x00\xff"
	box, err := key.SealValue(b, in)
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 0, len(box))
	text, err := key.OpenText(buf, b, box)
	if err != nil || &buf[:5][4] != &text[0] {
		t.Fatalf("it was not opened into the buffer: %v", err)
	}
	var whole, part said
	if err := text.Decode(&whole); err != nil || whole.Long != in.Long || whole.Keys != in.Keys {
		t.Fatalf("the whole is %+v, %v", whole, err)
	}
	names := map[string]bool{}
	err = text.Fields(func(name []byte, value crypto.Text) {
		names[string(name)] = true
		switch string(name) {
		case "code":
			part.Code = value.String()
		case "long":
			part.Long = value.String()
		case "keys":
			if err := value.Fields(func(name []byte, value crypto.Text) {
				part.Keys.V, part.Keys.N = max(part.Keys.V, value.Int()), part.Keys.N+value.String()
			}); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil || part.Code != in.Code || part.Long != in.Long || part.Keys != in.Keys || len(names) != 7 {
		t.Errorf("read in parts: %q, %+v of %v, %v", part.Code, part.Keys, maps.Keys(names), err)
	}
	if _, err := key.OpenText(nil, crypto.Binding{Table: "t", Row: "r", Column: "c", Version: 2}, box); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("another version: %v", err)
	}
	for n := range len(text) - 1 {
		if n > 60 && n < len(text)-60 {
			continue
		}
		if err := text[:n].Fields(func([]byte, crypto.Text) {}); !errors.Is(err, crypto.ErrOpen) {
			t.Fatalf("the first %d bytes: %v", n, err)
		}
	}
}

// FuzzText: whatever the bytes, nothing falls over, and what is a whole map here is
// one for the library, too.
func FuzzText(f *testing.F) {
	for _, s := range []string{"\xa1\x64code\x61A", "\xa1\x64keys\xa2\x61v\x01\x61n\x60", "\xbf\xff", "\xa1\x61a\xc1\x1a\x00\x00\x00\x01", "\x9b\xff\xff\xff\xff\xff\xff\xff\xff", ""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v struct {
			Code string `json:"code"`
		}
		code, n := "", 0
		err := crypto.Text(b).Fields(func(name []byte, value crypto.Text) {
			value.Int()
			if n++; string(name) == "code" {
				code = value.String()
			}
		})
		if crypto.Text(b).Decode(&v) == nil && n > 0 && (err != nil || code != v.Code) {
			t.Errorf("%x: %q, %v; the library reads %q", b, code, err, v.Code)
		}
	})
}
