package accounts_test

import (
	"errors"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/acts/actstest"
	"sportello/policies/audit"
	"sportello/policies/office"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// The door on a store in memory: two factors, one answer to whatever is wrong, and a
// session that covers itself and ends.

// door is a house with one person, the administrator, who took her invitation.
type door struct {
	*actstest.World
	*accounts.Door
	t          *testing.T
	edge       *actstest.Edge
	passphrase string
	seed       string
	codes      []crypto.Secret
	from       accounts.From
}

func newDoor(t *testing.T) *door {
	t.Helper()
	w := actstest.New(t)
	d := &door{World: w, t: t, edge: actstest.NewEdge(w.Store), passphrase: string(crypto.NewPassphrase()), from: accounts.From{Address: "192.0.2.1", Agent: "test"}}
	var err error
	d.Door, err = accounts.NewDoor(w.Gate, d.edge, accounts.Keys{Pepper: crypto.NewPepper(), Session: crypto.NewKey(), Throttle: crypto.NewKey()}, 2)
	d.must(err, "making the door")
	d.StretchWith(cheap{})
	town := crypto.NewID()
	w.Put(t, &acts.Agency{RowKey: acts.RowKey{ID: town, Version: 1}, Name: "Comune"})
	_, token, _, err := office.New(d.House()).CreatePerson(t.Context(), acts.ConsoleCaller(),
		office.NewPerson{Username: "dora", Role: policies.Administrator, Agency: town, Language: "it"})
	d.must(err, "inviting")
	e, err := d.Invited(t.Context(), token)
	d.must(err, "looking the invitation up")
	d.seed = e.Seed.Secret()
	d.codes, err = d.Accept(t.Context(), token, d.passphrase, d.seed, d.code(), d.from)
	d.must(err, "taking the invitation")
	if _, err := d.Accept(t.Context(), token, d.passphrase, d.seed, d.code(), d.from); err == nil {
		t.Error("an invitation is taken twice")
	}
	return d
}

// cheap stretches without a cost.
type cheap struct{}

func (cheap) Newest() int64 { return 0 }

func (cheap) Stretch(_ int64, secret, salt []byte) ([]byte, error) {
	return crypto.Hash([]byte("cheap"), secret, salt), nil
}

func (d *door) must(err error, doing string) {
	d.t.Helper()
	if err != nil {
		d.t.Fatalf("%s: %v", doing, err)
	}
}

// code is the next one of her authenticator.
func (d *door) code() string {
	d.t.Helper()
	d.Now = d.Now.Add(30 * time.Second)
	return d.codeNow()
}

func (d *door) codeNow() string {
	d.t.Helper()
	c, err := totp.GenerateCodeCustom(d.seed, d.Now, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	d.must(err, "making a code")
	return c
}

func (d *door) try(name, passphrase, code string) (*accounts.SignedIn, error) {
	d.t.Helper()
	pending, err := d.Begin(d.t.Context(), name, passphrase, d.from)
	if err != nil {
		return nil, err
	}
	return d.Finish(d.t.Context(), pending, code, d.from)
}

func (d *door) signIn() *accounts.SignedIn {
	d.t.Helper()
	s, err := d.try("dora", d.passphrase, d.code())
	d.must(err, "signing in")
	d.from.Device = s.Device
	return s
}

// last is the last leaf.
func (d *door) last() audit.Leaf {
	d.t.Helper()
	leaves := d.Leaves(d.t, 0)
	return leaves[len(leaves)-1]
}

// TestWhateverIsWrongHasOneAnswer: name, passphrase or code; and a right code works once.
func TestWhateverIsWrongHasOneAnswer(t *testing.T) {
	d := newDoor(t)
	for name, c := range map[string]struct{ user, passphrase, code string }{
		"name":       {"nobody", d.passphrase, d.code()},
		"passphrase": {"dora", d.passphrase + "x", d.code()},
		"code":       {"dora", d.passphrase, "000000"},
		"no code":    {"dora", d.passphrase, ""},
	} {
		if s, err := d.try(c.user, c.passphrase, c.code); !errors.Is(err, accounts.ErrSignIn) || s != nil {
			t.Errorf("a wrong %s: %v", name, err)
		}
	}
	s := d.signIn()
	if s.Caller.Username() != "dora" || d.last().Action != string(policies.SignIn) || d.last().Outcome != audit.Allowed {
		t.Errorf("she is in as %q, and the log says %s %s", s.Caller.Username(), d.last().Action, d.last().Outcome)
	}
	if _, err := d.try("dora", d.passphrase, d.codeNow()); err == nil {
		t.Error("a code works twice")
	}
	if _, err := d.Caller(t.Context(), s.Cookie+"x"); !errors.Is(err, accounts.ErrSignedOut) {
		t.Errorf("another cookie: %v", err)
	}
}

// TestSessionCoversItselfAndEnds: with her keys gone the passphrase brings them back; at
// the end nothing does.
func TestSessionCoversItselfAndEnds(t *testing.T) {
	d := newDoor(t)
	s := d.signIn()
	who, err := d.Caller(t.Context(), s.Cookie)
	d.must(err, "coming back")
	if who.Covered() {
		t.Error("it is covered at once")
	}
	d.Now = d.Now.Add(16 * time.Minute)
	if who, err = d.Caller(t.Context(), s.Cookie); !errors.Is(err, acts.ErrCovered) || !who.Covered() {
		t.Errorf("after a quarter of an hour: covered %v, %v", who.Covered(), err)
	}
	row, err := d.edge.Session(t.Context(), d.sessions(1)[0].Hash)
	d.must(err, "reading the session")
	if row.Sealed != nil {
		t.Error("a covered session holds keys")
	}
	if _, err := d.Uncover(t.Context(), s.Cookie, d.passphrase+"x", d.from); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("with another passphrase: %v", err)
	}
	who, err = d.Uncover(t.Context(), s.Cookie, d.passphrase, d.from)
	d.must(err, "uncovering")
	if who.Covered() {
		t.Error("it is covered still")
	}
	d.Now = d.Now.Add(9 * time.Hour)
	if _, err := d.Caller(t.Context(), s.Cookie); !errors.Is(err, accounts.ErrSignedOut) {
		t.Errorf("after nine hours: %v", err)
	}
	s = d.signIn()
	d.must(d.SignOut(t.Context(), s.Caller), "signing out")
	if _, err := d.Caller(t.Context(), s.Cookie); !errors.Is(err, accounts.ErrSignedOut) {
		t.Errorf("after signing out: %v", err)
	}
}

// sessions are those that are kept; there must be n.
func (d *door) sessions(n int) []*acts.SessionRow {
	d.t.Helper()
	all, err := d.edge.AllSessions(d.t.Context())
	d.must(err, "listing sessions")
	if len(all) != n {
		d.t.Fatalf("%d sessions", len(all))
	}
	return all
}

// TestStepUpNeedsBothAgain: passphrase and a fresh code, for one act on one thing.
func TestStepUpNeedsBothAgain(t *testing.T) {
	d := newDoor(t)
	who := d.signIn().Caller
	for name, c := range map[string]struct{ passphrase, code string }{
		"passphrase": {d.passphrase + "x", d.code()}, "code": {d.passphrase, "000000"},
	} {
		if _, err := d.StepUp(t.Context(), who, c.passphrase, c.code, policies.PersonSuspend, who.Person(), d.from); !errors.Is(err, accounts.ErrSignIn) {
			t.Errorf("a wrong %s: %v", name, err)
		}
	}
	code := d.code()
	s, err := d.StepUp(t.Context(), who, d.passphrase, code, policies.PersonSuspend, who.Person(), d.from)
	d.must(err, "stepping up")
	if s.Cookie == "" {
		t.Error("a step-up keeps the cookie")
	}
	if _, err := d.StepUp(t.Context(), s.Caller, d.passphrase, code, policies.PersonSuspend, who.Person(), d.from); err == nil {
		t.Error("a code works twice")
	}
}

// TestTenWrongCodesLock: then even the right one is refused, to whoever has the
// passphrase by a word of its own, and a recovery code lets her in once.
func TestTenWrongCodesLock(t *testing.T) {
	d := newDoor(t)
	d.signIn() // from a device that is known
	for range 10 {
		if _, err := d.try("dora", d.passphrase, "000000"); err == nil {
			t.Fatal("a wrong code works")
		}
		d.Now = d.Now.Add(time.Hour)
	}
	if _, err := d.try("dora", d.passphrase, d.code()); !errors.Is(err, accounts.ErrLocked) {
		t.Errorf("the right code, locked: %v", err)
	}
	if _, err := d.try("dora", d.passphrase+"x", d.code()); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("without the passphrase, locked: %v", err)
	}
	recover := func() (*accounts.SignedIn, error) {
		pending, err := d.Begin(t.Context(), "dora", d.passphrase, d.from)
		d.must(err, "beginning")
		return d.FinishRecovery(t.Context(), pending, string(d.codes[0]), d.from)
	}
	if _, err := recover(); err != nil {
		t.Errorf("a recovery code: %v", err)
	}
	if _, err := recover(); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("a recovery code, again: %v", err)
	}
}
