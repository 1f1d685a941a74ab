package server

import (
	"slices"
	"strings"
	"time"

	"sportello/referrals/sharing"
)

// ChooseCentrePage is "choose-centre". Searching posts need, area, near (a
// municipality she names) and away to /schede/ID/centro; choosing leads to
// /schede/ID/centri/CENTRE.
type ChooseCentrePage struct {
	Page
	CaseHead
	Need    string // a word of "need", or empty
	Area    string
	From    string // never her address
	Away    string // "lontano da": a municipality to keep away from
	Centres []Centre
}

// Centre is one entry of the directory, public anyway.
type Centre struct {
	ID        string
	Name      string
	Area      string
	Needs     []string // words of "need"
	Hours     string
	Languages []string // words of "language"
	Phone     string
	Cost      string // a word of "cost"
	Distance  int    // km from the municipality she named; 0 when she named none
	State     string // a word of "centre_state": sending needs "pinned"
	Mark      string // a word of "centre_state", where this desk does not know that the entry is the centre's; else empty
}

// WayPage is "way": the three ways. It posts chose=yes (she chose this centre)
// and way to /schede/ID/centri/CENTRE.
type WayPage struct {
	Page
	CaseHead
	Centre Centre
	Way    string // a word of "way"; empty is "she_calls"
	Chose  string // "yes"
	Form   string // the form's own mark: sent twice, it is kept once
}

// ReferralForm is what is typed from "share" to "preview"; values of the other
// steps travel along. All is off at first, and an empty package is valid.
type ReferralForm struct {
	Fields   []string `form:"fields" step:"1"`    // values of Shareable
	Shown    []string `form:"shown" step:"1"`     // marks of what the page showed of them
	KeepCopy string   `form:"keep_copy" step:"1"` // "yes"
	Given    string   `form:"given" step:"2"`     // a word of "given"
	Mediator string   `form:"interpreter" step:"2"`
	Feedback string   `form:"feedback" step:"2"` // a word of "feedback"
	Until    string   `form:"until" step:"2"`    // a word of "until"
	UntilDay string   `form:"until_day" step:"2"`
	Urgency  string   `form:"urgency" step:"2"` // a word of "urgency"
	Lang     string   `form:"text_lang" step:"2"`
	Heard    string   `form:"heard" step:"2"`   // "yes": she heard the text
	Beside   string   `form:"beside" step:"2"`  // a word of "beside": what becomes of the one that was sent
	Purpose  string   `form:"purpose" step:"2"` // a word of "purpose", of one besides
	Form     string   `form:"form"`             // the form's own mark, carried through the steps
}

// ReferralStep is what "share", "how" and "preview" have in common. They post
// to /schede/ID/centri/CENTRE/invio with step (1 to 3) and go: "next", "back",
// "language" (step 2), "send" (step 3; the step-up page follows).
type ReferralStep struct {
	Centre  Centre
	Form    ReferralForm
	Version string // of the case the fields were read from
	Step    int
}

// Action is where the steps post.
func (s ReferralStep) Action(caseID string) string {
	return "/schede/" + caseID + "/centri/" + s.Centre.ID + "/invio"
}

// Carried lists the typed values of the other steps.
func (s ReferralStep) Carried() []Pair { return PairsOf(s.Form, s.Step) }

// SharePage is "share": groups of fields with what they actually say.
type SharePage struct {
	Page
	CaseHead
	ReferralStep
	Groups  []ShareGroup
	Private int // how many there are: those not ticked stay private
}

// ShareGroup is a group of fields that can be shared.
type ShareGroup struct {
	Key    string // message key of its name, "share_group.…"
	Reach  bool   // how to reach her: what travels with what is said above it
	Fields []Shareable
}

// Shareable is one field with its actual content.
type Shareable struct {
	Value   string // what the form sends
	Key     string // message key of its name
	Content string
	Hidden  bool // shown when it is asked for: somebody may look over her shoulder
}

// HowPage is "how": how the authorisation is given and until when.
type HowPage struct {
	Page
	CaseHead
	ReferralStep
	Text Spoken
	// Holds tells that one was sent to this centre and still holds: the form asks
	// what becomes of it. Taken are the purposes that such ones are for.
	Holds bool
	Taken []string
}

