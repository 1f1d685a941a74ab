package accounts

import (
	"context"
	"fmt"
	"slices"

	"sportello/crypto"
	"sportello/policies/acts"
)

// stretching makes keys of passphrases, a few at a time.
type stretching struct {
	*base
	stretcher crypto.Stretcher
	here      queue // of those who are known: by their device, a session or an invitation
}

// raised is what a passphrase makes with the newest version, ready for the moment
// in which the box is opened and sealed again.
type raised struct {
	Version int64
	Salt    []byte
	KEK     []byte
}

// maxPassphrase is more than anybody types. A longer one is stretched as if it were
// empty: it is not right, and costs what every other costs.
const maxPassphrase = 64 << 10

// kek stretches the passphrase of somebody known, waiting for a free slot.
func (d *stretching) kek(ctx context.Context, version int64, passphrase string, salt []byte) (crypto.Key, error) {
	free, err := d.slot(ctx)
	if err != nil {
		return crypto.Key{}, err
	}
	defer free()
	return d.stretch(version, passphrase, salt)
}

// slot waits for one of the few slots of those who are known, in which Argon2
// may run, 64 MiB each. Strangers never stand there.
func (d *stretching) slot(ctx context.Context) (free func(), err error) { return d.here.slot(ctx) }

// stretch makes the key of a box, in a slot that the caller holds. The pepper is
// not given to whatever stretches.
func (d *stretching) stretch(version int64, passphrase string, salt []byte) (crypto.Key, error) {
	if len(passphrase) > maxPassphrase {
		passphrase = ""
	}
	made, err := d.stretcher.Stretch(version, []byte(crypto.NormalisePassphrase(passphrase)), salt)
	if err != nil {
		return crypto.Key{}, fmt.Errorf("stretching a passphrase: %w", err)
	}
	return d.keys.Pepper.KEKOf(made), nil
}

// kekOrNewer makes the key of a box and, where the person's version is not the
// newest, the key of that one. While people have different versions every name
// costs all of them, known or not, so that the time does not tell who has which.
func (d *stretching) kekOrNewer(ctx context.Context, in *comer, passphrase string, salt []byte) (kek crypto.Key, raise *raised, err error) {
	versions, err := d.versionsInUse(ctx)
	if err != nil {
		return kek, nil, err
	}
	mine := in.person.Stretch
	if in.person.ID == "" {
		mine = d.stretcher.Newest()
	}
	free, err := in.queue.slot(ctx)
	if err != nil {
		return kek, nil, err
	}
	defer free()
	for _, v := range versions {
		with := salt
		if v != mine {
			with = crypto.NewSalt()
		}
		k, err := d.stretch(v, passphrase, with)
		if err != nil {
			return kek, nil, err
		}
		switch v {
		case mine:
			kek = k
		case d.stretcher.Newest():
			raise = &raised{v, with, k.Bytes()}
		}
	}
	if kek.IsZero() {
		kek = crypto.NewKey() // suspended, or of a version to come: it opens nothing
	}
	return kek, raise, nil
}

// versionsInUse are the newest version, which a name that nobody has stands for
// too, and those of the people who can sign in.
func (d *stretching) versionsInUse(ctx context.Context) ([]int64, error) {
	newest := d.stretcher.Newest()
	all := []int64{newest}
	if newest == 0 {
		return all, nil
	}
	err := d.look(ctx, func(r acts.Reader) error {
		all = all[:1]
		people, err := acts.AllPeople.Rows(r)
		for _, p := range people {
			if (p.State == string(acts.Active) || p.State == string(acts.Waiting)) && p.Stretch <= newest {
				all = append(all, p.Stretch)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading how passphrases are stretched: %w", err)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// sealRaised seals the box of somebody whose passphrase and code were right, under
// the key of the newest version when there is one, and returns the key that opens
// it from now on.
func sealRaised(p *acts.Person, kek crypto.Key, raise *raised, b *box) (crypto.Key, error) {
	if raise != nil {
		newer, err := crypto.KeyFromBytes(raise.KEK)
		if err != nil {
			return crypto.Key{}, ErrSignIn
		}
		kek, p.Salt, p.Stretch = newer, raise.Salt, raise.Version
	}
	return kek, sealBox(p, kek, b)
}
