package sheets

import (
	"slices"
	"strings"
)

// Places is what fills the braces of a text.
type Places struct {
	Emergency Place // the emergency social service
	Desk      Place // this desk, never by name
	Centres   []Place
	Code      string // hers
}

// Place is where somebody answers.
type Place struct{ Name, Phone, Hours string }

// Span is a piece of a line: a telephone number, a code, or words.
type Span struct {
	Text string
	Mark bool // a number or a code, to be shown large
}

// Line is one piece of a text, filled in.
type Line struct {
	Kind   string // heading, paragraph, item
	Spans  []Span
	Source string
}

// String is what a line says.
func (l Line) String() string {
	var b strings.Builder
	for _, s := range l.Spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Read is the text to read out.
func (s *Sheet) Read(p Places) []Line {
	if len(s.read) > 0 {
		return s.fill(s.read, p, false)
	}
	return s.Paper(p)
}

// Paper is the text on paper, empty where there is only a card.
func (s *Sheet) Paper(p Places) []Line { return s.fill(s.text, p, false) }

// Card is what stands on a small card, empty where there is none: numbers, no names, and
// each once.
func (s *Sheet) Card(p Places) (lines []Line) {
	said := map[string]bool{}
	for _, l := range s.fill(s.card, p, true) {
		fresh := false
		for _, span := range l.Spans {
			fresh = fresh || span.Mark && !said[span.Text]
			said[span.Text] = true
		}
		if fresh {
			lines = append(lines, l)
		}
	}
	return lines
}

// HasPaper and HasCard tell what can be printed.
func (s *Sheet) HasPaper() bool { return len(s.text) > 0 }
func (s *Sheet) HasCard() bool  { return len(s.card) > 0 }

// Tells tells whether the paper says, to whoever finds it, what it is about.
func (s *Sheet) Tells() bool {
	return slices.ContainsFunc(s.text, func(b Block) bool {
		return tells(b.Text) != "" || strings.Contains(b.Text, "{centres}") || strings.Contains(b.Text, "{1522}")
	})
}

// Missing lists what a text asks for and places do not have: something else stands there.
func (s *Sheet) Missing(p Places) (all []string) {
	has := map[string]bool{"emergency": p.Emergency.Phone != "", "desk": p.Desk.Phone != "", "centres": len(p.Centres) > 0, "code": p.Code != ""}
	for _, b := range slices.Concat(s.text, s.read, s.card) {
		for _, found := range inBraces.FindAllStringSubmatch(b.Text, -1) {
			if there, asked := has[found[1]]; asked && !there && !slices.Contains(all, found[1]) {
				all = append(all, found[1])
			}
		}
	}
	return all
}

func (s *Sheet) fill(blocks []Block, p Places, card bool) (lines []Line) {
	for _, b := range blocks {
		if strings.TrimSpace(b.Text) == "{centres}" && len(p.Centres) > 0 {
			for _, c := range p.Centres {
				lines = append(lines, Line{Kind: "item", Spans: c.spans(card), Source: b.Source})
			}
			continue
		}
		lines = append(lines, Line{Kind: b.Kind, Spans: s.spans(b.Text, p, card), Source: b.Source})
	}
	return lines
}

func (s *Sheet) spans(text string, p Places, card bool) (spans []Span) {
	at := 0
	for _, found := range inBraces.FindAllStringSubmatchIndex(text, -1) {
		if found[0] > at {
			spans = append(spans, Span{Text: text[at:found[0]]})
		}
		spans, at = append(spans, s.asked(text[found[2]:found[3]], p, card)...), found[1]
	}
	if at < len(text) {
		spans = append(spans, Span{Text: text[at:]})
	}
	return spans
}

// asked is what stands in place of a word in braces. Nothing is left empty: who has no
// number here is answered by one that always is.
func (s *Sheet) asked(word string, p Places, card bool) []Span {
	switch word {
	case "emergency":
		return p.Emergency.or(card, "112", s.Language)
	case "desk":
		return Place{Phone: p.Desk.Phone, Hours: p.Desk.Hours}.or(card, "1522", s.Language)
	case "code":
		if p.Code == "" {
			return []Span{{Text: "…", Mark: true}}
		}
		return []Span{{Text: p.Code, Mark: true}}
	case "centres":
		if len(p.Centres) == 0 {
			return []Span{{Text: "1522", Mark: true}}
		}
		var all []Span
		for i, c := range p.Centres {
			if i > 0 {
				all = append(all, Span{Text: "; "})
			}
			all = append(all, c.spans(card)...)
		}
		return all
	}
	return []Span{{Text: word, Mark: true}}
}

// noNumber says why another number stands there.
var noNumber = map[string]string{"it": " (qui non c’è ancora un numero)", "en": " (there is no number here yet)"}

func (p Place) or(card bool, instead, language string) []Span {
	if why := noNumber[language]; p.Phone == "" && !card && why != "" {
		return []Span{{Text: instead, Mark: true}, {Text: why}}
	}
	if p.Phone == "" {
		return []Span{{Text: instead, Mark: true}}
	}
	return p.spans(card)
}

// spans is a place in a line; on a card its number alone.
func (p Place) spans(card bool) []Span {
	if card {
		return []Span{{Text: p.Phone, Mark: true}}
	}
	var all []Span
	if p.Name != "" {
		all = append(all, Span{Text: p.Name + ": "})
	}
	all = append(all, Span{Text: p.Phone, Mark: true})
	if p.Hours != "" {
		all = append(all, Span{Text: " (" + p.Hours + ")"})
	}
	return all
}
