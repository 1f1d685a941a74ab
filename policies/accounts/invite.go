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
	made, receipt, err := d.invite(ctx, who, person)
	return made.Token, receipt, err
}

// InviteAll invites several people again, each in an act of its own, after one
// step-up for their list. It returns who was invited; NotAll names who has keys
// already.
func (d *Door) InviteAll(ctx context.Context, who Caller, people []string) ([]Invitee, audit.Receipt, error) {
	var made []Invitee
	var receipt audit.Receipt
	if len(people) == 0 || len(people) > maxList {
		return nil, receipt, ErrIncomplete
	}
	for i, person := range people {
		one, given, err := d.invite(ctx, who, person, people...)
		if err != nil {
			return made, receipt, stoppedAt(i, err)
		}
		made, receipt = append(made, one), given
	}
	return made, receipt, nil
}

func (d *Door) invite(ctx context.Context, who Caller, person string, list ...string) (Invitee, audit.Receipt, error) {
	made := Invitee{ID: person}
	inv, token := d.newInvitation(who, person)
	receipt, err := d.do(ctx, who, policies.PersonInvite, func(r Reader, act *Act) error {
		act.OneOf(list...)
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
		made.Username = p.Username
		open, err := OpenInvitations.Rows(r)
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
	made.Token = token
	return made, receipt, err
}
