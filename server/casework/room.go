// Package casework is a desk's or a social service's own work: the agenda, contacts, tasks and case files.
//
// A page is found by its name: handler and struct in NAME.go, its template in
// NAME.html.
package casework

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
func words(catalogue *locale.Catalogue, lang locale.Lang) template.FuncMap {
	return template.FuncMap{
		"safeform":   func(p frame.Shown, f SafeForm) safeForm { return safeForm{p, f} },
		"safewindow": func(p frame.Shown, w Window) (safeWindow, error) { return windowOf(catalogue, lang, p, w) },
		"hold":       func(p frame.Page, h frame.Hold) holdLine { return holdLine{p, h} },
		"sentlines":  func(p frame.Page, s SentTask) sentLines { return sentLines{p, s, holdLine{p, s.Hold}} },
		"searchbox":  func(p frame.Shown, query string) searchBox { return searchBox{p, query} },
	}
}
