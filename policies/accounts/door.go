package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/internal/inside"
	"sportello/policies/units"
)

// What the sign-in pages tell apart.
var (
	// ErrSignIn is the one answer to a wrong name, passphrase or code.
	ErrSignIn = errors.New("name, passphrase or code is not right")
	// ErrNotACode is said of what is not six digits: nothing was tried with it, and
	// nothing counts. Who does not tell it apart has ErrSignIn.
	ErrNotACode = fmt.Errorf("%w: the code has not six digits", ErrSignIn)
	// ErrThrottled says that too many attempts were made; nothing was checked.
	ErrThrottled = errors.New("too many attempts")
	// ErrLocked says, to somebody whose passphrase was right, that ten wrong
	// codes locked the second factor.
	ErrLocked = errors.New("the second factor is locked")
	// ErrSignedOut says that the session has ended.
	ErrSignedOut = errors.New("signed out")
	// ErrOver says that what was begun on an earlier page is over: begin again.
	ErrOver = errors.New("what was begun is over")
	// ErrWait says that this code was used a moment ago: wait for the next.
	ErrWait = errors.New("this code was used already: wait for the next one")
)

// The lengths of a session.
const (
	pendingFor = 2 * time.Minute
	coverAfter = 15 * time.Minute
	idleAfter  = 60 * time.Minute
	endAfter   = 8 * time.Hour
	deviceFor  = 180 * 24 * time.Hour
	touchEvery = 30 * time.Second
)

// Keys are the server's own secrets, each in a file beside the state file.
type Keys struct {
	Pepper   crypto.Pepper
	Session  crypto.Key
	Throttle crypto.Key
}

// SignInStore is what signing in needs of the storage.
type SignInStore interface {
	acts.Store
	acts.Sessions
	acts.Attempts
	acts.Drafts
}

// us lets this package look into a caller.
var us = inside.New()

// base is what every part of the door stands on.
type base struct {
	gate  *acts.Gate
	store SignInStore
	keys  Keys
}

// Door turns credentials into a Caller. Its parts each do one thing: throttle says how
// often may be tried, pages keeps what one page leaves for the next, stretching makes
// keys of passphrases, liveSessions says whether a session still holds, sessions is what a
// session holds.
type Door struct {
	*base
	*throttle
	*pages
	*stretching
	*liveSessions
	*sessions
	house     *units.House
	strangers queue
}

// NewDoor makes the door. atATime bounds how many passphrases are stretched at
// once, 64 MiB each: one of them for devices that nobody signed in on before, the
// others, at least one, for those who are known.
func NewDoor(gate *acts.Gate, store SignInStore, keys Keys, atATime int) (*Door, error) {
	if gate == nil || store == nil || keys.Session.IsZero() || keys.Throttle.IsZero() || atATime < 1 {
		return nil, errors.New("making the door: gate, store and keys are all needed")
	}
	b := &base{gate: gate, store: store, keys: keys}
	stands := &liveSessions{base: b}
	d := &Door{base: b, throttle: &throttle{base: b}, pages: &pages{base: b}, liveSessions: stands,
		stretching: &stretching{base: b, stretcher: crypto.InProcess{}, here: knownQueue(max(1, atATime-1))},
		sessions:   &sessions{base: b, liveSessions: stands}, strangers: strangersQueue()}
	var err error
	d.house, err = units.NewHouse(gate, store, d.slot)
	return d, err
}

// StretchWith has passphrases stretched elsewhere than in this process. It is
// called while the service is put together.
func (d *Door) StretchWith(s crypto.Stretcher) {
	d.stretcher = s
	d.house.StretchWith(s)
}

// House is the house behind the door.
func (d *Door) House() *units.House { return d.house }

// Gate is the gate the door passes through.
func (d *Door) Gate() *acts.Gate { return d.gate }

// From says where an attempt comes from: the network address and the cookie of
// a device that signed in before.
type From struct {
	Address string
	Device  string
	Agent   string
}

