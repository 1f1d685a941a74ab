package accounts

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
)

// sessions is what a session holds: who signed in, her keys, and what she typed and
// did not send.
type sessions struct {
	*base
	*liveSessions
	unwritten unwritten // drafts that the disk did not take
}

// newToken makes a cookie value of an id part, stored as its hash, and a key
// part that the server never stores.
func (d *base) newToken() (cookie string, hash []byte, key crypto.Key) {
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

func tokenBinding(kind string, hash []byte, version int64) crypto.Binding {
	return crypto.Binding{Table: kind, Row: base64.RawURLEncoding.EncodeToString(hash), Column: "sealed", Version: version}
}

// held is what a session row seals: the unit keys and the key of what is
// restricted to her by name. Her own identity is never in it.
//
// Whose session it is, and when it began and ends, are sealed with the keys:
// who can write to the database cannot re-point a session of his own to
// somebody else, nor prolong one.
type held struct {
	Person    string            `json:"w"`
	Created   int64             `json:"c"`
	Ends      int64             `json:"x"`
	Epochs    []heldEpoch       `json:"e"`
	Personal  []byte            `json:"p"`
	Draft     []byte            `json:"d,omitempty"` // given back once, after sign-in
	Late      []*acts.LateDraft `json:"a,omitempty"` // offered, until she says what becomes of them
	Enrol     bool              `json:"n,omitempty"`
	Strangers bool              `json:"s,omitempty"`
	Own       acts.OwnFacts     `json:"o"`
}

type heldEpoch struct {
	Epoch    int64  `json:"n"`
	Key      []byte `json:"k"`
	Identity string `json:"i"`
	UnitKey  []byte `json:"u"`
}

// sessionKey joins cookie and key file: a cookie and a stolen database open
// nothing without the file.
func (d *base) sessionKey(part crypto.Key, hash []byte) crypto.Key {
	return d.keys.Session.Derive(crypto.LabelSession, part.Bytes(), hash)
}

// sealHeld seals what the caller holds into the row of her session, for one
// generation: what was sealed before the screen was covered opens in none after.
func (d *sessions) sealHeld(row *acts.SessionRow, generation int64, c acts.Caller) error {
	h := held{Person: row.Person, Created: row.Created, Ends: row.Ends, Personal: c.PersonalKey().Bytes(), Draft: c.Draft(), Late: c.Inside(us).Late,
		Enrol: c.MustEnrol(), Strangers: c.Strangers(), Own: c.Inside(us).Own}
	for _, e := range c.Inside(us).Epochs {
		h.Epochs = append(h.Epochs, heldEpoch{e.Epoch, e.Key.Bytes(), e.Identity, e.UnitKey.Bytes()})
	}
	var err error
	row.Generation, row.Covered = generation, false
	row.Sealed, err = d.sessionKey(c.Inside(us).KeyPart, c.Inside(us).Session).SealValue(tokenBinding("session", c.Inside(us).Session, generation), h)
	return err
}

// openHeld brings back what a session holds.
func (d *sessions) openHeld(row *acts.SessionRow, c *acts.Caller) error {
	var h held
	err := d.sessionKey(c.Inside(us).KeyPart, c.Inside(us).Session).OpenValue(tokenBinding("session", c.Inside(us).Session, row.Generation), row.Sealed, &h)
	if err != nil || h.Person != row.Person || h.Created != row.Created || h.Ends != row.Ends {
		return ErrSignedOut
	}
	if c.Inside(us).Personal, err = crypto.KeyFromBytes(h.Personal); err != nil {
		return ErrSignedOut
	}
	c.Inside(us).Enrol, c.Inside(us).Strangers, c.Inside(us).Own, c.Inside(us).Draft, c.Inside(us).Late, c.Inside(us).Epochs = h.Enrol, h.Strangers, h.Own, h.Draft, h.Late, nil
	for _, e := range h.Epochs {
		key, err1 := crypto.KeyFromBytes(e.Key)
		unit, err2 := crypto.KeyFromBytes(e.UnitKey)
		if err1 != nil || err2 != nil {
			return ErrSignedOut
		}
		c.Inside(us).Epochs = append(c.Inside(us).Epochs, acts.UnitKeys{Epoch: e.Epoch, Key: key, Identity: e.Identity, UnitKey: unit})
	}
	turn := d.turn(row.Person) // a row that comes back offers nothing that was settled
	c.Inside(us).Late = slices.DeleteFunc(c.Inside(us).Late, func(l *acts.LateDraft) bool { return l.Turn != turn })
	return nil
}

// opening is a session while it is made. Its cookie is drawn, and its row kept,
// before the act whose leaf marks it is durable: until then the row opens nothing,
// and then nothing is left that could fail.
type opening struct {
	cookie string
	row    acts.SessionRow
	key    crypto.Key
	kept   bool
	before *acts.SessionRow  // of the session that it takes the place of
	late   []*acts.LateDraft // which that session held
	taken  []*acts.DraftRow
	raise  *raised // what the newest way of stretching made of her passphrase, if hers is older
}

func (d *sessions) newOpening(from From, before acts.Caller) *opening {
	o := &opening{before: before.Inside(us).Row, late: before.Inside(us).Late}
	o.cookie, o.row.Hash, o.key = d.newToken()
	now := d.gate.Now()
	o.row.Agent, o.row.Version = from.Agent, 1
	o.row.Created, o.row.Seen, o.row.Ends = now.Unix(), now.Unix(), now.Add(endAfter).Unix()
	return o
}

// keepOpening seals what the caller holds into the row and keeps it. It is called as the
// act is prepared, and again if the act is.
func (d *sessions) keepOpening(ctx context.Context, o *opening, c *acts.Caller) error {
	o.row.Person = c.Person()
	c.Inside(us).Session, c.Inside(us).KeyPart, c.Inside(us).Row, c.Inside(us).Generation = o.row.Hash, o.key, &o.row, 1
	o.taken = d.drafts(ctx, c, o.late)
	if err := d.sealHeld(&o.row, 1, *c); err != nil {
		return err
	}
	if !o.kept {
		o.kept = true
		return d.store.PutSession(ctx, &o.row)
	}
	o.row.Version++
	return d.store.UpdateSession(ctx, &o.row)
}

// mark marks the session open in the leaf of its act, the one before as gone, and
// that drafts were given back.
func (o *opening) mark(tx acts.Tx) {
	tx.Mark(markOf(&o.row, 1, sessionOpen))
	if len(o.taken) > 0 {
		nextTurn(tx, o.row.Person)
	}
	if o.before != nil {
		moveSession(tx, o.before, sessionGone)
	}
}

// over takes away the row of a session that was not opened, or the row before and
// the drafts of one that was.
func (d *sessions) over(ctx context.Context, o *opening, failed error) {
	ctx = context.WithoutCancel(ctx)
	if failed != nil {
		if o.kept {
			_ = d.store.EndSession(ctx, o.row.Hash)
		}
		return
	}
	if o.before != nil {
		_ = d.store.EndSession(ctx, o.before.Hash)
	}
	d.dropDrafts(ctx, o.row.Person, o.taken)
}

// enter gives out a session that an act opened. One that cannot be given out ends.
func (d *sessions) enter(ctx context.Context, o *opening, c acts.Caller, from From) (*SignedIn, error) {
	device := from.Device
	if device == "" {
		device = string(crypto.NewToken())
	}
	err := d.store.KnowDevice(ctx, crypto.Hash([]byte(device)), c.Person(), d.gate.Now().Add(deviceFor).Unix())
	if err != nil {
		return nil, errors.Join(err, d.SignOut(ctx, c))
	}
	return &SignedIn{Cookie: o.cookie, Device: device, Caller: c}, nil
}

// Caller turns a session cookie into its caller. ErrSignedOut when it has
// ended, with the person and no key if it ended by time, so that what she typed
// can be kept for her; ErrCovered, likewise, when her passphrase must bring the
// keys back. How the session stands is asked of the log, not of its row.
func (d *sessions) Caller(ctx context.Context, cookie string) (acts.Caller, error) {
	hash, key, err := parseToken(cookie)
	if err != nil {
		return acts.Caller{}, ErrSignedOut
	}
	row, err := d.store.Session(ctx, hash)
	if errors.Is(err, acts.ErrNoRow) {
		return acts.Caller{}, ErrSignedOut
	}
	if err != nil {
		return acts.Caller{}, err
	}
	stands, generation := d.stands(row)
	if stands == sessionGone {
		return acts.Caller{}, ErrSignedOut
	}
	c, err := d.person(ctx, row.Person)
	if err != nil {
		return acts.Caller{}, err
	}
	c.Inside(us).Session, c.Inside(us).KeyPart, c.Inside(us).Row, c.Inside(us).Generation = hash, key, row, generation
	if late := byTime(row, d.gate.Now()); late.worse(stands) {
		stands = late
		a := policies.SessionClose
		if late == sessionCovered {
			a = policies.SessionCover
		}
		_ = d.move(ctx, c, a, late) // it holds here, recorded or not
	}
	switch {
	case stands == sessionGone || stands == sessionOver:
		return c, ErrSignedOut
	case stands == sessionCovered, row.Generation != generation, row.Sealed == nil:
		c.Inside(us).Covered = true // keys that are not those of the last passphrase are none
		return c, acts.ErrCovered
	}
	if err = d.openHeld(row, &c); err != nil {
		return acts.Caller{}, err
	}
	if now := d.gate.Now(); now.Sub(time.Unix(row.Seen, 0)) > touchEvery {
		// What cannot be noted is noted by the next request; until then the
		// session is only covered earlier.
		_ = d.store.TouchSession(ctx, hash, now.Unix())
	}
	return c, nil
}

// person reads the roster's facts of a caller: who was suspended or removed is
// signed out at once.
func (d *sessions) person(ctx context.Context, id string) (acts.Caller, error) {
	var c acts.Caller
	err := d.look(ctx, func(r acts.Reader) error {
		var p acts.Person
		if err := r.Recall(&p, id); err != nil {
			return err
		}
		if p.State == string(acts.Suspended) || p.State == string(acts.Removed) {
			return ErrSignedOut
		}
		c = acts.NewCaller(us, acts.Inside{Person: p.ID, Username: p.Username, Role: policies.Role(p.Role), Unit: p.Unit,
			Agency: p.Agency, Language: p.Language, State: acts.PersonState(p.State)})
		if p.Unit == "" {
			return nil
		}
		var u acts.Unit
		err := r.Recall(&u, p.Unit)
		c.Inside(us).UnitKind = u.Kind
		return err
	})
	if errors.Is(err, acts.ErrNoRow) {
		return acts.Caller{}, ErrSignedOut
	}
	return c, err
}

// Uncover brings the keys back into a covered session with the passphrase
// alone, on the browser that has its cookie.
func (d *Door) Uncover(ctx context.Context, cookie, passphrase string, from From) (acts.Caller, error) {
	who, err := d.Caller(ctx, cookie)
	if err != nil && !errors.Is(err, acts.ErrCovered) {
		return acts.Caller{}, err
	}
	p, err := d.find(ctx, who.Username())
	if err != nil {
		return acts.Caller{}, err
	}
	t, err := d.known(ctx, p, from, who)
	if err != nil {
		return acts.Caller{}, err
	}
	kek, err := d.kek(ctx, p.Stretch, passphrase, p.Salt)
	if err != nil {
		return acts.Caller{}, err
	}
	b, err := openBox(p, kek)
	if err != nil {
		return acts.Caller{}, d.failed(p, ErrSignIn)
	}
	c, err := d.refill(ctx, who, p.ID, b)
	if err != nil {
		return acts.Caller{}, err
	}
	c.Inside(us).KEK = kek
	d.giveBack(ctx, t)
	return c, nil
}

// refill puts freshly fetched keys into a session, and marks it open again. What
// has ended stays ended.
func (d *sessions) refill(ctx context.Context, who acts.Caller, person string, b *box) (acts.Caller, error) {
	var c acts.Caller
	var taken []*acts.DraftRow
	_, err := acts.Do(ctx, d.gate, d.store.Look, acts.Caller{}, policies.SessionResume, func(r acts.Reader, act *acts.Act) error {
		var p acts.Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		var err error
		if c, err = callerOf(r, &p, b); err != nil {
			return err
		}
		stands, generation := d.stands(who.Inside(us).Row)
		c.Inside(us).Session, c.Inside(us).KeyPart, c.Inside(us).Row, c.Inside(us).Generation = who.Inside(us).Session, who.Inside(us).KeyPart, who.Inside(us).Row, generation+1
		act.Who = c
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit}); err != nil {
			return err
		}
		if stands != sessionOpen && stands != sessionCovered {
			return ErrSignedOut
		}
		taken = d.drafts(ctx, &c, nil)
		act.Commit = func(tx acts.Tx) error {
			if len(taken) > 0 {
				nextTurn(tx, p.ID)
			}
			return reopen(tx, who.Inside(us).Row, generation)
		}
		return nil
	})
	if err != nil {
		return acts.Caller{}, err
	}
	d.unrecorded.forget(who.Inside(us).Row, sessionCovered)
	if err := d.reseal(ctx, c); err != nil {
		if len(c.Draft()) > 0 { // its turn is over, and no session holds it
			err = errors.Join(err, d.KeepDraft(ctx, person, c.Draft()))
		}
		return acts.Caller{}, err
	}
	d.dropDrafts(ctx, person, taken)
	return c, nil
}

