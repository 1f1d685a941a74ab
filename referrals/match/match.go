package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Version is of the keys that this matcher makes. A record whose keys are of
// another version is compared by keys made anew; see [Keys.Current].
const Version = 1

// Keys are what a record is compared by. The zero Keys are of no version.
type Keys struct {
	Version int    `json:"v,omitempty"`
	Names   string `json:"n,omitempty"` // a line a word: which of the record's words, how it is written, how it may sound
	Numbers string `json:"p,omitempty"`
}

// KeysOf makes the keys of a record: of each name that stands for itself (alias,
// given name, surname), and of each field with telephone numbers.
func KeysOf(names, numbers []string) Keys {
	var b strings.Builder
	at := 0
	for _, name := range names {
		words := wordsIn(name)
		for i, w := range words {
			if at+i >= maxWords {
				break
			}
			writeEntry(&b, at+i, 1, w)
			if i > 0 {
				writeEntry(&b, at+i-1, 2, words[i-1]+w)
			}
			if rest := behindApostrophe(name, w); rest != "" {
				writeEntry(&b, at+i, 1, rest)
			}
		}
		at = min(at+len(words), maxWords)
	}
	return Keys{Version: Version, Names: b.String(), Numbers: numberKeys(numbers)}
}

// Current tells whether the keys are of this matcher.
func (k Keys) Current() bool { return k.Version == Version }

// maxWords bounds how many words of a record are compared.
const maxWords = 16

func writeEntry(b *strings.Builder, from, count int, word string) {
	fold := foldWord(word)
	if fold == "" {
		return
	}
	b.WriteByte('A' + byte(from))
	b.WriteByte('0' + byte(count))
	b.WriteString(fold)
	for _, c := range codesOf(word) {
		b.WriteByte(' ')
		b.WriteString(c)
	}
	b.WriteByte('\n')
}

// behindApostrophe is what stands behind the elided word of a name, which may be
// said without it: Angelo of D'Angelo.
func behindApostrophe(name, word string) string {
	for _, particle := range []string{"d'", "l'", "o'", "dell'", "dall'", "sant'"} {
		rest, ok := strings.CutPrefix(word, particle[:len(particle)-1])
		if ok && utf8.RuneCountInString(rest) > 2 && strings.Contains(strings.ToLower(apostrophes.Replace(name)), particle+rest) {
			return rest
		}
	}
	return ""
}

// Class is how like a record is to what was typed.
type Class int

// The classes, in rising order.
const (
	None     Class = iota
	Part           // initials, a beginning, some of the words, some of a number
	Near           // a letter wrong, missing, too many or swapped; a vowel that is heard otherwise
	Sounding       // it sounds alike
	Exact          // the same but for accents, and for how letters of one alphabet are written
)

// By is what of a record is like what was typed.
type By int

const (
	ByName By = iota
	ByNumber
	ByCode
)

// Query is what somebody typed, in the forms that records are compared in. It is
// made once for all of them.
type Query struct {
	words   []word
	joins   []word // of a word with the next
	numbers []number
	code    string
}

// word is one word of a query.
type word struct {
	fold     string
	letters  int // of fold
	codes    []sound
	particle bool // it may be missing in a record
	digits   bool
	initial  bool // an initial is joined with the next word: it may be a name so written, and no near one
}

// sound is one code of a word, taken apart.
type sound struct {
	bones, vowels string
	written       bool // its vowels are
}

// NewQuery is a query for what was typed.
func NewQuery(typed string) Query {
	q := Query{numbers: numbersIn(typed), code: CodeSigns(typed)}
	var before string
	for _, w := range wordsIn(typed) {
		if len(q.words) == maxTyped {
			break
		}
		next := newWord(w)
		if next.fold == "" {
			continue
		}
		if len(q.words) > 0 {
			join := newWord(before + w)
			join.initial = utf8.RuneCountInString(before) == 1 || next.letters == 1
			q.joins = append(q.joins, join)
		}
		q.words, before = append(q.words, next), w
	}
	return q
}

// maxTyped bounds how many words of a query are compared.
const maxTyped = 8