// pendingLogin waits for the code, sealed under the pending cookie and the
// session key file: the two halves of a sign-in are not in the database.
type pendingLogin struct {
	Person string
	Name   string
	KEK    []byte
	Raised *raised
	Try    *try
}

// Begin takes user name and passphrase and returns the cookie that the code
// page sends back within two minutes. Right or wrong, known or unknown take
// the same path, time and answer. ErrThrottled when too many were tried, ErrBusy
// when too many unknown devices wait, audit.ErrClock for everybody while the clock
// does not fit the log: codes and deadlines hang on it.
func (d *Door) Begin(ctx context.Context, username, passphrase string, from From) (string, error) {
	if err := d.gate.Log().CheckClock(); err != nil {
		return "", err
	}
	in, err := d.letIn(ctx, username, from)
	if err != nil {
		return "", err
	}
	defer in.leave()
	salt := in.person.Salt
	if len(salt) == 0 {
		standIn := d.keys.Throttle.MAC(crypto.LabelThrottle, []byte("salt"), []byte(in.name))
		salt = standIn[:16]
	}
	kek, raise, err := d.kekOrNewer(ctx, in, passphrase, salt)
	if err != nil {
		return "", err
	}
	return d.issue(ctx, keptLogin, pendingFor, pendingLogin{in.person.ID, in.name, kek.Bytes(), raise, in.try})
}

// comer is somebody who was let in to have her passphrase looked at.
type comer struct {
	name   string
	person *acts.Person // empty for a name that nobody has
	try    *try
	queue  queue  // in which she waits
	leave  func() // the queue
}

// letIn decides whether a passphrase is looked at. Without the cookie of a device
// the bucket of the source decides before anything is read; with one, the person
// is looked up first, since her own device is bound by its own count alone.
func (d *Door) letIn(ctx context.Context, username string, from From) (*comer, error) {
	var t *try
	var err error
	if from.Device == "" {
		if t, err = d.fromBucket(from); err != nil {
			return nil, err
		}
	}
	in := &comer{name: acts.NormaliseUsername(username), queue: d.here, leave: func() {}}
	if from.Device != "" {
		if in.person, err = d.find(ctx, in.name); err != nil {
			return nil, err
		}
		here, err := d.knownDevice(ctx, in.person, from)
		if err != nil {
			return nil, err
		}
		if here {
			in.try, err = d.known(ctx, in.person, from, acts.Caller{})
			return in, err
		}
		if t, err = d.fromBucket(from); err != nil {
			return nil, err
		}
	}
	return in, d.letStrangerIn(ctx, in, t)
}

// letStrangerIn has somebody on an unknown device join the strangers' line, if the
// limits let her; only then is she looked up and counted on the disk.
func (d *Door) letStrangerIn(ctx context.Context, in *comer, t *try) error {
	if err := d.strangerMay(in.name); err != nil {
		return err
	}
	leave, err := d.strangers.join()
	if err != nil {
		return err
	}
	if in.person == nil {
		in.person, err = d.find(ctx, in.name)
	}
	if err == nil {
		err = d.strangerCounts(ctx, t, in.name, in.person)
	}
	if err != nil {
		leave()
		return err
	}
	in.try, in.queue, in.leave = t, d.strangers, leave
	return nil
}

