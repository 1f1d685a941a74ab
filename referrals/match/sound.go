package match

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// How a word sounds is written with one sign for each consonant that an Italian desk
// tells apart, and three for vowels:
//
//	b d f g k l m n p r t v   as in Italian
//	s   s, z, ts      x   sh      c   c and g before i, the j of other tongues
//	a   a             i   e, i, y                    u   o, u
//
// Where a spelling can be read in several ways, a word has several codes. A code is
// its consonants, then "/" and the vowels before, between and behind them. Alphabets
// that leave vowels out write "~" there: what is not written is not compared.

// maxCodes bounds in how many ways one word is read.
const maxCodes = 12

// codesOf are the ways to say a word, as wordsIn found it, the likeliest first.
func codesOf(w string) []string {
	if strings.ContainsAny(w, "0123456789") {
		return nil
	}
	r, _ := utf8.DecodeRuneInString(w)
	sign := "/"
	var said []string
	switch {
	case unicode.Is(unicode.Latin, r):
		said = say(latin, w)
	case unicode.Is(unicode.Cyrillic, r):
		said = say(cyrillic, w)
	case unicode.Is(unicode.Arabic, r):
		said, sign = say(arabic, strings.Map(arabicLetter, w)), "~"
		if rest, ok := strings.CutPrefix(strings.Map(arabicLetter, w), "ال"); ok && utf8.RuneCountInString(rest) > 2 {
			said = append(said, say(arabic, rest)...)
		}
	case unicode.Is(unicode.Bengali, r):
		said, sign = say(bengali, w), "~"
	case unicode.Is(unicode.Han, r):
		said = say(latin, strings.Join(pinyin.LazyPinyin(w, pinyin.NewArgs()), ""))
	default:
		return nil
	}
	var codes []string
	for _, s := range said {
		if c := code(s, sign); c != "" && !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	return codes
}

// arabicLetter brings to one the letters that are written one for the other, and
// leaves out the marks over and under them.
func arabicLetter(r rune) rune {
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ؤ':
		return 'و'
	case 'ئ', 'ی':
		return 'ي'
	case 'ک':
		return 'ك'
	}
	if unicode.Is(unicode.Mn, r) {
		return -1
	}
	return r
}

// code writes what is said as a code. A "-" parts two letters that would else be
// one doubled letter.
func code(said, sign string) string {
	var bones, vowels strings.Builder
	var last, lastVowel byte
	for i := range len(said) {
		switch c := said[i]; c {
		case '-':
			last = 0
		case 'a', 'i', 'u':
			if c != lastVowel {
				vowels.WriteByte(c)
			}
			lastVowel, last = c, 0
		default:
			if c != last {
				bones.WriteByte(c)
				vowels.WriteByte('.')
			}
			last, lastVowel = c, 0
		}
	}
	if bones.Len() == 0 && vowels.Len() == 0 {
		return ""
	}
	return bones.String() + sign + vowels.String()
}

// rule says how some letters sound: where they stand, and one or more ways to say
// them.
type rule struct {
	letters string
	at      place
	say     []string
}

// place is where in a word a rule holds.
type place int

const (
	anywhere  place = iota
	first           // at the beginning
	firstV          // at the beginning, before a vowel
	last            // at the end
	beforeV         // before a vowel
	beforeAOU       // before a, o, u
	beforeEI        // before e, i, y
	betweenV        // at the beginning or behind a vowel, and before one
)

const vowels = "aeiouyàáâãäåăāąèéêëěęēėìíîïīįòóôõöøōőùúûüūůűųýÿæœıəǝ"

func isVowel(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune(vowels, r)
}

func begins(s, any string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune(any, r)
}

func (p place) holds(before, after string) bool {
	switch p {
	case first:
		return before == ""
	case firstV:
		return before == "" && isVowel(after)
	case last:
		return after == ""
	case beforeV:
		return isVowel(after)
	case beforeAOU:
		return begins(after, "aouàáâãäåăāòóôõöøùúûü")
	case beforeEI:
		return begins(after, "eiyèéêëěęìíîïý")
	case betweenV:
		r, _ := utf8.DecodeLastRuneInString(before)
		return isVowel(after) && (before == "" || strings.ContainsRune(vowels, r))
	}
	return true
}