func newWord(w string) word {
	out := word{fold: foldWord(w), particle: particles[w]}
	out.letters = utf8.RuneCountInString(out.fold)
	out.digits = strings.Trim(out.fold, "0123456789") == ""
	for _, c := range codesOf(w) {
		out.codes = append(out.codes, soundOf(c))
	}
	return out
}

func soundOf(code string) sound {
	i := strings.IndexAny(code, "/~")
	return sound{code[:i], code[i+1:], code[i] == '/'}
}

// particles are short words of names that are left out, or written together with
// the next, as often as not.
var particles = map[string]bool{"al": true, "el": true, "ul": true, "as": true, "ash": true, "ar": true, "an": true, "ad": true, "az": true, "de": true, "di": true, "da": true, "do": true, "dos": true, "del": true, "della": true, "van": true, "von": true, "bin": true, "ben": true, "bint": true, "la": true, "le": true, "lo": true, "mst": true, "most": true}

// Empty tells of a query that is too short to find anybody.
func (q Query) Empty() bool {
	letters := 0
	for _, w := range q.words {
		letters += w.letters
	}
	return letters < 2 && len(q.numbers) == 0
}

// Record compares a record by code, number and names, and says by what it is
// most alike.
func (q Query) Record(k Keys, code string) (By, Class) {
	if c := q.Code(code); c == Exact {
		return ByCode, c
	} else if c > None {
		if by, best := q.Record(k, ""); best > c {
			return by, best
		}
		return ByCode, c
	}
	number := q.Number(k)
	if number == Exact || k.Names == "" {
		return ByNumber, number
	}
	if name := q.Name(k); name >= number {
		return ByName, name
	}
	return ByNumber, number
}

// Code compares a code: all of it, or one of its halves.
func (q Query) Code(code string) Class {
	switch signs := CodeSigns(code); {
	case len(q.code) < codeHalf || len(signs) != 2*codeHalf:
		return None
	case q.code == signs:
		return Exact
	case q.code == signs[:codeHalf], q.code == signs[codeHalf:]:
		return Part
	}
	return None
}

// SameCode tells whether what was typed is a whole code, and this one.
func SameCode(typed, code string) bool { return NewQuery(typed).Code(code) == Exact }

// codeHalf is how many signs of a woman's code are said together.
const codeHalf = 4

// CodeSigns are the signs of a code however it is typed; empty for what is none.
func CodeSigns(s string) string {
	if plain(s) && len(s) == 2*codeHalf+1 && s[codeHalf] == '-' && strings.ToUpper(s) == s {
		return s[:codeHalf] + s[codeHalf+1:]
	}
	signs := strings.ToUpper(Fold(s))
	if len(signs) != codeHalf && len(signs) != 2*codeHalf {
		return ""
	}
	return signs
}

// Number compares the numbers that were typed.
func (q Query) Number(k Keys) Class {
	best := None
	for _, n := range q.numbers {
		best = max(best, n.against(k.Numbers))
	}
	return best
}

// entry is one word of a record, or two that are written as one.
type entry struct {
	fold, codes string
	words       uint32 // which of the record's words
}

// Name compares the words that were typed with the names of a record, in any
// order.
func (q Query) Name(k Keys) Class {
	if len(q.words) == 0 || q.Empty() {
		return None
	}
	var c comparison
	c.q = &q
	all := uint32(0)
	for rest := k.Names; rest != "" && c.n < len(c.entries); {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		e := &c.entries[c.n]
		e.fold, e.codes, _ = strings.Cut(line[2:], " ")
		e.words = (1<<(line[1]-'0') - 1) << (line[0] - 'A')
		all |= e.words
		c.n++
	}
	some := false
	for i := range q.words {
		for j := range c.n {
			c.word[i][j] = q.words[i].against(&c.entries[j])
			some = some || c.word[i][j] > None
			if i < len(q.joins) {
				c.join[i][j] = q.joins[i].against(&c.entries[j])
				some = some || c.join[i][j] > Part
			}
		}
	}
	if !some {
		return None
	}
	if best := c.cover(0, 0); best > Part || best == Part && c.anchored(all) {
		return best
	}
	return c.some(all)
}

// comparison is of one query with one record.
type comparison struct {
	q          *Query
	entries    [2 * maxWords]entry
	n          int
	word, join [maxTyped][2 * maxWords]Class
}

