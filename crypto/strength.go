package crypto

import (
	"math"
	"strings"
	"unicode"
)

// Estimates for what people, not machines, choose. They are low on purpose:
// the cost of refusing a good passphrase is drawing another.
const (
	bitsPerLetter      = 2.0  // a letter of a word or sentence
	bitsPerWord        = 12.0 // a whole word, of some four thousand that come to mind
	bitsPerMixedLetter = 4.0  // a letter among digits and signs
	bitsPerDigit       = 3.0
	bitsPerSign        = 4.0
	bitsPerStep        = 1.0  // the same key again, the next letter, the key beside
	bitsOfNumbers      = 20.0 // all tokens of digits together: a date, a telephone number
	bitsPerRepeat      = 3.0  // three or more characters that stood there before

	// judgedLetters bounds the work on a hostile text; what follows counts nothing.
	judgedLetters = 256
)

// PassphraseBits estimates how many yes-or-no guesses a passphrase withstands,
// from below: 11 bits for each different word of the list, so 77 for a
// generated one; for all other text the least that simple models of people's
// habits give. A random string of a password manager needs some 35 characters to
// count 70. The estimate is of the text alone: it does not know that somebody's
// daughter has that name.
func PassphraseBits(s string) float64 { return bitsOf(NormalisePassphrase(s)) }

func bitsOf(spelled string) float64 {
	var bits float64
	var numbers float64
	var other strings.Builder
	seen := map[string]bool{}
	judged := []rune(spelled)
	judged = judged[:min(len(judged), judgedLetters)]
	for token := range strings.SplitSeq(string(judged), "-") {
		if token == "" || seen[token] {
			continue
		}
		seen[token] = true
		switch {
		case isWord(token):
			bits += wordBits
		case only(token, unicode.IsDigit):
			numbers += keystrokeBits(token, nil)
		default:
			bits += min(keystrokeBits(token, []rune(other.String())), habitBits(token))
			other.WriteString(token)
		}
	}
	return bits + min(numbers, bitsOfNumbers)
}

func only(s string, class func(rune) bool) bool {
	for _, r := range s {
		if !class(r) {
			return false
		}
	}
	return true
}

// keystrokeBits models a hand on a keyboard: runs, neighbouring keys and
// whatever was typed before are cheap.
func keystrokeBits(token string, before []rune) float64 {
	text := append(before, []rune(token)...)
	var bits float64
	for i := len(before); i < len(text); {
		if n := repeats(text, i); n >= 3 {
			bits += bitsPerRepeat
			i += n
			continue
		}
		if i > len(before) && besides(text[i-1], text[i]) {
			bits += bitsPerStep
		} else {
			bits += signBits(text[i])
		}
		i++
	}
	return bits
}

func signBits(r rune) float64 {
	switch {
	case unicode.IsLetter(r):
		return bitsPerMixedLetter
	case unicode.IsDigit(r):
		return bitsPerDigit
	}
	return bitsPerSign
}

// repeats returns how many characters from text[i] on stood together before.
func repeats(text []rune, i int) int {
	longest := 0
	for j := range i {
		n := 0
		for i+n < len(text) && text[j+n] == text[i+n] {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

// keyboard has the keys where Italian keyboards have them.
var keyboard = []string{`1234567890'ì`, `qwertyuiopè+`, `asdfghjklòàù`, `zxcvbnm,.-`}

// besides reports whether b is a again, its successor or predecessor, or on a
// key that touches its key.
func besides(a, b rune) bool {
	if d := a - b; d >= -1 && d <= 1 {
		return true
	}
	rowA, columnA := keyOf(a)
	rowB, columnB := keyOf(b)
	return rowA >= 0 && rowB >= 0 && math.Abs(float64(rowA-rowB)) <= 1 && math.Abs(float64(columnA-columnB)) <= 1
}

func keyOf(r rune) (row, column int) {
	for row, keys := range keyboard {
		if column := strings.IndexRune(keys, r); column >= 0 {
			return row, len([]rune(keys[:column]))
		}
	}
	return -1, -1
}

// disguises are digits and signs that people write for letters.
var disguises = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "@", "a", "$", "s", "!", "i")

// habitBits models words, undisguised: letters follow from the letters before
// them, and a whole word from a vocabulary.
func habitBits(token string) float64 {
	if only(token, unicode.IsLetter) {
		return min(bitsPerLetter*float64(len([]rune(token))), bitsPerWord)
	}
	var bits float64
	for _, r := range disguises.Replace(token) {
		if unicode.IsLetter(r) {
			bits += bitsPerLetter
		} else {
			bits += signBits(r)
		}
	}
	return bits
}