// say reads a word by the rules of its alphabet. Letters without a rule are silent.
func say(rules map[rune][]rule, word string) []string {
	said := []string{""}
	for at := 0; at < len(word); {
		r, size := utf8.DecodeRuneInString(word[at:])
		ways := []string{""}
		for _, rule := range rules[r] {
			if strings.HasPrefix(word[at:], rule.letters) && rule.at.holds(word[:at], word[at+len(rule.letters):]) {
				size, ways = len(rule.letters), rule.say
				break
			}
		}
		var next []string
		for _, way := range ways {
			for _, s := range said {
				if len(next) < maxCodes {
					next = append(next, s+way)
				}
			}
		}
		said, at = next, at+size
	}
	return said
}

// rulesOf sorts rules by the letter that they begin with: longest first, and of one
// length those that hold in one place before the one that holds anywhere.
func rulesOf(all []rule) map[rune][]rule {
	m := map[rune][]rule{}
	for _, r := range all {
		c, _ := utf8.DecodeRuneInString(r.letters)
		m[c] = append(m[c], r)
	}
	for _, list := range m {
		slices.SortStableFunc(list, func(a, b rule) int {
			return cmp.Or(cmp.Compare(len(b.letters), len(a.letters)), cmp.Compare(min(b.at, first), min(a.at, first)))
		})
	}
	return m
}

func is(letters string, say ...string) rule             { return rule{letters, anywhere, say} }
func when(letters string, at place, say ...string) rule { return rule{letters, at, say} }

