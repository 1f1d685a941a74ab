package policies

import (
	"sync"

	"github.com/cedar-policy/cedar-go/types"
)

// A Role is what a person is employed as; her unit says where.
type Role string

const (
	// IntakeWorker listens at a desk.
	IntakeWorker Role = "intake_worker"
	// SocialWorker works in a social service.
	SocialWorker Role = "social_worker"
	// Lead answers for her unit, of whatever kind it is, and does its work too.
	Lead Role = "lead"
	// CentreWorker welcomes women at an antiviolence centre.
	CentreWorker Role = "centre_worker"
	// Auditor reads the log and opens no case.
	Auditor Role = "auditor"
	// Administrator enters agencies, units and users; he belongs to no unit.
	Administrator Role = "administrator"
	// Console is the command line on the server.
	Console Role = "console"
)

// The kinds of unit, as stored.
const (
	UnitDesk          = "desk"
	UnitSocialService = "social_service"
	UnitCentre        = "centre"
	UnitAudit         = "audit"
)

// A ConsentState is where a consent stands on the day it is asked.
type ConsentState string

const (
	// ConsentNone is the state before she said anything.
	ConsentNone ConsentState = ""
	// ConsentLive allows what it names.
	ConsentLive ConsentState = "live"
	// ConsentWithdrawn was taken back by her.
	ConsentWithdrawn ConsentState = "withdrawn"
	// ConsentExpired is past the end she set.
	ConsentExpired ConsentState = "expired"
)

// A Kind is what sort of thing an Object is.
type Kind string

// The kinds of object. A Pin is one unit's word that it compared another unit's words.
const (
	KindUnit      Kind = "unit"
	KindAgency    Kind = "agency"
	KindPerson    Kind = "person" // a user of the service, never a woman it serves
	KindContact   Kind = "contact"
	KindReport    Kind = "report"
	KindCase      Kind = "case"
	KindNote      Kind = "note"
	KindTask      Kind = "task"
	KindConsent   Kind = "consent"
	KindReferral  Kind = "referral"
	KindPin       Kind = "pin"
	KindKey       Kind = "key"
	KindSession   Kind = "session"
	KindDirectory Kind = "directory"
	KindLog       Kind = "log"
	KindSystem    Kind = "system"
)

// A Subject is who asks, with the facts about her that hold at this moment.
type Subject struct {
	Person    string // id; never empty
	Role      Role
	Unit      string // id; empty for an administrator and the command line
	Agency    string
	UnitKind  string // UnitDesk, UnitSocialService, UnitCentre, UnitAudit
	Suspended bool
	Admitted  bool // a member compared her words and let her in
	SteppedUp bool // passphrase and fresh code, for this one act
	Covered   bool
}

// An Object is what is asked about, with the facts that hold between it and the asker at this moment.
// A list is asked on the unit whose list it is. Notes, tasks, consents and referrals carry the walls of their case.
type Object struct {
	Kind         Kind
	ID           string
	Unit         string // the unit that keeps it; of a unit its own id, of a referral the sender, of a pin the unit that compared
	UnitKind     string // of that unit
	Centre       string // the unit that receives it
	Agency       string // of an agency its own id
	State        string // the code of its state
	Author       string // the person who wrote, opened or proposed it
	Restricted   bool
	Named        bool // the asker is one of the people it is restricted to; of somebody who is to lead, one of those whose word counts
	WalledOff    bool // the asker may not know that it exists
	Answers      bool // the asker answers for it: she leads its unit, or stands there for a lead from whom it is walled off
	Leads        bool // the person it is about leads her unit
	Consent      ConsentState
	KeepCopy     bool   // she lets the centre keep a sealed copy
	Person       string // whose account or session it is; of a task who took it on, of a report who follows it
	RestoredShut bool   // a restore shut it, and the desk has not confirmed it
	AgencyEnded  bool   // the responsibility of its agency, on either side of a referral, is over
	Founded      bool   // the unit has, or ever had, a member
}

// entityType names each kind as the schema and the rules do.
var entityType = map[Kind]types.EntityType{
	KindUnit:      "Unit",
	KindAgency:    "Agency",
	KindPerson:    "Person",
	KindContact:   "Contact",
	KindReport:    "Report",
	KindCase:      "CaseFile",
	KindNote:      "Note",
	KindTask:      "Task",
	KindConsent:   "Consent",
	KindReferral:  "Referral",
	KindPin:       "Pin",
	KindKey:       "RecordKey",
	KindSession:   "Session",
	KindDirectory: "Directory",
	KindLog:       "Log",
	KindSystem:    "System",
}

