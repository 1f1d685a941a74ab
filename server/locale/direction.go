package locale

import (
	"bytes"
	"strings"
)

// directionMarks turn the direction of what follows them: a name may hold them for
// good reason, or to make the words after it read as something else. They are
// kept as typed and shown, but end with the text that they stand in.
const directionMarks = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

// Isolated returns a page on which each text that holds direction marks is
// isolated from what stands around it, wherever a template shows it. What stands
// in fields and attributes is left as it was typed.
func Isolated(page []byte) []byte {
	if !marked(page) {
		return page
	}
	out := make([]byte, 0, len(page)+256)
	inside := ""
	for len(page) > 0 {
		text := page
		if i := bytes.IndexByte(page, '<'); i >= 0 {
			text = page[:i]
		}
		out = append(out, alone(text, inside)...)
		page = page[len(text):]
		end := bytes.IndexByte(page, '>') + 1 // templates write it as &gt; in what is typed
		if end == 0 {
			return append(out, page...)
		}
		inside = opened(page[:end], inside)
		out, page = append(out, page[:end]...), page[end:]
	}
	return out
}

// marked tells whether a text holds direction marks. All begin with one of two bytes in
// UTF-8, and in most pages the first of them begins other signs alone: looking for each
// mark in turn took a tenth of a page's time.
func marked(text []byte) bool {
	for i := 0; i+1 < len(text); i++ {
		next := bytes.IndexByte(text[i:], 0xe2)
		if next < 0 {
			break
		}
		i += next
		if bytes.ContainsAny(text[i:min(i+3, len(text))], directionMarks) {
			return true
		}
	}
	return bytes.Contains(text, []byte("\u061c"))
}

// plain are the elements that hold text and no other element: of two, what is in
// them is shown by the browser alone, and is left as it is.
var plain = map[string]bool{"textarea": true, "style": true, "script": true, "title": true, "option": true}

// opened is the plain element that the text after a tag stands in, if any.
func opened(tag []byte, inside string) string {
	name := strings.Trim(string(tag), "</>")
	if i := strings.IndexAny(name, " \n\t"); i >= 0 {
		name = name[:i]
	}
	switch {
	case bytes.HasPrefix(tag, []byte("</")) && name == inside:
		return ""
	case inside == "" && plain[name] && !bytes.HasPrefix(tag, []byte("</")):
		return name
	}
	return inside
}

// alone closes what direction marks a text left open, and sets it apart.
func alone(text []byte, inside string) string {
	if !bytes.ContainsAny(text, directionMarks) || inside != "" && inside != "option" {
		return string(text)
	}
	closed := string(text) + closers(string(text))
	if inside == "option" { // which holds no element
		return "\u2068" + closed + "\u2069"
	}
	return "<bdi>" + closed + "</bdi>"
}

// closers are the marks that end what a text left open, last opened first.
func closers(text string) string {
	var open []rune
	for _, c := range text {
		switch c {
		case '\u202a', '\u202b', '\u202d', '\u202e':
			open = append(open, '\u202c')
		case '\u2066', '\u2067', '\u2068':
			open = append(open, '\u2069')
		case '\u202c', '\u2069':
			if n := len(open); n > 0 && open[n-1] == c {
				open = open[:n-1]
			}
		}
	}
	var b strings.Builder
	for i := len(open) - 1; i >= 0; i-- {
		b.WriteRune(open[i])
	}
	return b.String()
}

// Apart sets a word that is put into a sentence apart from it, if it holds
// direction marks.
func Apart(word any) any {
	s, ok := word.(string)
	if !ok || !strings.ContainsAny(s, directionMarks) {
		return word
	}
	return "\u2068" + s + closers(s) + "\u2069"
}
