package crypto

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// WrapContext says what a wrapped key is for. age binds no context and names
// no sender, so the context travels inside, and every part of it is compared
// on opening. Whatever does not apply stays empty.
type WrapContext struct {
	Purpose, Unit, Person, Record string
	Epoch, Version                int64
}

// encode writes the context under the label of its envelope, so that a wrapped
// key is never taken for a padded text, nor one context for another.
func (c WrapContext) encode(l Label) []byte {
	b := appendPart(make([]byte, 0, 256), l)
	b = appendParts(b, c.Purpose, c.Unit, c.Person, c.Record)
	b = appendInt(b, c.Epoch)
	return appendInt(b, c.Version)
}

// Wrap seals a key to a recipient: a binary age file whose plaintext is the
// encoded context and the key's 32 bytes. It does not tell the recipient who
// wrapped it.
func Wrap(to Recipient, c WrapContext, k Key) (Sealed, error) {
	if k.IsZero() {
		return nil, errors.New("wrapping key: there is none")
	}
	file, err := SealFile(to, append(c.encode(labelWrap), k.Bytes()...))
	if err != nil {
		return nil, fmt.Errorf("wrapping key: %w", err)
	}
	return file, nil
}

// Unwrap opens a wrapped key. It returns ErrOpen unless every part of the
// context is the one given to Wrap. Nothing is parsed: the context is encoded
// again and compared.
func Unwrap(id Identity, c WrapContext, w Sealed) (Key, error) {
	rest, err := openContext(id, c.encode(labelWrap), w)
	if err != nil {
		return Key{}, err
	}
	k, err := KeyFromBytes(rest)
	if err != nil {
		return Key{}, ErrOpen
	}
	return k, nil
}

// SealPadded seals a text to a person who is not there, such as the draft of a
// session that ended. It shows the bucket of the text's length and the length
// of the context's parts.
func SealPadded(to Recipient, c WrapContext, plaintext []byte) (Sealed, error) {
	file, err := SealFile(to, appendPadded(c.encode(labelPadded), plaintext))
	if err != nil {
		return nil, fmt.Errorf("sealing text to a person: %w", err)
	}
	return file, nil
}

// OpenPadded opens what SealPadded sealed under the same context, or returns
// ErrOpen.
func OpenPadded(id Identity, c WrapContext, s Sealed) ([]byte, error) {
	rest, err := openContext(id, c.encode(labelPadded), s)
	if err != nil {
		return nil, err
	}
	return unpad(rest)
}

// openContext opens an envelope of ours and returns what follows its context.
func openContext(id Identity, context []byte, s Sealed) ([]byte, error) {
	if id.IsZero() {
		return nil, ErrOpen
	}
	plaintext, err := decrypt(soleRecipient{id.material().hybrid}, s)
	if err != nil {
		return nil, err
	}
	if len(plaintext) < len(context) || subtle.ConstantTimeCompare(plaintext[:len(context)], context) != 1 {
		return nil, ErrOpen
	}
	return plaintext[len(context):], nil
}

// SealFile writes a binary .age file for the holder of any hybrid key, opened
// with the age command. It shows the length of the plaintext and, to nobody,
// the sender.
func SealFile(to Recipient, plaintext []byte) ([]byte, error) {
	hybrid, err := age.ParseHybridRecipient(to.text)
	if err != nil {
		return nil, errors.New("sealing file: no recipient")
	}
	var file bytes.Buffer
	file.Grow(len(plaintext) + 2048)
	w, err := age.Encrypt(&file, hybrid)
	if err != nil {
		return nil, errors.New("sealing file: writing its header")
	}
	if _, err := w.Write(plaintext); err != nil {
		return nil, errors.New("sealing file: writing its body")
	}
	if err := w.Close(); err != nil {
		return nil, errors.New("sealing file: closing its body")
	}
	return file.Bytes(), nil
}

// OpenFile opens a binary .age file, ours or of the age command, or returns
// ErrOpen and nothing. The file may have other recipients too, and anybody can
// have written it.
func OpenFile(id Identity, file []byte) ([]byte, error) {
	if id.IsZero() {
		return nil, ErrOpen
	}
	return decrypt(id.material().hybrid, file)
}

func decrypt(id age.Identity, file []byte) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(file), id)
	if err != nil {
		return nil, ErrOpen
	}
	plaintext, err := io.ReadAll(r)
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}

// soleRecipient opens only files sealed to one recipient: ours always are, so
// a file with a second reader is not ours.
type soleRecipient struct{ *age.HybridIdentity }

func (s soleRecipient) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 {
		return nil, age.ErrIncorrectIdentity
	}
	return s.HybridIdentity.Unwrap(stanzas)
}
