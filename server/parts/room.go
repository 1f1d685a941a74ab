// Package parts is what pages of several rooms show, and what it is made from: notices,
// what a social service was asked and who has it, the search.
//
// It asks of the frame no more than a room does, and no page is its own: what everything
// goes through stands in the frame.
package parts

import (
	"embed"

	"sportello/server/frame"
)

//go:embed *.templ
var templates embed.FS

// Room is what the service is given of this package.
func Room() frame.Room { return frame.Room{Templates: templates} }