// Skip are the purposes that are not offered.
func (p *HowPage) Skip() string { return strings.Join(p.Taken, " ") }

// Spoken is the text to be read out to her, in her language.
type Spoken struct {
	Lang    string // a word of "language"
	Dir     string // "ltr" or "rtl"
	Version string
	Lines   []string
	Langs   []string // languages it exists in
}

// PreviewPage is "preview": exactly the page the centre will see.
type PreviewPage struct {
	Page
	CaseHead
	ReferralStep
	ID      string // of the authorisation
	Several bool   // another for the same purpose holds too: neither is sent
	Package Package
	Changed []ChangedItem // what is not as she was shown it: nothing can be sent
}

// ChangedItem is an item that changed since she authorised it.
type ChangedItem struct {
	Key string // message key of its name
}

// Package is what the centre sees. Preview and received page show it with the
// same template from the same struct, byte for byte: it holds nothing of the
// page around it, no asker's language apart, no address.
type Package struct {
	Now      time.Time
	Desk     string // the desk that sends
	Sent     time.Time
	Urgency  string // a word of "urgency"
	Strip    Strip  // her safe-contact rule, or OnlyDesk
	Fields   []PackageField
	Private  int    // how many items stay private
	Feedback string // a word of "feedback"
	Until    time.Time
	KeepCopy bool
}

// PackageField is one field she authorised.
type PackageField struct {
	Key   string // message key of its name
	Value string
}

// ReferralPage is "referral", the desk's side: a line of steps with days,
// messages, appointment. A message posts text to /invii/ID/messaggi; an answer
// to an appointment posts answer=yes|no to /invii/ID/appuntamento.
type ReferralPage struct {
	Page
	CaseHead
	ID          string
	Version     string
	Centre      string
	State       string // a word of "referral_state"
	Steps       []StepDay
	Live        bool
	Until       time.Time
	Way         string // a word of "way"
	Messages    []Message
	Text        string // the message as typed; on one that is not live it was not sent
	Form        string // the form's own mark
	Appointment Appointment
	StopDone    []string // words of "stop_done" the centre stated after a revocation
	Reason      string   // a word of "decline"
	After       string   // a word of "after_answer": what comes next, once the decline was read
	Next        string   // the same, as typed
	Shut        bool     // after a restore: shut until the desk confirms it
	Compare     string   // the centre's id, where its words come first
	Empty       bool     // it is over, and nothing is left in it
	Package     Package  // what she allowed the centre to know, beside what is written to it
}

// StepDay is one step of the line.
type StepDay struct {
	State string // a word of "referral_state"
	Day   time.Time
	Place string // "done", "here" or "" (ahead)
}

// Message is one message between desk and centre.
type Message struct {
	At   time.Time
	From string // name of the unit
	Text string
	Mine bool
}

// Appointment is what the centre proposed.
type Appointment struct {
	At     time.Time
	Place  string
	Answer string // "yesno", or empty
}

// RevokePage is "revoke". Posts version to /invii/ID/revoca, or to
// /autorizzazioni/ID/revoca for what was not sent.
type RevokePage struct {
	Page
	CaseHead
	ID      string
	Unsent  bool
	Version string
	Centre  string
	Opened  bool // the centre has already opened it
	Copied  bool // and downloaded a copy
	// Recognised is a word of "recognised": how the worker knew that it was she.
	Recognised string
}

// TaskRevokePage is "task-revoke": take back what a task carries of her rule. It
// posts recognised to /compiti/ID/revoca.
type TaskRevokePage struct {
	Page
	ID         string
	Service    string
	Knows      string // what it carries, in words
	May        bool   // it carries something
	Shut       bool   // by a restore
	OwnCase    bool   // the service has a case file of its own
	SafeHref   string // where the desk tells it again, or empty: there is no case file
	Back       string
	Recognised string // a word of "recognised"
}

