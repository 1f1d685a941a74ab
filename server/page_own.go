package server

import (
	"html/template"
	"time"
)

// StepUpPage is "step-up": passphrase and code for one act on one object. It
// posts everything Carried, with passphrase and code, to Action.
type StepUpPage struct {
	Page
	Act     string   // message key that says what will happen: one of the StepUp constants
	Object  string   // on what, as the person knows it …
	List    []string // … or on which several
	Action  string
	Back    string // address to go back to
	Carried []Pair
}

// OwnPage is "own": factor, recovery codes, passphrase and open sessions. Each item leads to its own page or posts one button.
type OwnPage struct {
	Page
	Factor      string // a word of "factor"
	FactorState string // a word of "factor_state"
	FactorSince time.Time
	CodesLeft   int
	PhraseSince time.Time
	Sessions    []Session
	MayDeclare  bool // she works with case files: whom she should not be given
	CopyKey     bool // she works at a centre, which may keep its key for copies
}

// Session is one open session. Closing posts session to /credenziali/sessioni.
type Session struct {
	ID     string
	Device string // what she knows it by: "questo browser" or the day it began
	Began  time.Time
	Last   time.Time
	Here   bool
}

// DeclarationsPage is "declarations": whom one should not be given. Posts id and
// declared_name, declared_surname, declared_phone to /credenziali/dichiarazioni;
// taking back posts to /credenziali/dichiarazioni/ID/togli.
type DeclarationsPage struct {
	Page
	Mine  []Declared
	Leads []string // user names of who can read them too
	Form  string   // drawn when the form is shown: sent twice, it is one declaration

	Name, Surname, Phone string // as typed
}

// Declared is one person whom somebody should not be given.
type Declared struct {
	ID      string
	By      string // user name; empty on one's own page
	Sealed  bool   // not yet open to the reader
	Name    string
	Surname string
	Phone   string
	Day     time.Time
	Matches []DeclaredMatch
}

// DeclaredMatch is a case file that looks like a declared person.
type DeclaredMatch struct {
	Card
	By []string // words of "match_by"
}

// UnitDeclarationsPage is "unit-declarations": what the lead of a unit reads
// before she gives a case file to somebody.
type UnitDeclarationsPage struct {
	Page
	All []Declared
}

// CopyKeyPage is "copy-key": the centre's own public key, kept off the server, to
// which its sealed copies are made. Posts recipient (empty takes it away) and
// version to /credenziali/chiave-centro; the step-up page follows.
type CopyKeyPage struct {
	Page
	UnitID    string
	Name      string
	Set       bool
	Words     [4]string
	Since     time.Time
	By        string // user name
	Recipient string // as typed
	Version   string
}

// EnrolPage is "enrol": a new one-time code on a phone. It posts code (and, for
// an exchange, passphrase) to Action.
type EnrolPage struct {
	Page
	Action string       // /credenziali/fattore or /invito/fattore
	First  bool         // part of an invitation or of a recovery
	Image  template.URL // the QR code as "data:image/png;base64,…", made by this server
	Secret string       // the same as text, in groups
}

// RecoveryCodesPage is "recovery-codes": shown once, printable. It posts
// kept=yes to Action.
type RecoveryCodesPage struct {
	Page
	Action string
	First  bool
	Codes  []string
}

// PassphrasePage is "passphrase": seven generated words, or one's own. It posts
// choice ("words" or "own"), words, own, again (and current, when not First) to
// Action.
type PassphrasePage struct {
	Page
	Action    string // /credenziali/frase or /invito/frase
	First     bool
	Words     string // seven words joined by "-", travels as a hidden field
	Choice    string
	Suspected bool // she fears that someone knows the old one
}

// InvitationPage is "invitation": the invitation's code, given by voice or on
// paper. It posts invitation to /invito.
type InvitationPage struct {
	Page
	Invitation string
}

// WaitingPage is "waiting": enrolled, not yet admitted. Her four words, large,
// to be read to a colleague by phone.
type WaitingPage struct {
	Page
	Words  [4]string
	Agency string
}

// UnitWordsPage is "unit-words": the four words of one's own unit, for whoever
// calls to compare them.
type UnitWordsPage struct {
	Page
	Name  string
	Kind  string // a word of "unit_kind"
	Words [4]string
}

