package accounts

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
)

// newToken makes a cookie value of an id part, stored as its hash, and a key
// part that the server never stores.
func (d *Door) newToken() (cookie string, hash []byte, key crypto.Key) {
	id, key := crypto.NewSalt(), crypto.NewKey()
	e := base64.RawURLEncoding
	return e.EncodeToString(id) + "." + e.EncodeToString(key.Bytes()), crypto.Hash(id), key
}

// parseToken splits a cookie value. It refuses anything but the exact form.
func parseToken(cookie string) (hash []byte, key crypto.Key, err error) {
	a, b, ok := strings.Cut(cookie, ".")
	e := base64.RawURLEncoding.Strict()
	id, err1 := e.DecodeString(a)
	kb, err2 := e.DecodeString(b)
	if !ok || err1 != nil || err2 != nil || len(id) != 16 {
		return nil, crypto.Key{}, ErrSignedOut
	}
	if key, err = crypto.KeyFromBytes(kb); err != nil {
		return nil, crypto.Key{}, ErrSignedOut
	}
	return crypto.Hash(id), key, nil
}

func tokenBinding(kind string, hash []byte) crypto.Binding {
	return crypto.Binding{Table: kind, Row: base64.RawURLEncoding.EncodeToString(hash), Column: "sealed", Version: 1}
}

// held is what a session row seals: the unit keys and the key of what is
// restricted to her by name. Her own identity is never in it.
//
// Whose session it is, and when it began and ends, are sealed with the keys:
// who can write to the database cannot re-point a session of his own to
// somebody else, nor prolong one.
type held struct {
	Person    string      `json:"w"`
	Created   int64       `json:"c"`
	Ends      int64       `json:"x"`
	Epochs    []heldEpoch `json:"e"`
	Personal  []byte      `json:"p"`
	Draft     []byte      `json:"d,omitempty"` // given back once, after sign-in
	Enrol     bool        `json:"n,omitempty"`
	Strangers bool        `json:"s,omitempty"`
	Own       ownFacts    `json:"o"`
}

type heldEpoch struct {
	Epoch    int64  `json:"n"`
	Key      []byte `json:"k"`
	Identity string `json:"i"`
	UnitKey  []byte `json:"u"`
}

// sessionKey joins cookie and key file: a cookie and a stolen database open
// nothing without the file.
func (d *Door) sessionKey(part crypto.Key, hash []byte) crypto.Key {
	return d.keys.Session.Derive(crypto.LabelSession, part.Bytes(), hash)
}

// sealHeld seals the caller's keys into the row of her session.
func (d *Door) sealHeld(row *SessionRow, c Caller, draft []byte) error {
	h := held{Person: row.Person, Created: row.Created, Ends: row.Ends, Personal: c.personal.Bytes(), Draft: draft,
		Enrol: c.enrol, Strangers: c.strangers, Own: c.own}
	for _, e := range c.epochs {
		h.Epochs = append(h.Epochs, heldEpoch{e.Epoch, e.Key.Bytes(), e.Identity, e.UnitKey.Bytes()})
	}
	var err error
	row.Sealed, err = d.sessionKey(c.keyPart, c.session).SealValue(tokenBinding("session", c.session), h)
	return err
}

// openHeld brings the keys of a session back, and returns its draft.
func (d *Door) openHeld(row *SessionRow, c *Caller) ([]byte, error) {
	var h held
	err := d.sessionKey(c.keyPart, c.session).OpenValue(tokenBinding("session", c.session), row.Sealed, &h)
	if err != nil || h.Person != row.Person || h.Created != row.Created || h.Ends != row.Ends {
		return nil, ErrSignedOut
	}
	if c.personal, err = crypto.KeyFromBytes(h.Personal); err != nil {
		return nil, ErrSignedOut
	}
	c.enrol, c.strangers, c.own = h.Enrol, h.Strangers, h.Own
	for _, e := range h.Epochs {
		key, err1 := crypto.KeyFromBytes(e.Key)
		unit, err2 := crypto.KeyFromBytes(e.UnitKey)
		if err1 != nil || err2 != nil {
			return nil, ErrSignedOut
		}
		c.epochs = append(c.epochs, unitKeys{e.Epoch, key, e.Identity, unit})
	}
	return h.Draft, nil
}