// RestoredPage is "restored": a referral that a restore shut. Posts checked to
// /invii/ID/conferma, or to /autorizzazioni/ID/conferma for what was not sent; the
// step-up page follows. Revoking has its own page.
type RestoredPage struct {
	Page
	CaseHead
	ID      string
	Unsent  bool
	Centre  string
	State   string // a word of "referral_state"
	Sent    time.Time
	Until   time.Time
	Erased  bool   // its content is gone for good: she took it back since
	Checked string // a word of "checked": how one knows that it still stands
}

// InboxPage is "inbox": referrals without names.
type InboxPage struct {
	Page
	New, WaitUs, WaitThem, Closed []InboxRow

	Unsent string // what was written about one that has ended, and was not sent

	Notices Notices
}

// InboxRow is one referral in the inbox.
type InboxRow struct {
	ID      string
	Desk    string
	Sent    time.Time
	DayOnly bool
	Urgency string // a word of "urgency"
	State   string // a word of "referral_state"
	Stop    bool   // revoked, and not yet confirmed
	Past    bool   // revoked and confirmed: more may be stated
	Over    bool   // her authorisation has ended: nothing is left to open
}

// ReceivedPage is "received", the centre's side. It posts to /arrivi/ID/accogli,
// /arrivi/ID/messaggi (text), /arrivi/ID/appuntamento (day, hour, place),
// /arrivi/ID/esito (after), each with version; declining has its own page.
type ReceivedPage struct {
	Page
	ID          string
	Version     string
	Accepted    bool   // it said so, whatever came since
	State       string // a word of "referral_state"
	Package     Package
	Messages    []Message
	Text        string
	Form        string // the forms' own mark
	Appointment Appointment
	Day, Hour   string // the next appointment as typed
	Place       string
	After       string   // a word of "after" as typed
	AfterMay    []string // words of "after" her authorisation lets the centre tell
	MayCopy     bool     // she allowed a sealed copy
	Stale       bool     // the safe-contact rule changed and is not among what she authorised
	Compare     string   // the desk's id, where its words come before any answer
	Free        bool     // she lets the centre write freely, not only ask
}

// Undecided tells whether the centre has still to say that it welcomes her.
func (p *ReceivedPage) Undecided() bool {
	return !p.Accepted && sharing.Undecided(p.State)
}

// DeclinePage is "decline". Posts reason to /arrivi/ID/non-accogli.
type DeclinePage struct {
	Page
	ID      string
	Version string
	Reason  string // a word of "decline"; empty is "neutral"
}

// StopPage is "stop": the authorisation is revoked. It posts done (words of
// "stop_done") to /arrivi/ID/avviso. Nothing of the referral is on it.
type StopPage struct {
	Page
	ID     string
	Desk   string
	Since  time.Time
	Done   []string // what the centre has stated so far
	Ticked []string // as typed
	Unsent string   // what the centre had written and was not sent
}

// May tells whether there is something left to state.
func (p *StopPage) May() bool { return len(sharing.StopLeft(p.Done)) > 0 }

// Skip are the words that are not offered: what was stated, and what contradicts it.
func (p *StopPage) Skip() string {
	left := sharing.StopLeft(p.Done)
	return strings.Join(slices.DeleteFunc(slices.Clone(Words("stop_done")), func(w string) bool { return slices.Contains(left, w) }), " ")
}

// CopyPage is "copy": a sealed copy, made when asked. Posts which (kept, other)
// and recipient to /arrivi/ID/copia, which answers with the file.
type CopyPage struct {
	Page
	ID      string
	Version string
	Key     string // another public key, as typed; posts as recipient
	Which   string // "kept", the default where the centre keeps a key here, or "other"
	Kept    bool
	Words   [4]string // of the kept key
	Since   time.Time
}

// CopyFile is "copy-file", what a sealed copy holds: one page that asks for
// nothing beside itself, without script. It has no frame of ours: it is no page of
// the service. Now is zero, so that every day has its year.
type CopyFile struct {
	Page
	ID      string
	Centre  string
	Made    time.Time
	Package Package
}

// inboxRows is one list of the inbox with the moment its ages count from.
type inboxRows struct {
	Now  time.Time
	Rows []InboxRow
}
