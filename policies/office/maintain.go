package office

import (
	"context"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// maintenance is what the command line does to an instance as a whole. Who
// else may do it, and what it shows, is the policy's to say.
var maintenance = map[policies.Action]policies.Kind{
	policies.BackupMake:     policies.KindSystem,
	policies.ClockAccept:    policies.KindSystem,
	policies.LogVerify:      policies.KindLog,
	policies.LogExport:      policies.KindLog,
	policies.CheckpointRead: policies.KindLog,
}

// Maintain decides and records an act on the instance as a whole, before it is
// done: the caller does it only if no error is returned. ErrDenied for whoever
// may not, and for an act that is none of these.
func (o *Office) Maintain(ctx context.Context, who acts.Caller, action policies.Action) (audit.Receipt, error) {
	kind, ok := maintenance[action]
	if !ok {
		return audit.Receipt{}, acts.ErrDenied
	}
	return o.house.Do(ctx, who, action, func(_ acts.Reader, act *acts.Act) error {
		return act.Allow(policies.Object{Kind: kind})
	})
}
