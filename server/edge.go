// Package server is the web edge: pages in Italian and English, and the sealed
// interchange.
//
// It is one frame, which every request goes through, parts that several pages show, and
// rooms, one for each area of the work; a room knows the frame, the parts and no other
// room. This package joins them: here stand all routes, each with its action.
package server

import (
	"sportello/server/admin"
	"sportello/server/auditlog"
	"sportello/server/casework"
	"sportello/server/centre"
	"sportello/server/desk"
	"sportello/server/entry"
	"sportello/server/frame"
	"sportello/server/parts"
	"sportello/server/people"
	"sportello/server/reports"
	"sportello/server/sending"
	"sportello/server/sheets"
	"sportello/server/walls"
)

// New makes the web edge: every room, and the routes that lead into them.
func New(c frame.Config) (*frame.Server, error) { return frame.New(c, Routes(), Rooms()...) }

// Rooms are the areas of the service.
func Rooms() []frame.Room {
	return []frame.Room{frame.Own(), parts.Room(), entry.Room(), people.Room(), admin.Room(), auditlog.Room(), casework.Room(), walls.Room(), reports.Room(), sending.Room(), centre.Room(), desk.Room(), sheets.Room()}
}
