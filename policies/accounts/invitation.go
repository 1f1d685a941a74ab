package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/audit"

	"github.com/pquerna/otp"
)

const (
	// InvitationFor is how long an invitation waits.
	InvitationFor = 7 * 24 * time.Hour
	// invitationPages is how long its pages may take.
	invitationPages = 30 * time.Minute
	// minBits is the least a passphrase must be worth.
	minBits = 70
)

// tokenHash folds what a person hears or copies differently.
func tokenHash(t crypto.Secret) []byte {
	return crypto.Hash([]byte("invitation"), []byte(string(crypto.NormaliseCode(string(t)))))
}

// newInvitation makes the row of an invitation and its token, which is shown
// once and stored nowhere.
func (d *Door) newInvitation(who Caller, person string) (*Invitation, crypto.Secret) {
	token := crypto.NewToken()
	return &Invitation{RowKey: RowKey{crypto.NewID(), 1}, Person: person, Token: tokenHash(token), By: who.person,
		Ends: d.gate.Now().Add(InvitationFor).Format(time.DateOnly), State: "open"}, token
}

// Enrolment is what a person is shown before she confirms a second factor: the
// seed, for the authenticator.
type Enrolment struct {
	Username string
	Language string
	Seed     *otp.Key
}

// Invited looks an invitation up. ErrInvitation when it does not hold.
func (d *Door) Invited(ctx context.Context, token crypto.Secret) (*Enrolment, error) {
	var p Person
	err := d.look(ctx, func(r Reader) error { return d.invited(r, token, &Invitation{}, &p) })
	if err != nil {
		return nil, err
	}
	seed, err := newSeed(p.Username)
	if err != nil {
		return nil, fmt.Errorf("making a seed: %w", err)
	}
	return &Enrolment{Username: p.Username, Language: p.Language, Seed: seed}, nil
}

func (d *Door) invited(r Reader, token crypto.Secret, inv *Invitation, p *Person) error {
	found, err := InvitationByToken.One(r, tokenHash(token))
	if errors.Is(err, ErrNoRow) || err == nil && (found.State != "open" || found.Ends < d.gate.Day()) {
		return ErrInvitation
	}
	if err != nil {
		return err
	}
	*inv = *found
	if err := r.Get(p, inv.Person); err != nil {
		return err
	}
	if p.State != string(Invited) {
		return ErrInvitation
	}
	return nil
}

// Accept takes an invitation: the passphrase seals a new identity and the seed,
// once a code shows that the authenticator has it. It returns the ten recovery
// codes, shown once. ErrWeak, ErrSignIn (wrong code) or ErrInvitation.
func (d *Door) Accept(ctx context.Context, token crypto.Secret, passphrase, seed, code string, from From) ([]crypto.Secret, error) {
	if crypto.PassphraseBits(passphrase) < minBits {
		return nil, ErrWeak
	}
	kek, err := d.kekOfInvited(ctx, token, passphrase)
	if err != nil {
		return nil, err
	}
	codes, _, err := d.accept(ctx, token, kek, seed, code)
	return codes, err
}

// kekOfInvited stretches the passphrase of a person who has no box yet.
func (d *Door) kekOfInvited(ctx context.Context, token crypto.Secret, passphrase string) (crypto.Key, error) {
	var p Person
	if err := d.look(ctx, func(r Reader) error { return d.invited(r, token, &Invitation{}, &p) }); err != nil {
		return crypto.Key{}, err
	}
	// She holds a secret code and is no stranger, but has no device or session yet.
	t := &try{}
	if err := d.count(ctx, t, d.throttleKey("invitation", p.ID), invitationLimit, p.ID); err != nil {
		return crypto.Key{}, err
	}
	return d.kek(ctx, p.Stretch, passphrase, p.Salt)
}

