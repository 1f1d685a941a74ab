package server_test

import (
	"reflect"
	"regexp"
	"testing"

	"sportello/server/centre"
	"sportello/server/frame"
	"sportello/server/locale"
	"sportello/server/servertest"
)

// TestCopyHoldsWhatTheCentreSees: preview, received page and copy show the package
// with the same bytes, and whatever somebody typed is text in all of them.
func TestCopyHoldsWhatTheCentreSees(t *testing.T) {
	r := newRenderer(t)
	article := regexp.MustCompile(`(?s)<article class="package">.*?</article>`)
	shows := func(name string, page frame.Shown) string {
		t.Helper()
		body, err := r.Bytes(page)
		if err != nil {
			t.Fatalf("%s: %v", name, detail(err))
		}
		if name == "copy-file" {
			servertest.StandsAlone(t, string(body))
		}
		return article.FindString(string(body))
	}
	for _, text := range []string{"", "<em>UHOH</em>", `"><script>alert(1)</script>`, "</style><script>", "\x00\x01\x1b[31m\xff", "{{.FormToken}}"} {
		p := servertest.Package()
		fill(reflect.ValueOf(&p).Elem(), text, 0)
		p.Strip.MayEdit = false // the centre never may
		received := &centre.ReceivedPage{Page: servertest.CentrePage(centre.TitleReceived, "/arrivi/B"), Package: p}
		file := &centre.CopyFile{Package: p, ID: text, Centre: text, Made: servertest.Now}
		file.Lang, file.Title = locale.Italian, centre.TitleCopyFile
		setLang(received, locale.Italian)
		if got, want := shows("copy-file", file), shows("received", received); got == "" || got != want {
			t.Errorf("with %q the copy shows\n%s\nthe received page\n%s", text, got, want)
		}
	}
}
