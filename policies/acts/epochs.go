package acts

import (
	"fmt"
	"strconv"

	"sportello/crypto"
	"sportello/policies/audit"
)

// EpochID is the id of a unit's epoch.
func EpochID(unit string, epoch int64) string { return unit + "." + strconv.FormatInt(epoch, 10) }

// RecoveryPerson names a unit's offline recovery recipient among the wraps.
const RecoveryPerson = "recovery"

// pendingDetailKey draws today's detail key for the audit unit.
func (g *Gate) pendingDetailKey(day string, row *UnitEpoch) (audit.PendingDetailKey, error) {
	to, err := crypto.ParseRecipient(row.Recipient)
	if err != nil {
		return audit.PendingDetailKey{}, fmt.Errorf("reading the audit unit's recipient: %w", err)
	}
	p, err := g.log.NewDetailKey(day, row.Unit, row.Epoch, to)
	if err != nil {
		return audit.PendingDetailKey{}, fmt.Errorf("drawing a detail key: %w", err)
	}
	return p, nil
}
