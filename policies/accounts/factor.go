package accounts

import (
	"context"
	"errors"
	"slices"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"

	"github.com/pquerna/otp"
)

const (
	// recoveryCodes is how many recovery codes a person holds.
	recoveryCodes = 10
	// factorPages is how long the enrolment of a factor may take.
	factorPages = 10 * time.Minute
)

func newRecoveryCodes() ([]crypto.Secret, [][]byte) {
	codes, hashes := make([]crypto.Secret, recoveryCodes), make([][]byte, recoveryCodes)
	for i := range codes {
		codes[i] = crypto.NewRecoveryCode()
		hashes[i] = recoveryHash(string(codes[i]))
	}
	return codes, hashes
}

// recoveryHash folds what a person may type differently.
func recoveryHash(code string) []byte {
	return crypto.Hash([]byte("recovery"), []byte(string(crypto.NormaliseCode(code))))
}

// FinishRecovery is [Door.Finish] with a recovery code in place of the one-time
// code. The code is used up; the session it opens may do nothing but enrol a new
// second factor. It works for a locked factor too, and a wrong code counts.
func (d *Door) FinishRecovery(ctx context.Context, pending, code string, from From) (*SignedIn, error) {
	return d.finish(ctx, pending, from, func(p *acts.Person, kek crypto.Key, o *opening) (acts.Caller, error) {
		if p.ID == "" {
			p = &acts.Person{RowKey: acts.RowKey{ID: "none"}, Box: standInBox()}
		}
		if _, err := openBox(p, kek); err != nil || p.State == string(acts.Suspended) || p.State == string(acts.Removed) {
			return acts.Caller{}, ErrSignIn
		}
		c, err := d.useRecovery(ctx, p.ID, kek, recoveryHash(code), o)
		if errors.Is(err, acts.ErrConflict) {
			err = ErrThrottled // too many at once: this one was not even compared
		}
		return c, err
	})
}

// useRecovery compares a recovery code and writes down in the person's row that
// it was used, or that it was wrong, if the row's version is unchanged: of two
// uses of a code one fails.
func (d *Door) useRecovery(ctx context.Context, person string, kek crypto.Key, hash []byte, o *opening) (acts.Caller, error) {
	var caller acts.Caller
	var wrong bool
	_, err := acts.Do(ctx, d.gate, d.store.Look, acts.Caller{}, policies.SignIn, func(r acts.Reader, act *acts.Act) error {
		var p acts.Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		b, err := openBox(&p, kek)
		if err != nil {
			return ErrSignIn
		}
		at := slices.IndexFunc(b.Recovery, func(h []byte) bool { return string(h) == string(hash) })
		if wrong = at < 0; wrong {
			wrongCode(act, &p)
			return nil
		}
		b.Recovery, b.Enrol, p.WrongCodes = slices.Delete(b.Recovery, at, at+1), true, 0
		if caller, err = callerOf(r, &p, b); err != nil {
			return err
		}
		act.Who = caller
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit}); err != nil {
			return err
		}
		act.Detail.Reason = "recovery code"
		if caller.Inside(us).KEK, err = sealRaised(&p, kek, o.raise, b); err != nil {
			return err
		}
		if err := d.keepOpening(ctx, o, &caller); err != nil {
			return err
		}
		act.Commit = func(tx acts.Tx) error {
			o.mark(tx)
			return tx.Put(&p)
		}
		return nil
	})
	if err == nil && wrong {
		err = ErrSignIn
	}
	d.over(ctx, o, err)
	return caller, err
}

// keptEnrolment waits for the first code of a new factor.
type keptEnrolment struct {
	Person  string
	Session []byte
	KEK     []byte
	Seed    string
}

// BeginFactor draws the seed of a new second factor and returns the cookie of
// the page that shows it. The caller has stepped up for it, or has just used a
// recovery code; ErrDenied otherwise.
func (d *Door) BeginFactor(ctx context.Context, who acts.Caller) (string, error) {
	granted := who.Inside(us).StepUp != nil && *who.Inside(us).StepUp == acts.Grant{Action: policies.FactorReplace, Object: who.Person()}
	if who.Inside(us).KEK.IsZero() || !granted && !who.MustEnrol() {
		return "", acts.ErrDenied
	}
	seed, err := newSeed(who.Username())
	if err != nil {
		return "", err
	}
	return d.issue(ctx, keptFactor, factorPages, keptEnrolment{who.Person(), who.Inside(us).Session, who.Inside(us).KEK.Bytes(), seed.URL()})
}

// Factor is the new second factor that a page shows; ErrOver when it took too
// long or belongs to another session.
func (d *Door) Factor(ctx context.Context, who acts.Caller, cookie string) (*NewFactor, error) {
	_, seed, err := d.enrolment(ctx, who, cookie)
	if err != nil {
		return nil, err
	}
	return showFactor(seed)
}

