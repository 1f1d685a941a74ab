package crypto

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The known answers in testdata were drawn once and are never drawn again: if
// one changes, what people have sealed no longer opens. testdata/reproduce.mjs
// recomputes them.

// hexBytes is written in JSON as hexadecimal digits.
type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

func plainParts(parts []hexBytes) [][]byte {
	var plain [][]byte
	for _, p := range parts {
		plain = append(plain, p)
	}
	return plain
}

// readVectors reads a file of testdata; T is its shape, and unknown fields are
// a mistake.
func readVectors[T any](t *testing.T, name string) T {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var vectors T
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&vectors); err != nil {
		t.Fatal(err)
	}
	return vectors
}

func mustKey(t testing.TB, b []byte) Key {
	t.Helper()
	k, err := KeyFromBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func mustIdentity(t testing.TB, s string) Identity {
	t.Helper()
	id, err := ParseIdentity(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

type keyVectors struct {
	Derive []struct {
		Key   hexBytes   `json:"key"`
		Label Label      `json:"label"`
		Salt  []hexBytes `json:"salt"`
		Want  hexBytes   `json:"want"`
	} `json:"derive"`
	MAC []struct {
		Key   hexBytes   `json:"key"`
		Label Label      `json:"label"`
		Parts []hexBytes `json:"parts"`
		Want  hexBytes   `json:"want"`
	} `json:"mac"`
	Commitment []struct {
		Key     hexBytes `json:"key"`
		Context []string `json:"context"`
		Want    hexBytes `json:"want"`
	} `json:"commitment"`
	Hash []struct {
		Parts []hexBytes `json:"parts"`
		Want  hexBytes   `json:"want"`
	} `json:"hash"`
}

func TestKeyVectors(t *testing.T) {
	v := readVectors[keyVectors](t, "key.json")
	for i, c := range v.Derive {
		if got := mustKey(t, c.Key).Derive(c.Label, plainParts(c.Salt)...); !bytes.Equal(got.Bytes(), c.Want) {
			t.Errorf("derive %d: got %x, want %x", i, got.Bytes(), c.Want)
		}
	}
	for i, c := range v.MAC {
		if got := mustKey(t, c.Key).MAC(c.Label, plainParts(c.Parts)...); !bytes.Equal(got[:], c.Want) {
			t.Errorf("MAC %d: got %x, want %x", i, got, c.Want)
		}
	}
	for i, c := range v.Commitment {
		if got := mustKey(t, c.Key).Commitment(c.Context...); !bytes.Equal(got, c.Want) {
			t.Errorf("commitment %d: got %x, want %x", i, got, c.Want)
		}
	}
	for i, c := range v.Hash {
		if got := Hash(plainParts(c.Parts)...); !bytes.Equal(got, c.Want) {
			t.Errorf("hash %d: got %x, want %x", i, got, c.Want)
		}
	}
}

type sealVectors struct {
	Bucket []struct {
		Bytes int `json:"bytes"`
		Want  int `json:"want"`
	} `json:"bucket"`
	Seal []struct {
		Key       hexBytes `json:"key"`
		Nonce     hexBytes `json:"nonce"`
		Table     string   `json:"table"`
		Row       string   `json:"row"`
		Column    string   `json:"column"`
		Version   int64    `json:"version,string"`
		Plaintext hexBytes `json:"plaintext"`
		Repeat    int      `json:"repeat"`
		Want      hexBytes `json:"want,omitempty"`
		// WantSHA256 stands for a box too large to write down.
		WantSHA256 hexBytes `json:"wantSHA256,omitempty"`
	} `json:"seal"`
}

func TestSealVectors(t *testing.T) {
	v := readVectors[sealVectors](t, "seal.json")
	for _, c := range v.Bucket {
		if got := Bucket(c.Bytes); got != c.Want {
			t.Errorf("bucket of %d bytes: got %d, want %d", c.Bytes, got, c.Want)
		}
	}
	for i, c := range v.Seal {
		k := mustKey(t, c.Key)
		at := Binding{Table: c.Table, Row: c.Row, Column: c.Column, Version: c.Version}
		plaintext := bytes.Repeat(c.Plaintext, c.Repeat)
		box := k.seal([24]byte(c.Nonce), at, plaintext)
		sum := sha256.Sum256(box)
		if !bytes.Equal(box, c.Want) && !bytes.Equal(sum[:], c.WantSHA256) {
			t.Errorf("seal %d: got %x", i, box)
		}
		got, err := k.Open(at, box)
		if err != nil || !bytes.Equal(got, plaintext) {
			t.Errorf("open %d: %v", i, err)
		}
	}
}

type passphraseVectors struct {
	KEK []struct {
		Pepper     hexBytes `json:"pepper"`
		Salt       hexBytes `json:"salt"`
		Passphrase string   `json:"passphrase"`
		Normalised string   `json:"normalised"`
		Want       hexBytes `json:"want"`
	} `json:"kek"`
	Words []struct {
		Recipient string    `json:"recipient"`
		Agency    string    `json:"agency"`
		Unit      string    `json:"unit"`
		Person    string    `json:"person"`
		Epoch     int64     `json:"epoch,string"`
		Indexes   [4]int    `json:"indexes"`
		Want      [4]string `json:"want"`
	} `json:"words"`
}

func TestPassphraseVectors(t *testing.T) {
	v := readVectors[passphraseVectors](t, "passphrase.json")
	for i, c := range v.KEK {
		if got := NormalisePassphrase(c.Passphrase); got != c.Normalised {
			t.Errorf("normalise %d: got %q, want %q", i, got, c.Normalised)
		}
		pepper, err := ParsePepper(c.Pepper)
		if err != nil {
			t.Fatal(err)
		}
		if got := pepper.KEK(c.Passphrase, c.Salt).Bytes(); !bytes.Equal(got, c.Want) {
			t.Errorf("KEK %d: got %x, want %x", i, got, c.Want)
		}
	}
	for i, c := range v.Words {
		r, err := ParseRecipient(c.Recipient)
		if err != nil {
			t.Fatal(err)
		}
		got, err := AdmissionWords(InProcess{}, r, WordsSubject{Agency: c.Agency, Unit: c.Unit, Person: c.Person, Epoch: c.Epoch})
		for n, index := range c.Indexes {
			if words[index] != c.Want[n] {
				t.Errorf("words %d: word %d of the list is %s, want %s", i, index, words[index], c.Want[n])
			}
		}
		if err != nil || got != c.Want {
			t.Errorf("words %d: got %v, %v, want %v", i, got, err, c.Want)
		}
	}
}

type rowVectors struct {
	Row []struct {
		Table   string      `json:"table"`
		ID      string      `json:"id"`
		Version int64       `json:"version,string"`
		Values  []rowColumn `json:"values"`
		Want    hexBytes    `json:"want"`
		String  string      `json:"string"`
	} `json:"row"`
}

// rowColumn is one value of a row; exactly one field is set, or Null names the
// kind of a missing one.
type rowColumn struct {
	Text      *string   `json:"text,omitempty"`
	Int       *string   `json:"int,omitempty"`
	Bool      *bool     `json:"bool,omitempty"`
	Bytes     *hexBytes `json:"bytes,omitempty"`
	Sealed    *hexBytes `json:"sealed,omitempty"`
	Recipient *string   `json:"recipient,omitempty"`
	Null      string    `json:"null,omitempty"`
	Later     string    `json:"later,omitempty"` // the column's name, if it came later
}

// value returns the column as a row struct holds it, and as a pointer to it.
func (c rowColumn) value(t *testing.T) (plain, pointer any) {
	t.Helper()
	if name := c.Later; name != "" {
		c.Later = ""
		_, pointer = c.value(t)
		return Later{name, pointer}, Later{name, pointer}
	}
	switch {
	case c.Text != nil:
		return *c.Text, c.Text
	case c.Int != nil:
		var n int64
		if err := json.Unmarshal([]byte(*c.Int), &n); err != nil {
			t.Fatal(err)
		}
		return n, &n
	case c.Bool != nil:
		return *c.Bool, c.Bool
	case c.Bytes != nil:
		b := []byte(*c.Bytes)
		return b, &b
	case c.Sealed != nil:
		s := Sealed(*c.Sealed)
		return s, &s
	case c.Recipient != nil:
		r, err := ParseRecipient(*c.Recipient)
		if err != nil {
			t.Fatal(err)
		}
		return r, &r
	}
	return nullColumn(t, c.Null)
}

func nullColumn(t *testing.T, kind string) (plain, pointer any) {
	t.Helper()
	switch kind {
	case "text":
		return nil, (*string)(nil)
	case "int":
		return nil, (*int64)(nil)
	case "bool":
		return nil, (*bool)(nil)
	case "bytes":
		return []byte(nil), new([]byte)
	case "sealed":
		return Sealed(nil), new(Sealed)
	case "recipient":
		return Recipient{}, new(Recipient)
	}
	t.Fatalf("unknown kind of column %q", kind)
	return nil, nil
}

func TestRowVectors(t *testing.T) {
	for i, c := range readVectors[rowVectors](t, "row.json").Row {
		var plain, pointers []any
		for _, column := range c.Values {
			p, q := column.value(t)
			plain, pointers = append(plain, p), append(pointers, q)
		}
		got := RowDigest(c.Table, c.ID, c.Version, plain...)
		if !bytes.Equal(got[:], c.Want) || got.String() != c.String {
			t.Errorf("row %d: got %x, want %x", i, got, c.Want)
		}
		if RowDigest(c.Table, c.ID, c.Version, pointers...) != got {
			t.Errorf("row %d: pointers give another digest", i)
		}
	}
}

type contextVector struct {
	Purpose string `json:"purpose"`
	Unit    string `json:"unit"`
	Person  string `json:"person"`
	Record  string `json:"record"`
	Epoch   int64  `json:"epoch,string"`
	Version int64  `json:"version,string"`
}

type ageVectors struct {
	Identity  string        `json:"identity"`
	Recipient string        `json:"recipient"`
	Label     Label         `json:"label"`
	Derived   hexBytes      `json:"derived"`
	Context   contextVector `json:"context"`
	Key       hexBytes      `json:"key"`
	Wrapped   hexBytes      `json:"wrapped"`
	Text      string        `json:"text"`
	Padded    hexBytes      `json:"padded"`
	File      hexBytes      `json:"file"`
}

func TestAgeVectors(t *testing.T) {
	v := readVectors[ageVectors](t, "age.json")
	id := mustIdentity(t, v.Identity)
	if id.Recipient().String() != v.Recipient || string(id.Secret()) != v.Identity {
		t.Error("the identity has another recipient or spelling")
	}
	if got := id.Key(v.Label).Bytes(); !bytes.Equal(got, v.Derived) {
		t.Errorf("key of the identity: got %x, want %x", got, v.Derived)
	}
	k, err := Unwrap(id, WrapContext(v.Context), Sealed(v.Wrapped))
	if err != nil || !bytes.Equal(k.Bytes(), v.Key) {
		t.Errorf("the wrapped key does not open: %v", err)
	}
	text, err := OpenPadded(id, WrapContext(v.Context), Sealed(v.Padded))
	if err != nil || string(text) != v.Text {
		t.Errorf("the padded text does not open: %v", err)
	}
	text, err = OpenFile(id, v.File)
	if err != nil || string(text) != v.Text {
		t.Errorf("the file does not open: %v", err)
	}
	if slices.Equal(v.Padded, v.File) {
		t.Error("the padded text and the file are one")
	}
}