// reopen marks a session open in its next generation, if it is still in this one
// and has not ended.
func reopen(tx acts.Tx, r *acts.SessionRow, generation int64) error {
	m, ok := tx.Session(r.MarkID())
	if s := stateBy(r, m); !ok || s != sessionOpen && s != sessionCovered {
		return ErrSignedOut
	}
	if m.Version != generation {
		return acts.ErrStale // two tabs at once
	}
	tx.Mark(markOf(r, generation+1, sessionOpen))
	return nil
}

// reseal puts what a caller now holds into her open session.
func (d *sessions) reseal(ctx context.Context, c acts.Caller) error {
	return d.update(ctx, c, func(*acts.SessionRow) (acts.Caller, error) { return c, nil })
}

// rewrite changes what an open session holds.
func (d *sessions) rewrite(ctx context.Context, who acts.Caller, change func(*acts.Caller)) error {
	return d.update(ctx, who, func(row *acts.SessionRow) (acts.Caller, error) {
		if row.Sealed == nil || row.Generation != generationOf(d, row) {
			return acts.Caller{}, acts.ErrCovered
		}
		fresh := who
		if err := d.openHeld(row, &fresh); err != nil {
			return acts.Caller{}, err
		}
		change(&fresh)
		return fresh, nil
	})
}

