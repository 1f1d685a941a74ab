package entry

import (
	"sportello/policies/acts"
	"sportello/server/frame"
)

// Home leads to the first page of the caller's work.
func Home(q *frame.Request) error {
	if !q.Signed {
		return q.Redirect("/entra")
	}
	if q.Who.MustEnrol() {
		return acts.ErrEnrol
	}
	if q.Who.State() == acts.Waiting {
		return q.Redirect("/attesa")
	}
	p := frame.Page{User: q.Who.Username(), Works: q.Who.UnitKind()} // no page yet: what was just done is said on the next
	return q.Redirect(p.Home())
}
