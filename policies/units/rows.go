package units

import (
	"time"

	"sportello/crypto"
	"sportello/policies/acts"
)

// Rescue is a unit's next epoch that its recovery made off the server,
// until the newcomer it is wrapped to takes it. It is in force for nobody before
// that: her own sign-in opens it and checks whose key made it. Its id is the
// unit's; a later one takes its place.
type Rescue struct {
	acts.RowKey
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

var _ = acts.Declare[Rescue]()

// Pin says that a desk compared the founding words of a centre by voice, on a
// number not taken from this database. Its id is DESK.CENTRE.
type Pin struct {
	acts.RowKey
	Unit      string
	Centre    string
	Recipient string
	Epoch     int64
	By        string `row:"made_by"`
	Day       string
}

// Table is the name of the table of pins.
func (*Pin) Table() string { return "pin" }

var (
	pinRows = acts.Declare[Pin]()
	// AllPins lists whose words were compared, by every unit.
	AllPins = pinRows.Find().By("unit", "centre")
	// PinsOfUnit lists the centres whose words a desk compared.
	PinsOfUnit = pinRows.Find().Is("unit").By("centre")
)

// Acquaintance says that a member confirmed another as a colleague she knows.
// Its id is PERSON.COLLEAGUE.
type Acquaintance struct {
	acts.RowKey
	Person    string
	Colleague string
	Day       string
}

// Table is the name of the table of confirmed colleagues.
func (*Acquaintance) Table() string { return "acquaintance" }

var (
	acquaintanceRows = acts.Declare[Acquaintance]()
	// AcquaintancesOf lists the colleagues a member confirmed.
	AcquaintancesOf = acquaintanceRows.Find().Is("person").By("colleague")
)

// LeadWord says by whose word a member leads her unit whom no lead admitted. Its
// id is hers. FirstBy admitted her on FirstDay; Before were members then, and the
// second word is one of theirs, or a lead's.
type LeadWord struct {
	acts.RowKey
	Unit      string
	State     string // waiting, given
	FirstBy   string
	FirstDay  string
	Before    acts.List
	SecondBy  string
	SecondDay string
	Words     string // the words compared for the second, for the leaf; public
}

// Table is the name of the table of words for leads.
func (*LeadWord) Table() string { return "lead_word" }

var (
	leadWordRows = acts.Declare[LeadWord]()
	// LeadWordsOf lists the members of a unit for whom somebody was asked, or gave, the second word that makes a lead.
	LeadWordsOf = leadWordRows.Find().Is("unit").By("id")
)

// Sight says that a person has seen a notice, which stands on her Agenda no
// longer. Its id is PERSON.NOTICE.
type Sight struct {
	acts.RowKey
	Person string
	Notice string
	Day    string
}

// Table is the name of the table of notices seen.
func (*Sight) Table() string { return "seen" }

var (
	sightRows = acts.Declare[Sight]()
	// SightsOf lists the notices that a person has seen.
	SightsOf = sightRows.Find().Is("person").By("id")
)

// Invitation lets one named person set her passphrase and second factor. Only
// the hash of its token is stored.
type Invitation struct {
	acts.RowKey
	Person string
	Token  []byte
	Ends   string
	By     string `row:"made_by"`
	State  string // open, used, withdrawn
}

// Table is the name of the table of invitations.
func (*Invitation) Table() string { return "invitation" }

var (
	invitationRows = acts.Declare[Invitation]()
	// InvitationByToken finds the invitation whose token has this hash.
	InvitationByToken = invitationRows.Find().Is("token")
	// OpenInvitations lists the invitations that wait.
	OpenInvitations = invitationRows.Find().In("state", "open").By("ends", "id")
	// InvitationsOf lists a person's invitations, newest first.
	InvitationsOf = invitationRows.Find().Is("person").By("ends desc", "id")
)

// What a service costs the woman who goes there.
const (
	CostFree    = "free"
	CostNot     = "not_free"
	CostUnknown = "unknown"
)

// Costs are what a service can cost her.
var Costs = []string{CostFree, CostNot, CostUnknown}

// InvitationFor is how long an invitation waits.
const InvitationFor = 7 * 24 * time.Hour