// wider says which groups of roles a role belongs to. A lead works as whatever her unit is, so each
// rule for a group also names the kind of unit.
var wider = map[Role][]string{
	IntakeWorker:  {"person", "member", "case_worker", "case_or_centre"},
	SocialWorker:  {"person", "member", "case_worker", "case_or_centre"},
	Lead:          {"person", "member", "case_worker", "centre_staff", "case_or_centre", "audit_staff"},
	CentreWorker:  {"person", "member", "centre_staff", "case_or_centre"},
	Auditor:       {"person", "member", "audit_staff"},
	Administrator: {"person"},
	Console:       nil,
}

// known says whether every code of the request is one that the rules were written for. An unknown code
// is refused before any rule sees it, since a rule that compares with "withdrawn" would let "revoked" pass.
func known(s Subject, o Object) bool {
	if s.Person == "" {
		return false
	}
	if _, ok := wider[s.Role]; !ok {
		return false
	}
	switch o.Consent {
	case ConsentNone, ConsentLive, ConsentWithdrawn, ConsentExpired:
	default:
		return false
	}
	return knownUnitKind(s.UnitKind) && knownUnitKind(o.UnitKind)
}

func knownUnitKind(k string) bool {
	switch k {
	case "", UnitDesk, UnitSocialService, UnitCentre, UnitAudit:
		return true
	}
	return false
}

// principal is the subject as the rules see her. She is in her unit only once she is admitted.
func (s Subject) principal(roles map[Role]types.EntityUID) types.Entity {
	facts := types.RecordMap{
		"unitKind":  types.String(s.UnitKind),
		"admitted":  types.Boolean(s.Admitted),
		"suspended": types.Boolean(s.Suspended),
		"steppedUp": types.Boolean(s.SteppedUp),
		"covered":   types.Boolean(s.Covered),
	}
	refer(facts, "unit", "Unit", s.Unit)
	refer(facts, "agency", "Agency", s.Agency)
	parents := []types.EntityUID{roles[s.Role]}
	if s.Admitted && s.Unit != "" {
		parents = append(parents, types.NewEntityUID("Unit", types.String(s.Unit)))
	}
	return types.Entity{UID: staff(s.Person), Parents: types.NewEntityUIDSet(parents...), Attributes: types.NewRecord(facts)}
}

// resource is the object as the rules see it.
func (o Object) resource() types.Entity {
	facts := types.RecordMap{
		"unitKind":     types.String(o.UnitKind),
		"state":        types.String(o.State),
		"restricted":   types.Boolean(o.Restricted),
		"named":        types.Boolean(o.Named),
		"walledOff":    types.Boolean(o.WalledOff),
		"answers":      types.Boolean(o.Answers),
		"leads":        types.Boolean(o.Leads),
		"consent":      types.String(o.Consent),
		"keepCopy":     types.Boolean(o.KeepCopy),
		"restoredShut": types.Boolean(o.RestoredShut),
		"agencyEnded":  types.Boolean(o.AgencyEnded),
		"founded":      types.Boolean(o.Founded),
	}
	refer(facts, "unit", "Unit", o.Unit)
	refer(facts, "centre", "Unit", o.Centre)
	refer(facts, "agency", "Agency", o.Agency)
	refer(facts, "author", "Staff", o.Author)
	refer(facts, "person", "Staff", o.Person)
	uid := types.NewEntityUID(entityType[o.Kind], types.String(o.ID))
	return types.Entity{UID: uid, Attributes: types.NewRecord(facts)}
}

func staff(id string) types.EntityUID { return types.NewEntityUID("Staff", types.String(id)) }

// refer adds a reference, or nothing at all for an empty id: two empty ids must never be found equal.
func refer(facts types.RecordMap, name types.String, kind types.EntityType, id string) {
	if id != "" {
		facts[name] = types.NewEntityUID(kind, types.String(id))
	}
}

// remembered keeps the entities of subjects, or of objects, that were asked about
// before: making one sorts and hashes its facts, which costs as much as all the
// rules. An entity never changes, and its key is all that it was made from.
type remembered[K comparable] struct {
	mu    sync.RWMutex
	known map[K]types.Entity
}

// rememberedMax bounds what is kept: a few hundred bytes each.
const rememberedMax = 4096

func (r *remembered[K]) entity(key K, make func() types.Entity) types.Entity {
	r.mu.RLock()
	e, ok := r.known[key]
	r.mu.RUnlock()
	if ok {
		return e
	}
	e = make()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) >= rememberedMax {
		r.known = map[K]types.Entity{}
	}
	r.known[key] = e
	return e
}
