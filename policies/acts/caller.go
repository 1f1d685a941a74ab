package acts

import (
	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/internal/inside"
)

// Caller is who asks: a signed-in person with the keys of her unit, the command
// line, or nobody. It is made by [Door] only and handed on as a parameter.
type Caller struct{ in Inside }

// Inside is what a caller is and holds. Only the packages below policies make one,
// or look into it: nobody else can name the key that Caller.Inside asks for.
type Inside struct {
	Person     string
	Username   string
	Role       policies.Role
	Unit       string
	UnitKind   string
	Agency     string
	Language   string
	Session    []byte // hash of the session's id part
	KeyPart    crypto.Key
	Row        *SessionRow // of the session, as it was read
	Generation int64       // of the session's keys
	State      PersonState
	Covered    bool
	Epochs     []UnitKeys // newest first
	Personal   crypto.Key
	Identity   crypto.Identity // only right after a passphrase
	Kept       bool            // identity is set
	StepUp     *Grant
	Draft      []byte
	Late       []*LateDraft
	Lost       int64      // when the newest was typed of what was not kept, right after a passphrase
	KEK        crypto.Key // only right after a passphrase, for changing one's own box
	Enrol      bool       // a recovery code was used: a new factor comes before anything else
	Strangers  bool       // colleagues who were there before her wait for her word
	Own        OwnFacts
}

// NewCaller makes a caller; the packages that sign somebody in, or hold whose keys
// are whose, do so.
func NewCaller(k inside.Key, in Inside) Caller {
	k.Check()
	return Caller{in}
}

// Inside is what the caller is and holds.
func (c *Caller) Inside(k inside.Key) *Inside {
	k.Check()
	return &c.in
}

// OwnFacts are what her own box says of her factors, kept for her own page.
type OwnFacts struct {
	Codes  int    `json:"c"`
	Factor string `json:"f"` // day of enrolment
	Phrase string `json:"p"` // day of the passphrase
}

// Grant is a step-up: fresh passphrase and code, for one act on one object.
type Grant struct {
	Action policies.Action
	Object string
}

// UnitKeys are what a member holds of one unit epoch.
type UnitKeys struct {
	Epoch    int64
	Key      crypto.Key // the epoch key
	Identity string     // the unit's age identity, parsed only when something arrived by age
	UnitKey  crypto.Key
}

// ConsoleCaller is the command line: it holds no key.
func ConsoleCaller() Caller {
	return Caller{in: Inside{Person: "console", Role: policies.Console, State: Active}}
}

// Person is the caller's pseudonym.
func (c Caller) Person() string { return c.in.Person }

// Username is what the caller signs in with.
func (c Caller) Username() string { return c.in.Username }

// Role is the caller's role.
func (c Caller) Role() policies.Role { return c.in.Role }

// Unit is the unit the caller works in; empty for an administrator.
func (c Caller) Unit() string { return c.in.Unit }

// UnitKind is the kind of that unit.
func (c Caller) UnitKind() string { return c.in.UnitKind }

// Agency is the agency the caller works for.
func (c Caller) Agency() string { return c.in.Agency }

// Language is "it" or "en".
func (c Caller) Language() string { return c.in.Language }

// State tells whether she waits for admission.
func (c Caller) State() PersonState { return c.in.State }

// Covered tells that the keys are out of the session until her passphrase
// brings them back.
func (c Caller) Covered() bool { return c.in.Covered }

// MustEnrol tells that a recovery code was used and that she may do nothing but
// enrol a new second factor.
func (c Caller) MustEnrol() bool { return c.in.Enrol }

// Strangers tells that, when her passphrase was last typed, colleagues who were
// members before her waited to be confirmed.
func (c Caller) Strangers() bool { return c.in.Strangers }

// Epoch is the newest unit epoch whose key the caller holds; 0 without one.
func (c Caller) Epoch() int64 {
	if len(c.in.Epochs) == 0 {
		return 0
	}
	return c.in.Epochs[0].Epoch
}

// UnitKey is the key of an epoch of the caller's unit. It reports false when
// the session does not hold it.
func (c Caller) UnitKey(epoch int64) (crypto.Key, bool) {
	for _, e := range c.in.Epochs {
		if e.Epoch == epoch {
			return e.UnitKey, true
		}
	}
	return crypto.Key{}, false
}

// UnitIdentity opens what arrived by age for an epoch of the caller's unit.
func (c Caller) UnitIdentity(epoch int64) (crypto.Identity, bool) {
	for _, e := range c.in.Epochs {
		if e.Epoch == epoch {
			id, err := crypto.ParseIdentity(e.Identity)
			return id, err == nil
		}
	}
	return crypto.Identity{}, false
}

// Identity is the caller's own identity, held only in the request in which her
// passphrase opened it.
func (c Caller) Identity() (crypto.Identity, bool) {
	return c.in.Identity, c.in.Kept
}

// Draft is what she typed before the screen was covered or the session ended,
// given back once.
func (c Caller) Draft() []byte { return c.in.Draft }

// Late is the first that she has not seen to of what arrived while the screen was
// covered or the session had ended; nil without. Nothing of it enters a form before she
// took it.
func (c Caller) Late() *LateDraft {
	if len(c.in.Late) == 0 {
		return nil
	}
	return c.in.Late[0]
}

// LateCount is how many of them wait.
func (c Caller) LateCount() int { return len(c.in.Late) }

// Lost is when the newest was typed of what was not kept longer, told once, in the
// request in which her passphrase was right; 0 without.
func (c Caller) Lost() int64 { return c.in.Lost }

// PersonalKey keeps what is restricted to the caller by name.
func (c Caller) PersonalKey() crypto.Key { return c.in.Personal }

// subject is the policy's view of the caller for an act on an object, by the name
// that a step-up for it has.
func (c Caller) subject(a policies.Action, object string) policies.Subject {
	return policies.Subject{Person: c.in.Person, Role: c.in.Role, Unit: c.in.Unit, Agency: c.in.Agency,
		UnitKind: c.in.UnitKind, Suspended: c.in.State == Suspended || c.in.State == Removed,
		Admitted: c.in.State == Active, Covered: c.in.Covered,
		SteppedUp: c.in.StepUp != nil && c.in.StepUp.Action == a && c.in.StepUp.Object == object}
}

// LateDraft is a form that arrived while its session was covered or had ended.
type LateDraft struct {
	ID   string `json:"i"`
	At   int64  `json:"t"` // Unix seconds
	Turn int64  `json:"n"` // how often drafts had been given back then
	Text []byte `json:"d"`
}