// latin is how words in Latin letters are said: Italian first, then the spellings of
// the tongues that women at an Italian desk bring, and of their passports.
var latin = rulesOf([]rule{
	is("a", "a"), is("à", "a"), is("á", "a"), is("â", "a", "ia", "i"), is("ã", "a"), is("ä", "a", "i"), is("å", "a", "u"), is("ă", "a"), is("ā", "a"), is("ą", "a"),
	is("ae", "ai", "i"), is("æ", "ai", "i"), is("ə", "a", "i"), is("ǝ", "a", "i"),
	is("e", "i"), is("è", "i"), is("é", "i"), is("ê", "i"), is("ë", "i", ""), is("ě", "i"), is("ę", "i"), is("ē", "i"), is("ė", "i"), is("ẹ", "i"), is("ế", "i"), is("ễ", "i"), is("ệ", "i"),
	is("eu", "iu", "u"), is("ea", "ia", "i"), is("eau", "u"),
	is("i", "i"), is("ì", "i"), is("í", "i"), is("î", "i", "u"), is("ï", "i"), is("ī", "i"), is("ı", "i"), is("į", "i"), is("ị", "i"),
	when("iu", first, "iu", "cu"), when("ia", first, "ia", "ca"),
	is("y", "i"), is("ý", "i"), is("ÿ", "i"), when("y", firstV, "i", "c"),
	is("o", "u"), is("ò", "u"), is("ó", "u"), is("ô", "u"), is("õ", "u"), is("ö", "u", "ui"), is("ø", "u", "ui"), is("ō", "u"), is("ő", "u"), is("œ", "ui", "u"), is("ọ", "u"), is("ơ", "u"),
	when("ou", beforeV, "u", "v"), when("oua", anywhere, "ua", "va"),
	is("u", "u"), is("ù", "u"), is("ú", "u"), is("û", "u", "iu"), is("ü", "u", "i"), is("ū", "u"), is("ů", "u"), is("ű", "u"), is("ų", "u"), is("ư", "u"), when("u", firstV, "u", "v"),

	is("b", "b"), is("bh", "b", "v"), is("ɓ", "b"),
	is("c", "k"), when("c", last, "k", "c"), when("c", beforeEI, "c", "s"), when("ci", beforeAOU, "c", "si", "ci"), when("cci", beforeAOU, "c", "ksi"), when("cc", beforeEI, "c", "ks"),
	is("cch", "k"), is("ch", "k", "c", "x"), is("chh", "c"), is("ck", "k"), when("cai", first, "kai", "sai"), when("cao", first, "kau", "sau"), when("cui", first, "kui", "sui"), is("cqu", "ku"), is("cz", "c", "s"), when("ica", last, "ika", "isa"),
	is("č", "c"), is("ć", "c"), is("ç", "c", "s"), is("ċ", "c"),
	is("d", "d"), is("dh", "d"), is("dj", "c", "di"), is("dzh", "c"), is("dž", "c"), is("dsch", "c"), is("dge", "ci"), is("dz", "s"), is("ds", "s"), is("đ", "d", "c"), is("ð", "d"), is("ɗ", "d"), is("ď", "d"),
	is("f", "f"),
	is("g", "g"), when("g", beforeEI, "c", "g"), when("gi", beforeAOU, "c", "gi", "ci"), when("gg", beforeEI, "c", "g"), when("ggi", beforeAOU, "c"), is("gh", "g", ""), is("ggh", "g"), is("gj", "c", "gi"),
	is("gli", "li"), is("gn", "n", "gn"), when("gu", beforeEI, "g", "gu"), is("gb", "gb", "b"), is("ğ", "", "g"), is("ģ", "g", "c"),
	is("h", ""), when("h", beforeV, "", "g"), when("hr", first, "gr", "r"), is("hd", "d", "gd"), is("hl", "l", "gl"), is("hn", "n", "gn"), when("eh", last, "i", "ig"), when("iah", last, "ia"), when("ah", last, "a"), when("hs", firstV, "x"), is("ħ", ""),
	is("j", "i"), when("j", first, "c", "i", "g"), when("j", beforeV, "i", "c"), when("j", betweenV, "c", "i", "g"), is("jh", "c"), when("jj", beforeV, "c", "i", "g"),
	is("k", "k"), is("kh", "k", ""), is("kp", "kp", "p"), is("ƙ", "k"), is("ķ", "k", "c"),
	is("l", "l"), is("lh", "l", "lg"), is("lj", "li"), is("ł", "l"), is("ľ", "l"), is("ļ", "l"),
	is("m", "m"), is("n", "n"), is("nh", "n", "ni"), is("nj", "ni", "nc"), is("ñ", "n", "ni"), is("ń", "n"), is("ň", "n"), is("ņ", "n"), is("ŋ", "n"),
	is("p", "p"), is("ph", "f"),
	is("q", "k", "c"), is("qu", "k", "ku", "cu"),
	is("r", "r"), is("rh", "r", "rg"), is("ř", "r"), is("ŕ", "r"),
	is("s", "s"), is("sh", "x", "s"), is("shch", "x", "xc"), is("sch", "x", "sk"), when("sc", beforeEI, "x", "s"), when("sci", beforeAOU, "x", "xi"), when("sc", last, "sk", "x"), is("sz", "s", "x"), is("szcz", "x"), is("šč", "x"),
	is("ŝ", "x", "s"), is("ś", "x", "s"), is("š", "x", "s"), is("ş", "x", "s"), is("ș", "x", "s"), is("ṣ", "x", "s"), is("ß", "s"),
	is("t", "t"), is("th", "t"), is("ts", "s"), is("tz", "s"), is("tch", "c"), is("tsch", "c"), is("tsh", "c"), is("tx", "c"), is("ţ", "s", "t"), is("ț", "s", "t"), is("þ", "t"), is("ť", "t"), is("ŧ", "t"),
	is("v", "v"), when("v", first, "v", "b"), is("vh", "v", "vg"),
	is("w", "u"), when("w", beforeV, "v", "u"), is("wh", "v", "u"),
	is("x", "ks", "x", "s", "k"), when("x", first, "s", "x", "ks", "k"), is("xh", "c"), is("xx", "ks"),
	is("z", "s"), is("zh", "c", "s"), is("ž", "c", "s"), is("ż", "c", "s"), is("ź", "s", "c"),
})

// cyrillic is how words in the letters of Ukrainian, Russian, Bulgarian, Serbian and
// Macedonian are said.
var cyrillic = rulesOf([]rule{
	is("а", "a"), is("б", "b"), is("в", "v"), is("г", "g", ""), is("ґ", "g"), is("д", "d"), is("дж", "c"), is("ђ", "c", "d"), is("ѓ", "g", "c"),
	is("е", "i"), is("є", "i"), is("ё", "iu", "u", "i"), is("ж", "c"), is("з", "s"), is("зг", "sg", "s"), is("ѕ", "s"), is("и", "i"), is("і", "i"), is("ї", "i"), is("й", "i"), is("ј", "i", "c"),
	is("к", "k"), is("ќ", "k", "c"), is("кс", "ks", "x"), is("л", "l"), is("љ", "li"), is("м", "m"), is("н", "n"), is("њ", "ni"), is("о", "u"), is("п", "p"), is("р", "r"), is("с", "s"), is("т", "t"), is("ћ", "c"),
	is("у", "u"), is("ў", "u"), is("ф", "f"), is("х", "k", ""), is("ц", "s"), is("ч", "c"), is("џ", "c"), is("ш", "x"), is("щ", "x", "xc"), is("ы", "i"), is("э", "i"),
	is("ю", "iu"), when("ю", first, "iu", "cu"), is("я", "ia"), when("я", first, "ia", "ca"),
})

