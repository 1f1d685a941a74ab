package accounts

import (
	"strings"

	"sportello/crypto"
)

// RowKey is the identity of a stored row: a random id and the version that
// every change raises by one. A new row has version 1.
type RowKey struct {
	ID      string
	Version int64
}

// Key returns id and version, for the row's digest.
func (k *RowKey) Key() (string, int64) { return k.ID, k.Version }

// Pointers are where the store scans id and version.
func (k *RowKey) Pointers() []any { return []any{&k.ID, &k.Version} }

// Row is a stored row: what the log digests and what the store writes. Values
// point to the columns in their order; one that a later migration added stands
// last, as a crypto.Later.
type Row interface {
	Table() string
	Key() (id string, version int64)
	Pointers() []any
	Values() []any
}

// Columns are where the store scans a row and what it writes of it: id, version
// and the values, pointers all.
func Columns(row Row) []any {
	all := append(append(make([]any, 0, 24), row.Pointers()...), row.Values()...)
	for i := len(all) - 1; i >= 0; i-- {
		later, ok := all[i].(crypto.Later)
		if !ok {
			break // they stand last
		}
		all[i] = later.Value
	}
	return all
}

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
	Stretch    int64  // version of how her passphrase is stretched
}

// Table is the name of the table of people.
func (*Person) Table() string { return "person" }

// Values are the columns after id and version.
func (p *Person) Values() []any {
	return []any{&p.Username, &p.Role, &p.Agency, &p.Unit, &p.State, &p.Language,
		&p.Recipient, &p.Salt, &p.Box, &p.BoxVersion, &p.WrongCodes, &p.Removed,
		crypto.Later{Name: "stretch", Value: &p.Stretch}}
}

// Agency is a municipality, district, company or contracted operator.
type Agency struct {
	RowKey
	Name           string
	Kind           string
	Responsibility string // controller or processor (GDPR art. 4, 28)
	Ends           string // day its contract ends, or empty
	// What an agency's recovery was before units had their own: nothing is wrapped
	// to it. Whether there was one is all that is read, to say so; see older.
	OldRecovery      string
	OldRecoveryEpoch int64
	OldProposed      string
	OldProposedBy    string
}

// Over tells whether its responsibility has ended before a day.
func (a *Agency) Over(day string) bool { return a.Ends != "" && a.Ends < day }

// Table is the name of the table of agencies.
func (*Agency) Table() string { return "agency" }

// Values are the columns after id and version.
func (a *Agency) Values() []any {
	return []any{&a.Name, &a.Kind, &a.Responsibility, &a.Ends, &a.OldRecovery, &a.OldRecoveryEpoch, &a.OldProposed, &a.OldProposedBy}
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
	CopyKeyVersion int64
}

// The kinds of unit.
const (
	KindDesk   = "desk"
	KindSocial = "social_service"
	KindCentre = "centre"
	KindAudit  = "audit"
)

// What a service costs the woman who goes there.
const (
	CostFree    = "free"
	CostNot     = "not_free"
	CostUnknown = "unknown"
)

var costs = map[string]bool{CostFree: true, CostNot: true, CostUnknown: true}

// Table is the name of the table of units.
func (*Unit) Table() string { return "unit" }

// Values are the columns after id and version.
func (u *Unit) Values() []any {
	return []any{&u.Agency, &u.Kind, &u.Name, &u.Town, &u.Area, &u.Hours,
		&u.Languages, &u.Phone, &u.Needs, &u.Cost, &u.Lat, &u.Lon,
		&u.CopyKey, &u.CopyKeyBy, &u.CopyKeyDay,
		crypto.Later{Name: "copy_key_version", Value: &u.CopyKeyVersion}}
}

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
	By         string
	Day        string
	Cause      string // founded, removed, removed_for_cause, suspicion, recovery, recovery_set, recovery_removed
}

// NeedsVoice tells that nothing is sent to the unit under this epoch before its
// words were compared again: somebody was removed for cause, or nobody of the
// unit was there when recovery made it.
func (e *UnitEpoch) NeedsVoice() bool {
	return e.Cause == "removed_for_cause" || e.Cause == causeRecovery
}

// Table is the name of the table of unit epochs.
func (*UnitEpoch) Table() string { return "unit_epoch" }

// Values are the columns after id and version.
func (e *UnitEpoch) Values() []any {
	return []any{&e.Unit, &e.Epoch, &e.Recipient, &e.Identity, &e.Commitment, &e.Before,
		&e.MAC, &e.By, &e.Day, &e.Cause}
}

