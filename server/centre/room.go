// Package centre is a referral as the centre receives and answers it.
//
// A page is found by its name: handler and struct in NAME.go, its template in
// NAME.html.
package centre

import (
	"embed"
	"html/template"
	"time"

	"sportello/server/frame"
	"sportello/server/locale"
)

//go:embed *.html
var templates embed.FS

// Room is what the service is given of this package.
func Room() frame.Room { return frame.Room{Templates: templates, Words: words} }

// words are what the room's templates know besides.
func words(*locale.Catalogue, locale.Lang) template.FuncMap {
	return template.FuncMap{"rows": func(now time.Time, rows []InboxRow) inboxRows { return inboxRows{now, rows} }}
}
