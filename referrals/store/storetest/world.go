// package storetest makes a small real instance for tests: real files, real
// keys, real sign-in but for the time that a passphrase costs, a clock that the test
// moves. It is never in the product.
package storetest

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/store"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// Clock is a clock that a test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at a Friday evening.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 11, 20, 19, 40, 0, 0, time.UTC)}
}

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *Clock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// Add moves the clock.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// World is one instance with its keys.
type World struct {
	T      testing.TB
	Dir    string
	Clock  *Clock
	Store  *store.Store
	Gate   *acts.Gate
	Door   *accounts.Door
	House  *units.House
	Office *office.Office
	Desk   *referrals.Desk
	Keys   accounts.Keys
	Codes  crypto.Key // marks women's codes in the log's details
	Signer string
	Public string
	Accept bool // open an older log, as restore does

	Stretcher crypto.Stretcher // of the door: see StretchFully

	People map[string]*Account
	Units  map[string]string
	Agency string
	Point  func(string) // the store's hook, for tests that stop it between two steps
	faults faults
	count  atomic.Int64 // of statements
	Texts  sync.Map     // the statements that ran, without repetition

	Rescue crypto.Identity // of the recovery that every unit accepted, in a wide cast

	callers map[string]acts.Caller
}

// Account is a fictional person with her credentials.
type Account struct {
	ID, Username, Passphrase, Seed, Unit string
	Role                                 policies.Role
	Codes                                []crypto.Secret
}

// New makes an empty instance in a temporary folder.
func New(t testing.TB) *World {
	t.Helper()
	w := closed(t)
	CopyDir(t, emptyFolder(t), w.Dir)
	w.Open()
	return w
}

// closed makes a world that has no folder yet, for become or Open.
func closed(t testing.TB) *World {
	t.Helper()
	w := unopened(t, folder(t), Cheap)
	t.Cleanup(func() { w.Close() })
	return w
}

func unopened(t testing.TB, dir string, stretcher crypto.Stretcher) *World {
	t.Helper()
	w := &World{T: t, Dir: dir, Clock: NewClock(), People: map[string]*Account{}, Units: map[string]string{},
		Keys:  accounts.Keys{Pepper: crypto.NewPepper(), Session: crypto.NewKey(), Throttle: crypto.NewKey()},
		Codes: crypto.NewKey(), Stretcher: stretcher}
	var err error
	if w.Signer, w.Public, err = audit.NewSigner("test"); err != nil {
		t.Fatal(err)
	}
	return w
}

// Open opens the instance, or fails the test.
func (w *World) Open() {
	w.T.Helper()
	if err := w.TryOpen(); err != nil {
		w.T.Fatalf("opening the instance: %v", err)
	}
}

// TryOpen opens the instance.
func (w *World) TryOpen() error {
	s, err := store.Open(context.Background(), store.Options{Dir: w.Dir, Point: w.Point, Statement: w.counted, Fault: w.faults.meet, Audit: audit.Options{
		SignerKey: w.Signer, StateFile: filepath.Join(w.Dir, "state"), Now: w.Clock.Now, AcceptOlder: w.Accept}})
	if err != nil {
		return err
	}
	policy, err := policies.New()
	if err != nil {
		return err
	}
	if w.Gate, err = acts.NewGate(s, policy, s.Log(), w.Clock.Now); err != nil {
		return err
	}
	w.Gate.CodesUnder(w.Codes)
	if w.Door, err = accounts.NewDoor(w.Gate, s, w.Keys, 2); err != nil {
		return err
	}
	w.Door.StretchWith(w.Stretcher)
	w.House, w.Office = w.Door.House(), office.New(w.Door.House())
	if w.Desk, err = referrals.NewDesk(w.Gate, s); err != nil {
		return err
	}
	w.Store = s
	return nil
}

// Close closes the instance if it is open.
func (w *World) Close() {
	if w.Store != nil {
		w.Store.Close()
		w.Store = nil
	}
}

