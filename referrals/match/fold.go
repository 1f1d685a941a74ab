package match

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold writes a name in plain small letters of its own alphabet, in one piece: no
// accents, no apostrophes, no blanks or hyphens.
func Fold(s string) string {
	var b strings.Builder
	for _, w := range wordsIn(s) {
		b.WriteString(foldWord(w))
	}
	return b.String()
}

// wordsIn are the words of a text in small letters, accents kept. What joins a
// word in writing is left out, whatever else is no letter ends one; a Chinese
// character is a word.
func wordsIn(s string) (words []string) {
	var b strings.Builder
	end := func() {
		if b.Len() > 0 {
			words = append(words, b.String())
			b.Reset()
		}
	}
	for _, r := range norm.NFKC.String(apostrophes.Replace(s)) {
		switch {
		case unicode.Is(unicode.Han, r):
			end()
			words = append(words, string(r))
		case unicode.Is(unicode.Nd, r):
			b.WriteByte(digit(r))
		case r == tatweel || unicode.Is(unicode.Lm, r) || unicode.Is(unicode.Cf, r):
		case unicode.IsLetter(r) || unicode.IsMark(r):
			b.WriteRune(unicode.ToLower(r))
		case r == '\'':
		default:
			end()
		}
	}
	end()
	return words
}

// apostrophes are the signs that are typed for one, and for the softening and the
// stops of other alphabets. Normalising would make a blank of some.
var apostrophes = strings.NewReplacer("’", "'", "‘", "'", "‛", "'", "ʼ", "'", "ʻ", "'", "ʹ", "'", "ʾ", "'", "ʿ", "'", "´", "'", "`", "'", "′", "'", "＇", "'", "＇", "'")

const tatweel = 'ـ'

// digit is the value of a digit of any alphabet, as a sign of ASCII.
func digit(r rune) byte {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10)
		}
	}
	return '0' + byte(r%10) // mathematical and rare ones
}

// foldWord folds one of the words that wordsIn found.
func foldWord(w string) string {
	if plain(w) {
		return w
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(w) {
		if s, ok := foldLetter[r]; ok {
			b.WriteString(s)
			continue
		}
		if unicode.Is(unicode.Mn, r) && !indic(r) || r == nukta {
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// indic tells of a mark that is a vowel there, and no accent.
func indic(r rune) bool { return r >= 0x0900 && r < 0x0E80 }

const nukta = '়'

// foldLetter are letters that no decomposition takes apart: of Latin alphabets, and
// of Arabic writing those that are written one for the other.
var foldLetter = map[rune]string{
	'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ħ': "h", 'ŋ': "n", 'ə': "e", 'ǝ': "e",
	'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ƴ': "y", 'ŧ': "t", 'ɛ': "e", 'ɔ': "o",
	'ة': "ه", 'ۀ': "ه", 'ہ': "ه", 'ھ': "ه", 'ى': "ي", 'ی': "ي", 'ٱ': "ا", 'ء': "", 'ک': "ك",
	'ґ': "г",
}