func generationOf(d *sessions, row *acts.SessionRow) int64 {
	_, generation := d.stands(row)
	return generation
}

// update writes the row of a session that the log says is open. It changes the
// version that it read and no other, and never makes a row: what was covered or
// ended meanwhile stays so. ErrCovered or ErrSignedOut then.
func (d *sessions) update(ctx context.Context, who acts.Caller, holds func(*acts.SessionRow) (acts.Caller, error)) error {
	for range acts.Tries {
		row, err := d.store.Session(ctx, who.Inside(us).Session)
		if errors.Is(err, acts.ErrNoRow) || err == nil && row.Person != who.Person() {
			return ErrSignedOut
		}
		if err != nil {
			return err
		}
		stands, generation := d.stands(row)
		if stands == sessionCovered {
			return acts.ErrCovered
		}
		if stands != sessionOpen {
			return ErrSignedOut
		}
		c, err := holds(row)
		if err != nil {
			return err
		}
		if err := d.sealHeld(row, generation, c); err != nil {
			return err
		}
		row.Seen = d.gate.Now().Unix()
		row.Version++
		if err = d.store.UpdateSession(ctx, row); !errors.Is(err, acts.ErrConflict) {
			return err
		}
	}
	return acts.ErrConflict
}

// renew gives an open session the keys of what has just changed, in the one
// request that holds its person's identity. Without the identity nothing
// happens: her passphrase fetches the keys later.
func (d *sessions) renew(ctx context.Context, who acts.Caller) error {
	if !who.Inside(us).Kept || len(who.Inside(us).Session) == 0 {
		return nil
	}
	c, err := d.again(ctx, who)
	if err != nil {
		return err
	}
	return d.reseal(ctx, into(c, who))
}