// RecoveryKeyPage is "recovery-key": the offline recovery of one's own unit. It
// posts recipient and heard (four words) to /ammissioni/recupero; where something
// waits for the reader, heard to /ammissioni/recupero/conferma or, of her own
// proposal, /ammissioni/recupero/accetta. The step-up page follows. Stopping what
// waits posts to /recuperi/UNIT.
type RecoveryKeyPage struct {
	Page
	UnitID     string
	InUse      bool
	Since      time.Time // of the last change
	By         string    // whose it was
	Older      bool      // the agency had one before units had their own
	Centre     bool      // a centre may do without
	Waits      string    // for what the proposal waits: confirm, accept (both from the reader), second, alone; or empty
	ProposedBy string    // user name
	Proposed   time.Time
	From       time.Time // day from which the only member may accept
	Recipient  string
	Heard      string
}

// RecoveryRemovePage is "recovery-remove": it posts to /ammissioni/recupero/togli;
// the step-up page follows.
type RecoveryRemovePage struct{ Page }

// RecoveryProposedPage is "recovery-proposed": the only member of another unit
// proposed a recovery key. Stopping it posts to /recuperi/UNIT.
type RecoveryProposedPage struct {
	Page
	UnitID, Name   string
	Proposed, From time.Time
}

// AdmissionsPage is "admissions": who waits, and members of the unit.
type AdmissionsPage struct {
	Page
	Waiting []Newcomer
	Members []Member
	State   string // a word of "unit_state"
	Entry   string // address of the centre's entry in the directory, or empty

	Declarations bool // the reader leads the unit: whom its people should not be given
}

// Newcomer waits to be admitted.
type Newcomer struct {
	ID      string
	Name    string
	Role    string // a word of "role"
	Invited time.Time
	By      string    // who invited her
	Before  time.Time // when somebody else of this name left, or zero
}

// Member is a colleague of the unit.
type Member struct {
	ID     string
	Name   string
	Role   string // a word of "role"
	State  string // a word of "person_state"
	Since  time.Time
	By     string // who admitted her
	Rescue bool   // nobody did: recovery made the unit's key for her
	Locked bool   // ten wrong codes: unlocking posts to /ammissioni/PERSON/sblocca, the step-up page follows
	Known  bool   // confirmed by the reader as a colleague she knows
	Mine   bool   // the reader herself

	ToLead  bool // invited as lead: a second word is missing
	MayName bool // the reader may give it, at /ammissioni/PERSON/responsabile
}

// AdmitPage is "admit": the four words of one newcomer. It posts same=yes to
// /ammissioni/PERSON; the step-up page follows.
type AdmitPage struct {
	Page
	Who   Newcomer
	Words [4]string
	Same  string
}

// RemovePage is "remove-member": leaving the unit starts a new key. It posts
// cause to /ammissioni/PERSON/togli; the step-up page follows.
type RemovePage struct {
	Page
	Who Member
}

// FoundPage is "found": the first member founds the unit with her words. It
// posts recovery (an age recipient, optional) and same=yes to /ammissioni/fonda.
type FoundPage struct {
	Page
	Name          string
	Kind          string // a word of "unit_kind"
	Words         [4]string
	UnitID        string
	Recovery      string
	RecoveryWords []string // of a recovery recipient typed before, to compare; none at first
	Same          string
}

// ColleaguesPage is "colleagues": before her first record, a newcomer confirms
// each listed member. It posts known (ids) to /colleghi.
type ColleaguesPage struct {
	Page
	Members []Member
	Known   []string
}

// PinsPage is "pins": the units this one has compared words with.
type PinsPage struct {
	Page
	Units   []Pin
	Entries []Unit // of the directory, which a lead's unit keeps
	Answers bool   // of a centre, which answers those that wrote to it
}

// Pin is one unit that may receive.
type Pin struct {
	ID    string
	Name  string
	Kind  string // a word of "unit_kind"
	Phone string // published; where to find it, not from this database
	State string // a word of "centre_state"
	Since time.Time

	Agency  string    // of one whose words were never compared
	Founded time.Time // the same
}

// PinPage is "pin": the words of one unit. It posts number (the number called,
// and where it was found) and same=yes to /centri/UNIT; the step-up page follows.
type PinPage struct {
	Page
	Centre Pin
	Words  [4]string
	Number string
	Same   string
}
