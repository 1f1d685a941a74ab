package accounts

import (
	"context"
	"errors"
	"fmt"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/audit"
)

// ErrNothingProposed says that no recovery recipient waits for a second word.
var ErrNothingProposed = errors.New("no recovery recipient waits for a second member's word")

// RecoveryWords are the four words of an agency's recovery recipient. Who holds
// the identity computes them off the server; a member types what she was told.
func RecoveryWords(to crypto.Recipient, agency string) Words {
	return Words(crypto.AdmissionWords(to, crypto.WordsSubject{Agency: agency, Person: RecoveryPerson}))
}

// SetRecovery proposes the recipient of the agency's offline recovery identity.
// The caller has stepped up, and heard are the words that whoever made the
// identity read to her: ErrWords if they are not the recipient's. It is in
// force at once, and answered true, where the caller is the only member of the
// agency; otherwise a second member confirms it. Setting the one in force again
// wraps the caller's own unit key to it, and changes nothing else.
func (d *Door) SetRecovery(ctx context.Context, who Caller, recipient string, heard Words) (inForce bool, _ audit.Receipt, _ error) {
	to, err := crypto.ParseRecipient(recipient)
	if err != nil {
		return false, audit.Receipt{}, errors.Join(ErrIncomplete, err)
	}
	receipt, err := d.do(ctx, who, policies.RecoverySet, func(r Reader, act *Act) error {
		var a Agency
		if err := r.Get(&a, act.Who.agency); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindAgency, ID: a.ID, Agency: a.ID, Author: a.ProposedBy}); err != nil {
			return err
		}
		if RecoveryWords(to, a.ID) != heard {
			return ErrWords
		}
		inForce = a.Recovery == recipient
		if inForce {
			return d.wrapForRecovery(r, act, to, nil)
		}
		alone, err := onlyMember(r, &a, act.Who.person)
		if err != nil {
			return err
		}
		a.Version++
		a.Proposed, a.ProposedBy = recipient, act.Who.person
		if inForce = alone; alone {
			return d.adoptRecovery(r, act, &a)
		}
		act.Commit = func(tx Tx) error { return tx.Put(&a) }
		return nil
	})
	return inForce && err == nil, receipt, err
}

// ConfirmRecovery is a second member's word: she heard the same four words from
// whoever made the identity. The policy refuses the proposer herself.
func (d *Door) ConfirmRecovery(ctx context.Context, who Caller, heard Words) (audit.Receipt, error) {
	return d.do(ctx, who, policies.RecoveryConfirm, func(r Reader, act *Act) error {
		var a Agency
		if err := r.Get(&a, act.Who.agency); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindAgency, ID: a.ID, Agency: a.ID, Author: a.ProposedBy}); err != nil {
			return err
		}
		if a.Proposed == "" {
			return ErrNothingProposed
		}
		to, err := crypto.ParseRecipient(a.Proposed)
		if err != nil {
			return fmt.Errorf("reading the proposed recipient: %w", err)
		}
		if RecoveryWords(to, a.ID) != heard {
			return ErrWords
		}
		a.Version++
		return d.adoptRecovery(r, act, &a)
	})
}

// onlyMember tells whether nobody else could give the second word.
func onlyMember(r Reader, a *Agency, person string) (bool, error) {
	people, err := r.People()
	if err != nil {
		return false, err
	}
	for _, p := range people {
		if p.Agency == a.ID && p.Unit != "" && p.State == string(Active) && p.ID != person {
			return false, nil
		}
	}
	return true, nil
}

// adoptRecovery puts the proposed recipient in force, and hands it the caller's
// own unit key. The agency's other units follow with their next epoch, or when
// one of their members sets the same recipient.
func (d *Door) adoptRecovery(r Reader, act *Act, a *Agency) error {
	a.Recovery, a.Proposed = a.Proposed, ""
	a.RecoveryEpoch++
	to, err := crypto.ParseRecipient(a.Recovery)
	if err != nil {
		return fmt.Errorf("reading the recovery recipient: %w", err)
	}
	return d.wrapForRecovery(r, act, to, a)
}

// wrapForRecovery wraps the newest key of the caller's unit to a recovery
// recipient, in place of what an earlier one got, and writes a with it.
func (d *Door) wrapForRecovery(r Reader, act *Act, to crypto.Recipient, a *Agency) error {
	unit := act.Who.unit
	epoch := r.Epoch(unit)
	if epoch == 0 || act.Who.Epoch() != epoch {
		return ErrCovered
	}
	w, err := wrapTo(to, act.Who.epochs[0], unit, RecoveryPerson, act.Who.person, act.Day, "")
	if err != nil {
		return err
	}
	var before UnitWrap
	if err := r.Get(&before, w.ID); err == nil {
		w.Version = before.Version + 1
	} else if !errors.Is(err, ErrNoRow) {
		return err
	}
	act.Commit = func(tx Tx) error {
		if a != nil {
			if err := tx.Put(a); err != nil {
				return err
			}
		}
		return tx.Put(w)
	}
	return nil
}

// IsRecipient tells whether a text is a hybrid age recipient at all.
func IsRecipient(s string) bool {
	_, err := crypto.ParseRecipient(s)
	return err == nil
}
