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
//
// Seven words of the list are those seven, whether or not something stands between
// them, and whatever that nobody sees stands among them. This changes the spelling of
// no passphrase that was taken when it did not hold: fewer than seven tokens that are
// made of seven words are worth less than what a passphrase must be.
func NormalisePassphrase(s string) string {
	spelled := spelledOut(s)
	if seven := listWords(spelled); len(seven) == passphraseWords {
		return strings.Join(seven, "-")
	}
	return spelled
}

func spelledOut(s string) string {
	lower := strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(s, "\uFFFD")))
	// Folding alone swaps the two cases of Cherokee, so lower case comes first.
	folded := norm.NFKC.String(cases.Fold().String(lower))
	return strings.Join(strings.FieldsFunc(folded, separatesWords), "-")
}

// listWords reads a text as words of the list and nothing else; none where it is not.
// No two of them begin with the same four letters, so there is one way to read it.
func listWords(spelled string) []string {
	var found []string
	seen := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, spelled)
	for _, token := range strings.FieldsFunc(seen, separatesWords) {
		for token != "" {
			i, _ := slices.BinarySearch(words, token[:min(len(token), wordStart)])
			if i == len(words) || !strings.HasPrefix(token, words[i]) || len(found) == passphraseWords {
				return nil
			}
			found, token = append(found, words[i]), token[len(words[i]):]
		}
	}
	return found
}

// wordStart is how many letters tell every word of the list from the others.
const wordStart = 4

func separatesWords(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) }
