package sharing

import "sportello/referrals/kept"

// Desk is the door to what one unit shares with another by a woman's leave:
// authorisations, referrals and their messages, and tasks of a social service. Ids,
// days and codes are as everywhere; what any act of it can end with stands with the
// Desk of referrals.
type Desk struct{ work kept.Work }

// New opens the door.
func New(work kept.Work) *Desk { return &Desk{work} }
