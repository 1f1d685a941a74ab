package office

import (
	"context"
	"slices"
	"strings"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
)

// SetMandate enters for whom an agency works, or, with the id and version of one that
// was read, changes that, and returns its id. ErrTaken when the agency has one of the same controller and
// protocol, ErrConflict when it changed meanwhile.
func (o *Office) SetMandate(ctx context.Context, who acts.Caller, in acts.Mandate) (string, audit.Receipt, error) {
	made := in.ID == ""
	in.Controller, in.Protocol = strings.TrimSpace(in.Controller), strings.TrimSpace(in.Protocol)
	if made {
		in.RowKey = acts.RowKey{ID: crypto.NewID()}
	}
	receipt, err := o.house.Do(ctx, who, policies.AgencyMandate, func(r acts.Reader, act *acts.Act) error {
		var a acts.Agency
		if err := r.Get(&a, in.Agency); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindAgency, ID: a.ID, Agency: a.ID}); err != nil {
			return err
		}
		if in.Controller == "" || in.Protocol == "" || in.Ends == "" || !dayOrEmpty(in.Ends) || in.Towns == "" || !areCodes(in.Towns) {
			return units.ErrIncomplete
		}
		next := in
		if !made {
			var before acts.Mandate
			if err := r.Get(&before, in.ID); err != nil {
				return err
			}
			if before.Agency != in.Agency {
				return acts.ErrDenied
			}
			if before.Version != in.Version {
				return acts.ErrConflict
			}
		}
		others, err := acts.AllMandates.Rows(r)
		for _, m := range others {
			if m.ID != in.ID && m.Agency == in.Agency && m.Controller == in.Controller && m.Protocol == in.Protocol {
				return ErrTaken
			}
		}
		next.Version++
		if act.Commit = putNew(&next); !made {
			act.Commit = func(tx acts.Tx) error { return tx.Put(&next) }
		}
		return err
	})
	return in.ID, receipt, err
}

// SetTerritory says which municipalities a unit is there for. ErrConflict when the unit
// changed since version.
func (o *Office) SetTerritory(ctx context.Context, who acts.Caller, unit, codes string, version int64) (audit.Receipt, error) {
	return o.house.Do(ctx, who, policies.UnitTerritory, func(r acts.Reader, act *acts.Act) error {
		var u acts.Unit
		if err := r.Get(&u, unit); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindUnit, ID: u.ID, Unit: u.ID, Agency: u.Agency, UnitKind: u.Kind}); err != nil {
			return err
		}
		if !areCodes(codes) {
			return units.ErrIncomplete
		}
		if u.Version != version {
			return acts.ErrConflict
		}
		u.Version++
		u.Territory = codes
		act.Commit = func(tx acts.Tx) error { return tx.Put(&u) }
		return nil
	})
}

// areCodes tells whether a text is ISTAT codes, each once, with a blank between.
func areCodes(text string) bool {
	if text == "" {
		return true
	}
	all := strings.Split(text, " ")
	for i, code := range all {
		if len(code) != 6 || strings.Trim(code, "0123456789") != "" || slices.Contains(all[:i], code) {
			return false
		}
	}
	return true
}
