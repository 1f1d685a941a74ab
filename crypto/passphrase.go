package crypto

import (
	"crypto/rand"
	"encoding/binary"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const passphraseWords = 7

// NewPassphrase draws seven different Italian words joined by hyphens: 77 bits,
// less a hundredth for their being different. It is shown once, to the person
// whose it is.
func NewPassphrase() Secret {
	chosen := make([]string, 0, passphraseWords)
	for len(chosen) < passphraseWords {
		if word := randomWord(); !slices.Contains(chosen, word) {
			chosen = append(chosen, word)
		}
	}
	return Secret(strings.Join(chosen, "-"))
}

func randomWord() string {
	var draw [2]byte
	rand.Read(draw[:])
	// 2,048 divides 65,536: no word is likelier than another.
	return words[binary.BigEndian.Uint16(draw[:])%wordCount]
}

// NormalisePassphrase brings what was typed, on whatever keyboard, to one
// spelling: NFKC, case folded, whatever spaces and dashes stand between words
// made one hyphen, none at the ends. Normalising twice changes nothing.
func NormalisePassphrase(s string) string {
	lower := strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(s, "\uFFFD")))
	// Folding alone swaps the two cases of Cherokee, so lower case comes first.
	folded := norm.NFKC.String(cases.Fold().String(lower))
	return strings.Join(strings.FieldsFunc(folded, separatesWords), "-")
}

func separatesWords(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) }
