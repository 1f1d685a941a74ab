package referrals

import (
	"context"
	"errors"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
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
// proposedIn for a unit's recovery ends, and what is in force is shown anew; what
// has lost its shred secret, named by gone, counts as erased.
func (d *Desk) Restore(ctx context.Context, who acts.Caller, gone []string) (Restored, audit.Receipt, error) {
	var out Restored
	receipt, err := d.work.Do(ctx, who, policies.BackupRestore, func(r kept.Reader, act *acts.Act) error {
		out = Restored{Erased: len(gone)}
		if err := act.Allow(policies.Object{Kind: policies.KindSystem}); err != nil {
			return err
		}
		rows, err := suspended(r)
		if err != nil {
			return err
		}
		out.Suspended = len(rows)
		recoveries, err := units.AfterRestore(r, act.Day)
		if err != nil {
			return err
		}
		rows = append(rows, recoveries...)
		shut, err := sharing.ShutAll(r)
		if err != nil {
			return err
		}
		rows = append(rows, shut.Rows...)
		out.Shut, out.Consents, out.Tasks = shut.Referrals, shut.Consents, shut.Tasks
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
			return kept.PutAll(rows...)(tx)
		}
		return nil
	})
	if err != nil {
		return Restored{}, receipt, err
	}
	return out, receipt, d.work.Store.EndAllSessions(ctx)
}

// rescues are the next epochs that recovery made and no newcomer took yet.
func rescues(r kept.Reader) ([]acts.Row, error) {
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
func suspended(r kept.Reader) ([]acts.Row, error) {
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
