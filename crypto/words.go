package crypto

import (
	"encoding/binary"
	"fmt"
	"sort"

	"github.com/tyler-smith/go-bip39/wordlists"
)

const (
	wordBits  = 11
	wordCount = 1 << wordBits
)

// words is the Italian list of BIP 39: 2,048 words without accents, sorted, of
// which no two share their first four letters. Its package checks the list's
// checksum when it is loaded.
var words = wordlists.Italian

func isWord(s string) bool {
	i := sort.SearchStrings(words, s)
	return i < len(words) && words[i] == s
}

// WordsSubject is who is admitted, and where.
type WordsSubject struct {
	Agency, Unit, Person string
	Epoch                int64
}

// AdmissionWords returns the four words two people compare by voice before one
// admits the other: the newcomer's page computes them from her identity, the
// admitter's from the stored recipient. They differ unless recipient, agency,
// unit, person and epoch agree. They carry 44 bits, each guess at them costs
// an Argon2id, and they are worth nothing if read from the same database to
// both. Version 0 makes them, whatever people's passphrases are made with.
func AdmissionWords(by Stretcher, r Recipient, s WordsSubject) ([4]string, error) {
	stretched, err := by.Stretch(0, []byte(r.text), wordsSalt(s))
	if err != nil {
		return [4]string{}, fmt.Errorf("stretching a key for its words: %w", err)
	}
	return wordsOf(stretched), nil
}

func wordsSalt(s WordsSubject) []byte {
	salt := appendPart(make([]byte, 0, 128), labelWords)
	salt = appendParts(salt, s.Agency, s.Unit, s.Person)
	return Hash(appendInt(salt, s.Epoch))
}

func wordsOf(stretched []byte) [4]string {
	bits := binary.BigEndian.Uint64(stretched)
	var four [4]string
	for i := range four {
		four[i] = words[bits>>(64-wordBits)]
		bits <<= wordBits
	}
	return four
}
