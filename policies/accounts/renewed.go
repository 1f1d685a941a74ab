package accounts

import (
	"context"
	"errors"
	"fmt"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/policies/units"
)

// sessionsAfter is the end of an act that changes sessions: nothing, or Unfinished.
func sessionsAfter(receipt audit.Receipt, causes ...error) error {
	if err := errors.Join(causes...); err != nil {
		return &acts.Unfinished{Receipt: receipt, Cause: err}
	}
	return nil
}

// OwnLeadWords computes the words of a member who is to lead, from the identity
// that her passphrase opens once more: she reads them to whoever gives the second
// word. ErrDenied for anybody else, ErrSignIn for a wrong passphrase.
func (d *Door) OwnLeadWords(ctx context.Context, cookie, passphrase string, from From) (units.Words, error) {
	who, err := d.Uncover(ctx, cookie, passphrase, from)
	if err != nil {
		return units.Words{}, err
	}
	if err := d.house.MustLead(ctx, who); err != nil {
		return units.Words{}, err
	}
	return d.house.OwnWords(ctx, who, d.gate.Log().Epoch(who.Unit()))
}

// Found makes the first epoch of the caller's unit, drawn here; see [House.Found].
func (d *Door) Found(ctx context.Context, who acts.Caller) (units.Words, audit.Receipt, error) {
	identity, err := crypto.NewIdentity()
	if err != nil {
		return units.Words{}, audit.Receipt{}, fmt.Errorf("making a unit identity: %w", err)
	}
	return d.foundWith(ctx, who, identity, "")
}

func (d *Door) foundWith(ctx context.Context, who acts.Caller, identity crypto.Identity, recovery string) (units.Words, audit.Receipt, error) {
	words, receipt, err := d.house.Found(ctx, who, identity, recovery)
	return words, receipt, d.renewed(ctx, who, receipt, err)
}

// renewed gives the caller's session the keys that an act of hers has just drawn.
func (d *Door) renewed(ctx context.Context, who acts.Caller, receipt audit.Receipt, err error) error {
	if err != nil {
		return err
	}
	return sessionsAfter(receipt, d.renew(ctx, who))
}

// Remove is [House.Remove]; the caller's session gets the new epoch.
func (d *Door) Remove(ctx context.Context, who acts.Caller, person string, forCause bool) (audit.Receipt, error) {
	receipt, err := d.house.Remove(ctx, who, person, forCause)
	if err == nil {
		d.dropRows(ctx, person, acts.Caller{})
	}
	return receipt, d.renewed(ctx, who, receipt, err)
}

// RemoveAlone is [Leaving.RemoveAlone], likewise.
func (d *Door) RemoveAlone(ctx context.Context, who acts.Caller, person string) (audit.Receipt, error) {
	receipt, err := units.Leaving{House: d.house}.RemoveAlone(ctx, who, person)
	if err == nil {
		d.dropRows(ctx, person, acts.Caller{})
	}
	return receipt, d.renewed(ctx, who, receipt, err)
}

// Suspend is [Office.Suspend]; her sessions are gone at once.
func (d *Door) Suspend(ctx context.Context, who acts.Caller, person string) (audit.Receipt, error) {
	receipt, err := office.New(d.house).Suspend(ctx, who, person)
	if err == nil {
		d.dropRows(ctx, person, acts.Caller{})
	}
	return receipt, err
}

// ConfirmRecovery is [House.ConfirmRecovery]; the caller's session gets the new epoch.
func (d *Door) ConfirmRecovery(ctx context.Context, who acts.Caller, heard units.Words) (audit.Receipt, error) {
	receipt, err := d.house.ConfirmRecovery(ctx, who, heard)
	return receipt, d.renewed(ctx, who, receipt, err)
}

// AcceptRecovery is [House.AcceptRecovery]; the caller's session gets the new epoch.
func (d *Door) AcceptRecovery(ctx context.Context, who acts.Caller, heard units.Words) (audit.Receipt, error) {
	receipt, err := d.house.AcceptRecovery(ctx, who, heard)
	return receipt, d.renewed(ctx, who, receipt, err)
}

// RemoveRecovery is [House.RemoveRecovery]; the caller's session gets the new epoch.
func (d *Door) RemoveRecovery(ctx context.Context, who acts.Caller) (audit.Receipt, error) {
	receipt, err := d.house.RemoveRecovery(ctx, who)
	return receipt, d.renewed(ctx, who, receipt, err)
}
