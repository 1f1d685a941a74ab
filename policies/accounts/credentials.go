package accounts

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/policies/units"
)

// Own is what a person's own page shows of her credentials.
type Own struct {
	Locked   bool
	Factor   string // day of enrolment
	Phrase   string // day of the passphrase
	Codes    int    // recovery codes left
	Sessions []OpenSession
}

// OpenSession is one signed-in browser. ID names it to its own person only.
type OpenSession struct {
	ID          string
	Began, Last time.Time
	Agent       string
	Here        bool
}

// sessionID names a session on her own page, without the hash that finds it.
func sessionID(hash []byte) string {
	return hex.EncodeToString(crypto.Hash([]byte("session-id"), hash)[:8])
}

// OwnCredentials reads the caller's own factors and sessions.
func (d *Door) OwnCredentials(ctx context.Context, who acts.Caller) (*Own, error) {
	o := &Own{Factor: who.Inside(us).Own.Factor, Phrase: who.Inside(us).Own.Phrase, Codes: who.Inside(us).Own.Codes}
	_, err := acts.Do(ctx, d.gate, d.store.Look, who, policies.CredentialsRead, func(r acts.Reader, act *acts.Act) error {
		var p acts.Person
		if err := r.Get(&p, who.Person()); err != nil {
			return err
		}
		o.Locked = p.WrongCodes >= acts.MaxWrongCodes
		own := policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit}
		if err := act.Allow(own); err != nil {
			return err
		}
		return act.Also(policies.SessionList, own)
	})
	if err != nil {
		return nil, err
	}
	rows, err := d.store.SessionsOf(ctx, who.Person())
	now := d.gate.Now()
	for _, s := range rows {
		if stands, _ := d.stands(s); stands != sessionOpen && stands != sessionCovered || byTime(s, now).worse(sessionCovered) {
			continue
		}
		o.Sessions = append(o.Sessions, OpenSession{ID: sessionID(s.Hash), Began: time.Unix(s.Created, 0),
			Last: time.Unix(s.Seen, 0), Agent: s.Agent, Here: string(s.Hash) == string(who.Inside(us).Session)})
	}
	return o, err
}

// CloseSession ends one session of the caller's own, or with an empty id all but
// the one she is in. ErrDenied for a session that is not hers. Which are hers the
// log says: a row that somebody hides is ended too.
func (d *Door) CloseSession(ctx context.Context, who acts.Caller, id string) (audit.Receipt, error) {
	receipt, err := acts.Do(ctx, d.gate, d.store.Look, who, policies.SessionClose, func(_ acts.Reader, act *acts.Act) error {
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: who.Person(), Person: who.Person(), Unit: who.Unit()}); err != nil {
			return err
		}
		if id == "" {
			act.Commit = func(tx acts.Tx) error {
				acts.EndSessions(tx, who.Person(), who)
				return nil
			}
			return nil
		}
		act.Commit = func(tx acts.Tx) error { return endNamed(tx, who.Person(), id) }
		if _, ok := named(d.gate.Log().Sessions(who.Person()), id); !ok {
			return acts.ErrNoRow
		}
		return nil
	})
	if err != nil {
		return receipt, err
	}
	if id == "" {
		d.dropRows(ctx, who.Person(), who)
		return receipt, nil
	}
	rows, _ := d.store.SessionsOf(ctx, who.Person()) // what stays of a row opens nothing
	for _, s := range rows {
		if sessionID(s.Hash) == id {
			_ = d.store.EndSession(ctx, s.Hash)
		}
	}
	return receipt, nil
}

// endNamed ends the session that its person's own page calls id.
func endNamed(tx acts.Tx, person, id string) error {
	mark, ok := named(tx.Sessions(person), id)
	m, there := tx.Session(mark)
	if !ok || !there {
		return acts.ErrNoRow
	}
	tx.Mark(audit.RowMark{Table: audit.SessionTable, ID: mark, Version: m.Version, Gone: true})
	return nil
}

