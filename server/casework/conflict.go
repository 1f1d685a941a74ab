package casework

import (
	"sportello/server/frame"
)

// ConflictPage is "conflict": two people saved the same thing. Both versions
// side by side; choosing posts the chosen fields again to Action, with Version
// the one now stored.
type ConflictPage struct {
	frame.Page
	frame.CaseHead
	HasCase bool // there is a case to head the page with
	Action  string
	Version string
	Mine    []ConflictField
	Theirs  []ConflictField
	Carried []frame.Pair // my version as typed, sent when mine is chosen
}

// ConflictField is one field in one of the versions.
type ConflictField struct {
	Key     string // message key of its name
	Value   string
	Differs bool
}
