package entry

import (
	"sportello/policies/acts"
	"sportello/server/frame"
)

// Home leads to the first page of the caller's work.
func Home(q *frame.Request) (frame.Shown, error) {
	if !q.Signed {
		return nil, q.Redirect("/entra")
	}
	if q.Who.MustEnrol() {
		return nil, acts.ErrEnrol
	}
	if q.Who.State() == acts.Waiting {
		return nil, q.Redirect("/attesa")
	}
	p := frame.Page{User: q.Who.Username(), Works: q.Who.UnitKind()} // no page yet: what was just done is said on the next
	return nil, q.Redirect(p.Home())
}