// open makes the session of somebody whose credentials were right.
func (d *Door) open(ctx context.Context, p *Person, c Caller, from From) (*SignedIn, error) {
	cookie, hash, key := d.newToken()
	c.session, c.keyPart = hash, key
	c.draft = d.takeDraft(ctx, c)
	now := d.gate.Now()
	row := &SessionRow{Hash: hash, Person: p.ID, Created: now.Unix(), Seen: now.Unix(),
		Ends: now.Add(endAfter).Unix(), Agent: from.Agent}
	if err := d.sealHeld(row, c, c.draft); err != nil {
		return nil, err
	}
	if err := d.store.PutSession(ctx, row); err != nil {
		return nil, err
	}
	device := from.Device
	if device == "" {
		device = string(crypto.NewToken())
	}
	if err := d.store.KnowDevice(ctx, crypto.Hash([]byte(device)), p.ID, now.Add(deviceFor).Unix()); err != nil {
		return nil, err
	}
	return &SignedIn{Cookie: cookie, Device: device, Caller: c}, nil
}

// Caller turns a session cookie into its caller. ErrSignedOut when it has
// ended, with the person and no key if the session was known, so that what she
// typed can be kept for her; ErrCovered, likewise, when her passphrase must
// bring the keys back.
func (d *Door) Caller(ctx context.Context, cookie string) (Caller, error) {
	hash, key, err := parseToken(cookie)
	if err != nil {
		return Caller{}, ErrSignedOut
	}
	row, err := d.store.Session(ctx, hash)
	if errors.Is(err, ErrNoRow) {
		return Caller{}, ErrSignedOut
	}
	if err != nil {
		return Caller{}, err
	}
	now := d.gate.Now()
	seen := time.Unix(row.Seen, 0)
	c, err := d.person(ctx, row.Person)
	if err != nil {
		return Caller{}, err
	}
	c.session, c.keyPart = hash, key
	if now.Unix() >= row.Ends || now.Sub(seen) > idleAfter {
		return c, errors.Join(ErrSignedOut, d.store.EndSession(ctx, hash))
	}
	if row.Covered || now.Sub(seen) > coverAfter {
		c.covered = true
		if !row.Covered {
			return c, errors.Join(ErrCovered, d.store.CoverSession(ctx, hash))
		}
		return c, ErrCovered
	}
	bare := c
	if c.draft, err = d.openHeld(row, &c); err != nil {
		return Caller{}, err
	}
	if now.Sub(seen) > touchEvery {
		if err := d.store.TouchSession(ctx, hash, now.Unix()); err != nil {
			return bare, err // known, so that what she typed is given back to her
		}
	}
	return c, nil
}

// person reads the roster's facts of a caller: who was suspended or removed is
// signed out at once.
func (d *Door) person(ctx context.Context, id string) (Caller, error) {
	var c Caller
	err := d.look(ctx, func(r Reader) error {
		var p Person
		if err := r.Recall(&p, id); err != nil {
			return err
		}
		if p.State == string(Suspended) || p.State == string(Removed) {
			return ErrSignedOut
		}
		c = Caller{person: p.ID, username: p.Username, role: policies.Role(p.Role), unit: p.Unit,
			agency: p.Agency, language: p.Language, state: PersonState(p.State)}
		if p.Unit == "" {
			return nil
		}
		var u Unit
		err := r.Recall(&u, p.Unit)
		c.unitKind = u.Kind
		return err
	})
	if errors.Is(err, ErrNoRow) {
		return Caller{}, ErrSignedOut
	}
	return c, err
}

