package accounts

import (
	"context"

	"sportello/policies"
	"sportello/policies/audit"
)

// Entry is what the public directory says of a unit.
type Entry struct {
	Area, Town, Hours, Languages, Phone, Needs string
	Lat, Lon                                   int64 // hundred-thousandths of a degree, of the published seat
}

func directoryObject(u *Unit) policies.Object {
	return policies.Object{Kind: policies.KindDirectory, ID: u.ID, Unit: u.ID, UnitKind: u.Kind, Agency: u.Agency}
}

// OwnEntry reads the entry of the caller's own unit; any other unit's is absent.
func (d *Door) OwnEntry(ctx context.Context, who Caller, unit string) (*Unit, error) {
	u := &Unit{}
	_, err := Do(ctx, d.gate, d.store.Look, who, policies.DirectoryRead, func(r Reader, act *Act) error {
		if err := r.Get(u, unit); err != nil {
			return err
		}
		if err := act.Allow(directoryObject(u)); err != nil {
			return err
		}
		if u.ID != act.Who.unit || u.Kind != KindCentre {
			return ErrDenied
		}
		return nil
	})
	return u, err
}

// UpdateEntry changes the public entry of the caller's own unit. She has stepped
// up: a wrong number can send a woman to him. ErrConflict when the entry changed
// since version.
func (d *Door) UpdateEntry(ctx context.Context, who Caller, unit string, e Entry, version int64) (audit.Receipt, error) {
	return d.do(ctx, who, policies.DirectoryUpdate, func(r Reader, act *Act) error {
		var u Unit
		if err := r.Get(&u, unit); err != nil {
			return err
		}
		if err := act.Allow(directoryObject(&u)); err != nil {
			return err
		}
		if u.Version != version {
			return ErrConflict
		}
		u.Version++
		u.Area, u.Town, u.Hours, u.Languages, u.Phone, u.Needs = e.Area, e.Town, e.Hours, e.Languages, e.Phone, e.Needs
		u.Lat, u.Lon = e.Lat, e.Lon
		act.Commit = func(tx Tx) error { return tx.Put(&u) }
		return nil
	})
}
