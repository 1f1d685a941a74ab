package accounts

import (
	"sportello/crypto"
	"sportello/policies"
)

// Caller is who asks: a signed-in person with the keys of her unit, the command
// line, or nobody. It is made by [Door] only and handed on as a parameter.
type Caller struct {
	person     string
	username   string
	role       policies.Role
	unit       string
	unitKind   string
	agency     string
	language   string
	session    []byte // hash of the session's id part
	keyPart    crypto.Key
	row        *SessionRow // of the session, as it was read
	generation int64       // of the session's keys
	state      PersonState
	covered    bool
	epochs     []unitKeys // newest first
	personal   crypto.Key
	identity   crypto.Identity // only right after a passphrase
	kept       bool            // identity is set
	stepUp     *grant
	draft      []byte
	late       *LateDraft
	kek        crypto.Key // only right after a passphrase, for changing one's own box
	enrol      bool       // a recovery code was used: a new factor comes before anything else
	strangers  bool       // colleagues who were there before her wait for her word
	own        ownFacts
}

// ownFacts are what her own box says of her factors, kept for her own page.
type ownFacts struct {
	Codes  int    `json:"c"`
	Factor string `json:"f"` // day of enrolment
	Phrase string `json:"p"` // day of the passphrase
}

// grant is a step-up: fresh passphrase and code, for one act on one object.
type grant struct {
	action policies.Action
	object string
}

// unitKeys are what a member holds of one unit epoch.
type unitKeys struct {
	Epoch    int64
	Key      crypto.Key // the epoch key
	Identity string     // the unit's age identity, parsed only when something arrived by age
	UnitKey  crypto.Key
}

// ConsoleCaller is the command line: it holds no key.
func ConsoleCaller() Caller {
	return Caller{person: "console", role: policies.Console, state: Active}
}

// Person is the caller's pseudonym.
func (c Caller) Person() string { return c.person }

// Username is what the caller signs in with.
func (c Caller) Username() string { return c.username }

// Role is the caller's role.
func (c Caller) Role() policies.Role { return c.role }

// Unit is the unit the caller works in; empty for an administrator.
func (c Caller) Unit() string { return c.unit }

// UnitKind is the kind of that unit.
func (c Caller) UnitKind() string { return c.unitKind }

// Agency is the agency the caller works for.
func (c Caller) Agency() string { return c.agency }

// Language is "it" or "en".
func (c Caller) Language() string { return c.language }

// State tells whether she waits for admission.
func (c Caller) State() PersonState { return c.state }

// Covered tells that the keys are out of the session until her passphrase
// brings them back.
func (c Caller) Covered() bool { return c.covered }

// MustEnrol tells that a recovery code was used and that she may do nothing but
// enrol a new second factor.
func (c Caller) MustEnrol() bool { return c.enrol }

// Strangers tells that, when her passphrase was last typed, colleagues who were
// members before her waited to be confirmed.
func (c Caller) Strangers() bool { return c.strangers }

// Epoch is the newest unit epoch whose key the caller holds; 0 without one.
func (c Caller) Epoch() int64 {
	if len(c.epochs) == 0 {
		return 0
	}
	return c.epochs[0].Epoch
}

// UnitKey is the key of an epoch of the caller's unit. It reports false when
// the session does not hold it.
func (c Caller) UnitKey(epoch int64) (crypto.Key, bool) {
	for _, e := range c.epochs {
		if e.Epoch == epoch {
			return e.UnitKey, true
		}
	}
	return crypto.Key{}, false
}

// UnitIdentity opens what arrived by age for an epoch of the caller's unit.
func (c Caller) UnitIdentity(epoch int64) (crypto.Identity, bool) {
	for _, e := range c.epochs {
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
	return c.identity, c.kept
}

// Draft is what she typed before the screen was covered or the session ended,
// given back once.
func (c Caller) Draft() []byte { return c.draft }

// Late is what arrived under her cookie while the screen was covered or the session
// had ended; nil without. Nothing of it enters a form before she took it.
func (c Caller) Late() *LateDraft { return c.late }

// PersonalKey keeps what is restricted to the caller by name.
func (c Caller) PersonalKey() crypto.Key { return c.personal }

// subject is the policy's view of the caller for an act on an object, by the name
// that a step-up for it has.
func (c Caller) subject(a policies.Action, object string) policies.Subject {
	return policies.Subject{Person: c.person, Role: c.role, Unit: c.unit, Agency: c.agency,
		UnitKind: c.unitKind, Suspended: c.state == Suspended || c.state == Removed,
		Admitted: c.state == Active, Covered: c.covered,
		SteppedUp: c.stepUp != nil && c.stepUp.action == a && c.stepUp.object == object}
}
