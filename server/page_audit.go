package server

import (
	"time"

	"sportello/policies/acts"
)

// LogPage is "log": verification in one line, filters, rows. Filters post to
// /registro (person, action, record, outcome, from_day, to_day) so that no address
// carries them; exporting posts to /registro/esporta, after the step-up, and
// checking all records now to /registro/verifica.
type LogPage struct {
	Page
	Verification string // a word of "verification"
	Size         int64  // leaves
	Checkpoint   string // the last signed checkpoint, shortened
	VerifierKey  string // public: verifies checkpoints and exported bundles
	CheckedAt    time.Time
	BadRecord    string // the first record that does not match, or empty
	Filter       LogFilter
	Rows         []LogRow
	Older, Newer string // leaf index to go on from, or empty; posted as "at"
	Days         []DayCount
	Notices      Notices
}

// LogFilter is the filter as typed.
type LogFilter struct {
	Person  string `form:"person"`
	Action  string `form:"action"` // the policy's name of the act
	Record  string `form:"record"`
	Outcome string `form:"outcome"` // a word of "result", or empty
	From    string `form:"from_day"`
	To      string `form:"to_day"`
}

// LogRow is one leaf: pseudonyms and codes only.
type LogRow struct {
	Index   int64
	Day     time.Time
	Person  string
	Action  string // the policy's name of the act, a word of "act"
	Record  string
	Outcome string // a word of "result"
	Rules   []LogRule
	Count   int64
}

// LogRule is a rule that decided. Text is its sentence in the policy; Own is
// a word of "own_rule" for what refuses without a rule of it.
type LogRule struct{ ID, Own, Text string }

// DayCount is one bar of the chart, and one row of its table.
type DayCount struct {
	Day                      time.Time
	Allowed, Refused, Failed int
	Height                   int // of the bar, 0 to 100
	X                        int // from the left, in steps of 20
}

// ChartWidth is the width of the chart's drawing.
func (p *LogPage) ChartWidth() int { return 20*len(p.Days) + 10 }

// ProofPage is "log-proof": one leaf with its proof.
type ProofPage struct {
	Page
	Row        LogRow
	Leaf       string   // the leaf's text, as it was hashed
	Hashes     []string // the inclusion proof, base64
	Checkpoint string   // the signed note
	Good       bool
	Detail     *LogDetail // what only the audit unit opens; nil when there is none
}

// LogDetail is an opened detail.
type LogDetail struct {
	At     time.Time
	Reason string
	Asked  []string // words of "act": what else the act was
	Parts  []string // words of "part": what it showed of a case file
	IDs    []string
}

// AccessPage is "access": who can open what now, and since when.
type AccessPage struct {
	Page
	Rows []AccessRow
}

// AccessRow is one unit's member.
type AccessRow struct {
	Unit     string
	UnitKind string // a word of "unit_kind"
	Person   string
	Role     string // a word of "role"
	State    string // a word of "person_state"
	Since    time.Time
	Epoch    int64
	Cases    int
	Named    int // restricted cases kept for this person by name
	// Referrals are those sent to the unit whose authorisation holds now.
	Referrals int
	Recovery  bool // the unit's recovery key, which is nobody's
}

// AuditReferralsPage is "audit-referrals": every referral with its live
// authorisation and the way it was given.
type AuditReferralsPage struct {
	Page
	Rows []AuditReferral
}

// AuditReferral is one line of it.
type AuditReferral struct {
	ID     string
	Desk   string
	Centre string
	Day    time.Time
	Given  string // a word of "given"
	Live   bool
	Until  time.Time
	State  string // a word of "referral_state"
}

// AgenciesPage is "agencies": agencies with their units, and what is missing.
type AgenciesPage struct {
	Page
	Missing  []Missing
	Agencies []Agency
}

// Missing is one thing that is missing: "2 unità senza membri".
type Missing struct {
	Key   string // "missing.…"
	Count int
}

// Agency is one agency.
type Agency struct {
	ID             string
	Name           string
	Kind           string // a word of "agency_kind"
	Responsibility string // a word of "responsibility"
	Ends           time.Time
	Ended          bool
	Units          []AgencyUnit
}

// AgencyUnit is one of its units.
type AgencyUnit struct {
	ID      string
	Name    string
	Kind    string // a word of "unit_kind"
	State   string // a word of "unit_state"
	Members int
}

// AgencyPage is "agency": a new agency, or one to change. Posts name, kind,
// responsibility, ends to Action.
type AgencyPage struct {
	Page
	Action                           string // /enti/nuovo or /enti/ID
	Name, Kind, Responsibility, Ends string
	Version                          string
}

// UnitPage is "unit": new units of one agency. Posts agency, and name and kind of
// each, to /unita/nuova; the step-up page follows.
type UnitPage struct {
	Page
	Agencies []Unit
	Agency   string
	Rows     []UnitRow
}

// UnitRow is one of them; one without a name is left out.
type UnitRow struct {
	N          int // its place on the form, from 1
	Name, Kind string
}

// DirectoryPage is "directory": a unit's public entry. Posts DirectoryForm
// and version to /unita/ID/elenco.
type DirectoryPage struct {
	Page
	ID      string
	Name    string
	Kind    string // a word of "unit_kind"
	Version string
	Form    DirectoryForm
}

// Welcomes tells whether the unit receives women who are sent to it.
func (p *DirectoryPage) Welcomes() bool {
	k, _ := acts.UnitKindOf(p.Kind)
	return k.Packages
}

// DirectoryForm is what is typed there; all of it is public anyway.
type DirectoryForm struct {
	Area      string   `form:"area"`
	Town      string   `form:"town"` // distances are measured from here
	Hours     string   `form:"hours"`
	Phone     string   `form:"phone"`
	Cost      string   `form:"cost"`      // a word of "cost"
	Needs     []string `form:"needs"`     // words of "need"
	Languages []string `form:"languages"` // words of "language"
}

// PeoplePage is "people". Suspending posts person to /personale/sospendi; lifting
// and inviting again post those ticked to /personale/riammetti and
// /personale/reinvita. The step-up page follows each.
type PeoplePage struct {
	Page
	Suspended   bool // somebody is: there is somebody to lift
	Invited     bool // somebody has not taken her invitation
	People      []PersonRow
	Invitations []Invitation
}

// PersonRow is one person of the staff.
type PersonRow struct {
	ID       string
	Username string
	Role     string // a word of "role"
	Unit     string
	State    string // a word of "person_state"
	Chosen   bool   // ticked on the form that came back
	Mine     bool   // the caller: nobody suspends herself
	Locked   bool   // ten wrong codes, and no unit whose members could unlock: posts person to /personale/sblocca
}

// Invitation is one that was not used yet. Withdrawing posts invitation to
// /personale/inviti/ritira.
type Invitation struct {
	ID   string
	Name string
	Role string // a word of "role"
	Unit string
	Ends time.Time
}

// InvitePage is "invite". Posts username, office, unit and language of each person
// to /personale/invita; the step-up page follows. After that the Codes are shown
// once, to be given by voice or on paper.
type InvitePage struct {
	Page
	Units []Unit
	Rows  []InviteRow
	Codes []InviteCode
	Ends  time.Time
}

// InviteRow is one person to be invited; one without a name is left out.
type InviteRow struct {
	N                int    // its place on the form, from 1
	Username, Office string // Office: a word of "role"
	Into             string // the unit's id
	Language         string // it or en
}

// InviteCode is the code of one invitation.
type InviteCode struct{ Username, Code string }
