package entry

import (
	"net/http"

	"sportello/policies/acts"
	"sportello/server/frame"
)

// Present answers what a page sends while somebody types: her session was used, which
// is all that it says. It neither reads nor changes anything else, and what was typed
// stays in the page.
func Present(q *frame.Request, _ *frame.Nothing) error {
	if !q.Signed {
		q.W.WriteHeader(http.StatusForbidden)
		return nil
	}
	q.W.WriteHeader(http.StatusNoContent)
	return nil
}

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