// accept does the one act of an invitation, and returns the new person as she
// stands at that moment, with her identity.
func (d *Door) accept(ctx context.Context, token crypto.Secret, kek crypto.Key, seed, code string) ([]crypto.Secret, Caller, error) {
	step, ok := matchStep(seed, code, 0, d.gate.Now())
	if !ok {
		return nil, Caller{}, ErrSignIn
	}
	identity, err := crypto.NewIdentity()
	if err != nil {
		return nil, Caller{}, fmt.Errorf("making an identity: %w", err)
	}
	codes, hashes := newRecoveryCodes()
	day := d.gate.Day()
	b := &box{Identity: string(identity.Secret()), TOTP: seed, Step: step, Recovery: hashes, Factor: day, Phrase: day}
	var she Caller
	_, err = d.do(ctx, Caller{}, policies.InvitationAccept, func(r Reader, act *Act) error {
		var inv Invitation
		var p Person
		if err := d.invited(r, token, &inv, &p); err != nil {
			return err
		}
		act.Who = Caller{person: p.ID, role: policies.Role(p.Role), unit: p.Unit, agency: p.Agency}
		act.Who.unitKind = unitKind(r, p.Unit)
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID}); err != nil {
			return err
		}
		p.Recipient = identity.Recipient().String()
		p.State = string(Waiting)
		if policies.Role(p.Role) == policies.Administrator {
			p.State = string(Active)
		}
		if err := sealBox(&p, kek, b); err != nil {
			return err
		}
		inv.Version, inv.State = inv.Version+1, "used"
		she = act.Who
		she.state, she.identity, she.kept = PersonState(p.State), identity, true
		act.Commit = func(tx Tx) error { return errors.Join(tx.Put(&p), tx.Put(&inv)) }
		return nil
	})
	if err != nil {
		return nil, Caller{}, err
	}
	return codes, she, nil
}

// keptInvited is what the pages of an invitation leave for each other.
type keptInvited struct {
	Token  string
	Words  string // the seven words proposed
	Seed   string // address of the seed, as an authenticator reads it
	KEK    []byte // once a passphrase was chosen
	Done   bool
	State  string // where she stands once it is taken
	Agency string // its name
	Read   Words  // the four words to read to a colleague; she made them from her own identity
}

// TakeUp begins an invitation and returns the cookie of its next page, with the
// language of the invited person. ErrInvitation, or ErrThrottled.
func (d *Door) TakeUp(ctx context.Context, token string, from From) (cookie, language string, err error) {
	t, err := d.fromBucket(from)
	if err != nil {
		return "", "", err
	}
	e, err := d.Invited(ctx, crypto.Secret(token))
	if errors.Is(err, ErrInvitation) {
		d.refusals.add(refusal{policies.InvitationAccept, ""}, d.gate.Now().Unix())
		return "", "", ErrInvitation
	}
	if err != nil {
		return "", "", err
	}
	d.giveBack(ctx, t)
	cookie, err = d.keep(ctx, keptInvitation, invitationPages,
		keptInvited{Token: token, Words: string(crypto.NewPassphrase()), Seed: e.Seed.URL()})
	return cookie, e.Language, err
}

// InvitationStep is what a page of an invitation shows.
type InvitationStep struct {
	Words  string     // seven words proposed as passphrase
	Chosen bool       // a passphrase was chosen
	Factor *NewFactor // for the authenticator
	Done   bool
	State  PersonState // where she stands once it is taken
	Agency string      // its name
	Read   Words       // to read to a colleague, while she waits; empty if she is the first
}

// Invitation opens what the page before left. ErrOver when it took too long.
func (d *Door) Invitation(ctx context.Context, cookie string) (*InvitationStep, error) {
	var k keptInvited
	if err := d.kept(ctx, keptInvitation, cookie, &k); err != nil {
		return nil, err
	}
	seed, err := otp.NewKeyFromURL(k.Seed)
	if err != nil {
		return nil, ErrOver
	}
	factor, err := showFactor(seed)
	if err != nil {
		return nil, err
	}
	return &InvitationStep{Words: k.Words, Chosen: len(k.KEK) > 0, Factor: factor, Done: k.Done, State: PersonState(k.State), Agency: k.Agency, Read: k.Read}, nil
}

