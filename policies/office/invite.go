package office

import (
	"context"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
)

// Invite invites a person again who has not taken her invitation: the ones
// before are withdrawn. The token it returns is shown once and stored nowhere.
// ErrConflict for whoever has keys already.
func (o *Office) Invite(ctx context.Context, who acts.Caller, person string) (crypto.Secret, audit.Receipt, error) {
	made, receipt, err := o.invite(ctx, who, person)
	return made.Token, receipt, err
}

// InviteAll invites several people again, each in an act of its own, after one
// step-up for their list. It returns who was invited; NotAll names who has keys
// already.
func (o *Office) InviteAll(ctx context.Context, who acts.Caller, people []string) ([]Invitee, audit.Receipt, error) {
	var made []Invitee
	var receipt audit.Receipt
	if len(people) == 0 || len(people) > acts.MaxList {
		return nil, receipt, units.ErrIncomplete
	}
	for i, person := range people {
		one, given, err := o.invite(ctx, who, person, people...)
		if err != nil {
			return made, receipt, acts.StoppedAt(i, err)
		}
		made, receipt = append(made, one), given
	}
	return made, receipt, nil
}

func (o *Office) invite(ctx context.Context, who acts.Caller, person string, list ...string) (Invitee, audit.Receipt, error) {
	made := Invitee{ID: person}
	inv, token := o.newInvitation(who, person)
	receipt, err := o.house.Do(ctx, who, policies.PersonInvite, func(r acts.Reader, act *acts.Act) error {
		act.OneOf(list...)
		var p acts.Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency}); err != nil {
			return err
		}
		if p.State != string(acts.Invited) {
			return acts.ErrConflict
		}
		made.Username = p.Username
		open, err := units.OpenInvitations.Rows(r)
		if err != nil {
			return err
		}
		rows := []acts.Row{inv}
		for _, before := range open {
			if before.Person == p.ID {
				before.Version, before.State = before.Version+1, "withdrawn"
				rows = append(rows, before)
			}
		}
		act.Commit = func(tx acts.Tx) error { return units.PutRows(tx, rows, nil) }
		return nil
	})
	made.Token = token
	return made, receipt, err
}

// newInvitation makes the row of an invitation and its token, which is shown
// once and stored nowhere.
func (o *Office) newInvitation(who acts.Caller, person string) (*units.Invitation, crypto.Secret) {
	token := crypto.NewToken()
	return &units.Invitation{RowKey: acts.RowKey{ID: crypto.NewID(), Version: 1}, Person: person, Token: TokenHash(token), By: who.Person(),
		Ends: o.house.Gate().Now().Add(units.InvitationFor).Format(time.DateOnly), State: "open"}, token
}

// WithdrawInvitation takes an open invitation back: its code opens nothing.
func (o *Office) WithdrawInvitation(ctx context.Context, who acts.Caller, id string) (audit.Receipt, error) {
	return o.house.Do(ctx, who, policies.PersonWithdraw, func(r acts.Reader, act *acts.Act) error {
		var inv units.Invitation
		if err := r.Get(&inv, id); err != nil {
			return err
		}
		var p acts.Person
		if err := r.Get(&p, inv.Person); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency}); err != nil {
			return err
		}
		if inv.State != "open" {
			return acts.ErrConflict
		}
		inv.Version, inv.State = inv.Version+1, "withdrawn"
		act.Commit = func(tx acts.Tx) error { return tx.Put(&inv) }
		return nil
	})
}

// TokenHash folds what a person hears or copies differently.
func TokenHash(t crypto.Secret) []byte {
	return crypto.Hash([]byte("invitation"), []byte(string(crypto.NormaliseCode(string(t)))))
}
