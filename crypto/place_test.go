package crypto_test

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"sportello/crypto"
)

func TestBoxOpensOnlyInItsPlace(t *testing.T) {
	k := crypto.NewKey()
	at := crypto.Binding{Table: "contact", Row: "AB", Column: "note", Version: 3}
	box := k.Seal(at, []byte("text"))
	elsewhere := []crypto.Binding{
		{Table: "contacts", Row: "AB", Column: "note", Version: 3},
		{Table: "contact", Row: "AC", Column: "note", Version: 3},
		{Table: "contact", Row: "AB", Column: "name", Version: 3},
		{Table: "contact", Row: "AB", Column: "note", Version: 2},
		{Table: "contact", Row: "AB", Column: "note", Version: 3 + math.MinInt64},
		{Table: "contactA", Row: "B", Column: "note", Version: 3},
		{Table: "contact", Row: "ABn", Column: "ote", Version: 3},
		{},
	}
	for _, b := range elsewhere {
		if got, err := k.Open(b, box); !errors.Is(err, crypto.ErrOpen) || got != nil {
			t.Errorf("the box opens at %+v", b)
		}
	}
}

func TestChangedBoxStaysShut(t *testing.T) {
	k := crypto.NewKey()
	at := crypto.Binding{Table: "contact", Row: "A", Column: "note", Version: 1}
	box := k.Seal(at, []byte("text"))
	for i := range len(box) * 8 {
		box[i/8] ^= 1 << (i % 8)
		if got, err := k.Open(at, box); !errors.Is(err, crypto.ErrOpen) || got != nil {
			t.Errorf("opens with bit %d flipped", i)
		}
		box[i/8] ^= 1 << (i % 8)
	}
	for n := range box {
		if _, err := k.Open(at, box[:n]); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("opens cut to %d bytes", n)
		}
	}
	if _, err := k.Open(at, append(box, 0)); !errors.Is(err, crypto.ErrOpen) {
		t.Error("opens with a byte more")
	}
}

func TestEqualTextsGiveUnrelatedBoxes(t *testing.T) {
	k := crypto.NewKey()
	if bytes.Equal(k.Seal(crypto.Binding{}, []byte("a")), k.Seal(crypto.Binding{}, []byte("a"))) {
		t.Error("two boxes of one text are equal")
	}
	if len(k.Seal(crypto.Binding{}, nil)) != len(k.Seal(crypto.Binding{}, make([]byte, 60))) {
		t.Error("a box shows the length of a short text")
	}
}

func TestOpenedTextDoesNotReachItsPadding(t *testing.T) {
	k := crypto.NewKey()
	text, err := k.Open(crypto.Binding{}, k.Seal(crypto.Binding{}, []byte("ab")))
	if err != nil || cap(text) != 2 {
		t.Errorf("capacity %d, %v", cap(text), err)
	}
}

var whole = crypto.WrapContext{Purpose: "unit", Unit: "U", Person: "P", Record: "R", Epoch: 1, Version: 2}

// otherContexts differ from whole in one part each, or move a letter between
// two parts.
var otherContexts = []crypto.WrapContext{
	{Purpose: "case", Unit: "U", Person: "P", Record: "R", Epoch: 1, Version: 2},
	{Purpose: "unit", Unit: "V", Person: "P", Record: "R", Epoch: 1, Version: 2},
	{Purpose: "unit", Unit: "U", Person: "Q", Record: "R", Epoch: 1, Version: 2},
	{Purpose: "unit", Unit: "U", Person: "P", Record: "S", Epoch: 1, Version: 2},
	{Purpose: "unit", Unit: "U", Person: "P", Record: "R", Epoch: 2, Version: 2},
	{Purpose: "unit", Unit: "U", Person: "P", Record: "R", Epoch: 1, Version: 1},
	{Purpose: "unit", Unit: "UP", Person: "", Record: "R", Epoch: 1, Version: 2},
	{},
}