// InvitationPhrase takes the passphrase that she chose and returns the cookie of
// the next page. ErrWeak, ErrOver or ErrInvitation.
func (d *Door) InvitationPhrase(ctx context.Context, cookie, passphrase string) (string, error) {
	var k keptInvited
	if err := d.kept(ctx, keptInvitation, cookie, &k); err != nil {
		return "", err
	}
	if crypto.PassphraseBits(passphrase) < minBits {
		return "", ErrWeak
	}
	kek, err := d.kekOfInvited(ctx, crypto.Secret(k.Token), passphrase)
	if err != nil {
		return "", err
	}
	k.KEK = kek.Bytes()
	return d.keepAgain(ctx, keptInvitation, cookie, k)
}

// keepAgain replaces what a page left by what it leaves now, under a new cookie.
func (d *Door) keepAgain(ctx context.Context, kind, cookie string, v any) (string, error) {
	if err := d.take(ctx, cookie); err != nil {
		return "", err
	}
	return d.keep(ctx, kind, invitationPages, v)
}

// InvitationCode ends an invitation with the first code of her authenticator. It
// returns her ten recovery codes, shown once, and the cookie of the last page.
// ErrSignIn for a wrong code.
func (d *Door) InvitationCode(ctx context.Context, cookie, code string) ([]crypto.Secret, string, error) {
	var k keptInvited
	if err := d.kept(ctx, keptInvitation, cookie, &k); err != nil {
		return nil, "", err
	}
	seed, err := otp.NewKeyFromURL(k.Seed)
	kek, err2 := crypto.KeyFromBytes(k.KEK)
	if err != nil || err2 != nil || k.Done {
		return nil, "", ErrOver
	}
	codes, she, err := d.accept(ctx, crypto.Secret(k.Token), kek, seed.Secret(), code)
	if err != nil {
		return nil, "", err
	}
	left := keptInvited{Seed: k.Seed, Done: true, State: string(she.state)}
	// From here on it is taken: without the last page, words come with sign-in.
	if left.Read, err = d.WordsOf(ctx, she); err != nil {
		return codes, "", nil
	}
	if roster, err := d.Roster(ctx); err == nil && roster.Agencies[she.agency] != nil {
		left.Agency = roster.Agencies[she.agency].Name
	}
	next, err := d.keepAgain(ctx, keptInvitation, cookie, left)
	if err != nil {
		return codes, "", nil
	}
	return codes, next, nil
}

// WordsOf computes the words of a waiting person for her unit's newest epoch,
// from the identity that her passphrase opened. They are empty for somebody who
// waits for nobody, and ErrCovered asks for the passphrase.
func (d *Door) WordsOf(ctx context.Context, who Caller) (Words, error) {
	epoch := d.gate.Log().Epoch(who.unit)
	if who.state != Waiting || epoch == 0 {
		return Words{}, nil
	}
	if !who.kept {
		return Words{}, ErrCovered
	}
	return d.ownWords(ctx, who, epoch)
}

// WithdrawInvitation takes an open invitation back: its code opens nothing.
func (d *Door) WithdrawInvitation(ctx context.Context, who Caller, id string) (audit.Receipt, error) {
	return d.do(ctx, who, policies.PersonWithdraw, func(r Reader, act *Act) error {
		var inv Invitation
		if err := r.Get(&inv, id); err != nil {
			return err
		}
		var p Person
		if err := r.Get(&p, inv.Person); err != nil {
			return err
		}
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit, Agency: p.Agency}); err != nil {
			return err
		}
		if inv.State != "open" {
			return ErrConflict
		}
		inv.Version, inv.State = inv.Version+1, "withdrawn"
		act.Commit = func(tx Tx) error { return tx.Put(&inv) }
		return nil
	})
}