// UnitWrap is an epoch key wrapped with age to one member, or to the unit's
// recovery recipient (person "recovery"). Its id is UNIT.EPOCH.PERSON.
type UnitWrap struct {
	RowKey
	Unit    string
	Epoch   int64
	Person  string
	Wrapped crypto.Sealed
	By      string
	Day     string
	Words   string // the words compared, for the leaf; public
}

// Table is the name of the table of unit key wraps.
func (*UnitWrap) Table() string { return "unit_wrap" }

// Values are the columns after id and version.
func (w *UnitWrap) Values() []any {
	return []any{&w.Unit, &w.Epoch, &w.Person, &w.Wrapped, &w.By, &w.Day, &w.Words}
}

// Rescue is a unit's next epoch that its recovery made off the server,
// until the newcomer it is wrapped to takes it. It is in force for nobody before
// that: her own sign-in opens it and checks whose key made it. Its id is the
// unit's; a later one takes its place.
type Rescue struct {
	RowKey
	Epoch      int64 // the one it would be
	Person     string
	Recipient  string
	Identity   crypto.Sealed
	Commitment []byte
	Before     crypto.Sealed
	MAC        []byte
	Wrapped    crypto.Sealed
	Day        string
	Words      string // the words compared, for the leaf; public
}

// Table is the name of the table of epochs made by recovery.
func (*Rescue) Table() string { return "rescue" }

// Values are the columns after id and version.
func (e *Rescue) Values() []any {
	return []any{&e.Epoch, &e.Person, &e.Recipient, &e.Identity, &e.Commitment, &e.Before, &e.MAC, &e.Wrapped, &e.Day, &e.Words}
}

// Pin says that a desk compared the founding words of a centre by voice, on a
// number not taken from this database. Its id is DESK.CENTRE.
type Pin struct {
	RowKey
	Unit      string
	Centre    string
	Recipient string
	Epoch     int64
	By        string
	Day       string
}

// Table is the name of the table of pins.
func (*Pin) Table() string { return "pin" }

// Values are the columns after id and version.
func (p *Pin) Values() []any {
	return []any{&p.Unit, &p.Centre, &p.Recipient, &p.Epoch, &p.By, &p.Day}
}

// Acquaintance says that a member confirmed another as a colleague she knows.
// Its id is PERSON.COLLEAGUE.
type Acquaintance struct {
	RowKey
	Person    string
	Colleague string
	Day       string
}

// Table is the name of the table of confirmed colleagues.
func (*Acquaintance) Table() string { return "acquaintance" }

// Values are the columns after id and version.
func (a *Acquaintance) Values() []any { return []any{&a.Person, &a.Colleague, &a.Day} }

// LeadWord says by whose word a member leads her unit whom no lead admitted. Its
// id is hers. FirstBy admitted her on FirstDay; Before were members then, and the
// second word is one of theirs, or a lead's.
type LeadWord struct {
	RowKey
	Unit      string
	State     string // waiting, given
	FirstBy   string
	FirstDay  string
	Before    List
	SecondBy  string
	SecondDay string
	Words     string // the words compared for the second, for the leaf; public
}

// Table is the name of the table of words for leads.
func (*LeadWord) Table() string { return "lead_word" }

// Values are the columns after id and version.
func (w *LeadWord) Values() []any {
	return []any{&w.Unit, &w.State, &w.FirstBy, &w.FirstDay, (*string)(&w.Before), &w.SecondBy, &w.SecondDay, &w.Words}
}

// Sight says that a person has seen a notice, which stands on her Agenda no
// longer. Its id is PERSON.NOTICE.
type Sight struct {
	RowKey
	Person string
	Notice string
	Day    string
}

// Table is the name of the table of notices seen.
func (*Sight) Table() string { return "seen" }

// Values are the columns after id and version.
func (s *Sight) Values() []any { return []any{&s.Person, &s.Notice, &s.Day} }

// Invitation lets one named person set her passphrase and second factor. Only
// the hash of its token is stored.
type Invitation struct {
	RowKey
	Person string
	Token  []byte
	Ends   string
	By     string
	State  string // open, used, withdrawn
}

// Table is the name of the table of invitations.
func (*Invitation) Table() string { return "invitation" }

// Values are the columns after id and version.
func (i *Invitation) Values() []any {
	return []any{&i.Person, &i.Token, &i.Ends, &i.By, &i.State}
}
