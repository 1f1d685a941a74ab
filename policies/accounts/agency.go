package accounts

import (
	"context"

	"sportello/policies"
	"sportello/policies/audit"
)

// Administration is what an administrator sees: public facts of agencies, units
// and people, and the invitations that wait.
type Administration struct {
	Roster
	Invitations []*Invitation
}

// Administration lists what there is and what is missing.
func (d *Door) Administration(ctx context.Context, who Caller) (*Administration, error) {
	var all *Administration
	_, err := Do(ctx, d.gate, d.store.Look, who, policies.UnitList, func(r Reader, act *Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindSystem}); err != nil {
			return err
		}
		all = &Administration{Roster: Roster{Agencies: map[string]*Agency{}, Units: map[string]*Unit{}, People: map[string]*Person{}, Epochs: map[string]int64{}, Recovery: map[string]bool{}}}
		if err := all.Roster.read(r); err != nil {
			return err
		}
		open, err := OpenInvitations.Rows(r)
		for _, i := range open {
			if i.Ends >= act.Day {
				all.Invitations = append(all.Invitations, i)
			}
		}
		return err
	})
	return all, err
}

// EndAgency sets the day on which an agency's responsibility ends, or none.
// ErrConflict when the agency changed since version.
func (d *Door) EndAgency(ctx context.Context, who Caller, id, ends string, version int64) (audit.Receipt, error) {
	return d.do(ctx, who, policies.AgencyEnd, func(r Reader, act *Act) error {
		var a Agency
		if err := r.Get(&a, id); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindAgency, ID: a.ID, Agency: a.ID}); err != nil {
			return err
		}
		if !dayOrEmpty(ends) {
			return ErrIncomplete
		}
		if a.Version != version {
			return ErrConflict
		}
		a.Version++
		a.Ends = ends
		act.Commit = func(tx Tx) error { return tx.Put(&a) }
		return nil
	})
}

// MembersOf counts the active members of a unit.
func (o *Roster) MembersOf(unit string) int {
	n := 0
	for _, p := range o.People {
		if p.Unit == unit && p.State == string(Active) {
			n++
		}
	}
	return n
}

// LockedFactor tells that ten wrong codes locked a person's second factor.
func (p *Person) LockedFactor() bool { return p.WrongCodes >= maxWrong }
