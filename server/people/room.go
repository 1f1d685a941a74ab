// Package people is colleagues and units as their members look after them: admission, lead, words compared, recovery, declarations, the entry in the directory.
//
// A page is found by its name: handler and struct in NAME.go, its template in
// NAME.html.
package people

import (
	"embed"
	"html/template"

	"sportello/server/frame"
	"sportello/server/locale"
)

//go:embed *.html
var templates embed.FS

// Room is what the service is given of this package.
func Room() frame.Room { return frame.Room{Templates: templates, Words: words} }

// words are what the room's templates know besides.
func words(*locale.Catalogue, locale.Lang) template.FuncMap {
	return template.FuncMap{"pinline": func(p frame.Page, pin Receiver) pinLine { return pinLine{p, pin} }}
}
