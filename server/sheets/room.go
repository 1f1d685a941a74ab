// Package sheets is what a desk reads out and hands over: the list of the texts, one to be
// read aloud, and one on paper, which is offered only where her rule lets paper go home.
//
// A page is found by its name: handler and struct in NAME.go, its template in
// NAME.templ, from which `make` writes NAME_templ.go.
package sheets

import (
	"embed"

	"sportello/server/frame"
)

//go:embed *.templ
var templates embed.FS

// Room is what the service is given of this package.
func Room() frame.Room { return frame.Room{Templates: templates} }
