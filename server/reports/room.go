// Package reports is what others tell of a woman: taken down, acted on, and linked to her
// file when she comes herself.
//
// A page is found by its name: handler and struct in NAME.go, its template in
// NAME.templ, from which `make` writes NAME_templ.go.
package reports

import (
	"embed"

	"sportello/server/frame"
)

//go:embed *.templ
var templates embed.FS

// Room is what the service is given of this package.
func Room() frame.Room { return frame.Room{Templates: templates} }
