package accounts

import (
	"context"

	"sportello/crypto"
	"sportello/policies/audit"
)

// keptFoundation is a unit's identity between the page that shows its words and
// the step-up that founds the unit with it.
type keptFoundation struct {
	Person, Unit, Identity, Recovery string
}

// Foundation is what the founding page shows.
type Foundation struct {
	Unit          Unit
	Words         Words // of the unit, to be written down
	Recovery      string
	RecoveryWords Words // of the recipient typed before, for comparison
}

// BeginFounding draws the identity of a unit that has none, for the person who
// will be its first member, and returns the cookie of the founding page.
// ErrDenied for anybody else.
func (d *Door) BeginFounding(ctx context.Context, who Caller) (string, error) {
	if who.unit == "" || who.state != Waiting || d.gate.Log().Epoch(who.unit) != 0 {
		return "", ErrDenied
	}
	identity, err := crypto.NewIdentity()
	if err != nil {
		return "", err
	}
	return d.keep(ctx, keptFounding, invitationPages, keptFoundation{Person: who.person, Unit: who.unit, Identity: string(identity.Secret())})
}

func (d *Door) foundationOf(ctx context.Context, who Caller, cookie string) (*keptFoundation, crypto.Identity, error) {
	var k keptFoundation
	if err := d.kept(ctx, keptFounding, cookie, &k); err != nil {
		return nil, crypto.Identity{}, err
	}
	identity, err := crypto.ParseIdentity(k.Identity)
	if err != nil || k.Person != who.person || k.Unit != who.unit {
		return nil, crypto.Identity{}, ErrOver
	}
	return &k, identity, nil
}

// Foundation opens what BeginFounding left; ErrOver when it took too long.
func (d *Door) Foundation(ctx context.Context, who Caller, cookie string) (*Foundation, error) {
	k, identity, err := d.foundationOf(ctx, who, cookie)
	if err != nil {
		return nil, err
	}
	f := &Foundation{Recovery: k.Recovery}
	if err = d.look(ctx, func(r Reader) error { return r.Get(&f.Unit, k.Unit) }); err != nil {
		return nil, err
	}
	if f.Words, err = d.unitWords(ctx, &f.Unit, identity.Recipient().String(), 1); err != nil || k.Recovery == "" {
		return f, err
	}
	to, err := crypto.ParseRecipient(k.Recovery)
	if err != nil {
		return nil, ErrOver
	}
	f.RecoveryWords, err = d.words(ctx, to, recoverySubject(k.Unit))
	return f, err
}

// ProposeRecovery keeps the recovery recipient typed on the founding page until
// its words were compared. ErrIncomplete for what is no recipient.
func (d *Door) ProposeRecovery(ctx context.Context, who Caller, cookie, recipient string) (string, error) {
	k, _, err := d.foundationOf(ctx, who, cookie)
	if err != nil {
		return "", err
	}
	if recipient != "" {
		if _, err := crypto.ParseRecipient(recipient); err != nil {
			return "", ErrIncomplete
		}
	}
	k.Recovery = recipient
	return d.keepAgain(ctx, keptFounding, cookie, k)
}

// FoundShown is [Door.Found] with the identity whose words the page showed, and
// with the recovery recipient whose words were compared there.
func (d *Door) FoundShown(ctx context.Context, who Caller, cookie string) (audit.Receipt, error) {
	k, identity, err := d.foundationOf(ctx, who, cookie)
	if err != nil {
		return audit.Receipt{}, err
	}
	_, receipt, err := d.found(ctx, who, identity, k.Recovery)
	if err != nil {
		return receipt, err
	}
	return receipt, unless(d.take(ctx, cookie), ErrOver)
}
