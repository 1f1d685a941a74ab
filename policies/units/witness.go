package units

import (
	"context"
	"errors"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// ErrNotWitness says that somebody cannot give the second word for another unit: she
// leads no other desk or social service.
var ErrNotWitness = errors.New("this person leads no other desk or social service")

// NameWitness names, for the caller's unit, the lead of another one who may give the
// second word where a case file is to be hidden from a lead of it; nobody where person
// is empty. The caller leads the unit and has stepped up. What was asked before keeps
// whom it asked. ErrNotWitness for anybody else.
func (h *House) NameWitness(ctx context.Context, who acts.Caller, person string) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.UnitWitness, func(r acts.Reader, act *acts.Act) error {
		if act.Who.Unit() == "" {
			return acts.ErrDenied
		}
		var u acts.Unit
		if err := r.Get(&u, act.Who.Unit()); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: u.ID, Unit: u.ID, UnitKind: u.Kind, Agency: u.Agency}); err != nil {
			return err
		}
		if person != "" {
			if ok, err := IsWitness(r, person, u.ID); err != nil {
				return err
			} else if !ok {
				return ErrNotWitness
			}
		}
		if u.Witness == person {
			return nil
		}
		u.Version++
		u.Witness = person
		act.Commit = func(tx acts.Tx) error { return tx.Put(&u) }
		return nil
	})
}

// IsWitness tells whether somebody may give the second word for a unit, if it names
// her: she leads another desk or social service, today.
func IsWitness(r acts.Reader, person, unit string) (bool, error) {
	var p acts.Person
	if err := r.Get(&p, person); errors.Is(err, acts.ErrNoRow) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	var u acts.Unit
	if p.Unit == "" {
		return false, nil
	}
	if err := r.Get(&u, p.Unit); err != nil {
		return false, err
	}
	return MayWitness(&p, &u, unit), nil
}

// MayWitness is IsWitness for a person whose row and unit are read.
func MayWitness(p *acts.Person, of *acts.Unit, unit string) bool {
	return policies.Role(p.Role) == policies.Lead && p.State == string(acts.Active) && of.ID != unit &&
		(of.Kind == acts.KindDesk || of.Kind == acts.KindSocial)
}
