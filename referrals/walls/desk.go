// Package walls is from whom a woman's case file is hidden, and who says so.
package walls

import "sportello/referrals/kept"

// Desk is the door to the walls of case files. What any act of it can end with stands
// with the Desk of referrals.
type Desk struct{ work kept.Work }

// New opens the door.
func New(work kept.Work) *Desk { return &Desk{work} }