// cover is how well the words from at on are found in the record, each in a word of
// its own: as the worst of them.
func (c *comparison) cover(at int, used uint32) Class {
	if at == len(c.q.words) {
		return Exact
	}
	best := None
	try := func(class Class, words uint32, next int) {
		if class > best && used&words == 0 {
			best = max(best, min(class, c.cover(next, used|words)))
		}
	}
	for j := range c.n {
		try(c.word[at][j], c.entries[j].words, at+1)
		if at < len(c.q.joins) && c.join[at][j] > Part {
			try(c.join[at][j], c.entries[j].words, at+2)
		}
	}
	if c.q.words[at].particle && len(c.q.words) > 1 {
		try(Sounding, 0, at+1)
	}
	return best
}

// anchored tells whether initials say enough: with another word, or one for each
// word of the record.
func (c *comparison) anchored(all uint32) bool {
	var initials uint32
	for i, w := range c.q.words {
		if w.letters > 2 && slices.Max(c.word[i][:c.n]) > None {
			return true
		}
		initials = initials<<1 | 1
	}
	return len(c.q.words) > 1 && initials == all
}

// some is how well a record is found of which not every typed word is: all but one
// of three and more, or all of the record's own.
func (c *comparison) some(all uint32) Class {
	var found uint32
	missing, compared := 0, 0
	for i, w := range c.q.words {
		if w.particle {
			continue
		}
		compared++
		best, words := None, uint32(0)
		for j := range c.n {
			if c.word[i][j] > best {
				best, words = c.word[i][j], c.entries[j].words
			}
		}
		if best < Near {
			missing++
			continue
		}
		found |= words
	}
	switch {
	case compared > 2 && missing <= 1 && compared-missing >= 2:
		return Near
	case found == all && found != 0:
		return Part
	}
	return None
}

// against compares a word with one of a record.
func (w *word) against(e *entry) Class {
	if w.fold == e.fold {
		return Exact
	}
	if w.digits {
		return None
	}
	best := None
	for codes := e.codes; codes != "" && best < Sounding; {
		var code string
		code, codes, _ = strings.Cut(codes, " ")
		for i := range w.codes {
			best = max(best, w.codes[i].against(code))
		}
	}
	switch {
	case best == Sounding:
		return best
	case w.initial:
		return None
	case best > None:
		return best
	case w.letters >= 4 && len(e.fold) >= 4 && oneOff(w.fold, e.fold):
		return Near
	case w.letters != 2 && strings.HasPrefix(e.fold, w.fold):
		return Part
	}
	return None
}

// against compares how two words sound. Consonants are the same or it is another
// word; of vowels one may differ, and more only where there are many consonants.
func (s *sound) against(code string) Class {
	n := len(s.bones)
	if len(code) <= n || code[:n] != s.bones || code[n] != '/' && code[n] != '~' {
		return None
	}
	written := s.written && code[n] == '/'
	off := vowelsOff(s.vowels, code[n+1:], s.written, code[n] == '/')
	switch {
	case n == 0:
		if off > 0 || !written {
			return None
		}
		return Sounding
	case off == 0 && (written || n > 2), off == 1 && n > 2:
		return Sounding
	case off == 0, off == 1 && n == 2, off == 2 && n > 2, off == 1 && min(len(s.vowels), len(code)-n-1) > 4:
		return Near
	}
	return None
}

// vowelsOff counts between how many consonants the vowels of two words differ. Where
// an alphabet does not write them, those that are not there are not compared.
func vowelsOff(a, b string, aWritten, bWritten bool) (off int) {
	for more := true; more; {
		var x, y string
		x, a, more = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if x != y && (aWritten || x != "") && (bWritten || y != "") {
			off++
		}
	}
	return off
}

// oneOff tells whether one letter is wrong, missing, too many or swapped with the
// next, in words of which the longer has five letters at least.
func oneOff(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > utf8.UTFMax {
		return false
	}
	if !plain(a) || !plain(b) {
		return oneOffIn([]rune(a), []rune(b))
	}
	return oneOffIn([]byte(a), []byte(b))
}

func oneOffIn[L byte | rune](a, b []L) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b) < 5 || len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return slices.Equal(a[i:], b[i+1:])
	}
	if i == len(a) || slices.Equal(a[i+1:], b[i+1:]) {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
}
