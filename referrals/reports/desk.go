package reports

import "sportello/referrals/kept"

// Desk is the door to what others told a unit, and to who told it. Ids, days and codes
// are as everywhere; what any act of it can end with stands with the Desk of referrals.
type Desk struct{ work kept.Work }

// New opens the door.
func New(work kept.Work) *Desk { return &Desk{work} }
