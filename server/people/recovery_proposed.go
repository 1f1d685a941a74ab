package people

import (
	"time"

	"sportello/policies/acts"
	"sportello/policies/units"
	"sportello/server/frame"
)

// RecoveryProposedPage is "recovery-proposed": the only member of another unit
// proposed a recovery key. Stopping it posts to /recuperi/UNIT.
type RecoveryProposedPage struct {
	frame.Page
	UnitID, Name   string
	Proposed, From time.Time
}

// RecoveryProposed shows, to a unit that sends there and to the auditor, that the
// only member of another unit proposed a recovery key.
func RecoveryProposed(q *frame.Request) (frame.Shown, error) {
	if q.ID("unit") == q.Who.Unit() {
		return nil, q.Redirect("/ammissioni/recupero")
	}
	all, err := q.House.RecoveryNews(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	for _, n := range all {
		if n.Unit == q.ID("unit") && n.Kind == units.RecoveryWaits {
			return &RecoveryProposedPage{Page: q.Base(TitleRecoveryProposed), UnitID: n.Unit,
				Name: n.Name, Proposed: q.Day(n.Day), From: q.Day(n.From)}, nil
		}
	}
	return nil, acts.ErrDenied
}

// StopRecovery ends what is proposed for a unit.
func StopRecovery(q *frame.Request, _ *frame.Nothing) error {
	receipt, err := q.House.StopRecovery(q.Context(), q.Who, q.ID("unit"))
	if err != nil {
		return err
	}
	if q.ID("unit") == q.Who.Unit() {
		return q.Done(receipt, FlashRecoveryStopped, "/ammissioni/recupero")
	}
	p := frame.Page{User: q.Who.Username(), Works: q.Who.UnitKind()}
	return q.Done(receipt, FlashRecoveryStopped, p.Home())
}

// What the page says.
const (
	FlashRecoveryStopped  = "keep.stopped"
	TitleRecoveryProposed = "keep.elsewhere_title"
)