// into puts a caller that was made anew into the session of another of her.
func into(c, who acts.Caller) acts.Caller {
	c.Inside(us).Session, c.Inside(us).KeyPart, c.Inside(us).Row, c.Inside(us).Generation = who.Inside(us).Session, who.Inside(us).KeyPart, who.Inside(us).Row, who.Inside(us).Generation
	c.Inside(us).Draft, c.Inside(us).Late, c.Inside(us).Lost = who.Draft(), who.Inside(us).Late, who.Lost()
	return c
}

// again makes the caller anew from the identity that she holds in this request,
// with what her unit's keys are now.
func (d *sessions) again(ctx context.Context, who acts.Caller) (acts.Caller, error) {
	b := &box{Identity: string(who.Inside(us).Identity.Secret()), Enrol: who.MustEnrol(), Recovery: make([][]byte, who.Inside(us).Own.Codes),
		Factor: who.Inside(us).Own.Factor, Phrase: who.Inside(us).Own.Phrase}
	var c acts.Caller
	err := d.look(ctx, func(r acts.Reader) error {
		var p acts.Person
		if err := r.Get(&p, who.Person()); err != nil {
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
func (d *Door) StepUp(ctx context.Context, who acts.Caller, passphrase, code string, a policies.Action, object string, from From) (*SignedIn, error) {
	code, err := typedCode(code)
	if err != nil {
		return nil, err
	}
	p, err := d.find(ctx, who.Username())
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
	// One leaf opens the new session and ends the old; when the new one cannot be
	// kept, she goes on in the old.
	o := d.newOpening(from, who)
	c, err := d.verify(ctx, p, kek, code, policies.ActStepUp, o)
	if err != nil {
		return nil, d.failed(p, err)
	}
	in, err := d.enter(ctx, o, c, from)
	if err != nil {
		return nil, err
	}
	in.Caller.Inside(us).StepUp = &acts.Grant{Action: a, Object: object}
	in.Caller.Inside(us).KEK = kek
	d.giveBack(ctx, t)
	return in, nil
}

// FormToken is the token that a page's forms carry: it holds for the session
// alone, so that another site cannot post in her name. It says whose session that is,
// and when it ends at the latest: a form that arrives later finds its person.
func (d *sessions) FormToken(who acts.Caller) string {
	in := who.Inside(us)
	if in.Row == nil {
		return ""
	}
	return d.formToken(base64.RawURLEncoding.EncodeToString(in.Session), in.Person, strconv.FormatInt(in.Row.Ends, 10))
}

func (d *sessions) formToken(session, person, ends string) string {
	m := d.keys.Session.MAC(crypto.LabelFormToken, []byte("session"), []byte(session), []byte(person), []byte(ends))
	return strings.Join([]string{base64.RawURLEncoding.EncodeToString(m[:]), session, person, ends}, ".")
}

// openPageFor is how long after the end of its session a page that stood open still
// finds its person: a weekend.
const openPageFor = 72 * time.Hour

// FormOwner is the person whose page a form was on, though its session has ended: its
// token is one of ours, and she has signed in on this device. Nothing is opened with
// it; what was typed can be kept for her. Empty where it is nobody's.
func (d *sessions) FormOwner(ctx context.Context, token string, from From) (string, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 4 || !hmac.Equal([]byte(token), []byte(d.formToken(parts[1], parts[2], parts[3]))) {
		return "", nil
	}
	ends, err := strconv.ParseInt(parts[3], 10, 64)
	if err != nil || d.gate.Now().After(time.Unix(ends, 0).Add(openPageFor)) || from.Device == "" {
		return "", nil
	}
	here, err := d.store.DeviceOf(ctx, crypto.Hash([]byte(from.Device)), parts[2], d.gate.Now().Unix())
	if err != nil || !here {
		return "", err
	}
	c, err := d.person(ctx, parts[2])
	if errors.Is(err, ErrSignedOut) {
		return "", nil
	}
	return c.Person(), err
}

// PublicFormToken is the token of forms before sign-in, bound to a cookie.
func (d *sessions) PublicFormToken(cookie string) string {
	m := d.keys.Session.MAC(crypto.LabelFormToken, []byte("public"), []byte(cookie))
	return base64.RawURLEncoding.EncodeToString(m[:])
}