func (d *Door) enrolment(ctx context.Context, who acts.Caller, cookie string) (crypto.Key, *otp.Key, error) {
	var k keptEnrolment
	if err := d.kept(ctx, keptFactor, cookie, &k); err != nil {
		return crypto.Key{}, nil, err
	}
	kek, err := crypto.KeyFromBytes(k.KEK)
	seed, err2 := otp.NewKeyFromURL(k.Seed)
	if err != nil || err2 != nil || k.Person != who.Person() || string(k.Session) != string(who.Inside(us).Session) {
		return crypto.Key{}, nil, ErrOver
	}
	return kek, seed, nil
}

// ReplaceFactor puts the new factor in the place of the old, once a code shows
// that the authenticator has it, and ends her other sessions. ErrSignIn for a
// wrong code.
func (d *Door) ReplaceFactor(ctx context.Context, who acts.Caller, cookie, code string) (audit.Receipt, error) {
	code, err := typedCode(code)
	if err != nil {
		return audit.Receipt{}, err
	}
	kek, seed, err := d.enrolment(ctx, who, cookie)
	if err != nil {
		return audit.Receipt{}, err
	}
	step, ok := matchStep(seed.Secret(), code, 0, d.gate.Now())
	if !ok {
		return audit.Receipt{}, ErrSignIn
	}
	if err := d.take(ctx, cookie); err != nil {
		return audit.Receipt{}, err
	}
	// Passphrase and code, or recovery code, were asked for this one act when it
	// began; the cookie that was taken is the proof.
	who.Inside(us).StepUp = &acts.Grant{Action: policies.FactorReplace, Object: who.Person()}
	return d.changeBox(ctx, who, policies.FactorReplace, kek, func(p *acts.Person, b *box) error {
		b.TOTP, b.Step, b.Enrol, b.Factor = seed.Secret(), step, false, d.gate.Day()
		p.WrongCodes = 0
		return nil
	})
}

// NewRecoveryCodes draws ten new recovery codes, shown once; the old ones are
// worth nothing from now on. With Unfinished they are hers all the same. The
// caller has stepped up.
func (d *Door) NewRecoveryCodes(ctx context.Context, who acts.Caller) ([]crypto.Secret, audit.Receipt, error) {
	codes, hashes := newRecoveryCodes()
	receipt, err := d.changeBox(ctx, who, policies.RecoveryCodesReplace, who.Inside(us).KEK, func(_ *acts.Person, b *box) error {
		b.Recovery = hashes
		return nil
	})
	var done *acts.Unfinished
	if err != nil && !errors.As(err, &done) {
		return nil, receipt, err
	}
	return codes, receipt, err
}

// changeBox changes the caller's own box in one act, ends her other sessions and
// keeps her own one fit.
func (d *Door) changeBox(ctx context.Context, who acts.Caller, a policies.Action, kek crypto.Key, change func(*acts.Person, *box) error) (audit.Receipt, error) {
	var b *box
	receipt, err := acts.Do(ctx, d.gate, d.store.Look, who, a, func(r acts.Reader, act *acts.Act) error {
		var p acts.Person
		if err := r.Get(&p, who.Person()); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit}); err != nil {
			return err
		}
		var err error
		if b, err = openBox(&p, kek); err != nil {
			return acts.ErrConflict // the passphrase was changed meanwhile
		}
		if err := change(&p, b); err != nil {
			return err
		}
		if err := sealBox(&p, kek, b); err != nil {
			return err
		}
		act.Commit = func(tx acts.Tx) error {
			acts.EndSessions(tx, p.ID, who)
			return tx.Put(&p)
		}
		return nil
	})
	if err != nil {
		return receipt, err
	}
	d.dropRows(ctx, who.Person(), who)
	return receipt, sessionsAfter(receipt, d.afterOwn(ctx, who, b))
}

// afterOwn gives the caller's session what her changed box says.
func (d *Door) afterOwn(ctx context.Context, who acts.Caller, b *box) error {
	identity, err := crypto.ParseIdentity(b.Identity)
	if err != nil {
		return crypto.ErrOpen
	}
	who.Inside(us).Identity, who.Inside(us).Kept, who.Inside(us).Enrol, who.Inside(us).Own = identity, true, b.Enrol, b.facts()
	return d.renew(ctx, who)
}

// Unlock lets a colleague whose second factor ten wrong codes locked try again.
// The caller has stepped up.
func (d *Door) Unlock(ctx context.Context, who acts.Caller, person string) (audit.Receipt, error) {
	return d.house.Do(ctx, who, policies.FactorUnlock, func(r acts.Reader, act *acts.Act) error {
		var p acts.Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency}); err != nil {
			return err
		}
		if p.WrongCodes < acts.MaxWrongCodes {
			return acts.ErrConflict
		}
		p.Version++
		p.WrongCodes = 0
		act.Commit = func(tx acts.Tx) error { return tx.Put(&p) }
		return nil
	})
}