// Code is the current one-time code of a person, after moving the clock past
// the last one used.
func (w *World) Code(a *Account) string {
	w.T.Helper()
	w.Clock.Add(30 * time.Second)
	code, err := totp.GenerateCodeCustom(a.Seed, w.Clock.Now(), totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		w.T.Fatal(err)
	}
	return code
}

// Caller is a person of the usual cast as she was signed in when the cast was
// made: no Argon2 now. After a new epoch of her unit she must sign in again.
func (w *World) Caller(name string) acts.Caller {
	w.T.Helper()
	who, ok := w.callers[name]
	if !ok {
		w.T.Fatalf("%s was not in the cast: sign her in", name)
	}
	return who
}

// SignIn signs a person in and returns the caller.
func (w *World) SignIn(name string) acts.Caller {
	w.T.Helper()
	in, err := w.TrySignIn(w.People[name])
	if err != nil {
		w.T.Fatalf("signing in %s: %v", name, err)
	}
	return in.Caller
}

// TrySignIn signs an account in.
func (w *World) TrySignIn(a *Account) (*accounts.SignedIn, error) {
	ctx := context.Background()
	pending, err := w.Door.Begin(ctx, a.Username, a.Passphrase, accounts.From{Address: "127.0.0.1"})
	if err != nil {
		return nil, err
	}
	return w.Door.Finish(ctx, pending, w.Code(a), accounts.From{Address: "127.0.0.1"})
}

// StepUp signs a person in and grants one act on one object.
func (w *World) StepUp(name string, a policies.Action, object string) acts.Caller {
	w.T.Helper()
	p := w.People[name]
	who, ok := w.callers[name]
	if !ok {
		who = w.SignIn(name)
	}
	in, err := w.Door.StepUp(context.Background(), who, p.Passphrase, w.Code(p), a, object, accounts.From{Address: "127.0.0.1"})
	if err != nil {
		w.T.Fatalf("stepping up %s: %v", name, err)
	}
	return in.Caller
}

// Unit enters a unit.
func (w *World) Unit(name, kind string) string {
	w.T.Helper()
	ctx := context.Background()
	if w.Agency == "" {
		id, _, err := w.Office.CreateAgency(ctx, acts.ConsoleCaller(), office.NewAgency{Name: "Comune di Prova", Kind: "municipality", Responsibility: "controller"})
		if err != nil {
			w.T.Fatalf("creating an agency: %v", err)
		}
		w.Agency = id
	}
	return w.Enter(acts.Unit{Agency: w.Agency, Kind: kind, Name: name})
}

// Enter enters a unit with all its public facts.
func (w *World) Enter(u acts.Unit) string {
	w.T.Helper()
	id, _, err := w.Office.CreateUnit(context.Background(), acts.ConsoleCaller(), u)
	if err != nil {
		w.T.Fatalf("creating a unit: %v", err)
	}
	w.Units[u.Name] = id
	return id
}

// Invite enters a person, who takes her invitation and then waits.
func (w *World) Invite(name string, role policies.Role, unit string) *Account {
	w.T.Helper()
	ctx := context.Background()
	a := &Account{Username: name, Passphrase: string(crypto.NewPassphrase()), Role: role, Unit: w.Units[unit]}
	id, token, _, err := w.Office.CreatePerson(ctx, acts.ConsoleCaller(), office.NewPerson{Username: name, Role: role, Agency: w.Agency, Unit: a.Unit, Language: "it"})
	if err != nil {
		w.T.Fatalf("creating %s: %v", name, err)
	}
	a.ID = id
	return w.Take(token, a)
}

