package units

import (
	"context"
	"slices"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// Entry is what the public directory says of a unit. Needs and Languages are
// codes with a blank between them, Cost is one of CostFree, CostNot, CostUnknown.
// Needs of a desk or a social service are those for which a woman is told that it
// is there too.
type Entry struct {
	Area, Town, Hours, Languages, Phone, Needs, Cost string
	Lat, Lon                                         int64 // hundred-thousandths of a degree, of the published seat
}

// entryObject is a unit's entry as the policy sees it: kept by the unit, or,
// while that has no members, by the desks and social services of its agency.
func entryObject(r acts.Reader, who acts.Caller, u *acts.Unit) policies.Object {
	o := policies.Object{Kind: policies.KindDirectory, ID: u.ID, Unit: u.ID, UnitKind: u.Kind, Agency: u.Agency}
	if r.Epoch(u.ID) == 0 && u.Agency == who.Agency() && who.Works().KeepsCases {
		o.Unit, o.UnitKind = who.Unit(), who.UnitKind()
	}
	return o
}

// KeptEntry reads an entry that the caller may change; any other is absent.
func (h *House) KeptEntry(ctx context.Context, who acts.Caller, unit string) (*acts.Unit, error) {
	u := &acts.Unit{}
	_, err := acts.Do(ctx, h.gate, h.store.Look, who, policies.DirectoryRead, func(r acts.Reader, act *acts.Act) error {
		if err := r.Get(u, unit); err != nil {
			return err
		}
		o := entryObject(r, act.Who, u)
		if err := act.Allow(o); err != nil {
			return err
		}
		if o.Unit != act.Who.Unit() || !act.Who.Works().Packages && act.Who.Role() != policies.Lead {
			return acts.ErrDenied
		}
		return nil
	})
	return u, err
}

// UpdateEntry changes a public entry that the caller may change. She has stepped
// up: a wrong number can send a woman to him. ErrConflict when the entry changed
// since version, ErrIncomplete for a cost that is none.
func (h *House) UpdateEntry(ctx context.Context, who acts.Caller, unit string, e Entry, version int64) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.DirectoryUpdate, func(r acts.Reader, act *acts.Act) error {
		var u acts.Unit
		if err := r.Get(&u, unit); err != nil {
			return err
		}
		if err := act.Allow(entryObject(r, act.Who, &u)); err != nil {
			return err
		}
		if !slices.Contains(Costs, e.Cost) {
			return ErrIncomplete
		}
		if u.Version != version {
			return acts.ErrConflict
		}
		u.Version++
		u.Area, u.Town, u.Hours, u.Languages, u.Phone, u.Needs, u.Cost = e.Area, e.Town, e.Hours, e.Languages, e.Phone, e.Needs, e.Cost
		u.Lat, u.Lon = e.Lat, e.Lon
		act.Commit = func(tx acts.Tx) error { return tx.Put(&u) }
		return nil
	})
}

// KindOfUnit is the kind of a unit, or empty where there is none.
func KindOfUnit(r acts.Reader, unit string) string {
	var u acts.Unit
	if unit == "" || r.Get(&u, unit) != nil {
		return ""
	}
	return u.Kind
}
