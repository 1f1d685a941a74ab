package accounts

import (
	"context"
	"errors"

	"sportello/policies"
	"sportello/policies/audit"
)

// Pinned is a unit that the caller's unit may send to once their words were
// compared.
type Pinned struct {
	Unit
	State string // unpinned, pinned, confirm_voice
	Since string // day of the comparison, or empty

	// Of one that was never compared: nobody vouches for it.
	AgencyName string
	Founded    string // day
}

// Receivers lists the founded units to which the caller's unit may come to send.
func (d *Door) Receivers(ctx context.Context, who Caller) ([]Pinned, error) {
	var all []Pinned
	_, err := Do(ctx, d.gate, d.store.Look, who, policies.DirectoryRead, func(r Reader, act *Act) error {
		all = nil
		if err := act.Allow(policies.Object{Kind: policies.KindDirectory}); err != nil {
			return err
		}
		units, err := AllUnits.Rows(r)
		if err != nil {
			return err
		}
		for _, u := range units {
			if !receives(r, act.Who, u) {
				continue
			}
			p, err := pinnedState(r, act.Who.unit, u)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	return all, err
}

// receives tells whether a unit is one that the caller's may come to write to, and
// has keys: a centre or a social service for who sends, a desk or a social service
// for a centre or a social service that answers.
func receives(r Reader, who Caller, u *Unit) bool {
	if u.ID == who.unit || r.Epoch(u.ID) == 0 {
		return false
	}
	switch u.Kind {
	case KindCentre:
		return who.unitKind != KindCentre
	case KindDesk:
		return who.unitKind != KindDesk
	}
	return u.Kind == KindSocial
}

// pinnedState says where the comparison stands: a later epoch is accepted by its
// leaf, and stays marked until it was confirmed by voice.
func pinnedState(r Reader, from string, u *Unit) (Pinned, error) {
	p := Pinned{Unit: *u, State: "unpinned"}
	var pin Pin
	err := r.Get(&pin, from+"."+u.ID)
	if errors.Is(err, ErrNoRow) {
		return p, p.unvouched(r)
	}
	p.State, p.Since = "pinned", pin.Day
	if pin.Epoch != r.Epoch(u.ID) {
		p.State = "confirm_voice"
	}
	return p, err
}

// unvouched says of a unit that is new to the caller's whose it is and since when.
func (p *Pinned) unvouched(r Reader) error {
	var a Agency
	var first UnitEpoch
	if err := errors.Join(r.Get(&a, p.Agency), r.Get(&first, epochID(p.ID, 1))); err != nil {
		return err
	}
	p.AgencyName, p.Founded = a.Name, first.Day
	return nil
}

// Receiver shows one of them with the words of its newest key, as stored.
func (d *Door) Receiver(ctx context.Context, who Caller, unit string) (*Pinned, Words, error) {
	var p Pinned
	var words Words
	_, err := Do(ctx, d.gate, d.store.Look, who, policies.DirectoryRead, func(r Reader, act *Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindDirectory, ID: unit}); err != nil {
			return err
		}
		var u Unit
		if err := r.Get(&u, unit); err != nil {
			return err
		}
		if !receives(r, act.Who, &u) {
			return ErrDenied
		}
		var err error
		if p, err = pinnedState(r, act.Who.unit, &u); err != nil {
			return err
		}
		var row UnitEpoch
		if err := r.Get(&row, epochID(unit, r.Epoch(unit))); err != nil {
			return err
		}
		words, err = d.unitWords(ctx, &u, row.Recipient, row.Epoch)
		return err
	})
	return &p, words, err
}

// PinCentre records that the caller's unit compared a centre's words by voice.
func (d *Door) PinCentre(ctx context.Context, who Caller, centre string, heard Words) (audit.Receipt, error) {
	return d.PinByVoice(ctx, who, centre, heard, "")
}

// PinByVoice is PinCentre with the number that was called, and where it was
// found: the auditor sees it in the sealed detail.
func (d *Door) PinByVoice(ctx context.Context, who Caller, centre string, heard Words, called string) (audit.Receipt, error) {
	return d.do(ctx, who, policies.CentrePin, func(r Reader, act *Act) error {
		id := who.unit + "." + centre
		var u Unit
		if err := r.Get(&u, centre); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPin, ID: id, Unit: who.unit, UnitKind: who.unitKind, Agency: who.agency, Centre: centre}); err != nil {
			return err
		}
		epoch := r.Epoch(centre)
		var row UnitEpoch
		if err := r.Get(&row, epochID(centre, epoch)); err != nil {
			return err
		}
		words, err := d.unitWords(ctx, &u, row.Recipient, epoch)
		if err != nil {
			return err
		}
		if words != heard {
			return ErrWords
		}
		pin := &Pin{}
		if err := r.Get(pin, id); errors.Is(err, ErrNoRow) {
			pin = &Pin{RowKey: RowKey{id, 0}}
		} else if err != nil {
			return err
		}
		pin.Version++
		pin.Unit, pin.Centre, pin.Recipient, pin.Epoch = who.unit, centre, row.Recipient, epoch
		pin.By, pin.Day = who.person, act.Day
		act.Detail.Reason = called
		act.Commit = func(tx Tx) error { return tx.Put(pin) }
		return nil
	})
}

// compares are the kinds of units that write to others.
var compares = map[string]bool{KindDesk: true, KindSocial: true, KindCentre: true}

// RefusePin records that other words were read out than the page showed.
func (d *Door) RefusePin(ctx context.Context, who Caller, centre string) error {
	_, err := d.do(ctx, who, policies.CentrePin, func(r Reader, act *Act) error {
		var u Unit
		if err := r.Get(&u, centre); err != nil {
			return err
		}
		if !receives(r, act.Who, &u) || act.Who.state != Active || !compares[act.Who.unitKind] {
			return ErrDenied
		}
		act.refusing("words", policies.KindPin, act.Who.unit+"."+centre)
		return nil
	})
	return err
}