// Take takes an invitation, with a passphrase and a second factor of her own.
func (w *World) Take(token crypto.Secret, a *Account) *Account {
	w.T.Helper()
	ctx := context.Background()
	if a.Passphrase == "" {
		a.Passphrase = string(crypto.NewPassphrase())
	}
	e, err := w.Door.Invited(ctx, token)
	if err != nil {
		w.T.Fatalf("looking up the invitation of %s: %v", a.Username, err)
	}
	a.Seed = e.Seed.Secret()
	if a.Codes, err = w.Door.Accept(ctx, token, a.Passphrase, a.Seed, w.Code(a), accounts.From{}); err != nil {
		w.T.Fatalf("accepting the invitation of %s: %v", a.Username, err)
	}
	w.People[a.Username] = a
	return a
}

// Found makes a unit with its first member.
func (w *World) Found(unit, kind, person string, role policies.Role) {
	w.T.Helper()
	if w.Units[unit] == "" {
		w.Unit(unit, kind)
	}
	w.Invite(person, role, unit)
	who := w.StepUp(person, policies.UnitFound, w.Units[unit])
	if _, _, err := w.Door.Found(context.Background(), who); err != nil {
		w.T.Fatalf("founding %s: %v", unit, err)
	}
}

// FoundKeeping makes a unit with its first member, who accepts a recovery
// recipient as she founds it.
func (w *World) FoundKeeping(unit, kind, person string, role policies.Role, recovery crypto.Identity) {
	w.T.Helper()
	if w.Units[unit] == "" {
		w.Unit(unit, kind)
	}
	w.Invite(person, role, unit)
	ctx, who := context.Background(), w.StepUp(person, policies.UnitFound, w.Units[unit])
	cookie, err := w.Door.BeginFounding(ctx, who)
	if err == nil {
		cookie, err = w.Door.ProposeRecovery(ctx, who, cookie, recovery.Recipient().String())
	}
	if err == nil {
		_, err = w.Door.FoundShown(ctx, who, cookie)
	}
	if err != nil {
		w.T.Fatalf("founding %s: %v", unit, err)
	}
}

// AcceptAlone has the only member of a unit propose a recovery recipient, wait,
// and accept it.
func (w *World) AcceptAlone(unit, person string, recovery crypto.Identity) {
	w.T.Helper()
	ctx, words := context.Background(), w.RecoveryWords(recovery.Recipient(), w.Units[unit])
	if _, _, err := w.House.SetRecovery(ctx, w.StepUp(person, policies.RecoverySet, w.Units[unit]), recovery.Recipient().String(), words); err != nil {
		w.T.Fatalf("proposing a recovery recipient: %v", err)
	}
	w.Clock.Add(14 * 24 * time.Hour)
	if _, err := w.Door.AcceptRecovery(ctx, w.StepUp(person, policies.RecoveryAccept, w.Units[unit]), words); err != nil {
		w.T.Fatalf("accepting a recovery recipient: %v", err)
	}
}

// Join invites a person and has a member admit her.
func (w *World) Join(unit, person string, role policies.Role, by string) {
	w.T.Helper()
	a := w.Invite(person, role, unit)
	words := w.OwnWords(w.SignIn(person), w.Store.Log().Epoch(w.Units[unit]))
	who := w.StepUp(by, policies.MemberAdmit, a.ID)
	if _, err := w.House.Admit(context.Background(), who, a.ID, words); err != nil {
		w.T.Fatalf("admitting %s: %v", person, err)
	}
}

// Name gives the second word for a person who was invited as lead.
func (w *World) Name(person, by string) {
	w.T.Helper()
	a := w.People[person]
	words := w.OwnWords(w.SignIn(person), w.Store.Log().Epoch(a.Unit))
	if _, err := w.House.NameLead(context.Background(), w.StepUp(by, policies.MemberLead, a.ID), a.ID, words); err != nil {
		w.T.Fatalf("naming %s lead: %v", person, err)
	}
}

// Fresh signs somebody in, with the keys of now, and grants her one act on one object.
func (w *World) Fresh(name string, a policies.Action, object string) acts.Caller {
	w.T.Helper()
	p := w.People[name]
	in, err := w.Door.StepUp(context.Background(), w.SignIn(name), p.Passphrase, w.Code(p), a, object, accounts.From{Address: "127.0.0.1"})
	if err != nil {
		w.T.Fatalf("stepping up %s: %v", name, err)
	}
	return in.Caller
}