// Cover takes the keys out of the session at once.
func (d *Door) Cover(ctx context.Context, who Caller) error {
	return d.store.CoverSession(ctx, who.session)
}

// SignOut ends the caller's session.
func (d *Door) SignOut(ctx context.Context, who Caller) error {
	return d.store.EndSession(ctx, who.session)
}

// Uncover brings the keys back into a covered session with the passphrase
// alone, on the browser that has its cookie.
func (d *Door) Uncover(ctx context.Context, cookie, passphrase string, from From) (Caller, error) {
	who, err := d.Caller(ctx, cookie)
	if err != nil && !errors.Is(err, ErrCovered) {
		return Caller{}, err
	}
	p, err := d.find(ctx, who.username)
	if err != nil {
		return Caller{}, err
	}
	t, err := d.known(ctx, p, from, who)
	if err != nil {
		return Caller{}, err
	}
	kek, err := d.kek(ctx, p.Stretch, passphrase, p.Salt)
	if err != nil {
		return Caller{}, err
	}
	b, err := openBox(p, kek)
	if err != nil {
		return Caller{}, d.failed(p, ErrSignIn)
	}
	c, err := d.refill(ctx, who, p.ID, b)
	if err != nil {
		return Caller{}, err
	}
	c.kek = kek
	d.giveBack(ctx, t)
	return c, nil
}

// refill puts freshly fetched keys into a session.
func (d *Door) refill(ctx context.Context, who Caller, person string, b *box) (Caller, error) {
	var c Caller
	_, err := Do(ctx, d.gate, d.store.Look, Caller{}, policies.SessionResume, func(r Reader, act *Act) error {
		var p Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		var err error
		if c, err = callerOf(r, &p, b); err != nil {
			return err
		}
		c.session, c.keyPart = who.session, who.keyPart
		act.Who = c
		return act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit})
	})
	if err != nil {
		return Caller{}, err
	}
	c.draft = d.takeDraft(ctx, c)
	return c, d.reseal(ctx, c)
}

// reseal puts what a caller now holds into her open session.
func (d *Door) reseal(ctx context.Context, c Caller) error {
	row, err := d.store.Session(ctx, c.session)
	if errors.Is(err, ErrNoRow) || err == nil && row.Person != c.person {
		return ErrSignedOut
	}
	if err != nil {
		return err
	}
	if err := d.sealHeld(row, c, c.draft); err != nil {
		return err
	}
	row.Covered, row.Seen = false, d.gate.Now().Unix()
	return d.store.PutSession(ctx, row)
}

// renew gives an open session the keys of what has just changed, in the one
// request that holds its person's identity. Without the identity nothing
// happens: her passphrase fetches the keys later.
func (d *Door) renew(ctx context.Context, who Caller) error {
	if !who.kept || len(who.session) == 0 {
		return nil
	}
	c, err := d.again(ctx, who)
	if err != nil {
		return err
	}
	c.session, c.keyPart, c.draft = who.session, who.keyPart, who.draft
	return d.reseal(ctx, c)
}

// again makes the caller anew from the identity that she holds in this request,
// with what her unit's keys are now.
func (d *Door) again(ctx context.Context, who Caller) (Caller, error) {
	b := &box{Identity: string(who.identity.Secret()), Enrol: who.enrol, Recovery: make([][]byte, who.own.Codes),
		Factor: who.own.Factor, Phrase: who.own.Phrase}
	var c Caller
	err := d.look(ctx, func(r Reader) error {
		var p Person
		if err := r.Get(&p, who.person); err != nil {
			return err
		}
		var err error
		c, err = callerOf(r, &p, b)
		return err
	})
	return c, err
}

