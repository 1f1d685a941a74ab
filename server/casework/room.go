// Package casework is a desk's or a social service's own work: the agenda, contacts and case files.
//
// A page is found by its name: handler and struct in NAME.go, its template in
// NAME.templ, from which `make` writes NAME_templ.go.
package casework

import (
	"embed"

	"sportello/server/frame"
)

//go:embed *.templ
var templates embed.FS

// Room is what the service is given of this package.
func Room() frame.Room { return frame.Room{Templates: templates} }
