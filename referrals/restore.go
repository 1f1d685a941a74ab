package referrals

import (
	"context"
	"errors"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/typed"
)

// Restored says what a restore changed.
type Restored struct {
	Suspended, Shut, Erased int
	Consents                int // of those that live, shut too
	Tasks                   int // whose contact is shut too
}

// Restore makes an older copy of the database safe to work with, in one act
// whose leaf marks every row it changes. All sessions end. Every account is
// suspended until it is lifted by name; every referral, and every authorisation
// that lives, is shut until the desk confirms it, and so is the contact in every task
// until the desk tells her rule again; a rescue that waits for its newcomer is forgotten:
// its key may have been in force since the copy, and people have left it; what was
// proposed for a unit's recovery ends, and what is in force is shown anew; what
// has lost its shred secret, named by gone, counts as erased.
func (d *Desk) Restore(ctx context.Context, who acts.Caller, gone []string) (Restored, audit.Receipt, error) {
	var out Restored
	receipt, err := d.do(ctx, who, policies.BackupRestore, func(r Reader, act *acts.Act) error {
		out = Restored{Erased: len(gone)}
		if err := act.Allow(policies.Object{Kind: policies.KindSystem}); err != nil {
			return err
		}
		rows, err := suspended(r)
		if err != nil {
			return err
		}
		out.Suspended = len(rows)
		referrals, err := everyReferral.Rows(r)
		if err != nil {
			return err
		}
		for _, row := range referrals {
			if !row.Shut {
				row.Version++
				row.Shut = true
				rows = append(rows, row)
				out.Shut++
			}
		}
		recoveries, err := units.AfterRestore(r, act.Day)
		if err != nil {
			return err
		}
		rows = append(rows, recoveries...)
		consents, err := liveConsents.Rows(r)
		if err != nil {
			return err
		}
		for _, row := range consents {
			if !row.Shut {
				row.setShut(true)
				rows = append(rows, row)
				out.Consents++
			}
		}
		tasks, err := tasksHeld.Rows(r)
		if err != nil {
			return err
		}
		for _, row := range tasks {
			if !row.Shut {
				row.Version++
				row.Shut = true
				rows = append(rows, row)
				out.Tasks++
			}
		}
		waiting, err := rescues(r)
		if err != nil {
			return err
		}
		act.Count = int64(len(rows) + len(gone) + len(waiting))
		act.Commit = func(tx acts.Tx) error {
			acts.EndSessions(tx, "", acts.Caller{})
			for _, id := range gone {
				if err := tx.Erase(id); err != nil {
					return err
				}
			}
			for _, row := range waiting {
				if err := tx.Delete(row); err != nil {
					return err
				}
			}
			return putAll(rows...)(tx)
		}
		return nil
	})
	if err != nil {
		return Restored{}, receipt, err
	}
	return out, receipt, d.store.EndAllSessions(ctx)
}

// rescues are the next epochs that recovery made and no newcomer took yet.
func rescues(r Reader) ([]acts.Row, error) {
	there, err := acts.AllUnits.Rows(r)
	if err != nil {
		return nil, err
	}
	var rows []acts.Row
	for _, u := range there {
		row := &units.Rescue{}
		if err := r.Get(row, u.ID); err == nil {
			rows = append(rows, row)
		} else if !errors.Is(err, acts.ErrNoRow) {
			return nil, err
		}
	}
	return rows, nil
}

// suspended are all people who could sign in, as they are after a restore.
func suspended(r Reader) ([]acts.Row, error) {
	people, err := acts.AllPeople.Rows(r)
	if err != nil {
		return nil, err
	}
	var rows []acts.Row
	for _, p := range people {
		if p.State == string(acts.Removed) || p.State == string(acts.Suspended) {
			continue
		}
		p.Version++
		p.State = string(acts.Suspended)
		rows = append(rows, p)
	}
	return rows, nil
}

// Checks are the ways in which a desk can know that an authorisation still
// stands after a restore: she said so since, or the unit's own papers do.
var (
	Checks = []string{"she_said", "papers"}
	checks = typed.Codes(Checks...)
)

// ConfirmRestored reopens a referral that a restore shut. The caller has
// stepped up, and knows, in the way that checked names, that the woman's
// authorisation still stands: the copy may be from before she took it back. The
// way, one of Checks, is in the sealed detail of the leaf. ErrState for what is
// not shut; what was erased stays shut (accounts.ErrErased).
func (d *Desk) ConfirmRestored(ctx context.Context, who acts.Caller, id, checked string) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.OneOf("checked", checked, checks)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.do(ctx, who, policies.ReferralConfirm, func(r Reader, act *acts.Act) error {
		s, err := d.loadReferral(r, act, id)
		if err != nil {
			return err
		}
		if !s.row.Shut {
			return ErrState
		}
		consent, err := reopened(r, s.row.ConsentID)
		if err != nil {
			return err
		}
		act.Detail.Reason = checked
		s.row.Version++
		s.row.Shut = false
		act.Commit = putAll(append(consent, s.row)...)
		return nil
	})
}

// reopened is the authorisation of a referral that is confirmed: it was one
// question.
func reopened(r Reader, id string) ([]acts.Row, error) {
	row := &ConsentRow{}
	if err := r.Get(row, id); err != nil || !row.Shut {
		return nil, err
	}
	row.setShut(false)
	return []acts.Row{row}, nil
}

// ConfirmConsent opens again an authorisation that a restore shut before it was
// sent. Everything is as for ConfirmRestored.
func (d *Desk) ConfirmConsent(ctx context.Context, who acts.Caller, id, checked string) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.OneOf("checked", checked, checks)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.do(ctx, who, policies.ReferralConfirm, func(r Reader, act *acts.Act) error {
		_, row, _, err := d.loadConsent(r, act, id)
		if err != nil {
			return err
		}
		ref, err := sentUnder(r, id)
		if err != nil {
			return err
		}
		if !row.Shut || ref != nil {
			return ErrState
		}
		act.Detail.Reason = checked
		row.setShut(false)
		act.Commit = putAll(row)
		return nil
	})
}
