package acts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/audit"
)

// ErrDenied is the answer to what no rule allows and to what does not exist:
// from outside the two are the same.
var ErrDenied = errors.New("not found")

// What asks for her passphrase, or for a new factor, before anything else.
var (
	// ErrCovered says that the passphrase must bring the keys back first.
	ErrCovered = errors.New("the screen is covered")
	// ErrEnrol says that a recovery code was used: a new second factor must be
	// enrolled before anything else.
	ErrEnrol = errors.New("a new second factor must be enrolled first")
)

// Tries bounds how often an act is prepared again because a row it read
// changed before it could commit.
const Tries = 8

// Gate decides and records every act. It is the one place that asks the policy
// and appends a leaf; Door and Desk both pass through it.
type Gate struct {
	store  Store
	policy *policies.Policy
	log    *audit.Log
	now    func() time.Time
	zone   *time.Location

	detail     sync.Mutex // guards the making of a new detail key
	detailUnit string     // the audit unit that opens details, once known

	rekey Rekey
	codes crypto.Key // marks women's codes in the details
	pace  func() func(context.Context)
}

// Rekey prepares, in the act in which a person gets a new identity, what is kept
// under her own keys by name. act.Who holds her old identity, after the new.
type Rekey func(r Reader, act *Act, after Caller) (func(Tx) error, error)

// OnRekey says who keeps something under people's own keys. It is called while
// the service is put together.
func (g *Gate) OnRekey(f Rekey) { g.rekey = f }

// Rekeyed is what an act writes that gives a person a new identity, for what is
// kept under her own keys by name.
func (g *Gate) Rekeyed(r Reader, act *Act, after Caller) (func(Tx) error, error) {
	if g.rekey == nil {
		return func(Tx) error { return nil }, nil
	}
	return g.rekey(r, act, after)
}

// EvenOut says how refused acts are made to take the same time: pace is told when
// an act begins, and what it returns waits before a refusal is answered. It is
// called while the service is put together; without it nothing waits.
func (g *Gate) EvenOut(pace func() func(context.Context)) { g.pace = pace }

// begin tells the pace that an act begins.
func (g *Gate) begin() (wait func(context.Context)) {
	if g.pace == nil {
		return func(context.Context) {}
	}
	return g.pace()
}

// NewGate joins store, policy and log. It refuses nil.
func NewGate(store Store, policy *policies.Policy, log *audit.Log, now func() time.Time) (*Gate, error) {
	if store == nil || policy == nil || log == nil || now == nil {
		return nil, errors.New("making the gate: store, policy, log and clock are all needed")
	}
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		return nil, fmt.Errorf("loading the time zone: %w", err)
	}
	return &Gate{store: store, policy: policy, log: log, now: now, zone: zone}, nil
}

// Now is the time of the service.
func (g *Gate) Now() time.Time { return g.now().In(g.zone) }

// Day is today's date in Italy, YYYY-MM-DD.
func (g *Gate) Day() string { return g.Now().Format(time.DateOnly) }

// Log is the log that the gate writes.
func (g *Gate) Log() *audit.Log { return g.log }

// Act is one act while it is prepared. Allow must be asked before anything is
// opened; Commit, if set, writes in the transaction of the leaf. It may be run
// more than once, when the group it shares is begun anew: it changes nothing but
// the transaction.
type Act struct {
	Action  policies.Action
	Who     Caller
	Now     time.Time
	Day     string
	Secrets []Secret
	Salt    []byte // the record's shred secret: shredding it erases the detail too
	Detail  audit.Detail
	Count   int64
	Commit  func(Tx) error

	gate     *Gate
	object   string
	decision policies.Decision
	asked    bool
	list     []string // the things that one step-up serves, this one among them
	makes    string   // what a step-up names while the thing does not exist yet
	ended    bool     // the caller's agency is past the end of its responsibility
	spared   error    // why an item of a list was left out, the first time
	coded    *coded   // the record whose code the leaf's detail marks
	outcome  audit.Outcome
}

