package crypto_test

import (
	"bytes"
	"errors"
	"testing"

	"sportello/crypto"
)

func newIdentity(t testing.TB) crypto.Identity {
	t.Helper()
	id, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestSealOpens(t *testing.T) {
	k := crypto.NewKey()
	at := crypto.Binding{Table: "contact", Row: "A", Column: "note", Version: 3}
	for _, n := range []int{0, 1, 59, 60, 61, 1000, 65532, 65533, 200000} {
		text := bytes.Repeat([]byte{'x'}, n)
		box := k.Seal(at, text)
		if got, want := len(box), 1+24+crypto.Bucket(n)+16; got != want {
			t.Errorf("box of %d bytes has %d, want %d", n, got, want)
		}
		got, err := k.Open(at, box)
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("box of %d bytes does not open: %v", n, err)
		}
	}
	if _, err := crypto.NewKey().Open(at, k.Seal(at, nil)); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("another key opens: %v", err)
	}
}

func TestWrapUnwraps(t *testing.T) {
	id, other := newIdentity(t), newIdentity(t)
	c := crypto.WrapContext{Purpose: "unit", Unit: "U", Person: "P", Record: "R", Epoch: 1, Version: 2}
	k := crypto.NewKey()
	w, err := crypto.Wrap(id.Recipient(), c, k)
	if err != nil {
		t.Fatal(err)
	}
	got, err := crypto.Unwrap(id, c, w)
	if err != nil || !got.Equal(k) {
		t.Fatalf("unwrapping: %v", err)
	}
	if _, err := crypto.Unwrap(other, c, w); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("another identity opens: %v", err)
	}
	p, err := crypto.SealPadded(id.Recipient(), c, []byte("draft"))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := crypto.OpenPadded(id, c, p); err != nil || string(text) != "draft" {
		t.Errorf("padded: %q, %v", text, err)
	}
	if _, err := crypto.Unwrap(id, c, p); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("a padded text is taken for a key: %v", err)
	}
}

func TestIdentityIsReadBack(t *testing.T) {
	id := newIdentity(t)
	again, err := crypto.ParseIdentity(string(id.Secret()))
	if err != nil {
		t.Fatal(err)
	}
	if again.Recipient() != id.Recipient() || !again.Key(crypto.LabelPerson).Equal(id.Key(crypto.LabelPerson)) {
		t.Error("the identity read back is another")
	}
	r, err := crypto.ParseRecipient(id.Recipient().String())
	if err != nil || r != id.Recipient() {
		t.Errorf("the recipient read back is another: %v", err)
	}
}
