package typed

import "strings"

// Length counts a text as the form does that it is typed in: in UTF-16 units, of which an
// emoji takes two, with a new line as one however it arrives (HTML, maxlength).
func Length(text string) int {
	n := 0
	for _, c := range text {
		n++
		if c > 0xffff {
			n++
		}
	}
	return n - strings.Count(text, "\r\n")
}
