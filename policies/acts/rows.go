package acts

import (
	"strings"

	"sportello/crypto"
	"sportello/policies"
)

// List is a set of ids kept in one text column, separated by spaces.
type List string

// Has tells whether id is in the list.
func (l List) Has(id string) bool {
	for _, s := range strings.Fields(string(l)) {
		if s == id {
			return true
		}
	}
	return false
}

// With returns the list with id added once.
func (l List) With(id string) List {
	if l.Has(id) {
		return l
	}
	return List(strings.TrimSpace(string(l) + " " + id))
}

// Without returns the list with id taken off.
func (l List) Without(id string) List {
	var kept []string
	for _, s := range strings.Fields(string(l)) {
		if s != id {
			kept = append(kept, s)
		}
	}
	return List(strings.Join(kept, " "))
}

// IDs lists the members.
func (l List) IDs() []string { return strings.Fields(string(l)) }

// PersonState is where a user of the service stands.
type PersonState string

// The states of a person. Only active people sign in to work; a waiting person
// signs in to see her words and nothing else.
const (
	Invited   PersonState = "invited"
	Waiting   PersonState = "waiting"
	Active    PersonState = "active"
	Suspended PersonState = "suspended"
	Removed   PersonState = "removed"
)

// Person is a user of the service. Box holds her identity and second factors,
// sealed under the key that her passphrase makes; BoxVersion is the version the
// box was sealed for, since other columns change without her passphrase.
type Person struct {
	RowKey
	Username   string
	Role       string
	Agency     string
	Unit       string
	State      string
	Language   string
	Recipient  string
	Salt       []byte
	Box        crypto.Sealed
	BoxVersion int64
	WrongCodes int64
	Removed    string // day of removal, or empty
	Stretch    int64  `row:",later"` // version of how her passphrase is stretched
}

// Table is the name of the table of people.
func (*Person) Table() string { return "person" }

var (
	personRows = Declare[Person]()
	// AllPeople lists everybody, by user name.
	AllPeople = personRows.Find().By("username", "id")
	// PeopleOfUnit lists the people of a unit, by user name.
	PeopleOfUnit = personRows.Find().Is("unit").By("username", "id")
	// PersonByUsername finds the person of a normalised user name.
	PersonByUsername = personRows.Find().Is("username").Not("state", string(Removed))
)

// MaxWrongCodes is after how many wrong codes a second factor is locked.
const MaxWrongCodes = 10

// LockedFactor tells that ten wrong codes locked a person's second factor.
func (p *Person) LockedFactor() bool { return p.WrongCodes >= MaxWrongCodes }

// Agency is a municipality, district, company or contracted operator.
type Agency struct {
	RowKey
	Name           string
	Kind           string
	Responsibility string // controller or processor (GDPR art. 4, 28)
	Ends           string // day its contract ends, or empty
	// What an agency's recovery was before units had their own: nothing is wrapped
	// to it. Whether there was one is all that is read, to say so; see older.
	OldRecovery      string `row:"recovery"`
	OldRecoveryEpoch int64  `row:"recovery_epoch"`
	OldProposed      string `row:"proposed"`
	OldProposedBy    string `row:"proposed_by"`
	// The agreement with its staff on what the log keeps of them, or the authorisation in
	// its place (L. 300/1970, art. 4): one of AgreementKinds, its day and its reference.
	AgreementKind string `row:",later"`
	AgreementDay  string `row:",later"`
	AgreementRef  string `row:",later"`
}

// AgreementKinds are what art. 4 of L. 300/1970 asks for before the staff can be named:
// an agreement with their representatives, or the labour inspectorate's authorisation.
var AgreementKinds = []string{"union", "inspectorate"}

// Agreed tells whether the agreement with the agency's staff is entered.
func (a *Agency) Agreed() bool { return a.AgreementKind != "" }

// Over tells whether its responsibility has ended before a day.
func (a *Agency) Over(day string) bool { return a.Ends != "" && a.Ends < day }

// Table is the name of the table of agencies.
func (*Agency) Table() string { return "agency" }

var (
	agencyRows = Declare[Agency]()
	// AllAgencies lists the agencies, by name.
	AllAgencies = agencyRows.Find().By("name", "id")
)

// Mandate is for whom an agency works: the municipalities, by ISTAT code with a blank
// between, who answers for their data, by which agreement, and its last day.
type Mandate struct {
	RowKey
	Agency     string
	Towns      string
	Controller string
	Protocol   string // reference under which the agreement was registered
	Ends       string
}

// Over tells whether it has ended before a day.
func (m *Mandate) Over(day string) bool { return m.Ends < day }

// Table is the name of the table of mandates.
func (*Mandate) Table() string { return "mandate" }

var (
	mandateRows = Declare[Mandate]()
	// AllMandates lists the mandates of all agencies, by who answers for the data.
	AllMandates = mandateRows.Find().By("controller", "id")
)

// Posted is one version of what the house has on its board: an emergency number, a
// service on call, the hours of a unit, what workers may have to report. The first
// version of something has the number 1; none is ever changed or taken away.
type Posted struct {
	RowKey
	Entry   string // of what it is a version; for hours the unit
	Edition int64
	Kind    string
	Unit    string // whose it is, or empty
	Name    string // of the service; of a duty, what is reported
	Phone   string
	Hours   string // as package opening keeps them
	Note    string // of a duty, to whom
	Tried   string // day on which somebody called the number
	Until   string // last day of a service on call, or empty
	Starts  string // day from which it holds
	Ended   bool   // from then on it holds no more
	By      string `row:"made_by"`
	Role    string // of who made it
	Day     string // on which it was made
}

