package server_test

import (
	"html"
	"reflect"
	"regexp"
	"testing"

	"sportello/server/frame"
)

var (
	// unshown is what stands in a page and is read by nobody, and what is a leaf of
	// the log or a licence, word for word.
	unshown = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>|<pre.*?</pre>`)
	tags    = regexp.MustCompile(`(?s)<[^>]*>`)
	printed = regexp.MustCompile(`[{}]|%!|0001-01-01|\+0000 UTC|<nil>|map\[|\bNaN\b|\[\]`)
)

// leaks finds in the text of a page what only a program prints: a struct, a
// wrong format, a day that nobody set.
func leaks(body string) string {
	text := html.UnescapeString(tags.ReplaceAllString(unshown.ReplaceAllString(body, ""), "\n"))
	at := printed.FindStringIndex(text)
	if at == nil {
		return ""
	}
	return text[max(0, at[0]-40):min(len(text), at[1]+80)]
}

func TestLeaksAreSeen(t *testing.T) {
	for _, body := range []string{
		`<span class="whose">{R3FTD7 Centro centre unpinned 0001-01-01 00:00:00 +0000 UTC}</span>`,
		`<p>%!d(string=due)</p>`, `<p>Vale fino al 0001-01-01</p>`, `<p>map[a:b]</p>`, `<p>&lt;nil&gt;</p>`, `<p>[]</p>`,
	} {
		if leaks(body) == "" {
			t.Errorf("%s is taken for a text", body)
		}
	}
	if got := leaks(`<script>{}</script><pre>{"leaf":1}</pre><p>Alle 10, il 3 dicembre</p>`); got != "" {
		t.Errorf("a text is taken for a leak: %s", got)
	}
}

// TestNoPageHidesWhatEveryPageHas: a field with the name of one of the window's
// would be shown in its place, in the head of the page.
func TestNoPageHidesWhatEveryPageHas(t *testing.T) {
	window := reflect.TypeOf(frame.Page{})
	for _, s := range samplePages() {
		page := reflect.TypeOf(s.page).Elem()
		for i := range page.NumField() {
			name := page.Field(i).Name
			if _, taken := window.FieldByName(name); taken {
				t.Errorf("%s has a %s of its own, which the window shows as every page's", page.Name(), name)
			}
		}
	}
}
