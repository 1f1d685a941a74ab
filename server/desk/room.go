// Package desk is a shift at the desk: what cannot wait and how it ends, a line that
// dropped, the lists of who is followed, the search, and what a social service is asked.
//
// A page is found by its name: handler and struct in NAME.go, its template in
// NAME.templ, from which `make` writes NAME_templ.go.
package desk

import (
	"embed"

	"sportello/server/frame"
)

//go:embed *.templ
var templates embed.FS

// Room is what the service is given of this package.
func Room() frame.Room { return frame.Room{Templates: templates} }
