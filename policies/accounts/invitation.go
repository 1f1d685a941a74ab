package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/policies/units"

	"github.com/pquerna/otp"
)

const (
	// invitationPages is how long its pages may take.
	invitationPages = 30 * time.Minute
	// minBits is the least a passphrase must be worth.
	minBits = 70
)

// Enrolment is what a person is shown before she confirms a second factor: the
// seed, for the authenticator.
type Enrolment struct {
	Username string
	Language string
	Seed     *otp.Key
}

// Invited looks an invitation up. ErrInvitation when it does not hold.
func (d *Door) Invited(ctx context.Context, token crypto.Secret) (*Enrolment, error) {
	var p acts.Person
	err := d.look(ctx, func(r acts.Reader) error { return d.invited(r, token, &units.Invitation{}, &p) })
	if err != nil {
		return nil, err
	}
	seed, err := newSeed(p.Username)
	if err != nil {
		return nil, fmt.Errorf("making a seed: %w", err)
	}
	return &Enrolment{Username: p.Username, Language: p.Language, Seed: seed}, nil
}

func (d *Door) invited(r acts.Reader, token crypto.Secret, inv *units.Invitation, p *acts.Person) error {
	found, err := units.InvitationByToken.One(r, office.TokenHash(token))
	if errors.Is(err, acts.ErrNoRow) || err == nil && (found.State != "open" || found.Ends < d.gate.Day()) {
		return office.ErrInvitation
	}
	if err != nil {
		return err
	}
	*inv = *found
	if err := r.Get(p, inv.Person); err != nil {
		return err
	}
	if p.State != string(acts.Invited) {
		return office.ErrInvitation
	}
	return nil
}