// TakeOut removes somebody from her unit as its people do: its lead alone whoever does
// not lead; else another member proposes it, who is let in for it where there is
// none, and by confirms it.
func (w *World) TakeOut(by, gone string, forCause bool) error {
	w.T.Helper()
	ctx, people := context.Background(), map[string]acts.Person{}
	err := w.Store.Look(ctx, func(r acts.Reader) error {
		for name, a := range w.People {
			var p acts.Person
			if err := r.Get(&p, a.ID); err != nil {
				return err
			}
			people[name] = p
		}
		return nil
	})
	if err != nil {
		return err
	}
	her, leads := people[gone], string(policies.Lead)
	if people[by].Role != leads || her.Role == leads {
		second := ""
		for _, name := range slices.Sorted(maps.Keys(people)) {
			if p := people[name]; p.Unit == her.Unit && p.State == string(acts.Active) && name != by && name != gone && second == "" {
				second = name
			}
		}
		if second == "" {
			second = "testimone-" + strings.ToLower(her.ID[:6])
			for unit, id := range w.Units {
				if id == her.Unit {
					w.Join(unit, second, policies.Role(people[by].Role), by)
				}
			}
		}
		house := units.Leaving{House: w.House}
		if _, err := house.ProposeRemoval(ctx, w.Fresh(second, policies.RemovalPropose, her.ID), her.ID, forCause); err != nil {
			return err
		}
	}
	_, err = w.Door.Remove(ctx, w.Fresh(by, policies.MemberRemove, her.ID), her.ID, forCause)
	return err
}

// Standard makes the usual cast: an auditor, a desk, a social service, a centre.
func (w *World) Standard() *World {
	w.T.Helper()
	w.become(templateOf(w.T, "standard", w.Stretcher, cast))
	return w
}

// Wide makes the usual cast with more people at the desk: lia, a worker, and
// gina, its lead; and every unit accepted a recovery recipient.
func (w *World) Wide() *World {
	w.T.Helper()
	w.become(templateOf(w.T, "wide", w.Stretcher, wideCast))
	return w
}

// Pin compares the words of a unit, read out by a member of it, and pins it.
func (w *World) Pin(by, from, to, reader string) {
	w.T.Helper()
	ctx := context.Background()
	words, err := w.House.UnitWordsOf(ctx, w.SignIn(reader))
	if err != nil {
		w.T.Fatalf("reading the words of %s: %v", to, err)
	}
	who := w.StepUp(by, policies.CentrePin, w.Units[from]+"."+w.Units[to])
	if _, err := w.House.PinCentre(ctx, who, w.Units[to], words); err != nil {
		w.T.Fatalf("pinning %s: %v", to, err)
	}
}

// CheckRecords compares every stored row with the log.
func (w *World) CheckRecords() audit.RecordReport {
	w.T.Helper()
	report, err := w.Store.Log().CheckRecords(context.Background(), w.Store)
	if err != nil {
		w.T.Fatalf("checking the records: %v", err)
	}
	return report
}

// Must fails the test on an error.
func Must[V any](v V, err error) func(testing.TB) V {
	return func(t testing.TB) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// counted counts a statement, but for those on the tree: how many hashes an
// append reads and writes depends on the size of the log alone.
func (w *World) counted(text string) {
	w.Texts.Store(text, true)
	if !strings.Contains(text, "leaf_hash") {
		w.count.Add(1)
	}
}

// Statements counts the statements that f costs, secrets included.
func (w *World) Statements(f func()) int64 {
	before := w.count.Load()
	f()
	return w.count.Load() - before
}

// Is tells, for a table of expected errors, whether err is the one wanted.
func Is(err, want error) bool {
	if want == nil {
		return err == nil
	}
	return errors.Is(err, want)
}
