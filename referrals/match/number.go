package match

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// number is one reading of a telephone number: where "+", 00 or its length says the
// country, without it and without the zero that is dialled inside that country.
type number struct{ country, national string }

// minDigits is from how many digits on something typed is a number, or the
// beginning or end of one.
const minDigits = 6

// numbersIn reads the telephone numbers out of a text: several in one field, with
// words behind, in the digits of any alphabet. A number that can be read in two ways
// gives both.
func numbersIn(text string) (all []number) {
	for _, run := range digitRuns(text) {
		for _, n := range readings(run) {
			if len(n.national) >= minDigits && !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	return all
}

// longest is how many digits a number has at most, country and all.
const longest = 15

// digitRuns are the digits of a text that stand together, "+" before them kept.
// What writers put between the digits of one number is passed over; a slash only
// behind an area code.
func digitRuns(text string) (runs []string) {
	var b strings.Builder
	var groups []string
	group := func() {
		if b.Len() > 0 {
			groups = append(groups, b.String())
			b.Reset()
		}
	}
	end := func() {
		group()
		runs = append(runs, joined(groups)...)
		groups = nil
	}
	for _, r := range norm.NFKC.String(text) {
		switch {
		case unicode.Is(unicode.Nd, r):
			b.WriteByte(digit(r))
		case r == '+':
			end()
			b.WriteByte('+')
		case r == '/':
			group()
			if len(groups) != 1 || len(groups[0]) > 4 {
				end()
			}
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(".()", r):
			group()
		default:
			end()
		}
	}
	end()
	return runs
}

// joined puts groups of digits together to numbers: the next begins where one that
// could be whole would grow too long.
func joined(groups []string) (runs []string) {
	run := ""
	for _, g := range groups {
		abroad := 0 // signs of 00, which "+" stands for
		if strings.HasPrefix(run, "00") {
			abroad = 2
		}
		if len(run) >= 9+abroad && (len(run)+len(g) > 13+abroad || len(strings.TrimLeft(g, "+0")) < 3) {
			runs, run = append(runs, run), ""
		}
		run += g
	}
	return append(runs, run)
}

// readings are what a run of digits can be.
func readings(run string) []number {
	digits := strings.TrimPrefix(run, "+")
	if len(digits) < minDigits || len(digits) > longest+2 {
		return nil
	}
	if rest, ok := strings.CutPrefix(digits, "00"); ok || len(digits) < len(run) {
		n := international(rest)
		if !ok {
			n = international(digits)
		}
		return []number{n}
	}
	all := []number{{"", digits}}
	if strings.HasPrefix(digits, "39") && len(digits) >= 11 {
		all = append(all, number{italy, digits[2:]})
	}
	if trunk := strings.TrimLeft(digits, "0"); len(trunk) < len(digits) {
		all = append(all, number{"", trunk}) // dialled inside another country
	}
	return all
}

// italy keeps the zero of its area codes.
const italy = "39"

func international(digits string) number {
	n := countryDigits(digits)
	if len(digits) < n {
		return number{}
	}
	country, national := digits[:n], digits[n:]
	if country != italy {
		national = strings.TrimPrefix(national, "0") // +44 (0)…
	}
	return number{country, national}
}

// twoDigits are the country codes of two digits (ITU-T E.164); 1 and 7 have one,
// all others three.
const twoDigits = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 "

func countryDigits(digits string) int {
	switch {
	case digits == "" || digits[0] == '1' || digits[0] == '7':
		return 1
	case len(digits) >= 2 && strings.Contains(twoDigits, " "+digits[:2]+" "):
		return 2
	}
	return 3
}

// numberKeys are the numbers of a record as its keys hold them.
func numberKeys(texts []string) string {
	var keys []string
	for _, text := range texts {
		for _, n := range numbersIn(text) {
			if key := n.country + "." + n.national; !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return strings.Join(keys, " ")
}

// against compares a number with those of a record: all of it, or its beginning or
// end.
func (n number) against(keys string) Class {
	best := None
	for keys != "" {
		var key string
		key, keys, _ = strings.Cut(keys, " ")
		country, national, _ := strings.Cut(key, ".")
		if n.country != "" && country != "" && n.country != country {
			continue
		}
		switch {
		case n.national == national, n.country == "" && country != "" && len(n.national) == len(key)-1 && strings.HasPrefix(n.national, country) && strings.HasSuffix(n.national, national):
			return Exact
		case strings.HasPrefix(national, n.national), strings.HasSuffix(national, n.national):
			best = Part
		}
	}
	return best
}

// HasNumber tells whether a text holds something that can be compared as a
// telephone number.
func HasNumber(text string) bool { return len(numbersIn(text)) > 0 }

// Nationals are the numbers of a record without their country, each once: two records
// that share a number share one of these.
func (k Keys) Nationals() (all []string) {
	for key := range strings.FieldsSeq(k.Numbers) {
		if _, national, _ := strings.Cut(key, "."); !slices.Contains(all, national) {
			all = append(all, national)
		}
	}
	return all
}

// SharesNumber tells whether two records have a number in common, as the numbers of a
// query are compared with those of a record.
func (k Keys) SharesNumber(with Keys) bool {
	for key := range strings.FieldsSeq(k.Numbers) {
		country, national, _ := strings.Cut(key, ".")
		if (number{country, national}).against(with.Numbers) == Exact {
			return true
		}
	}
	return false
}
