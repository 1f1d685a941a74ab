package accounts

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/policies/units"
)

const (
	// aloneLocked is how long the locked factor of a unit's only member takes no
	// code, from her first try after it was locked.
	aloneLocked = 14 * 24 * time.Hour
	// aloneTries is for how long after that it takes some again, and aloneCodes how
	// many: who knows her passphrase guesses no faster than that.
	aloneTries = 14 * 24 * time.Hour
	aloneCodes = 3
)

// keptWait is what is kept while a locked factor waits. It is sealed under the
// session key file; who writes to the sessions file can only begin it anew.
type keptWait struct {
	Wrong int64 // wrong codes when it began
	From  int64 // when codes are taken again, Unix seconds
}

// codesOf is after how many wrong codes a person's factor is locked: ten, and for
// a unit's only member, whom no colleague can unlock, three more after a wait of
// fourteen days. No administrator has a part in it, and it opens nothing: her
// passphrase and a code are asked as ever.
func (d *Door) codesOf(ctx context.Context, p *acts.Person) (int64, error) {
	if p.WrongCodes < acts.MaxWrongCodes || p.Unit == "" || p.State != string(acts.Active) {
		return acts.MaxWrongCodes, nil
	}
	var alone bool
	err := d.look(ctx, func(r acts.Reader) error {
		var err error
		alone, err = units.OnlyMember(r, p.Unit, p.ID, d.gate.Now())
		return err
	})
	if err != nil || !alone {
		return acts.MaxWrongCodes, err
	}
	var k keptWait
	cookie, now := d.waitOf(p), d.gate.Now()
	err = d.kept(ctx, keptAlone, cookie, &k)
	if errors.Is(err, ErrOver) || err == nil && p.WrongCodes >= k.Wrong+aloneCodes {
		k = keptWait{Wrong: p.WrongCodes, From: now.Add(aloneLocked).Unix()}
		if err := acts.Unless(d.take(ctx, cookie), ErrOver); err != nil {
			return 0, err
		}
		err = d.issueUnder(ctx, keptAlone, cookie, aloneLocked+aloneTries, k)
	}
	if err != nil || now.Unix() < k.From {
		return acts.MaxWrongCodes, err
	}
	return k.Wrong + aloneCodes, nil
}

// waitOf is the cookie, kept by no browser, under which a person's wait is found.
// It is another one once her factor is usable again, since her box changes then.
func (d *Door) waitOf(p *acts.Person) string {
	e := base64.RawURLEncoding
	id := d.keys.Session.MAC(crypto.LabelLogin, []byte("alone-id"), []byte(p.ID), boxOf(p))
	key := d.keys.Session.MAC(crypto.LabelLogin, []byte("alone-key"), []byte(p.ID), boxOf(p))
	return e.EncodeToString(id[:16]) + "." + e.EncodeToString(key[:])
}

func boxOf(p *acts.Person) []byte { return crypto.Hash(p.Box) }
