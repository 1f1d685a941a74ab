package office

import (
	"errors"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"

	"sportello/policies/acts"
)

// Names are told apart by what people see of them. A user name is one that PRECIS
// allows (RFC 8265, UsernameCaseMapped), of one script, and looks like no other; the
// names of agencies and units differ by more than blanks, capitals and the way in which
// accents are typed. Names of before stay as they are.

var (
	// ErrScripts says that a user name mixes scripts.
	ErrScripts = errors.New("the name is of several scripts")
	// ErrSigns says that a user name holds what none may.
	ErrSigns = errors.New("the name holds signs that it may not")
	// ErrAlike says that a user name looks like one that is in use.
	ErrAlike = errors.New("the name looks like another")
)

// checkUsername judges a new user name, normalised, beside those in use.
func checkUsername(name string, others []*acts.Person) error {
	for _, o := range others {
		if o.State == string(acts.Removed) {
			continue // her name may be another's; whoever admits her reads so
		}
		if o.Username == name {
			return ErrTaken
		}
		if skeleton(o.Username) == skeleton(name) {
			return ErrAlike
		}
	}
	if invisible(name) {
		return ErrDirection
	}
	if scripts(name) > 1 {
		return ErrScripts
	}
	if _, err := precis.UsernameCaseMapped.String(name); err != nil {
		return ErrSigns
	}
	return nil
}

// invisible tells whether a name holds a control or format character, those that
// turn the direction of writing among them.
func invisible(name string) bool { return strings.ContainsFunc(name, unseen) }

func unseen(c rune) bool {
	return unicode.In(c, unicode.C, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// visible is a text without what nobody sees.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		if unseen(c) {
			return -1
		}
		return c
	}, s)
}

// scripts counts the scripts of a name; digits, signs and accents are of any.
func scripts(name string) int {
	found := map[string]bool{}
	for _, c := range name {
		if unicode.In(c, unicode.Common, unicode.Inherited) {
			continue
		}
		for script, table := range unicode.Scripts {
			if unicode.Is(table, c) {
				found[script] = true
			}
		}
	}
	return len(found)
}

// alike are the letters that look like Latin ones, small, as the tables of UTS 39 have
// them for Cyrillic and Greek, and the signs of ASCII that are taken for each other.
var alike = strings.NewReplacer(
	"а", "a", "в", "b", "с", "c", "ԁ", "d", "е", "e", "һ", "h", "і", "i", "ї", "i", "ј", "j", "к", "k", "ӏ", "l", "м", "m", "п", "n", "о", "o",
	"р", "p", "ԛ", "q", "г", "r", "ѕ", "s", "т", "t", "и", "u", "ѵ", "v", "ԝ", "w", "х", "x", "у", "y", "ё", "e",
	"α", "a", "β", "b", "ς", "c", "ε", "e", "η", "n", "ι", "i", "κ", "k", "ν", "v", "ο", "o", "ρ", "p", "τ", "t", "υ", "u", "χ", "x", "γ", "y", "ω", "w",
	"ı", "i", "ł", "l", "ø", "o", "đ", "d", "ħ", "h", "ŧ", "t", "ß", "ss",
	"0", "o", "1", "l", "|", "l", "rn", "m", "vv", "w",
)

// skeleton is what people see of a name at a glance: two names with one skeleton are
// taken for each other.
func skeleton(name string) string {
	folded := norm.NFD.String(cases.Fold().String(norm.NFKC.String(visible(name))))
	bare := strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Mn, c) || unicode.IsSpace(c) {
			return -1
		}
		return c
	}, folded)
	return alike.Replace(bare)
}

// tidyName is the name of an agency or a unit as it is kept: composed, with one blank
// between words and nothing that nobody sees.
func tidyName(name string) string {
	return strings.Join(strings.Fields(visible(norm.NFC.String(strings.Map(blank, name)))), " ")
}

func blank(c rune) rune {
	if unicode.IsSpace(c) {
		return ' '
	}
	return c
}

// SameName tells whether two names of agencies or units are one.
func SameName(a, b string) bool { return nameKey(a) == nameKey(b) }

func nameKey(name string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFKC.String(tidyName(name))))
}
