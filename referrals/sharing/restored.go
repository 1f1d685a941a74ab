package sharing

import (
	"context"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/typed"
)

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
	return d.work.Do(ctx, who, policies.ReferralConfirm, func(r kept.Reader, act *acts.Act) error {
		s, err := loadReferral(r, act, id)
		if err != nil {
			return err
		}
		if !s.row.Shut {
			return kept.ErrState
		}
		consent, err := reopened(r, s.row.ConsentID)
		if err != nil {
			return err
		}
		act.Detail.Reason = checked
		s.row.Version++
		s.row.Shut = false
		act.Commit = kept.PutAll(append(consent, s.row)...)
		return nil
	})
}

// reopened is the authorisation of a referral that is confirmed: it was one
// question.
func reopened(r kept.Reader, id string) ([]acts.Row, error) {
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
	return d.work.Do(ctx, who, policies.ReferralConfirm, func(r kept.Reader, act *acts.Act) error {
		_, row, _, err := loadConsent(r, act, id)
		if err != nil {
			return err
		}
		ref, err := sentUnder(r, id)
		if err != nil {
			return err
		}
		if !row.Shut || ref != nil {
			return kept.ErrState
		}
		act.Detail.Reason = checked
		row.setShut(false)
		act.Commit = kept.PutAll(row)
		return nil
	})
}

// AllShut are the rows of what a restore shuts, and how many of each.
type AllShut struct {
	Rows                       []acts.Row
	Referrals, Consents, Tasks int
}

// ShutAll shuts, without any key, every referral, every authorisation that lives and
// the contact in every task that holds something, of all units.
func ShutAll(r kept.Reader) (out AllShut, err error) {
	referrals, err := EveryReferral.Rows(r)
	if err != nil {
		return out, err
	}
	for _, row := range referrals {
		if !row.Shut {
			row.Next()
			row.Shut = true
			out.Rows = append(out.Rows, row)
			out.Referrals++
		}
	}
	consents, err := liveConsents.Rows(r)
	if err != nil {
		return out, err
	}
	for _, row := range consents {
		if !row.Shut {
			row.setShut(true)
			out.Rows = append(out.Rows, row)
			out.Consents++
		}
	}
	tasks, err := tasksHeld.Rows(r)
	for _, row := range tasks {
		if !row.Shut {
			row.Next()
			row.Shut = true
			out.Rows = append(out.Rows, row)
			out.Tasks++
		}
	}
	return out, err
}