// find reads a person by name; an unknown name gives an empty person.
func (d *Door) find(ctx context.Context, name string) (*acts.Person, error) {
	p := &acts.Person{}
	err := d.look(ctx, func(r acts.Reader) error {
		found, err := acts.PersonByUsername.One(r, name)
		if errors.Is(err, acts.ErrNoRow) {
			return nil
		}
		if err == nil {
			p = found
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("finding a person: %w", err)
	}
	return p, nil
}

// look reads a snapshot, again when a group committed in between.
func (d *base) look(ctx context.Context, f func(acts.Reader) error) error {
	return acts.Look(ctx, d.store, f)
}

// SignedIn is a new session: the cookies to set, and the caller.
type SignedIn struct {
	Cookie string
	Device string
	Caller acts.Caller
}

// Finish takes the code and opens the session. ErrNotACode, and then the same pending
// sign-in goes on; ErrSignIn is the one answer to whatever else was wrong; ErrLocked only
// to somebody whose passphrase was right.
func (d *Door) Finish(ctx context.Context, pending, code string, from From) (*SignedIn, error) {
	code, err := typedCode(code)
	if err != nil {
		return nil, err
	}
	return d.finish(ctx, pending, from, func(p *acts.Person, kek crypto.Key, o *opening) (acts.Caller, error) {
		return d.verify(ctx, p, kek, code, policies.SignIn, o)
	})
}

// Named is the user name that was typed before the code is asked, known or not; empty
// when that is over.
func (d *Door) Named(ctx context.Context, pending string) string {
	var l pendingLogin
	if d.kept(ctx, keptLogin, pending, &l) != nil {
		return ""
	}
	return l.Name
}

// finish is the second step of a sign-in, with a one-time or a recovery code.
//
// It takes one from the bucket of an unknown device's source. The tries of the
// code are counted in the person's row, once the passphrase was right; a
// passphrase was counted when it was typed.
func (d *Door) finish(ctx context.Context, pending string, from From, second func(*acts.Person, crypto.Key, *opening) (acts.Caller, error)) (*SignedIn, error) {
	if err := d.gate.Log().CheckClock(); err != nil {
		return nil, err
	}
	var now *try
	var err error
	if from.Device == "" {
		if now, err = d.fromBucket(from); err != nil {
			return nil, err
		}
	}
	var l pendingLogin
	if err := d.kept(ctx, keptLogin, pending, &l); errors.Is(err, ErrOver) {
		return nil, ErrSignIn
	} else if err != nil {
		return nil, err
	}
	p, err := d.find(ctx, l.Name)
	if err != nil {
		return nil, err
	}
	if from.Device != "" {
		if here, err := d.knownDevice(ctx, p, from); err != nil {
			return nil, err
		} else if !here {
			if now, err = d.fromBucket(from); err != nil {
				return nil, err
			}
		}
	}
	kek, err := crypto.KeyFromBytes(l.KEK)
	if err != nil {
		return nil, ErrSignIn
	}
	o := d.newOpening(from, acts.Caller{})
	o.raise = l.Raised
	caller, err := second(p, kek, o)
	if err != nil {
		return nil, d.failed(p, err)
	}
	kek = caller.Inside(us).KEK
	if err := d.take(ctx, pending); err != nil {
		_ = d.SignOut(ctx, caller)
		return nil, ErrSignIn // the same cookie signed in at the same moment
	}
	if caller, err = d.takeRescue(ctx, caller); err != nil {
		return nil, errors.Join(err, d.SignOut(ctx, caller))
	}
	caller.Inside(us).KEK = kek
	in, err := d.enter(ctx, o, caller, from)
	if err != nil {
		return nil, err
	}
	d.giveBack(ctx, l.Try, now)
	return in, nil
}

// verify opens the box with the KEK, uses up the code and opens the session, in
// one act whose leaf is of the given action. The caller it returns holds the
// unit's keys.
func (d *Door) verify(ctx context.Context, p *acts.Person, kek crypto.Key, code string, a policies.Action, o *opening) (acts.Caller, error) {
	if p.ID == "" {
		p = &acts.Person{RowKey: acts.RowKey{ID: "none"}, Box: standInBox()}
	}
	b, err := openBox(p, kek)
	if err != nil || p.State == string(acts.Suspended) || p.State == string(acts.Removed) {
		return acts.Caller{}, ErrSignIn
	}
	limit, err := d.codesOf(ctx, p)
	if err != nil {
		return acts.Caller{}, err
	}
	if err := usable(p, b, code, d.gate.Now(), limit); err != nil {
		return acts.Caller{}, err
	}
	c, err := d.useCode(ctx, p.ID, kek, code, a, limit, o)
	if errors.Is(err, acts.ErrConflict) {
		err = ErrThrottled // too many at once: this one was not even compared
	}
	return c, err
}

// usable says ErrLocked of a factor that as many wrong codes locked, and ErrWait of
// a code that was used already. A wrong code is not its business.
func usable(p *acts.Person, b *box, code string, now time.Time, limit int64) error {
	if p.WrongCodes >= limit {
		return ErrLocked
	}
	if _, ok := matchStep(b.TOTP, code, b.Step, now); ok {
		return nil
	}
	if _, used := matchStep(b.TOTP, code, 0, now); used {
		return ErrWait
	}
	return nil
}

// useCode compares a code and writes down in the person's row that it was used,
// or that it was wrong, if the row's version is unchanged: of two uses of a code
// one fails, and no answer is given to a guess that was not counted, in any
// order, on any node.
func (d *Door) useCode(ctx context.Context, person string, kek crypto.Key, code string, a policies.Action, limit int64, o *opening) (acts.Caller, error) {
	var caller acts.Caller
	var wrong bool
	_, err := acts.Do(ctx, d.gate, d.store.Look, acts.Caller{}, a, func(r acts.Reader, act *acts.Act) error {
		var p acts.Person
		if err := r.Get(&p, person); err != nil {
			return err
		}
		b, err := openBox(&p, kek)
		if err != nil {
			return ErrSignIn
		}
		if err := usable(&p, b, code, act.Now, limit); err != nil {
			return err
		}
		step, ok := matchStep(b.TOTP, code, b.Step, act.Now)
		if wrong = !ok; wrong {
			wrongCode(act, &p)
			return nil
		}
		if caller, err = callerOf(r, &p, b); err != nil {
			return err
		}
		act.Who = caller
		if err := act.Allow(policies.Object{Kind: policies.KindPerson, ID: p.ID, Person: p.ID, Unit: p.Unit}); err != nil {
			return err
		}
		b.Step, p.WrongCodes = step, 0
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

// wrongCode makes of an act a recorded refusal that counts against the factor,
// in the person's row.
func wrongCode(act *acts.Act, p *acts.Person) {
	act.Who = acts.NewCaller(us, acts.Inside{Person: p.ID, Unit: p.Unit})
	act.Refusing("wrong-code", policies.KindPerson, p.ID)
	p.Version++
	p.WrongCodes++
	act.Commit = func(tx acts.Tx) error { return tx.Put(p) }
}

// callerOf makes the caller of a person whose box was opened.
func callerOf(r acts.Reader, p *acts.Person, b *box) (acts.Caller, error) {
	identity, err := crypto.ParseIdentity(b.Identity)
	if err != nil {
		return acts.Caller{}, crypto.ErrOpen
	}
	c := acts.NewCaller(us, acts.Inside{Person: p.ID, Username: p.Username, Role: policies.Role(p.Role), Unit: p.Unit,
		Agency: p.Agency, Language: p.Language, State: acts.PersonState(p.State),
		Identity: identity, Kept: true, Personal: identity.Key(crypto.LabelPerson),
		Enrol: b.Enrol, Own: b.facts()})
	if p.Unit != "" {
		var u acts.Unit
		if err := r.Get(&u, p.Unit); err != nil {
			return acts.Caller{}, err
		}
		c.Inside(us).UnitKind = u.Kind
	}
	if b.Enrol {
		return c, nil // no unit key before the new factor
	}
	if c.Inside(us).Epochs, err = units.Fetch(r, p, identity); err != nil {
		return acts.Caller{}, err
	}
	first, err := units.StrangersBefore(r, p)
	c.Inside(us).Strangers = len(first) > 0
	return c, err
}

// standInBox is opened, and fails to open, for a name nobody has.
func standInBox() crypto.Sealed {
	return crypto.NewKey().Seal(crypto.Binding{Table: "person", Row: "none", Column: "box"}, make([]byte, 600))
}

// failed counts a refused sign-in; leaves that say how many come beside it.
func (d *Door) failed(p *acts.Person, cause error) error {
	if errors.Is(cause, ErrSignIn) || errors.Is(cause, ErrLocked) || errors.Is(cause, ErrWait) {
		d.refusals.add(refusal{policies.SignIn, p.ID}, d.gate.Now().Unix())
	}
	return cause
}
