package accounts

import (
	"context"
	"errors"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/audit"
)

// Invite invites a person again who has not taken her invitation: the ones
// before are withdrawn. The token it returns is shown once and stored nowhere.
// ErrConflict for whoever has keys already.
func (d *Door) Invite(ctx context.Context, who Caller, person string) (crypto.Secret, audit.Receipt, error) {
	token := crypto.NewToken()
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
		inv := &Invitation{RowKey: RowKey{crypto.NewID(), 1}, Person: p.ID, Token: tokenHash(token), By: who.person,
			Ends: d.gate.Now().Add(InvitationFor).Format(time.DateOnly), State: "open"}
		act.Commit = func(tx Tx) error {
			errs := []error{tx.Put(inv)}
			for _, before := range open {
				if before.Person == p.ID {
					before.Version, before.State = before.Version+1, "withdrawn"
					errs = append(errs, tx.Put(before))
				}
			}
			return errors.Join(errs...)
		}
		return nil
	})
	return token, receipt, err
}

// List is the roster for whoever administers it: a recorded act.
func (d *Door) List(ctx context.Context, who Caller) (*Roster, audit.Receipt, error) {
	var all *Roster
	receipt, err := d.do(ctx, who, policies.UnitList, func(r Reader, act *Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindUnit}); err != nil {
			return err
		}
		all = &Roster{Agencies: map[string]*Agency{}, Units: map[string]*Unit{}, People: map[string]*Person{}, Epochs: map[string]int64{}}
		return all.read(r)
	})
	return all, receipt, err
}
