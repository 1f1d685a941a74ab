// Package people is colleagues and units as their members look after them: admission, lead, words compared, recovery, declarations, the entry in the directory.
//
// A page is found by its name: handler and struct in NAME.go, its template in
// NAME.templ, from which `make` writes NAME_templ.go.
package people

import (
	"embed"

	"sportello/server/frame"
)

//go:embed *.templ
var templates embed.FS

// Room is what the service is given of this package.
func Room() frame.Room { return frame.Room{Templates: templates} }