// StepUp asks a signed-in person for passphrase and code again, and grants her
// one act on one named object. The session gets a new id: the cookie returned
// replaces the old one.
func (d *Door) StepUp(ctx context.Context, who Caller, passphrase, code string, a policies.Action, object string, from From) (*SignedIn, error) {
	p, err := d.find(ctx, who.username)
	if err != nil {
		return nil, err
	}
	t, err := d.known(ctx, p, from, who)
	if err != nil {
		return nil, err
	}
	kek, err := d.kek(ctx, p.Stretch, passphrase, p.Salt)
	if err != nil {
		return nil, err
	}
	c, err := d.verify(ctx, p, kek, nil, code, policies.ActStepUp)
	if err != nil {
		return nil, d.failed(p, err)
	}
	// The new session comes first: when it cannot be kept, she goes on in the old.
	in, err := d.open(ctx, p, c, from)
	if err != nil {
		return nil, err
	}
	if err := d.store.EndSession(ctx, who.session); err != nil {
		return nil, errors.Join(err, d.store.EndSession(ctx, in.Caller.session))
	}
	in.Caller.stepUp = &grant{a, object}
	in.Caller.kek = kek
	d.giveBack(ctx, t)
	return in, nil
}

// takeDraft opens the draft that was kept for a person, with the identity that
// her passphrase just opened. Nothing kept, or not to be opened, is no draft.
func (d *Door) takeDraft(ctx context.Context, c Caller) []byte {
	row, err := d.store.TakeDraft(ctx, c.person, d.gate.Now().Unix())
	if err != nil {
		return nil
	}
	text, err := crypto.OpenPadded(c.identity, draftContext(c.person, row.ID), row.Sealed)
	if err != nil {
		return nil
	}
	return text
}

// draftFor is how long a draft waits for its writer.
const draftFor = time.Hour

func draftContext(person, id string) crypto.WrapContext {
	return crypto.WrapContext{Purpose: "draft", Person: person, Record: id}
}

// KeepDraft seals what was typed to the public key of the person of a session,
// even one that just ended: nothing typed is lost, and only she gets it back.
func (d *Door) KeepDraft(ctx context.Context, person string, text []byte) error {
	var p Person
	if err := d.look(ctx, func(r Reader) error { return r.Get(&p, person) }); err != nil {
		return fmt.Errorf("reading whom a draft is for: %w", err)
	}
	to, err := crypto.ParseRecipient(p.Recipient)
	if err != nil {
		return fmt.Errorf("reading a recipient: %w", err)
	}
	row := &DraftRow{ID: crypto.NewID(), Person: person, Ends: d.gate.Now().Add(draftFor).Unix()}
	if row.Sealed, err = crypto.SealPadded(to, draftContext(person, row.ID), text); err != nil {
		return fmt.Errorf("sealing a draft: %w", err)
	}
	return d.store.PutDraft(ctx, row)
}

// DropDraft forgets the draft that a session gave back.
func (d *Door) DropDraft(ctx context.Context, who Caller) error {
	if len(who.draft) == 0 {
		return nil
	}
	return d.HoldDraft(ctx, who, nil)
}

// HoldDraft keeps what was typed in the open session that typed it, sealed with
// its keys, until the next form of that session; it ends with the session.
func (d *Door) HoldDraft(ctx context.Context, who Caller, text []byte) error {
	row, err := d.store.Session(ctx, who.session)
	if err != nil {
		return err
	}
	if row.Covered {
		return ErrCovered
	}
	if err = d.sealHeld(row, who, text); err != nil {
		return err
	}
	return d.store.PutSession(ctx, row)
}

// FormToken is the token that a page's forms carry: it holds for the session
// alone, so that another site cannot post in her name.
func (d *Door) FormToken(who Caller) string {
	m := d.keys.Session.MAC(crypto.LabelFormToken, who.session)
	return base64.RawURLEncoding.EncodeToString(m[:])
}

// PublicFormToken is the token of forms before sign-in, bound to a cookie.
func (d *Door) PublicFormToken(cookie string) string {
	m := d.keys.Session.MAC(crypto.LabelFormToken, []byte("public"), []byte(cookie))
	return base64.RawURLEncoding.EncodeToString(m[:])
}
