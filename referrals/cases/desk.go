package cases

import (
	"sportello/policies/acts"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
)

// Desk is the door to contacts, case files and what stands in them. Ids are 26
// letters and digits, days YYYY-MM-DD in Italy, hours HH:MM there, codes those of the
// exported lists. What any act of it can end with stands with the Desk of referrals.
type Desk struct {
	// Leave is what leave to call back is worth; set before the first act.
	Leave rule.Leave
	work  kept.Work
	ask   Ask
}

// Ask makes, in the act that closes a contact, the request to the social service that
// its outcome asks for, with the case file that the contact belongs to, or nil.
type Ask func(r kept.Reader, act *acts.Act, in NewContact, c *kept.File) (acts.Row, error)

// New opens the door. Ask is who asks a social service.
func New(work kept.Work, ask Ask) *Desk { return &Desk{rule.DefaultLeave, work, ask} }
