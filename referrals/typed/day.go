package typed

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A day and an hour are read however people here write them, whatever language the page
// is in. Both stand day first: 27/11/2026, 27.11.26, 27 nov 2026, 27 November 2026, and
// 2026-11-27 as it is kept; an hour as 20:40, 20.40, 20,40, 20 or ore 20.

var (
	dayISO     = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})$`)
	dayNumbers = regexp.MustCompile(`^(\d{1,2}) ?[/.\- ] ?(\d{1,2}) ?[/.\- ] ?(\d{4}|\d{2})$`)
	dayWords   = regexp.MustCompile(`^(?:[a-zì]+,? )?(\d{1,2})[°o.]? ?(?:di |of )?([a-z]{3,9})\.?,? ?(\d{4}|\d{2})$`)
	hourForm   = regexp.MustCompile(`^(?:ore |h )?(\d{1,2})(?:[:.,h](\d{2})(?:[:.,]\d{2})?)?$`)
)

// months by the first three letters of their names, in Italian and in English.
var months = map[string]time.Month{"gen": 1, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "mag": 5, "may": 5, "giu": 6, "jun": 6, "lug": 7, "jul": 7,
	"ago": 8, "aug": 8, "set": 9, "sep": 9, "ott": 10, "oct": 10, "nov": 11, "dic": 12, "dec": 12}

var monthNames = Codes("gen", "gennaio", "jan", "january", "feb", "febbraio", "february", "mar", "marzo", "march", "apr", "aprile", "april",
	"mag", "maggio", "may", "giu", "giugno", "jun", "june", "lug", "luglio", "jul", "july", "ago", "agosto", "aug", "august",
	"set", "sett", "settembre", "sep", "sept", "september", "ott", "ottobre", "oct", "october", "nov", "novembre", "november",
	"dic", "dicembre", "dec", "december")

// Day reads a day and returns it as it is kept, 2026-11-27. It reports false, and the text
// as it was typed, for what is no day.
func Day(text string) (string, bool) {
	s := plain(text)
	if m := dayISO.FindStringSubmatch(s); m != nil {
		return keptDay(text, m[1], m[2], m[3])
	}
	if m := dayNumbers.FindStringSubmatch(s); m != nil {
		return keptDay(text, m[3], m[2], m[1])
	}
	if m := dayWords.FindStringSubmatch(s); m != nil && monthNames[m[2]] {
		return keptDay(text, m[3], strconv.Itoa(int(months[m[2][:3]])), m[1])
	}
	return text, false
}

func keptDay(text, year, month, day string) (string, bool) {
	if len(year) == 2 {
		year = "20" + year
	}
	kept := year + "-" + two(month) + "-" + two(day)
	if _, err := time.Parse(time.DateOnly, kept); err != nil {
		return text, false
	}
	return kept, true
}

// Hour reads an hour and returns it as it is kept, 20:40; false, and the text as it was
// typed, for what is none.
func Hour(text string) (string, bool) {
	m := hourForm.FindStringSubmatch(plain(text))
	if m == nil {
		return text, false
	}
	if m[2] == "" {
		m[2] = "00"
	}
	kept := two(m[1]) + ":" + m[2]
	if _, err := time.Parse("15:04", kept); err != nil {
		return text, false
	}
	return kept, true
}

func two(n string) string {
	if len(n) == 1 {
		return "0" + n
	}
	return n
}

// plain is a short text in small letters with the digits of ASCII, one blank between
// words, and nothing that nobody sees.
func plain(text string) string {
	if len(text) > MaxShort {
		return ""
	}
	s := strings.Map(func(c rune) rune {
		switch {
		case unicode.In(c, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point):
			return -1
		case unicode.Is(unicode.Nd, c):
			return '0' + digit(c)
		case unicode.Is(unicode.Pd, c):
			return '-'
		}
		return unicode.ToLower(c)
	}, norm.NFKC.String(text))
	return strings.Join(strings.Fields(s), " ")
}

// digit is the value of a decimal digit: each script has its ten in a row, from zero
// (Unicode, section 4.6).
func digit(c rune) rune {
	for _, r := range unicode.Nd.R16 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return (c - rune(r.Lo)) % 10
		}
	}
	for _, r := range unicode.Nd.R32 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return (c - rune(r.Lo)) % 10
		}
	}
	return 0
}
