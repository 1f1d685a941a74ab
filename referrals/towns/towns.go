// Package towns knows every Italian municipality: its names, as people write them,
// its ISTAT code, its province and where it lies, and those that became part of
// another. What it does not know it says it does not know, and of two of one name it
// chooses none.
package towns

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Place is what a name stands for.
type Place struct {
	Code       string // ISTAT code of the municipality today: six digits
	Name       string // its official name
	Province   string // its sign: RM
	Population int    // of the census of 2011
	Lat, Lon   int64  // hundred-thousandths of a degree; what was merged lies where it lay
	// Was is the name that it was found by if a municipality of that name ended, on the
	// day Until; empty for one of today.
	Was, Until string
}

// String names it so that it is found again, alone: "Castro (LE)".
func (p Place) String() string {
	return cmp.Or(p.Was, p.Name) + " (" + p.Province + ")"
}

// Few is how many are offered to choose from.
const Few = 8

// One is the only municipality that fits what was typed. Otherwise ok is false, and
// choices are those that fit: none for an unknown name, at most Few of many.
func One(typed string) (p Place, choices []Place, ok bool) {
	all := Find(typed)
	if len(all) == 1 {
		return all[0], nil, true
	}
	return Place{}, all[:min(len(all), Few)], false
}

// Asked reads what was typed in a form, with which of several was picked, if that was
// asked before. Understood, it is written out whole; if not, several are those to choose
// from, or it is unknown. Nothing typed is neither.
func Asked(typed *string, pick string) (p Place, several []string, ok bool) {
	if *typed = strings.TrimSpace(*typed); *typed == "" {
		return Place{}, nil, false
	}
	p, choices, ok := One(*typed)
	for _, c := range choices {
		several = append(several, c.String())
		if c.String() == pick {
			p, ok = c, true
		}
	}
	if ok {
		*typed, several = p.String(), nil
	}
	return p, several, ok
}

// Known is the municipality of exactly this name, if there is one alone.
func Known(typed string) (Place, bool) {
	if all := Named(typed); len(all) == 1 {
		return all[0], true
	}
	return Place{}, false
}

// Named are the municipalities of exactly this name, in whatever spelling.
func Named(typed string) []Place { return known().exact(typed) }

// ByCode is the municipality that a code stands for today, and old codes with it.
func ByCode(code string) (Place, bool) {
	p, ok := known().codes[code]
	return p, ok
}

// Before are the other codes that stand for a municipality of today.
func Before(code string) []string { return known().before[code] }

// Find lists what fits a name: those of exactly that name or, if there are none, those
// whose name begins so. Those of today stand first, the larger before the smaller.
func Find(typed string) []Place {
	t := known()
	if all := t.exact(typed); len(all) > 0 {
		return all
	}
	name, province, given := t.split(typed)
	for _, key := range keys(name) {
		if all := t.among(t.beginning(key), province, given); len(all) > 0 {
			return all
		}
	}
	return nil
}

// list is what is known, as it is looked for.
type list struct {
	named     map[string][]Place // by each folded name
	sorted    []string           // the folded names
	codes     map[string]Place   // by each code, also of before
	before    map[string][]string
	provinces map[string]string // folded name or sign: sign
}

// exact are the places of exactly this name or code.
func (t *list) exact(typed string) []Place {
	if p, ok := t.codes[strings.TrimSpace(typed)]; ok {
		return []Place{p}
	}
	name, province, given := t.split(typed)
	var all []Place
	if given {
		all = t.called(name, province, true)
	}
	if !given || !strings.ContainsAny(typed, "(,") { // "cameri no" may be Camerino, "Cameri (NO)" not
		all = append(all, t.called(typed, "", false)...)
	}
	if len(all) > 0 {
		return all
	}
	return t.both(typed)
}

// called are the places of one of a name's keys, the first that has any.
func (t *list) called(name, province string, given bool) []Place {
	for _, key := range keys(name) {
		if all := t.among(t.named[key], province, given); len(all) > 0 {
			return all
		}
	}
	return nil
}

// both is the municipality of two names, in whatever order: "Bozen/Bolzano".
func (t *list) both(typed string) []Place {
	one, other, two := strings.Cut(typed, "/")
	if !two {
		one, other, two = strings.Cut(typed, " - ")
	}
	if !two {
		return nil
	}
	return slices.DeleteFunc(t.among(t.named[Fold(one)], "", false), func(p Place) bool {
		return !slices.ContainsFunc(t.named[Fold(other)], func(q Place) bool { return q.Code == p.Code })
	})
}

// beginning are the places of which a name begins so.
func (t *list) beginning(key string) (all []Place) {
	if len(key) < 3 {
		return nil
	}
	i, _ := slices.BinarySearch(t.sorted, key)
	for ; i < len(t.sorted) && strings.HasPrefix(t.sorted[i], key); i++ {
		all = append(all, t.named[t.sorted[i]]...)
	}
	return all
}

