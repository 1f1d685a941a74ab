package acts

import "sportello/policies"

// UnitKind is what one kind of unit is and does. This table is the one place that
// says so: nothing else tells kinds apart by their code.
type UnitKind struct {
	Code       string
	Roles      []policies.Role // who works there; the first is the one of everyday work
	KeepsCases bool            // contacts and case files, in which women are searched for
	Packages   bool            // receives what a woman authorised to be sent, and answers it
	Tasks      bool            // receives what another unit asks it to do by a day
	Writes     bool            // something is sealed to others, so that their words are compared
	Peers      bool            // what one of these writes goes to others of its kind too
	Audits     bool            // looks on: it reads the log, and there is one of it
	Recovery   bool            // is missed something while it accepted no recovery
	Free       bool            // costs nothing, until its entry says otherwise (Intesa of 14 September 2022)
	Menu       []string        // names of pages, the first of which is its home
}

var unitKinds = []UnitKind{
	{Code: KindDesk, Roles: []policies.Role{policies.IntakeWorker, policies.SocialWorker, policies.Lead}, KeepsCases: true,
		Writes: true, Recovery: true, Menu: []string{"agenda", "cases", "search", "new_contact", "reports", "admissions", "centres"}},
	{Code: KindSocial, Roles: []policies.Role{policies.SocialWorker, policies.Lead}, KeepsCases: true, Tasks: true,
		Writes: true, Peers: true, Recovery: true, Menu: []string{"agenda", "cases", "search", "new_contact", "reports", "admissions", "centres"}},
	{Code: KindCentre, Roles: []policies.Role{policies.CentreWorker, policies.Lead}, Packages: true,
		Writes: true, Free: true, Menu: []string{"inbox", "admissions", "desks"}},
	{Code: KindAudit, Roles: []policies.Role{policies.Auditor}, Audits: true, Recovery: true,
		Menu: []string{"log", "access", "referrals", "admissions"}},
}

// UnitKindOf is the kind with this code; false for no kind.
func UnitKindOf(code string) (UnitKind, bool) {
	for _, k := range unitKinds {
		if k.Code == code {
			return k, true
		}
	}
	return UnitKind{}, false
}

// UnitKinds are all kinds, in the order they are shown.
func UnitKinds() []UnitKind { return append([]UnitKind(nil), unitKinds...) }

// Is is the unit's kind.
func (u *Unit) Is() UnitKind { return kindOrNone(u.Kind) }

// Works is the kind of the unit that the caller works in; the zero kind, which does
// nothing, for who works in none.
func (c Caller) Works() UnitKind { return kindOrNone(c.in.UnitKind) }

func kindOrNone(code string) UnitKind {
	k, _ := UnitKindOf(code)
	return k
}

// Has tells whether a role works in such a unit.
func (k UnitKind) Has(role policies.Role) bool {
	for _, r := range k.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// MayMeet tells whether units of kind k write to units of this one, or answer them.
func (k UnitKind) MayMeet(other UnitKind) bool {
	return other.Writes && (k.Code != other.Code || k.Peers)
}
