package accounts

import (
	"context"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/audit"
)

// Invite invites a person again who has not taken her invitation: the ones
// before are withdrawn. The token it returns is shown once and stored nowhere.
// ErrConflict for whoever has keys already.
func (d *Door) Invite(ctx context.Context, who Caller, person string) (crypto.Secret, audit.Receipt, error) {
	inv, token := d.newInvitation(who, person)
	receipt, err := d.do(ctx, who, policies.PersonInvite, func(r Reader, act *Act) error {
		var p Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency}); err != nil {
			return err
		}
		if p.State != string(Invited) {
			return ErrConflict
		}
		open, err := r.OpenInvitations()
		if err != nil {
			return err
		}
		rows := []Row{inv}
		for _, before := range open {
			if before.Person == p.ID {
				before.Version, before.State = before.Version+1, "withdrawn"
				rows = append(rows, before)
			}
		}
		act.Commit = func(tx Tx) error { return putRows(tx, rows, nil) }
		return nil
	})
	return token, receipt, err
}