// among are these places, each municipality once, those of a province if one was given.
func (t *list) among(found []Place, province string, given bool) (all []Place) {
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b Place) int {
		return cmp.Or(strings.Compare(a.Until, b.Until), b.Population-a.Population, strings.Compare(a.Name, b.Name))
	})
	for _, p := range found {
		if given && p.Province != province || slices.ContainsFunc(all, func(q Place) bool { return q.Code == p.Code && (q.Was == "" || q.Was == p.Was) }) {
			continue
		}
		all = append(all, p)
	}
	return all
}

// split takes a province from the end of what was typed: "Roma (RM)", "Castro, Lecce",
// "castro le". One that does not exist is of no municipality.
func (t *list) split(typed string) (name, province string, given bool) {
	typed = strings.TrimSpace(typed)
	if i := strings.LastIndexByte(typed, '('); i > 0 {
		return typed[:i], t.provinces[Fold(typed[i:])], true
	}
	if i := strings.LastIndexByte(typed, ','); i > 0 {
		return typed[:i], t.provinces[Fold(typed[i:])], true
	}
	if i := strings.LastIndexByte(typed, ' '); i > 0 && len(typed)-i == 3 && t.provinces[Fold(typed[i:])] != "" {
		return typed[:i], t.provinces[Fold(typed[i:])], true
	}
	return typed, "", false
}

// keys are the folded names that were meant: "S. Donà" is San, Santa, Santo or Sant'.
func keys(name string) []string {
	key := Fold(name)
	if key == "" {
		return nil
	}
	lower := strings.ToLower(strings.TrimSpace(name))
	if len(lower) < 4 || lower[0] != 's' || lower[1] != '.' && lower[1] != ' ' {
		return []string{key}
	}
	all := []string{key}
	for _, saint := range []string{"san", "santa", "santo", "sant"} {
		all = append(all, saint+key[1:])
	}
	return all
}

var other = strings.NewReplacer("ß", "ss", "j", "i")

// Fold is how names are compared: without case, accents, blanks, apostrophes (also one
// written for an accent) and hyphens, j as i.
func Fold(s string) string {
	return other.Replace(strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lo, unicode.Nd) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKD.String(s)))
}

// Fits tells whether a text holds what was typed, or each of its words; what stands in
// brackets is no part of it.
func Fits(text, typed string) bool {
	if i := strings.IndexByte(typed, '('); i > 0 {
		typed = typed[:i]
	}
	in := Fold(text)
	if strings.Contains(in, Fold(typed)) {
		return true
	}
	for _, word := range strings.Fields(typed) {
		if !strings.Contains(in, Fold(word)) {
			return false
		}
	}
	return true
}

// Built tells whether `make assets` ran before this program was built.
func Built() bool { return len(known().codes) > 0 }

var known = sync.OnceValue(func() *list {
	body, _ := data.ReadFile("data/towns.tsv") // without it nothing is known
	return read(string(body))
})

// read takes what server/assets/towns.mjs wrote: provinces, the municipalities of
// today, and those of before.
func read(text string) *list {
	t := &list{named: map[string][]Place{}, codes: map[string]Place{}, before: map[string][]string{}, provinces: map[string]string{}}
	name := func(said string, p Place) {
		key := Fold(said)
		if _, ok := t.named[key]; !ok {
			t.sorted = append(t.sorted, key)
		}
		t.named[key] = append(t.named[key], p)
	}
	code := func(code, now string) {
		if code != now && code != "" && !slices.Contains(t.before[now], code) {
			t.before[now] = append(t.before[now], code)
		}
	}
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case f[0] == "+" && len(f) == 3:
			t.provinces[Fold(f[1])], t.provinces[Fold(f[2])] = f[1], f[1]
		case f[0] == "-" && len(f) == 8:
			p := t.codes[f[1]]
			p.Was, p.Province, p.Until, p.Lat, p.Lon = f[2], f[3], f[4], number(f[5]), number(f[6])
			name(p.Was, p)
			code(f[7], p.Code)
		case len(f) == 7:
			names := strings.Split(f[1], "|")
			p := Place{Code: f[0], Name: names[0], Province: f[2], Population: int(number(f[3])), Lat: number(f[4]), Lon: number(f[5])}
			t.codes[p.Code] = p
			for _, said := range names {
				name(said, p)
			}
			for _, old := range strings.Fields(f[6]) {
				code(old, p.Code)
			}
		}
	}
	for now, olds := range t.before {
		for _, old := range olds {
			t.codes[old] = t.codes[now]
		}
		slices.Sort(olds)
	}
	slices.Sort(t.sorted)
	return t
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64) // the build wrote it
	return n
}
