// Package entry is the way in: sign-in and cover, an invitation, one's own credentials, and what arrived while the screen was covered.
//
// A page is found by its name: handler and struct in NAME.go, its template in
// NAME.templ, from which `make` writes NAME_templ.go.
package entry

import (
	"embed"

	"sportello/server/frame"
)

//go:embed *.templ
var templates embed.FS

// Room is what the service is given of this package.
func Room() frame.Room { return frame.Room{Templates: templates} }
