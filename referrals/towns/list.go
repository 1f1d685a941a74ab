package towns

import (
	"slices"
	"strings"
)

// Wrong is a line of a list that cannot be taken as it stands.
type Wrong struct {
	Typed   string
	Twice   bool     // its municipality stands there already, perhaps by another name
	Choices []string // of a name that is not of one municipality alone, those that fit
}

// List reads municipalities from a text, one a line, by name or code, and returns their
// codes of today, each once, with a blank between.
func List(text string) (codes string, wrong []Wrong) {
	var all []string
	for line := range strings.Lines(strings.ReplaceAll(text, ";", "\n")) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		found, choices := Named(line), []Place(nil)
		if len(found) != 1 {
			choices = found
			if len(found) == 0 {
				_, choices, _ = One(line)
			}
		}
		switch {
		case len(found) != 1:
			w := Wrong{Typed: line}
			for _, p := range choices {
				w.Choices = append(w.Choices, p.String())
			}
			wrong = append(wrong, w)
		case slices.Contains(all, found[0].Code):
			wrong = append(wrong, Wrong{Typed: line, Twice: true})
		default:
			all = append(all, found[0].Code)
		}
	}
	return strings.Join(all, " "), wrong
}

// Of are the municipalities that codes stand for today, each once, by name; a code that
// stands for none is left out.
func Of(codes string) (all []Place) {
	for _, code := range strings.Fields(codes) {
		if p, ok := ByCode(code); ok && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Place) int { return strings.Compare(Fold(a.Name)+a.Code, Fold(b.Name)+b.Code) })
	return all
}

// Lines writes them out as List reads them.
func Lines(all []Place) string {
	var names []string
	for _, p := range all {
		names = append(names, p.String())
	}
	return strings.Join(names, "\n")
}