// The kinds of what is posted.
const (
	PostedNumber = "number"
	PostedOnCall = "oncall"
	PostedHours  = "hours"
	PostedDuty   = "duty"
)

// PostedKinds are all of them, in the order of the page.
var PostedKinds = []string{PostedNumber, PostedOnCall, PostedHours, PostedDuty}

// Table is the name of the table of what is posted.
func (*Posted) Table() string { return "posted" }

var (
	postedRows = Declare[Posted]()
	// AllPosted lists every version of everything posted.
	AllPosted = postedRows.Find().By("entry", "edition")
)

// Newest is the newest version of each entry of a list that AllPosted made.
func Newest(all []*Posted) (newest []*Posted) {
	for _, p := range all {
		if n := len(newest); n > 0 && newest[n-1].Entry == p.Entry {
			newest[n-1] = p
		} else {
			newest = append(newest, p)
		}
	}
	return newest
}

// Holding is what of a kind holds on a day: of each entry the newest version that has
// begun, unless that one ends it, or its last day is over.
func Holding(all []*Posted, kind, day string) (now []*Posted) {
	var begun []*Posted
	for _, p := range all {
		if p.Kind == kind && p.Starts <= day {
			begun = append(begun, p)
		}
	}
	for _, p := range Newest(begun) {
		if !p.Ended && (p.Until == "" || p.Until >= day) {
			now = append(now, p)
		}
	}
	return now
}

// Unit is a desk, a social service, an antiviolence centre or an audit office.
// For a centre the public facts of the service directory stand here.
type Unit struct {
	RowKey
	Agency    string
	Kind      string
	Name      string
	Town      string
	Area      string
	Hours     string
	Languages string
	Phone     string
	Needs     string
	Cost      string // free, not_free, unknown
	Lat, Lon  int64  // hundred-thousandths of a degree, of the published seat
	// CopyKey is the public key, kept off the server, to which a centre's sealed
	// copies are made; CopyKeyBy set it on CopyKeyDay, as its CopyKeyVersion-th.
	CopyKey        string
	CopyKeyBy      string
	CopyKeyDay     string
	CopyKeyVersion int64 `row:",later"`
	RestrictNew    bool  `row:",later"` // its new case files are restricted unless their worker says otherwise
	// Territory are the municipalities that it is there for: ISTAT codes, a blank between.
	Territory string `row:",later"`
	// Witness is the lead of another unit who may give the second word where a case file
	// is to be hidden from a lead of this one, named beforehand.
	Witness string `row:",later"`
}

// The kinds of unit.
const (
	KindDesk   = policies.UnitDesk
	KindSocial = policies.UnitSocialService
	KindCentre = policies.UnitCentre
	KindAudit  = policies.UnitAudit
)

// Table is the name of the table of units.
func (*Unit) Table() string { return "unit" }

var (
	unitRows = Declare[Unit]()
	// AllUnits lists the units, by name.
	AllUnits = unitRows.Find().By("name", "id")
)

// UnitEpoch is one generation of a unit's keys. Its id is UNIT.EPOCH. Identity
// is the unit's age identity sealed under the epoch key, which travels to each
// member by age; Before is the epoch key of the epoch before, sealed under this
// unit key; MAC is made with the unit key of the epoch before.
type UnitEpoch struct {
	RowKey
	Unit       string
	Epoch      int64
	Recipient  string
	Identity   crypto.Sealed
	Commitment []byte
	Before     crypto.Sealed
	MAC        []byte
	By         string `row:"made_by"`
	Day        string
	Cause      string // founded, removed, removed_for_cause, suspicion, recovery, recovery_set, recovery_removed
}

// CauseRecovery is the cause of an epoch that recovery made.
const CauseRecovery = "recovery"

// NeedsVoice tells that nothing is sent to the unit under this epoch before its
// words were compared again: somebody was removed for cause, or nobody of the
// unit was there when recovery made it.
func (e *UnitEpoch) NeedsVoice() bool {
	return e.Cause == "removed_for_cause" || e.Cause == CauseRecovery
}

// Table is the name of the table of unit epochs.
func (*UnitEpoch) Table() string { return "unit_epoch" }

var _ = Declare[UnitEpoch]()

// UnitWrap is an epoch key wrapped with age to one member, or to the unit's
// recovery recipient (person "recovery"). Its id is UNIT.EPOCH.PERSON.
type UnitWrap struct {
	RowKey
	Unit    string
	Epoch   int64
	Person  string
	Wrapped crypto.Sealed
	By      string `row:"made_by"`
	Day     string
	Words   string // the words compared, for the leaf; public
}

// Table is the name of the table of unit key wraps.
func (*UnitWrap) Table() string { return "unit_wrap" }

var (
	wrapRows = Declare[UnitWrap]()
	// WrapsOfPerson lists the unit keys wrapped to a person.
	WrapsOfPerson = wrapRows.Find().Is("person").By("unit", "epoch")
	// WrapsOfEpoch lists who holds the key of a unit's epoch.
	WrapsOfEpoch = wrapRows.Find().Is("unit").Is("epoch").By("person")
)

// And is the list with everybody of another.
func (l List) And(with List) List {
	for _, id := range with.IDs() {
		l = l.With(id)
	}
	return l
}

// But is the list without anybody of another.
func (l List) But(without List) List {
	for _, id := range without.IDs() {
		l = l.Without(id)
	}
	return l
}

// Both is who stands in two lists.
func (l List) Both(other List) List { return l.But(l.But(other)) }
