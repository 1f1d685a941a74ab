package accounts

import (
	"context"
	"errors"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
)

// takeRescue puts in force the epoch that recovery made for a newcomer, in the
// sign-in that has just checked her passphrase and code. Her own key opens it;
// it must open the epoch before, which the log knows, and bear the MAC of that
// epoch's unit key. One that does not is a recorded refusal, is deleted, and
// leaves her waiting: nobody without the old key can admit himself this way.
func (d *Door) takeRescue(ctx context.Context, who acts.Caller) (acts.Caller, error) {
	if who.State() != acts.Waiting || who.Unit() == "" || who.MustEnrol() {
		return who, nil
	}
	var waits bool
	err := d.look(ctx, func(r acts.Reader) error {
		var row units.Rescue
		err := r.Get(&row, who.Unit())
		waits = err == nil && row.Person == who.Person()
		return acts.Unless(err, acts.ErrNoRow)
	})
	if err != nil || !waits {
		return who, err
	}
	taking := who
	taking.Inside(us).StepUp = &acts.Grant{Action: policies.RecoveryRewrap, Object: who.Person()} // passphrase and code were checked a moment ago
	_, err = d.house.Do(ctx, taking, policies.RecoveryRewrap, func(r acts.Reader, act *acts.Act) error { return d.house.TakeRescue(r, act) })
	if errors.Is(err, acts.ErrConflict) || errors.Is(err, units.ErrMembers) || errors.Is(err, units.ErrEpochMoved) || errors.Is(err, acts.ErrDenied) {
		return who, nil // recorded; she waits on
	}
	if err != nil && !errors.Is(err, acts.ErrCovered) { // covered: her other sign-in put it in force a moment ago
		return who, err
	}
	c, err := d.again(ctx, who)
	if err != nil {
		return who, err
	}
	c = into(c, who)
	return c, d.reseal(ctx, c)
}
