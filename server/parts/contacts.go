package parts

import (
	"time"

	"sportello/referrals/cases"
	"sportello/server/frame"
)

// OpenContact is a contact that nobody closed yet.
type OpenContact struct {
	Who   frame.Who
	Href  string
	Begun time.Time
}

// OpenContacts are the caller's own contacts that nobody closed: a browser that died
// shows an empty form, and what was typed is there.
func OpenContacts(lines []cases.ContactLine) []OpenContact {
	var all []OpenContact
	for _, c := range lines {
		all = append(all, OpenContact{Who: frame.Who{Alias: c.Alias}, Href: "/contatti/" + c.ID, Begun: c.Begun})
	}
	return all
}
