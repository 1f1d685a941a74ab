package kept

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/policies/units"
)

// What goes to another unit is sealed to a key. This file is the one place that
// says whether there is a key of that unit to which anything may be sealed now:
// from a desk to a centre or a social service, and back.

var (
	// ErrPin says that this unit has not compared the other's words by voice, or not
	// since it drew a key that somebody it shut out may have made.
	ErrPin = errors.New("the unit's words were not compared yet")
	// ErrPinBack is ErrPin on the way back: a centre answers.
	ErrPinBack = fmt.Errorf("the answer waits: %w", ErrPin)
	// ErrEnded says that the agency of a centre, or of a service, is not responsible
	// any more: its people could open nothing.
	ErrEnded = errors.New("the responsibility of the unit's agency has ended")
	// ErrNotFounded says that a unit has no keys yet: nothing can be sealed to it.
	ErrNotFounded = errors.New("the unit was not founded yet")
	// ErrNobody says that everybody of the unit is suspended or has left: who writes
	// to it would wait for an answer from nobody.
	ErrNobody = errors.New("nobody works in the unit at the moment")
)

// Unreachable tells that a unit is one to which nothing may be sealed now.
func Unreachable(err error) bool {
	return slices.ContainsFunc([]error{ErrPin, ErrEnded, ErrNotFounded, ErrNobody}, func(e error) bool { return errors.Is(err, e) })
}

// addressee is a unit to which something may be sealed now. Only mayReceive makes
// another unit, and no key goes to one without it.
type addressee struct {
	unit      string
	epoch     int64
	recipient crypto.Recipient
}

// mayReceive refuses a unit whose agency has ended, one without keys, one whose
// newest key its sender cannot know to be genuine, and one where nobody works. A
// sender knows the epoch whose words it compared, and met, the one under which the
// unit wrote first, or 0. What followed by an ordinary change is accepted by its
// leaf; what followed a removal for cause, or was made by recovery, is not.
func mayReceive(r Reader, day, from, unit string, met int64) (to addressee, err error) {
	var u acts.Unit
	if err := r.Get(&u, unit); err != nil {
		return to, err
	}
	if err := Ended(r, day, &u); err != nil {
		return to, err
	}
	newest := r.Epoch(unit)
	if newest == 0 {
		return to, ErrNotFounded
	}
	known, err := compared(r, from, unit)
	if err != nil {
		return to, err
	}
	if known = max(known, met); known == 0 {
		return to, ErrPin
	}
	e, err := genuineSince(r, unit, known, newest)
	if err != nil {
		return to, err
	}
	if err := somebody(r, unit); err != nil {
		return to, err
	}
	to = addressee{unit: unit, epoch: newest}
	if to.recipient, err = crypto.ParseRecipient(e.Recipient); err != nil {
		return to, fmt.Errorf("reading a unit's recipient: %w", err)
	}
	return to, nil
}

// MayReceive is nil where something may be sealed to a unit now by another that
// compares words with it.
func MayReceive(r Reader, day, from, unit string) error {
	_, err := mayReceive(r, day, from, unit, 0)
	return err
}

// ownUnit is the caller's own unit, by the identity that her session holds.
func ownUnit(who acts.Caller) (addressee, error) {
	id, ok := who.UnitIdentity(who.Epoch())
	if !ok {
		return addressee{}, acts.ErrCovered
	}
	return addressee{unit: who.Unit(), epoch: who.Epoch(), recipient: id.Recipient()}, nil
}

// compared is the epoch whose words a unit compared with another, or 0.
func compared(r Reader, from, unit string) (int64, error) {
	var pin units.Pin
	if err := r.Get(&pin, from+"."+unit); err != nil {
		return 0, NotNoRow(err)
	}
	e, err := epochOf(r, unit, pin.Epoch)
	if err == nil && e.Recipient != pin.Recipient {
		err = ErrPin
	}
	return pin.Epoch, err
}

// genuineSince is the newest epoch of a unit, if none after the known one has to be
// compared by voice.
func genuineSince(r Reader, unit string, known, newest int64) (*acts.UnitEpoch, error) {
	for epoch := known + 1; epoch <= newest; epoch++ {
		e, err := epochOf(r, unit, epoch)
		if err != nil {
			return nil, err
		}
		if e.NeedsVoice() {
			return nil, ErrPin
		}
	}
	return epochOf(r, unit, newest)
}

// KnownGenuine tells whether a unit knows the newest key of another to be genuine.
func KnownGenuine(r Reader, from, unit string) (bool, error) {
	known, err := compared(r, from, unit)
	if err == nil && known > 0 {
		_, err = genuineSince(r, unit, known, r.Epoch(unit))
	}
	if errors.Is(err, ErrPin) {
		return false, nil
	}
	return known > 0, err
}

func epochOf(r Reader, unit string, epoch int64) (*acts.UnitEpoch, error) {
	e := &acts.UnitEpoch{}
	return e, r.Get(e, unit+"."+strconv.FormatInt(epoch, 10))
}

// somebody is ErrNobody for a unit without an active member.
func somebody(r Reader, unit string) error {
	people, err := acts.PeopleOfUnit.Rows(r, unit)
	if err == nil && !slices.ContainsFunc(people, func(p *acts.Person) bool { return p.State == string(acts.Active) }) {
		err = ErrNobody
	}
	return err
}

// Ended is ErrEnded for a unit whose agency's responsibility is over.
func Ended(r Reader, day string, u *acts.Unit) error {
	var a acts.Agency
	if err := r.Get(&a, u.Agency); err != nil {
		return fmt.Errorf("reading the unit's agency: %w", err)
	}
	if a.Over(day) {
		return ErrEnded
	}
	return nil
}
