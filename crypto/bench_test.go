package crypto_test

import (
	"testing"

	"sportello/crypto"
)

var place = crypto.Binding{Table: "contact", Row: "KZ5RBRD3AVVBYJ2SKDSJGWTEBL", Column: "note", Version: 3}

func BenchmarkSeal(b *testing.B) {
	k, text := crypto.NewKey(), make([]byte, 200)
	b.ReportAllocs()
	for b.Loop() {
		k.Seal(place, text)
	}
}

func BenchmarkOpen(b *testing.B) {
	k := crypto.NewKey()
	box := k.Seal(place, make([]byte, 200))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Open(place, box); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDerive(b *testing.B) {
	k, salt := crypto.NewKey(), crypto.NewSalt()
	b.ReportAllocs()
	for b.Loop() {
		k.Derive(crypto.LabelCard, salt)
	}
}

// BenchmarkSearch is what a search does for each card.
func BenchmarkSearch(b *testing.B) {
	unit, salt := crypto.NewKey(), crypto.NewSalt()
	card := unit.Derive(crypto.LabelCard, salt).Seal(place, make([]byte, 120))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := unit.Derive(crypto.LabelCard, salt).Open(place, card); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMAC(b *testing.B) {
	k, part := crypto.NewKey(), make([]byte, 60)
	b.ReportAllocs()
	for b.Loop() {
		k.MAC(crypto.LabelUnitMAC, part, part)
	}
}

func BenchmarkRowDigest(b *testing.B) {
	text, n, flag, box := "open", int64(20_000), true, crypto.Sealed(make([]byte, 297))
	b.ReportAllocs()
	for b.Loop() {
		crypto.RowDigest("case_file", place.Row, 3, &text, &text, &n, &n, &flag, &box, &box, &box)
	}
}

func BenchmarkKEK(b *testing.B) {
	p, salt := crypto.NewPepper(), crypto.NewSalt()
	for b.Loop() {
		p.KEK("abaco-fune-lingua-notare-rumine-sedano-zulu", salt)
	}
}

func BenchmarkWrap(b *testing.B) {
	r, k := newIdentity(b).Recipient(), crypto.NewKey()
	for b.Loop() {
		if _, err := crypto.Wrap(r, whole, k); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnwrap(b *testing.B) {
	id := newIdentity(b)
	w, err := crypto.Wrap(id.Recipient(), whole, crypto.NewKey())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := crypto.Unwrap(id, whole, w); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScanRecipient(b *testing.B) {
	text := newIdentity(b).Recipient().String()
	var r crypto.Recipient
	for b.Loop() {
		if err := r.Scan(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPassphraseBits(b *testing.B) {
	for b.Loop() {
		crypto.PassphraseBits("abaco-fune-lingua-notare-rumine-sedano-zulu")
	}
}
