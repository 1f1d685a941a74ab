package office

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
)

// Administration is what an administrator sees: public facts of agencies, units
// and people, and the invitations that wait.
type Administration struct {
	units.Roster
	Invitations []*units.Invitation
	Mandates    []*acts.Mandate
	Pinned      map[string]bool // units that compared the words of another, of its newest key
}

// Administration lists what there is and what is missing.
func (o *Office) Administration(ctx context.Context, who acts.Caller) (*Administration, error) {
	var all *Administration
	_, err := o.house.Ask(ctx, who, policies.UnitList, func(r acts.Reader, act *acts.Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindSystem}); err != nil {
			return err
		}
		all = &Administration{Roster: units.Roster{Agencies: map[string]*acts.Agency{}, Units: map[string]*acts.Unit{}, People: map[string]*acts.Person{}, Epochs: map[string]int64{}, Recovery: map[string]bool{}}}
		if bad, err := all.Roster.Read(r); bad != nil || err != nil {
			return errors.Join(bad, err)
		}
		var err error
		if all.Mandates, err = acts.AllMandates.Rows(r); err != nil {
			return err
		}
		pins, err := units.AllPins.Rows(r)
		if err != nil {
			return err
		}
		all.Pinned = map[string]bool{}
		for _, p := range pins {
			if p.Epoch == all.Epochs[p.Centre] {
				all.Pinned[p.Unit] = true
			}
		}
		open, err := units.OpenInvitations.Rows(r)
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
func (o *Office) EndAgency(ctx context.Context, who acts.Caller, id, ends string, version int64) (audit.Receipt, error) {
	return o.house.Do(ctx, who, policies.AgencyEnd, func(r acts.Reader, act *acts.Act) error {
		var a acts.Agency
		if err := r.Get(&a, id); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindAgency, ID: a.ID, Agency: a.ID}); err != nil {
			return err
		}
		if !dayOrEmpty(ends) {
			return units.ErrIncomplete
		}
		if a.Version != version {
			return acts.ErrConflict
		}
		a.Version++
		a.Ends = ends
		act.Commit = func(tx acts.Tx) error { return tx.Put(&a) }
		return nil
	})
}

// Agreement is what an administrator enters of the agreement with an agency's staff.
type Agreement struct{ Kind, Day, Ref string }

// SetAgreement enters the agreement with an agency's staff, or changes what was entered.
// ErrConflict when the agency changed since version.
func (o *Office) SetAgreement(ctx context.Context, who acts.Caller, id string, in Agreement, version int64) (audit.Receipt, error) {
	in.Ref = strings.TrimSpace(in.Ref)
	return o.house.Do(ctx, who, policies.AgencyAgreement, func(r acts.Reader, act *acts.Act) error {
		var a acts.Agency
		if err := r.Get(&a, id); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindAgency, ID: a.ID, Agency: a.ID}); err != nil {
			return err
		}
		if !slices.Contains(acts.AgreementKinds, in.Kind) || in.Ref == "" || in.Day == "" || !dayOrEmpty(in.Day) || in.Day > act.Day {
			return units.ErrIncomplete
		}
		if a.Version != version {
			return acts.ErrConflict
		}
		a.Version++
		a.AgreementKind, a.AgreementDay, a.AgreementRef = in.Kind, in.Day, in.Ref
		act.Commit = func(tx acts.Tx) error { return tx.Put(&a) }
		return nil
	})
}
