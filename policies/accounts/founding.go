package accounts

import (
	"context"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
)

// keptFoundation is a unit's identity between the page that shows its words and
// the step-up that founds the unit with it.
type keptFoundation struct {
	Person, Unit, Identity, Recovery string
}

// Foundation is what the founding page shows.
type Foundation struct {
	Unit          acts.Unit
	Words         units.Words // of the unit, to be written down
	Recovery      string
	RecoveryWords units.Words // of the recipient typed before, for comparison
}

// BeginFounding draws the identity of a unit that has none, for the person who
// will be its first member, and returns the cookie of the founding page.
// ErrDenied for anybody else.
func (d *Door) BeginFounding(ctx context.Context, who acts.Caller) (string, error) {
	if who.Unit() == "" || who.State() != acts.Waiting || d.gate.Log().Epoch(who.Unit()) != 0 {
		return "", acts.ErrDenied
	}
	identity, err := crypto.NewIdentity()
	if err != nil {
		return "", err
	}
	return d.issue(ctx, keptFounding, invitationPages, keptFoundation{Person: who.Person(), Unit: who.Unit(), Identity: string(identity.Secret())})
}

func (d *Door) foundationOf(ctx context.Context, who acts.Caller, cookie string) (*keptFoundation, crypto.Identity, error) {
	var k keptFoundation
	if err := d.kept(ctx, keptFounding, cookie, &k); err != nil {
		return nil, crypto.Identity{}, err
	}
	identity, err := crypto.ParseIdentity(k.Identity)
	if err != nil || k.Person != who.Person() || k.Unit != who.Unit() {
		return nil, crypto.Identity{}, ErrOver
	}
	return &k, identity, nil
}

// Foundation opens what BeginFounding left; ErrOver when it took too long.
func (d *Door) Foundation(ctx context.Context, who acts.Caller, cookie string) (*Foundation, error) {
	k, identity, err := d.foundationOf(ctx, who, cookie)
	if err != nil {
		return nil, err
	}
	f := &Foundation{Recovery: k.Recovery}
	if err = d.look(ctx, func(r acts.Reader) error { return r.Get(&f.Unit, k.Unit) }); err != nil {
		return nil, err
	}
	if f.Words, err = d.house.UnitWords(ctx, &f.Unit, identity.Recipient().String(), 1); err != nil || k.Recovery == "" {
		return f, err
	}
	to, err := crypto.ParseRecipient(k.Recovery)
	if err != nil {
		return nil, ErrOver
	}
	f.RecoveryWords, err = d.house.Words(ctx, to, units.RecoverySubject(k.Unit))
	return f, err
}

// ProposeRecovery keeps the recovery recipient typed on the founding page until
// its words were compared. ErrIncomplete for what is no recipient.
func (d *Door) ProposeRecovery(ctx context.Context, who acts.Caller, cookie, recipient string) (string, error) {
	k, _, err := d.foundationOf(ctx, who, cookie)
	if err != nil {
		return "", err
	}
	if recipient != "" {
		if _, err := crypto.ParseRecipient(recipient); err != nil {
			return "", units.ErrIncomplete
		}
	}
	k.Recovery = recipient
	return d.keepAgain(ctx, keptFounding, cookie, k)
}

// FoundShown is [Door.Found] with the identity whose words the page showed, and
// with the recovery recipient whose words were compared there.
func (d *Door) FoundShown(ctx context.Context, who acts.Caller, cookie string) (audit.Receipt, error) {
	k, identity, err := d.foundationOf(ctx, who, cookie)
	if err != nil {
		return audit.Receipt{}, err
	}
	_, receipt, err := d.foundWith(ctx, who, identity, k.Recovery)
	if err != nil {
		return receipt, err
	}
	return receipt, acts.Unless(d.take(ctx, cookie), ErrOver)
}