// Also asks the policy about a further action that this act is too: a refusal is the
// act's. The leaf has the rules of both, and its sealed detail names the action.
func (a *Act) Also(action policies.Action, object policies.Object) error {
	object.AgencyEnded = object.AgencyEnded || a.ended
	d := a.gate.policy.Decide(a.Who.subject(action, a.granting(object.ID)), action, object)
	if !d.Allowed {
		a.decision = d
		return ErrDenied
	}
	for _, rule := range d.Rules {
		if !slices.Contains(a.decision.Rules, rule) {
			a.decision.Rules = append(slices.Clone(a.decision.Rules), rule)
		}
	}
	a.Shows(string(action))
	return nil
}

// May is Also for what an act leaves out where it is refused, and goes on without.
func (a *Act) May(action policies.Action, object policies.Object) bool {
	before := a.decision
	if a.Also(action, object) != nil {
		a.decision = before
		return false
	}
	return true
}

// Shows names in the sealed detail what an act shows beside what its action says.
func (a *Act) Shows(parts ...string) {
	for _, p := range parts {
		if !slices.Contains(a.Detail.Also, p) {
			a.Detail.Also = append(a.Detail.Also, p)
		}
	}
}

// NewAct begins an act at a moment. [Do] commits what it begins itself, and nothing
// else is ever committed.
func NewAct(g *Gate, a policies.Action, who Caller, now time.Time) *Act {
	return &Act{Action: a, Who: who, Now: now, Day: now.Format(time.DateOnly), gate: g, outcome: audit.Allowed}
}

// Allow asks the policy about this act on object. A refusal is ErrDenied.
func (a *Act) Allow(object policies.Object) error {
	a.object = nameOf(object.Kind, object.ID)
	a.asked = true
	object.AgencyEnded = object.AgencyEnded || a.ended
	a.decision = a.gate.policy.Decide(a.Who.subject(a.Action, a.granting(object.ID)), a.Action, object)
	if !a.decision.Allowed {
		return ErrDenied
	}
	return nil
}

// Refusing turns the act into a recorded refusal that still writes: a wrong
// code is refused and counted in one transaction.
func (a *Act) Refusing(rule string, kind policies.Kind, id string) {
	a.object, a.asked, a.outcome = nameOf(kind, id), true, audit.Refused
	a.decision = policies.Decision{Allowed: true, Rules: []string{rule}}
}

// Spare leaves one item out of a list and returns nil where it cannot be shown
// because a row, a secret or a box that it needs is not what the log names: one
// such item must not hide the others. Do says so beside them, by a Partial. Any
// other error is returned, and ends the act.
func (a *Act) Spare(err error) error {
	if !errors.Is(err, ErrTampered) && !errors.Is(err, crypto.ErrOpen) {
		return err
	}
	if a.spared == nil {
		a.spared = err
	}
	return nil
}

// Spared is why something was left out, or nil.
func (a *Act) Spared() error { return a.spared }

// NewSecret makes the shred secret of a record that this act creates.
func (a *Act) NewSecret() Secret {
	s := NewSecret(a.gate.log.Size())
	a.Secrets = append(a.Secrets, s)
	return s
}

// nameOf names what an act is about, for its leaf. What an address or a form says
// in the place of an id names nothing and is not written: anybody could put
// a person's name into the log that way, or what no leaf can hold.
func nameOf(kind policies.Kind, id string) string {
	if !isID(id) {
		return string(kind)
	}
	return string(kind) + ":" + id
}

