package accounts

import (
	"context"

	"sportello/policies"
	"sportello/policies/audit"
)

// Entry is what the public directory says of a unit. Needs of a desk or a social
// service are those for which a woman is told that it is there too.
type Entry struct {
	Area, Town, Hours, Languages, Phone, Needs, Cost string
	Lat, Lon                                         int64 // hundred-thousandths of a degree, of the published seat
}

// entryObject is a unit's entry as the policy sees it: kept by the unit, or,
// while that has no members, by the desks and social services of its agency.
func entryObject(r Reader, who Caller, u *Unit) policies.Object {
	o := policies.Object{Kind: policies.KindDirectory, ID: u.ID, Unit: u.ID, UnitKind: u.Kind, Agency: u.Agency}
	if r.Epoch(u.ID) == 0 && u.Agency == who.agency && (who.unitKind == KindDesk || who.unitKind == KindSocial) {
		o.Unit, o.UnitKind = who.unit, who.unitKind
	}
	return o
}

// KeptEntry reads an entry that the caller may change; any other is absent.
func (d *Door) KeptEntry(ctx context.Context, who Caller, unit string) (*Unit, error) {
	u := &Unit{}
	_, err := Do(ctx, d.gate, d.store.Look, who, policies.DirectoryRead, func(r Reader, act *Act) error {
		if err := r.Get(u, unit); err != nil {
			return err
		}
		o := entryObject(r, act.Who, u)
		if err := act.Allow(o); err != nil {
			return err
		}
		if o.Unit != act.Who.unit || act.Who.unitKind != KindCentre && act.Who.role != policies.Lead {
			return ErrDenied
		}
		return nil
	})
	return u, err
}

// UpdateEntry changes a public entry that the caller may change. She has stepped
// up: a wrong number can send a woman to him. ErrConflict when the entry changed
// since version.
func (d *Door) UpdateEntry(ctx context.Context, who Caller, unit string, e Entry, version int64) (audit.Receipt, error) {
	return d.do(ctx, who, policies.DirectoryUpdate, func(r Reader, act *Act) error {
		var u Unit
		if err := r.Get(&u, unit); err != nil {
			return err
		}
		if err := act.Allow(entryObject(r, act.Who, &u)); err != nil {
			return err
		}
		if !costs[e.Cost] {
			return ErrIncomplete
		}
		if u.Version != version {
			return ErrConflict
		}
		u.Version++
		u.Area, u.Town, u.Hours, u.Languages, u.Phone, u.Needs, u.Cost = e.Area, e.Town, e.Hours, e.Languages, e.Phone, e.Needs, e.Cost
		u.Lat, u.Lon = e.Lat, e.Lon
		act.Commit = func(tx Tx) error { return tx.Put(&u) }
		return nil
	})
}