// arabic is how words in Arabic, Persian and Urdu letters are said. Letters that
// are silent to an Italian ear part what stands around them.
var arabic = rulesOf([]rule{
	is("ا", "-a"), when("ا", first, "-"), when("او", first, "u"), when("اي", first, "i"), is("ب", "-b"), is("پ", "-p"), is("ت", "-t"), is("ة", "-a"), is("ث", "-t", "-s"), is("ج", "-c", "-g"), is("چ", "-c"), is("ح", "-"), when("ه", last, "-a"), is("خ", "-k", "-"),
	is("د", "-d"), is("ذ", "-d", "-s"), is("ر", "-r"), is("ز", "-s"), is("ژ", "-c"), is("س", "-s"), is("ش", "-x"), is("ص", "-s"), is("ض", "-d"), is("ط", "-t"), is("ظ", "-s", "-d"), is("ع", "-"), is("غ", "-g", "-r"),
	is("ف", "-f"), is("ق", "-k", "-g"), is("ك", "-k"), is("گ", "-g"), is("ل", "-l"), is("م", "-m"), is("ن", "-n"), is("ه", "-"), is("و", "u", "-v"), when("و", first, "-v", "u"), is("ي", "i"), is("ى", "a"), is("ڤ", "-v"), is("ٹ", "-t"), is("ڈ", "-d"), is("ڑ", "-r"), is("ں", "-n"), is("ے", "i"), is("ہ", "-"), is("ھ", ""),
})

// bengali is how words in Bengali letters are said. The vowel that a consonant
// brings along is not written.
var bengali = rulesOf([]rule{
	is("অ", "-"), is("আ", "a"), is("ই", "i"), is("ঈ", "i"), is("উ", "u"), is("ঊ", "u"), is("এ", "i"), is("ঐ", "ui"), is("ও", "u"), is("ঔ", "u"), is("া", "a"), is("ি", "i"), is("ী", "i"), is("ু", "u"), is("ূ", "u"), is("ে", "i"), is("ৈ", "ui"), is("ো", "u"), is("ৌ", "u"), is("ৃ", "ri"),
	is("ক", "-k"), is("ক্ষ", "-k", "-ks", "-kx"), is("খ", "-k"), is("গ", "-g"), is("ঘ", "-g"), is("ঙ", "-n", "-ng"), is("চ", "-c"), is("ছ", "-c", "-s"), is("জ", "-c", "-s"), is("ঝ", "-c", "-s"), is("ঞ", "-n"),
	is("ট", "-t"), is("ঠ", "-t"), is("ড", "-d"), is("ড়", "-r"), is("ঢ", "-d"), is("ঢ়", "-r"), is("ণ", "-n"), is("ত", "-t"), is("ৎ", "-t"), is("থ", "-t"), is("দ", "-d"), is("ধ", "-d"), is("ন", "-n"), is("প", "-p"), is("ফ", "-f", "-p"), is("ব", "-b"), is("ভ", "-b", "-v"), is("ম", "-m"),
	is("য", "-c", "-i"), is("য়", "-"), is("ওয়", "-v", "u"), is("র", "-r"), is("ল", "-l"), is("শ", "-x", "-s"), is("ষ", "-x", "-s"), is("স", "-s", "-x"), is("হ", "-"), is("ং", "-n", "-ng"),
	is("দ্দ", "-d"), is("ত্ত", "-t"), is("ল্ল", "-l"), is("ন্ন", "-n"), is("ম্ম", "-m"), is("ক্ক", "-k"), is("চ্চ", "-c"), is("জ্জ", "-c"), is("স্স", "-s"), is("ব্ব", "-b"), is("প্প", "-p"), is("্য", ""), is("্র", "r"), is("র্", "-r"),
})
