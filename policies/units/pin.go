package units

import (
	"context"
	"errors"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
)

// Pinned is a unit that the caller's unit may send to once their words were
// compared.
type Pinned struct {
	acts.Unit
	State string // unpinned, pinned, confirm_voice
	Since string // day of the comparison, or empty

	// Of one that was never compared: nobody vouches for it.
	AgencyName string
	Founded    string // day
}

// Receivers lists the founded units to which the caller's unit may come to send.
func (h *House) Receivers(ctx context.Context, who acts.Caller) ([]Pinned, error) {
	var all []Pinned
	_, err := acts.Do(ctx, h.gate, h.store.Look, who, policies.DirectoryRead, func(r acts.Reader, act *acts.Act) error {
		all = nil
		if err := act.Allow(policies.Object{Kind: policies.KindDirectory}); err != nil {
			return err
		}
		units, err := acts.AllUnits.Rows(r)
		if err != nil {
			return err
		}
		for _, u := range units {
			if !receives(r, act.Who, u) {
				continue
			}
			p, err := pinnedState(r, act.Who.Unit(), u)
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
func receives(r acts.Reader, who acts.Caller, u *acts.Unit) bool {
	if u.ID == who.Unit() || r.Epoch(u.ID) == 0 {
		return false
	}
	return who.Works().MayMeet(u.Is())
}

// pinnedState says where the comparison stands: a later epoch is accepted by its
// leaf, and stays marked until it was confirmed by voice.
func pinnedState(r acts.Reader, from string, u *acts.Unit) (Pinned, error) {
	p := Pinned{Unit: *u, State: "unpinned"}
	var pin Pin
	err := r.Get(&pin, from+"."+u.ID)
	if errors.Is(err, acts.ErrNoRow) {
		return p, p.unvouched(r)
	}
	p.State, p.Since = "pinned", pin.Day
	if pin.Epoch != r.Epoch(u.ID) {
		p.State = "confirm_voice"
	}
	return p, err
}

// unvouched says of a unit that is new to the caller's whose it is and since when.
func (p *Pinned) unvouched(r acts.Reader) error {
	var a acts.Agency
	var first acts.UnitEpoch
	if err := errors.Join(r.Get(&a, p.Agency), r.Get(&first, acts.EpochID(p.ID, 1))); err != nil {
		return err
	}
	p.AgencyName, p.Founded = a.Name, first.Day
	return nil
}

// Receiver shows one of them with the words of its newest key, as stored.
func (h *House) Receiver(ctx context.Context, who acts.Caller, unit string) (*Pinned, Words, error) {
	var p Pinned
	var words Words
	_, err := acts.Do(ctx, h.gate, h.store.Look, who, policies.DirectoryRead, func(r acts.Reader, act *acts.Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindDirectory, ID: unit}); err != nil {
			return err
		}
		var u acts.Unit
		if err := r.Get(&u, unit); err != nil {
			return err
		}
		if !receives(r, act.Who, &u) {
			return acts.ErrDenied
		}
		var err error
		if p, err = pinnedState(r, act.Who.Unit(), &u); err != nil {
			return err
		}
		var row acts.UnitEpoch
		if err := r.Get(&row, acts.EpochID(unit, r.Epoch(unit))); err != nil {
			return err
		}
		words, err = h.UnitWords(ctx, &u, row.Recipient, row.Epoch)
		return err
	})
	return &p, words, err
}

// PinCentre records that the caller's unit compared a centre's words by voice.
func (h *House) PinCentre(ctx context.Context, who acts.Caller, centre string, heard Words) (audit.Receipt, error) {
	return h.PinByVoice(ctx, who, centre, heard, "")
}

// PinByVoice is PinCentre with the number that was called, and where it was
// found: the auditor sees it in the sealed detail.
func (h *House) PinByVoice(ctx context.Context, who acts.Caller, centre string, heard Words, called string) (audit.Receipt, error) {
	return h.Do(ctx, who, policies.CentrePin, func(r acts.Reader, act *acts.Act) error {
		id := who.Unit() + "." + centre
		var u acts.Unit
		if err := r.Get(&u, centre); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPin, ID: id, Unit: who.Unit(), UnitKind: who.UnitKind(), Agency: who.Agency(), Centre: centre}); err != nil {
			return err
		}
		epoch := r.Epoch(centre)
		var row acts.UnitEpoch
		if err := r.Get(&row, acts.EpochID(centre, epoch)); err != nil {
			return err
		}
		words, err := h.UnitWords(ctx, &u, row.Recipient, epoch)
		if err != nil {
			return err
		}
		if words != heard {
			return ErrWords
		}
		pin := &Pin{}
		if err := r.Get(pin, id); errors.Is(err, acts.ErrNoRow) {
			pin = &Pin{RowKey: acts.RowKey{ID: id}}
		} else if err != nil {
			return err
		}
		pin.Version++
		pin.Unit, pin.Centre, pin.Recipient, pin.Epoch = who.Unit(), centre, row.Recipient, epoch
		pin.By, pin.Day = who.Person(), act.Day
		act.Detail.Reason = called
		act.Commit = func(tx acts.Tx) error { return tx.Put(pin) }
		return nil
	})
}

// RefusePin records that other words were read out than the page showed.
func (h *House) RefusePin(ctx context.Context, who acts.Caller, centre string) error {
	_, err := h.Do(ctx, who, policies.CentrePin, func(r acts.Reader, act *acts.Act) error {
		var u acts.Unit
		if err := r.Get(&u, centre); err != nil {
			return err
		}
		if !receives(r, act.Who, &u) || act.Who.State() != acts.Active || !act.Who.Works().Writes {
			return acts.ErrDenied
		}
		act.Refusing("words", policies.KindPin, act.Who.Unit()+"."+centre)
		return nil
	})
	return err
}