// Accept takes an invitation: the passphrase seals a new identity and the seed,
// once a code shows that the authenticator has it. It returns the ten recovery
// codes, shown once. ErrWeak, ErrSignIn (wrong code) or ErrInvitation.
func (d *Door) Accept(ctx context.Context, token crypto.Secret, passphrase, seed, code string, from From) ([]crypto.Secret, error) {
	if crypto.PassphraseBits(passphrase) < minBits {
		return nil, office.ErrWeak
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
	var p acts.Person
	if err := d.look(ctx, func(r acts.Reader) error { return d.invited(r, token, &units.Invitation{}, &p) }); err != nil {
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
func (d *Door) accept(ctx context.Context, token crypto.Secret, kek crypto.Key, seed, code string) ([]crypto.Secret, acts.Caller, error) {
	code, err := typedCode(code)
	if err != nil {
		return nil, acts.Caller{}, err
	}
	step, ok := matchStep(seed, code, 0, d.gate.Now())
	if !ok {
		return nil, acts.Caller{}, ErrSignIn
	}
	identity, err := crypto.NewIdentity()
	if err != nil {
		return nil, acts.Caller{}, fmt.Errorf("making an identity: %w", err)
	}
	codes, hashes := newRecoveryCodes()
	day := d.gate.Day()
	b := &box{Identity: string(identity.Secret()), TOTP: seed, Step: step, Recovery: hashes, Factor: day, Phrase: day}
	var she acts.Caller
	_, err = d.house.Do(ctx, acts.Caller{}, policies.InvitationAccept, func(r acts.Reader, act *acts.Act) error {
		var inv units.Invitation
		var p acts.Person
		if err := d.invited(r, token, &inv, &p); err != nil {
			return err
		}
		act.Who = acts.NewCaller(us, acts.Inside{Person: p.ID, Role: policies.Role(p.Role), Unit: p.Unit, Agency: p.Agency})
		act.Who.Inside(us).UnitKind = units.KindOfUnit(r, p.Unit)
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID}); err != nil {
			return err
		}
		p.Recipient = identity.Recipient().String()
		p.State = string(acts.Waiting)
		if policies.Role(p.Role) == policies.Administrator {
			p.State = string(acts.Active)
		}
		if err := sealBox(&p, kek, b); err != nil {
			return err
		}
		inv.Version, inv.State = inv.Version+1, "used"
		she = act.Who
		she.Inside(us).State, she.Inside(us).Identity, she.Inside(us).Kept = acts.PersonState(p.State), identity, true
		act.Commit = func(tx acts.Tx) error { return errors.Join(tx.Put(&p), tx.Put(&inv)) }
		return nil
	})
	if err != nil {
		return nil, acts.Caller{}, err
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
	State  string      // where she stands once it is taken
	Agency string      // its name
	Read   units.Words // the four words to read to a colleague; she made them from her own identity
}

// TakeUp begins an invitation and returns the cookie of its next page, with the
// language of the invited person. ErrInvitation, or ErrThrottled.
func (d *Door) TakeUp(ctx context.Context, token string, from From) (cookie, language string, err error) {
	t, err := d.fromBucket(from)
	if err != nil {
		return "", "", err
	}
	e, err := d.Invited(ctx, crypto.Secret(token))
	if errors.Is(err, office.ErrInvitation) {
		d.refusals.add(refusal{policies.InvitationAccept, ""}, d.gate.Now().Unix())
		return "", "", office.ErrInvitation
	}
	if err != nil {
		return "", "", err
	}
	d.giveBack(ctx, t)
	cookie, err = d.issue(ctx, keptInvitation, invitationPages,
		keptInvited{Token: token, Words: string(crypto.NewPassphrase()), Seed: e.Seed.URL()})
	return cookie, e.Language, err
}

// InvitationStep is what a page of an invitation shows.
type InvitationStep struct {
	Words  string     // seven words proposed as passphrase
	Chosen bool       // a passphrase was chosen
	Factor *NewFactor // for the authenticator
	Done   bool
	State  acts.PersonState // where she stands once it is taken
	Agency string           // its name
	Read   units.Words      // to read to a colleague, while she waits; empty if she is the first
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
	return &InvitationStep{Words: k.Words, Chosen: len(k.KEK) > 0, Factor: factor, Done: k.Done, State: acts.PersonState(k.State), Agency: k.Agency, Read: k.Read}, nil
}

// InvitationPhrase takes the passphrase that she chose and returns the cookie of
// the next page. ErrWeak, ErrOver or ErrInvitation.
func (d *Door) InvitationPhrase(ctx context.Context, cookie, passphrase string) (string, error) {
	var k keptInvited
	if err := d.kept(ctx, keptInvitation, cookie, &k); err != nil {
		return "", err
	}
	if crypto.PassphraseBits(passphrase) < minBits {
		return "", office.ErrWeak
	}
	kek, err := d.kekOfInvited(ctx, crypto.Secret(k.Token), passphrase)
	if err != nil {
		return "", err
	}
	k.KEK = kek.Bytes()
	return d.keepAgain(ctx, keptInvitation, cookie, k)
}

// keepAgain replaces what a page left by what it leaves now, under a new cookie.
func (d *pages) keepAgain(ctx context.Context, kind, cookie string, v any) (string, error) {
	if err := d.take(ctx, cookie); err != nil {
		return "", err
	}
	return d.issue(ctx, kind, invitationPages, v)
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
	left := keptInvited{Seed: k.Seed, Done: true, State: string(she.State())}
	// From here on it is taken: without the last page, words come with sign-in.
	if left.Read, err = d.WordsOf(ctx, she); err != nil {
		return codes, "", nil
	}
	if roster, err := d.house.Roster(ctx); err == nil && roster.Agencies[she.Agency()] != nil {
		left.Agency = roster.Agencies[she.Agency()].Name
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
func (d *Door) WordsOf(ctx context.Context, who acts.Caller) (units.Words, error) {
	epoch := d.gate.Log().Epoch(who.Unit())
	if who.State() != acts.Waiting || epoch == 0 {
		return units.Words{}, nil
	}
	if !who.Inside(us).Kept {
		return units.Words{}, acts.ErrCovered
	}
	return d.house.OwnWords(ctx, who, epoch)
}
