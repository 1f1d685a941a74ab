package entry

import (
	"sportello/policies/acts"
	"sportello/server/frame"
)

// WaitingPage is "waiting": enrolled, not yet admitted. Her four words, large,
// to be read to a colleague by phone.
type WaitingPage struct {
	frame.Page
	Words  [4]string
	Agency string
}

// Waiting tells a person who waits whether she was admitted. Her words come
// with her passphrase only: the session does not keep what they are made from.
func Waiting(q *frame.Request) (frame.Shown, error) {
	if q.Who.State() != acts.Waiting {
		return nil, q.Redirect("/")
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	if roster.Epochs[q.Who.Unit()] == 0 {
		return nil, q.Redirect("/ammissioni/fonda")
	}
	if err := q.Door.Cover(q.Context(), q.Who); err != nil {
		return nil, err
	}
	return nil, q.Redirect("/riprendi")
}