func TestWrapOpensOnlyForItsContext(t *testing.T) {
	id := newIdentity(t)
	w, err := crypto.Wrap(id.Recipient(), whole, crypto.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	p, err := crypto.SealPadded(id.Recipient(), whole, []byte("draft"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range otherContexts {
		if k, err := crypto.Unwrap(id, c, w); !errors.Is(err, crypto.ErrOpen) || !k.IsZero() {
			t.Errorf("the key opens for %+v", c)
		}
		if text, err := crypto.OpenPadded(id, c, p); !errors.Is(err, crypto.ErrOpen) || text != nil {
			t.Errorf("the text opens for %+v", c)
		}
	}
	if _, err := crypto.OpenPadded(id, whole, w); !errors.Is(err, crypto.ErrOpen) {
		t.Error("a key is taken for a text")
	}
}

func TestChangedWrapStaysShut(t *testing.T) {
	id := newIdentity(t)
	w, err := crypto.Wrap(id.Recipient(), whole, crypto.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	for i := range w {
		w[i] ^= 1 << (i % 8)
		if k, err := crypto.Unwrap(id, whole, w); !errors.Is(err, crypto.ErrOpen) || !k.IsZero() {
			t.Errorf("opens with byte %d changed", i)
		}
		w[i] ^= 1 << (i % 8)
	}
	for _, n := range []int{0, 1, 100, len(w) / 2, len(w) - 33, len(w) - 1} {
		if _, err := crypto.Unwrap(id, whole, w[:n]); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("opens cut to %d bytes", n)
		}
	}
	if _, err := crypto.Unwrap(id, whole, append(w, 0)); !errors.Is(err, crypto.ErrOpen) {
		t.Error("opens with a byte more")
	}
}

func TestFileIsOpenedWholeOrNotAtAll(t *testing.T) {
	id := newIdentity(t)
	file, err := crypto.SealFile(id.Recipient(), make([]byte, 200_000))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := crypto.OpenFile(id, file); err != nil || len(got) != 200_000 {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	// The first chunks are whole: age itself would hand them out.
	if got, err := crypto.OpenFile(id, file[:len(file)-1]); !errors.Is(err, crypto.ErrOpen) || got != nil {
		t.Error("a file without its last byte gives its beginning")
	}
}

func TestCommitmentBindsKeyAndContext(t *testing.T) {
	k := crypto.NewKey()
	want := k.Commitment("case", "A", "1")
	if len(want) != 32 || !bytes.Equal(want, k.Commitment("case", "A", "1")) {
		t.Error("a commitment cannot be checked")
	}
	for _, got := range [][]byte{
		crypto.NewKey().Commitment("case", "A", "1"), k.Commitment("case", "A", "2"), k.Commitment("case", "A1"),
		k.Commitment("caseA", "1"), k.Commitment("case", "A", "1", ""), k.Commitment(),
	} {
		if bytes.Equal(got, want) {
			t.Error("another key or context has the same commitment")
		}
	}
}

func TestDerivedKeysAreUnrelated(t *testing.T) {
	k := crypto.NewKey()
	keys := []crypto.Key{
		k, k.Derive(crypto.LabelData), k.Derive(crypto.LabelCard), k.Derive(crypto.LabelData, nil), k.Derive(crypto.LabelData, []byte("ab")),
		k.Derive(crypto.LabelData, []byte("a"), []byte("b")), k.Derive(crypto.LabelData, []byte("b"), []byte("a")), crypto.NewKey().Derive(crypto.LabelData),
	}
	for i := range keys {
		for j := range i {
			if keys[i].Equal(keys[j]) {
				t.Errorf("keys %d and %d are equal", i, j)
			}
		}
	}
	if !k.Derive(crypto.LabelData, []byte("ab")).Equal(keys[4]) {
		t.Error("deriving again gives another key")
	}
}

func TestKeyNeverSet(t *testing.T) {
	var zero crypto.Key
	if !zero.IsZero() || zero.Equal(zero) || crypto.NewKey().Equal(zero) {
		t.Error("a key that was never set equals something")
	}
	if _, err := zero.Open(crypto.Binding{}, crypto.NewKey().Seal(crypto.Binding{}, nil)); !errors.Is(err, crypto.ErrOpen) {
		t.Error("a key that was never set opens")
	}
	if _, err := crypto.Wrap(newIdentity(t).Recipient(), whole, zero); err == nil {
		t.Error("a key that was never set is wrapped")
	}
	if _, err := crypto.Wrap(crypto.Recipient{}, whole, crypto.NewKey()); err == nil {
		t.Error("a key is wrapped to nobody")
	}
	if _, err := crypto.Unwrap(crypto.Identity{}, whole, nil); !errors.Is(err, crypto.ErrOpen) {
		t.Error("an identity that was never set opens")
	}
	for _, use := range []func(){
		func() { zero.Seal(crypto.Binding{}, nil) }, func() { zero.Derive(crypto.LabelData) }, func() { zero.MAC(crypto.LabelData) },
		func() { zero.Bytes() }, func() { zero.Commitment() }, func() { new(crypto.Identity).Secret() }, func() { new(crypto.Pepper).Bytes() },
	} {
		if !panics(use) {
			t.Error("what was never set can be used")
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func TestRowDigestSeesEveryChange(t *testing.T) {
	text, empty := "a", ""
	seen := map[crypto.Digest]int{}
	for i, d := range []crypto.Digest{
		crypto.RowDigest("t", "i", 1, &text), crypto.RowDigest("u", "i", 1, &text), crypto.RowDigest("t", "j", 1, &text), crypto.RowDigest("t", "i", 2, &text),
		crypto.RowDigest("t", "i", 1, &empty), crypto.RowDigest("t", "i", 1, (*string)(nil)), crypto.RowDigest("t", "i", 1),
		crypto.RowDigest("t", "i", 1, []byte("a")), crypto.RowDigest("t", "i", 1, []byte{}), crypto.RowDigest("t", "i", 1, crypto.Sealed("a")),
		crypto.RowDigest("t", "i", 1, "a", "b"), crypto.RowDigest("t", "i", 1, "ab"), crypto.RowDigest("t", "i", 1, int64(0)), crypto.RowDigest("t", "i", 1, false), crypto.RowDigest("t", "i", 1, true),
	} {
		if before, ok := seen[d]; ok {
			t.Errorf("rows %d and %d have one digest", before, i)
		}
		seen[d] = i
	}
	if crypto.RowDigest("t", "i", 1, nil) != crypto.RowDigest("t", "i", 1, crypto.Sealed(nil)) {
		t.Error("NULL has two digests")
	}
	for _, v := range []any{1, int32(1), 1.5, struct{}{}, new(int)} {
		if !panics(func() { crypto.RowDigest("t", "i", 1, v) }) {
			t.Errorf("a column of type %T has a digest", v)
		}
	}
}

func TestAdmissionWordsDependOnEverything(t *testing.T) {
	r := newIdentity(t).Recipient()
	words := func(r crypto.Recipient, s crypto.WordsSubject) [4]string {
		four, err := crypto.AdmissionWords(crypto.InProcess{}, r, s)
		if err != nil {
			t.Fatal(err)
		}
		return four
	}
	want := words(r, crypto.WordsSubject{Agency: "A", Unit: "U", Person: "P", Epoch: 1})
	if words(r, crypto.WordsSubject{Agency: "A", Unit: "U", Person: "P", Epoch: 1}) != want {
		t.Error("the words change")
	}
	for _, got := range [][4]string{
		words(newIdentity(t).Recipient(), crypto.WordsSubject{Agency: "A", Unit: "U", Person: "P", Epoch: 1}),
		words(r, crypto.WordsSubject{Agency: "B", Unit: "U", Person: "P", Epoch: 1}),
		words(r, crypto.WordsSubject{Agency: "A", Unit: "V", Person: "P", Epoch: 1}),
		words(r, crypto.WordsSubject{Agency: "A", Unit: "U", Person: "Q", Epoch: 1}),
		words(r, crypto.WordsSubject{Agency: "A", Unit: "U", Person: "P", Epoch: 2}),
	} {
		if got == want {
			t.Error("another subject has the same words")
		}
	}
}

func TestRecipientsAreStoredAsText(t *testing.T) {
	r := newIdentity(t).Recipient()
	v, err := r.Value()
	if err != nil || v != r.String() {
		t.Fatalf("value: %v", err)
	}
	for _, src := range []any{r.String(), []byte(r.String())} {
		var got crypto.Recipient
		if err := got.Scan(src); err != nil || got != r {
			t.Errorf("scanning: %v", err)
		}
	}
	classic := "age1" + strings.Repeat("q", 58)
	for _, src := range []any{"", classic, strings.ToUpper(r.String()), r.String() + "\n", int64(1)} {
		got := r
		if err := got.Scan(src); err == nil || got != r {
			t.Error("a wrong recipient is read")
		}
	}
	if v, err := (crypto.Recipient{}).Value(); v != nil || err != nil {
		t.Error("no recipient is not NULL")
	}
	if err := r.Scan(nil); err != nil || !r.IsZero() {
		t.Error("NULL is not read as no recipient")
	}
}

func TestSealedIsStoredAsBlob(t *testing.T) {
	column := []byte("box")
	var s crypto.Sealed
	if err := s.Scan(column); err != nil {
		t.Fatal(err)
	}
	column[0] = 'f' // the driver uses its buffer again
	if string(s) != "box" {
		t.Error("the box is the driver's buffer")
	}
	for _, src := range []any{[]byte{}, "box", int64(1)} {
		if err := s.Scan(src); err == nil || string(s) != "box" {
			t.Errorf("%T is read as a box", src)
		}
	}
	if err := s.Scan(nil); err != nil || s != nil {
		t.Error("NULL is not read as nil")
	}
	if v, err := s.Value(); v != nil || err != nil {
		t.Error("nil is not NULL")
	}
}

// TestLaterColumnsKeepOldDigests: what an older program wrote keeps its digest
// until the new column says something; then nothing else has that digest.
func TestLaterColumnsKeepOldDigests(t *testing.T) {
	text, none, some := "a", "", "b"
	zero, n, off, on := int64(0), int64(1), false, true
	var box, full crypto.Sealed = nil, crypto.Sealed("a")
	old := crypto.RowDigest("t", "i", 1, &text)
	for _, v := range []any{&none, &zero, &off, &box, new([]byte), new(crypto.Recipient)} {
		if crypto.RowDigest("t", "i", 1, &text, crypto.Later{Name: "x", Value: v}) != old {
			t.Errorf("a zero %T changes the digest of an old row", v)
		}
	}
	seen := map[crypto.Digest]bool{old: true, crypto.RowDigest("t", "i", 1, &text, &some): true}
	for _, l := range []crypto.Later{{"x", &some}, {"y", &some}, {"x", &n}, {"x", &on}, {"x", &full}, {"x", &[]byte{}}} {
		d := crypto.RowDigest("t", "i", 1, &text, l)
		if seen[d] {
			t.Errorf("%s of %T adds nothing to the digest", l.Name, l.Value)
		}
		seen[d] = true
	}
	for name, f := range map[string]func(){
		"a plain column after a later one": func() { crypto.RowDigest("t", "i", 1, crypto.Later{Name: "x", Value: &some}, &text) },
		"one without a name":               func() { crypto.RowDigest("t", "i", 1, crypto.Later{Value: &some}) },
		"one of another type":              func() { crypto.RowDigest("t", "i", 1, crypto.Later{Name: "x", Value: new(int)}) },
		"one that is no pointer":           func() { crypto.RowDigest("t", "i", 1, crypto.Later{Name: "x", Value: "b"}) },
	} {
		if !panics(f) {
			t.Errorf("%s has a digest", name)
		}
	}
}