// named finds the session, among marks, that its person's own page calls id.
func named(marks []string, id string) (string, bool) {
	for _, mark := range marks {
		_, part, _ := strings.Cut(mark, ".")
		if hash, err := base64.RawURLEncoding.DecodeString(part); err == nil && sessionID(hash) == id {
			return mark, true
		}
	}
	return "", false
}

// StrongEnough says whether a passphrase may be used at all.
func StrongEnough(passphrase string) bool { return crypto.PassphraseBits(passphrase) >= minBits }

// ChangePassphrase seals the caller's box under a new passphrase and ends her
// other sessions. When she suspects that somebody knows the old one, she gets a
// new identity, her unit a new epoch, and everything kept under the old ones by
// name is kept again, in the same act: the old passphrase with an old copy of
// the database opens nothing written from now on. The caller has stepped up.
func (d *Door) ChangePassphrase(ctx context.Context, who acts.Caller, passphrase string, suspected bool) (audit.Receipt, error) {
	if !StrongEnough(passphrase) {
		return audit.Receipt{}, office.ErrWeak
	}
	salt := crypto.NewSalt()
	version := d.stretcher.Newest()
	kek, err := d.kek(ctx, version, passphrase, salt)
	if err != nil {
		return audit.Receipt{}, err
	}
	var b *box
	receipt, err := d.house.Do(ctx, who, policies.PassphraseChange, func(r acts.Reader, act *acts.Act) error {
		var p acts.Person
		if err := r.Get(&p, who.Person()); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit}); err != nil {
			return err
		}
		if b, err = openBox(&p, who.Inside(us).KEK); err != nil {
			return acts.ErrConflict // it was changed meanwhile, in another browser
		}
		also := func(acts.Tx) error { return nil }
		if suspected {
			if also, err = d.newSelf(r, act, &p, b); err != nil {
				return err
			}
		}
		p.Salt, p.Stretch, b.Phrase = salt, version, act.Day
		if err := sealBox(&p, kek, b); err != nil {
			return err
		}
		act.Commit = func(tx acts.Tx) error {
			acts.EndSessions(tx, p.ID, who)
			return errors.Join(tx.Put(&p), also(tx))
		}
		return nil
	})
	if err != nil {
		return receipt, err
	}
	d.dropRows(ctx, who.Person(), who)
	return receipt, sessionsAfter(receipt, d.afterOwn(ctx, who, b))
}

// newSelf gives a person a new identity, and her unit the epoch that follows.
func (d *Door) newSelf(r acts.Reader, act *acts.Act, p *acts.Person, b *box) (func(acts.Tx) error, error) {
	var err error
	if act.Who.Inside(us).Identity, err = crypto.ParseIdentity(b.Identity); err != nil {
		return nil, crypto.ErrOpen
	}
	act.Who.Inside(us).Kept = true
	identity, err := crypto.NewIdentity()
	if err != nil {
		return nil, fmt.Errorf("making an identity: %w", err)
	}
	after := act.Who
	after.Inside(us).Identity, after.Inside(us).Personal = identity, identity.Key(crypto.LabelPerson)
	b.Identity, p.Recipient = string(identity.Secret()), identity.Recipient().String()
	rows, err := units.EndProposals(r, p)
	if err != nil {
		return nil, err
	}
	all := []func(acts.Tx) error{func(tx acts.Tx) error { return units.PutRows(tx, rows, nil) }}
	if p.State == string(acts.Active) && p.Unit != "" {
		epoch, err := d.house.NextEpoch(r, act, p.Unit, "suspicion", func(stays *acts.Person) *acts.Person {
			if stays.ID == p.ID {
				return p // wrapped to her new identity
			}
			return stays
		})
		if err != nil {
			return nil, err
		}
		all = append(all, epoch)
	}
	named, err := d.gate.Rekeyed(r, act, after)
	if err != nil {
		return nil, err
	}
	all = append(all, named)
	return func(tx acts.Tx) error {
		for _, f := range all {
			if err := f(tx); err != nil {
				return err
			}
		}
		return nil
	}, nil
}
