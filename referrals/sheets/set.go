package sheets

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// shipped are the sheets of the program, CODE.LANGUAGE.txt.
//
//go:embed data/*.txt
var shipped embed.FS

// Set is all sheets that can be used.
type Set struct{ all []*Sheet }

// Shipped are the sheets that the program brings along.
func Shipped() *Set {
	set := &Set{}
	if faults := set.add(shipped, "data", false); len(faults) > 0 {
		panic("sheets: " + faults[0].String()) // a test reads every one of them
	}
	return set
}

// WithOwn are the shipped sheets and the agency's own of a folder, whose files end in
// .txt. A file that cannot be used is a fault, and the others hold; of two for the same
// code, language, territory and version, in the order of their names, the first holds.
func WithOwn(folder fs.FS) (*Set, []Fault) {
	set := Shipped()
	return set, set.add(folder, ".", true)
}

// maxOwn bounds how many files of a folder are read.
const maxOwn = 2000

func (s *Set) add(from fs.FS, folder string, own bool) (faults []Fault) {
	entries, err := fs.ReadDir(from, folder)
	if errors.Is(err, fs.ErrNotExist) && own {
		return nil
	}
	if err != nil {
		return []Fault{{File: folder, What: "the folder cannot be read"}}
	}
	for n, e := range entries {
		name := e.Name()
		switch {
		case n >= maxOwn:
			return append(faults, Fault{File: name, What: fmt.Sprintf("it and what comes after it are not read: there are more than %d files", maxOwn)})
		case !strings.HasSuffix(name, ".txt"):
			continue
		}
		sheet, wrong := readFile(from, path.Join(folder, name))
		faults = append(faults, wrong...)
		if sheet == nil {
			continue
		}
		sheet.Own = own
		if i := slices.IndexFunc(s.all, sheet.same); i >= 0 {
			faults = append(faults, Fault{File: name, What: "it is the same code, language, territory and version as " + s.all[i].File})
			continue
		}
		s.all = append(s.all, sheet)
	}
	return faults
}

// readFile reads no more of a file than a sheet may be long.
func readFile(from fs.FS, name string) (*Sheet, []Fault) {
	info, err := fs.Stat(from, name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, []Fault{{File: path.Base(name), What: "it is no file that can be read"}}
	}
	if info.Size() > maxFile {
		return nil, []Fault{{File: path.Base(name), What: fmt.Sprintf("it is longer than %d bytes", maxFile)}}
	}
	b, err := fs.ReadFile(from, name)
	if err != nil {
		return nil, []Fault{{File: path.Base(name), What: "it is no file that can be read"}}
	}
	return Parse(path.Base(name), b)
}

func (s *Sheet) same(other *Sheet) bool {
	return s.Own == other.Own && s.Code == other.Code && s.Language == other.Language && s.Version == other.Version && slices.Equal(s.Territory, other.Territory)
}

// At is where and when a sheet is asked for.
type At struct {
	Day       string
	Territory []string // ISTAT codes of the unit; none where nobody entered them
}

// holds tells whether a sheet holds there and then: one for a territory, where it is for
// all that the unit is there for.
func (s *Sheet) holds(at At) bool {
	if s.From > at.Day || s.Until != "" && s.Until < at.Day {
		return false
	}
	if len(s.Territory) == 0 {
		return true
	}
	for _, code := range at.Territory {
		if !slices.Contains(s.Territory, code) {
			return false
		}
	}
	return len(at.Territory) > 0
}

// before tells whether a sheet stands in another's place: one for a territory, then the
// agency's own, then the newest.
func (s *Sheet) before(other *Sheet) bool {
	rank := func(x *Sheet) int {
		switch {
		case len(x.Territory) > 0:
			return 2
		case x.Own:
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(rank(s), rank(other)), cmp.Compare(s.From, other.From), cmp.Compare(s.Version, other.Version)) > 0
}

// Of finds a sheet in a language, or nil.
func (s *Set) Of(at At, code, language string) (best *Sheet) {
	for _, sheet := range s.all {
		if sheet.Code == code && sheet.Language == language && sheet.holds(at) && (best == nil || sheet.before(best)) {
			best = sheet
		}
	}
	return best
}

// In finds a sheet in a language, or in Italian where there is none in hers.
func (s *Set) In(at At, code, language string) *Sheet {
	if sheet := s.Of(at, code, language); sheet != nil {
		return sheet
	}
	return s.Of(at, code, "it")
}

// Codes lists which sheets there are, the program's first and in their order.
func (s *Set) Codes(at At) (all []string) {
	for _, sheet := range s.all {
		if sheet.holds(at) && !slices.Contains(all, sheet.Code) {
			all = append(all, sheet.Code)
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
	return all
}

func place(code string) int {
	if i := slices.Index(Codes, code); i >= 0 {
		return i
	}
	return len(Codes)
}

// Languages lists the languages that a sheet is in, Italian first.
func (s *Set) Languages(at At, code string) (all []string) {
	for _, l := range Languages {
		if s.Of(at, code, l) != nil {
			all = append(all, l)
		}
	}
	return all
}

// Proposed tells whether something that she asks for, or said, proposes a sheet.
func (s *Sheet) Proposed(signs []string) bool {
	return slices.ContainsFunc(s.Fits, func(sign string) bool { return slices.Contains(signs, sign) })
}

// Original is a shipped file as it is, to begin one's own from.
func Original(code, language string) ([]byte, error) {
	if !codeForm.MatchString(code) || !slices.Contains(Languages, language) {
		return nil, fs.ErrNotExist
	}
	return shipped.ReadFile("data/" + code + "." + language + ".txt")
}

// Title is what a sheet that was given once is called, or its code where it is here no
// longer.
func (s *Set) Title(code, language string) string {
	title := code
	for _, sheet := range s.all {
		if sheet.Code != code {
			continue
		}
		if sheet.Language == language {
			return sheet.Title
		}
		title = sheet.Title
	}
	return title
}
