package units

import (
	"context"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// RestrictNew says whether the new case files of the caller's unit are restricted to
// whoever opens them, unless she says otherwise. The caller leads it and has stepped
// up. ErrNoRecovery where it has none, without which nothing is restricted.
func (h *House) RestrictNew(ctx context.Context, who acts.Caller, yes bool) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.UnitRestrict, func(r acts.Reader, act *acts.Act) error {
		var u acts.Unit
		if act.Who.Unit() == "" {
			return acts.ErrDenied
		}
		if err := r.Get(&u, act.Who.Unit()); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: u.ID, Unit: u.ID, UnitKind: u.Kind, Agency: u.Agency}); err != nil {
			return err
		}
		recovery, err := RecoveryOf(r, u.ID)
		if err != nil {
			return err
		}
		if yes && recovery.None() {
			return ErrNoRecovery
		}
		if u.RestrictNew == yes {
			return nil
		}
		u.Version++
		u.RestrictNew = yes
		act.Commit = func(tx acts.Tx) error { return tx.Put(&u) }
		return nil
	})
}