// isID tells whether a text has the form of a row's id: 26 letters and digits, or
// such parts, numbers and the service's own words with points between them.
func isID(id string) bool {
	if len(id) > 4*27 {
		return false
	}
	for part := range strings.SplitSeq(id, ".") {
		random := len(part) == 26 && strings.Trim(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
		number := part != "" && len(part) < 19 && strings.Trim(part, "0123456789") == ""
		if !random && !number && part != RecoveryPerson && part != string(policies.Console) {
			return false
		}
	}
	return true
}

// Do prepares an act on a snapshot and commits it with its leaf. The leaf is
// durable before Do returns. Refused and failed acts leave a leaf too. It
// returns ErrDenied, ErrConflict, ErrTampered or what prepare returned; a Partial
// comes with the receipt of an act that is done.
func Do[R Reader](ctx context.Context, g *Gate, look func(context.Context, func(R) error) error,
	who Caller, action policies.Action, prepare func(R, *Act) error) (audit.Receipt, error) {
	wait := g.begin()
	for range Tries {
		if err := g.freshDetailKey(ctx); errors.Is(err, audit.ErrDetailKey) {
			continue // the audit unit drew a new epoch meanwhile
		} else if err != nil {
			return audit.Receipt{}, err
		}
		act := NewAct(g, action, who, g.Now())
		var seen []Seen
		err := look(ctx, func(r R) error {
			defer func() { seen = r.Seen() }()
			if err := g.refreshCaller(r, act); err != nil {
				return err
			}
			return prepare(r, act)
		})
		if err == nil && !(act.asked && act.decision.Allowed) {
			err = errors.New("preparing an act: the policy was not asked")
		}
		if err == nil {
			var receipt audit.Receipt
			if receipt, err = g.commit(ctx, act, seen); err == nil {
				return receipt, g.partial(ctx, act)
			}
		}
		if errors.Is(err, ErrStale) || errors.Is(err, audit.ErrDetailKey) {
			if err := g.store.Settle(ctx); err != nil {
				return audit.Receipt{}, err
			}
			continue
		}
		var done *Unfinished
		if errors.As(err, &done) {
			return done.Receipt, err // its leaf says that it is done
		}
		if errors.Is(err, ErrCovered) || errors.Is(err, ErrEnrol) {
			return audit.Receipt{}, err // nothing was asked yet: she is sent to her passphrase, or to a new factor
		}
		err = g.refuse(ctx, act, err)
		if errors.Is(err, ErrDenied) {
			wait(ctx)
		}
		return audit.Receipt{}, err
	}
	return audit.Receipt{}, g.refuse(ctx, &Act{Action: action, Who: who, Day: g.Day(), gate: g, object: "none"}, ErrConflict)
}

// partial is the end of an act that is durable: nothing, or, where it left
// something out, a leaf that says so, as of an act that met nothing else, and
// Partial.
func (g *Gate) partial(ctx context.Context, act *Act) error {
	if act.spared == nil {
		return nil
	}
	g.refuse(ctx, act, ErrTampered) // what is shown is shown, whether this leaf could be written or not
	return &Partial{Cause: act.spared}
}

// refreshCaller brings the caller's facts up to the roster: somebody suspended or
// removed a moment ago is so in this act, and somebody whose unit drew a new
// epoch, or who was admitted meanwhile, must fetch its key first (ErrCovered).
func (g *Gate) refreshCaller(r Reader, act *Act) error {
	who := &act.Who
	if who.in.Role == policies.Console || who.in.Person == "" {
		return nil
	}
	if who.in.Enrol && !whileEnrolling[act.Action] {
		return ErrEnrol
	}
	var p Person
	if err := r.Recall(&p, who.in.Person); err != nil {
		return fmt.Errorf("reading the caller: %w", err)
	}
	who.in.State, who.in.Role, who.in.Unit, who.in.Agency = PersonState(p.State), policies.Role(p.Role), p.Unit, p.Agency
	if p.Unit != "" && who.in.State == Active && who.Epoch() != r.Epoch(p.Unit) && !who.in.Covered && !who.in.Enrol {
		return ErrCovered
	}
	if p.Agency == "" {
		return nil
	}
	var a Agency
	if err := r.Recall(&a, p.Agency); err != nil {
		return fmt.Errorf("reading the caller's agency: %w", err)
	}
	act.ended = a.Over(act.Day)
	return nil
}

// whileEnrolling are the acts of somebody who signed in with a recovery code: a
// new second factor comes before anything else.
var whileEnrolling = map[policies.Action]bool{policies.FactorReplace: true, policies.SessionCover: true,
	policies.SessionResume: true, policies.SessionClose: true, policies.DraftKeep: true}

// commit hands the prepared act to the writer.
func (g *Gate) commit(ctx context.Context, act *Act, seen []Seen) (audit.Receipt, error) {
	detail, err := g.sealDetail(act)
	if err != nil {
		return audit.Receipt{}, err
	}
	leaf := act.leaf(act.outcome)
	return g.store.Do(ctx, Work{Secrets: act.Secrets, Do: func(tx Tx) error {
		if act.coded != nil && detail != nil {
			tx.Mark(g.codeMark(act.coded.object, act.coded.secret.ID))
		}
		for _, s := range seen {
			if d, ok := tx.Newest(s.Table, s.ID); ok != s.Present || d != s.Digest {
				return ErrStale
			}
		}
		if act.Commit != nil {
			if err := act.Commit(tx); err != nil {
				return err
			}
		}
		return tx.Record(leaf, detail)
	}})
}

func (a *Act) leaf(o audit.Outcome) audit.Leaf {
	actor, unit := a.Who.in.Person, a.Who.in.Unit
	if actor == "" {
		actor = "nobody"
	}
	if unit == "" {
		unit = "none"
	}
	object := a.object
	if object == "" {
		object = "none"
	}
	return audit.Leaf{Day: a.Day, Actor: actor, Unit: unit, Action: string(a.Action), Object: object,
		Outcome: o, Rules: a.decision.Rules, Count: a.Count}
}

func (g *Gate) sealDetail(act *Act) (*audit.SealedDetail, error) {
	act.Detail.At = act.Now
	salt := act.Salt
	if c := act.coded; c != nil {
		salt, act.Detail.Code = c.secret.Bytes, c.mark
	}
	d, err := g.log.SealDetail(salt, act.Detail)
	if err != nil {
		return nil, fmt.Errorf("sealing the detail: %w", err)
	}
	return d, nil
}

// refuse records what did not happen, and returns why. Denied and absent leave
// the same kind of leaf and give the same error.
func (g *Gate) refuse(ctx context.Context, act *Act, cause error) error {
	outcome := audit.Failed
	if errors.Is(cause, ErrDenied) || errors.Is(cause, ErrNoRow) {
		outcome, cause = audit.Refused, ErrDenied
		if !act.asked {
			act.object, act.decision.Rules = "none", []string{"absent"}
		}
	}
	leaf := act.leaf(outcome)
	_, err := g.store.Do(ctx, Work{Do: func(tx Tx) error { return tx.Record(leaf, nil) }})
	if err != nil && !errors.Is(cause, ErrTampered) {
		return fmt.Errorf("recording a refused act: %w", err)
	}
	return cause
}

// freshDetailKey draws a new detail key when the day, the start or the epoch of
// the audit unit asks for one. Before an audit unit is founded there is none,
// and leaves carry no detail.
func (g *Gate) freshDetailKey(ctx context.Context) error {
	g.detail.Lock()
	defer g.detail.Unlock()
	unit, err := g.auditUnit(ctx)
	if err != nil || unit == "" {
		return err
	}
	day, epoch := g.Day(), g.log.Epoch(unit)
	if !g.log.DetailKeyNeeded(day, unit, epoch) {
		return nil
	}
	var row UnitEpoch
	if err := Look(ctx, g.store, func(r Reader) error { return r.Get(&row, EpochID(unit, epoch)) }); err != nil {
		return fmt.Errorf("reading the audit unit's epoch: %w", err)
	}
	pending, err := g.pendingDetailKey(day, &row)
	if err != nil {
		return err
	}
	_, err = g.store.Do(ctx, Work{Do: func(tx Tx) error { return tx.UseDetailKey(pending) }})
	return err
}

func (g *Gate) auditUnit(ctx context.Context) (string, error) {
	if g.detailUnit != "" {
		return g.detailUnit, nil
	}
	err := Look(ctx, g.store, func(r Reader) error {
		units, err := AllUnits.Rows(r)
		for _, u := range units {
			if u.Is().Audits && g.log.Epoch(u.ID) > 0 {
				g.detailUnit = u.ID
				return nil
			}
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("finding the audit unit: %w", err)
	}
	return g.detailUnit, nil
}

// Look reads a snapshot, again when a group committed in between.
func Look(ctx context.Context, s Store, f func(Reader) error) error {
	var err error
	for range Tries {
		if err = s.Look(ctx, f); !errors.Is(err, ErrStale) {
			return err
		}
		if err := s.Settle(ctx); err != nil {
			return err
		}
	}
	return err
}

// Unless drops an error that is the expected one.
func Unless(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
