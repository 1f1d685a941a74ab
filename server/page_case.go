package server

import "time"

// Strip is the safe-contact rule as it heads every page of a case. Only what
// she allowed is possible: not recorded means no contact at all.
type Strip struct {
	CaseID   string
	Who      Who
	State    string // a word of "case_state"
	Recorded bool
	Forbids  bool          // she said how, and allowed nothing
	OnlyDesk bool          // shown to a centre that may contact her only through the desk
	Channels []ChannelRule // in the order of asking
	Hours    []HoursRule   // none: at no hour
	Answerer string        // a word of "answerer", or empty
	Say      string        // what to say if someone else answers
	Hide     string        // "yesno" or empty: hide our number
	Voice    string        // "yesno" or empty: voicemail
	Number   string        // behind "Mostra"; empty when none or not for this reader
	Mail     string        // behind "Mostra"
	CodeWord string        // behind "Mostra"
	Bare     bool          // shown to who got no phone channel: the conditions of one are not there
	MayEdit  bool
}

// ChannelRule is one channel with its allowance.
type ChannelRule struct {
	Channel string // a word of "channel"
	Allow   string // a word of "allowance"
}

// HoursRule is one stretch of safe hours.
type HoursRule struct {
	Days     []string // words of "weekday"
	From, To string   // HH:MM
}

// CaseHead is what every page of a case has.
type CaseHead struct {
	Strip Strip
	Tab   string // "summary", "diary", "person", "referrals", "readers"; empty on a page under no tab
}

// CaseTab is one tab of a case file.
type CaseTab struct {
	Key, Href string
	Current   bool
}

// Tabs lists the tabs of the case file.
func (h CaseHead) Tabs() []CaseTab {
	root := "/schede/" + h.Strip.CaseID
	tabs := []CaseTab{
		{Key: "case.tab_summary", Href: root}, {Key: "case.tab_diary", Href: root + "/diario"}, {Key: "case.tab_person", Href: root + "/persona"},
		{Key: "case.tab_referrals", Href: root + "/invii"}, {Key: "case.tab_readers", Href: root + "/aperture"},
	}
	for i, name := range []string{"summary", "diary", "person", "referrals", "readers"} {
		tabs[i].Current = name == h.Tab
	}
	return tabs
}

// CasePage is "case", tab Sintesi: where things stand in five lines, and what
// is next.
type CasePage struct {
	Page
	CaseHead
	Version     string
	Identity    string // a word of "identity"
	Request     string
	Needs       []string // words of "need"
	Opened      time.Time
	LastContact time.Time
	LastNote    time.Time
	Referral    string // a word of "referral_state", or empty
	Centre      string // of that referral
	Restricted  bool
	Next        string // a word of "next"
	NextHref    string
	Recall      Recall
	Danger      *Danger    // she said yes at the last contact
	Sent        []SentTask // what a social service was asked for her
}

// Danger is what she said of it at the last contact.
type Danger struct {
	Day   time.Time
	Where string // where the person is whom she fears, in the page's language, or empty
}

// DiaryPage is "diary": notes and contacts, newest first.
type DiaryPage struct {
	Page
	CaseHead
	Notes []Note
}

// Note is one entry of the diary. Moved notes are not here.
type Note struct {
	ID         string
	Kind       string // a word of "note_kind"
	Author     string
	Day        time.Time
	Text       string
	Earlier    []Earlier // corrections keep what was there before
	MayCorrect bool
	MayMove    bool         // author and lead
	Contact    *ContactTold // the entry is a contact, and no note
}

// Earlier is what a corrected text said before.
type Earlier struct {
	Author string
	Day    time.Time
	Text   string
}

// NotePage is "note": add or correct. It posts kind, text and version to
// Action.
type NotePage struct {
	Page
	CaseHead
	Action  string // /schede/ID/diario/nuova or /schede/ID/diario/NOTE/correggi
	Correct bool
	Kind    string
	Text    string
	Version string
	Form    string // the form's own mark: sent twice, it is kept once
}

// MoveNotePage is "note-move". Posts to (the other file's code), why and
// version to /schede/ID/diario/NOTE/sposta.
type MoveNotePage struct {
	Page
	CaseHead
	Note    Note
	To, Why string
	Version string
}

// PersonPage is "person": what she agreed to tell. It posts PersonForm and
// version to /schede/ID/persona; forgetting posts to /schede/ID/persona/dimentica.
type PersonPage struct {
	Page
	CaseHead
	Version  string
	Identity string // a word of "identity"
	Form     PersonForm
}

// PersonForm is what is typed there; nothing is required.
type PersonForm struct {
	Alias    string   `form:"alias"`
	Name     string   `form:"name"`
	Surname  string   `form:"surname"`
	Born     string   `form:"born"`
	Language string   `form:"language"` // a word of "language", or empty
	Mediator string   `form:"mediator"` // "yesno"
	Town     string   `form:"town"`     // where she may be looked for; never a street
	Children string   `form:"children_note"`
	Needs    []string `form:"needs"` // words of "need"
}

// ForgetPage is "forget": back from identified to an alias. Posts version to
// /schede/ID/persona/dimentica.
type ForgetPage struct {
	Page
	CaseHead
	Version string
}

// CaseReferralsPage is "case-referrals": authorisations and referrals.
type CaseReferralsPage struct {
	Page
	CaseHead
	Referrals []ReferralRow
	Unsent    []UnsentRow // authorisations in force under which nothing was sent
}

// UnsentRow is an authorisation that waits to be sent, or taken back.
type UnsentRow struct {
	ID      string
	Centre  string
	Purpose string // a word of "purpose"
	Day     time.Time
	Shut    bool // after a restore, until it is confirmed
}

// ReferralRow is one referral on a list.
type ReferralRow struct {
	ID     string
	Centre string
	State  string // a word of "referral_state"
	Day    time.Time
	Until  time.Time
	Live   bool // the authorisation is in force
	Fields int
}

// ReadersPage is "readers": who opened this case, on which day, as what.
type ReadersPage struct {
	Page
	CaseHead
	Readers []Reader
}

// Reader is one line of it.
type Reader struct {
	Person, Unit string
	Role         string // a word of "role"
	Day          time.Time
	Times        int
}

// AttemptsPage is "attempts": call attempts. It posts channel, outcome, note
// to /schede/ID/tentativi. When the rule forbids a call now, Forbidden says why
// and there is no form.
type AttemptsPage struct {
	Page
	CaseHead
	Attempts  []Attempt
	Forbidden string   // message key, or empty
	Channels  []string // words of "channel" open now
	Channel   string
	Outcome   string
	Note      string
	Form      string     // the form's own mark
	Recall    Recall     // as it is planned now
	Plan      RecallForm // as typed
	Version   string     // of the case, for the plan
	MayPlan   bool       // the case is open, and she allowed something
}

// Recall is when she is to be called next; without a day, no call is planned.
type Recall struct {
	Day      time.Time
	From, To string // HH:MM, or empty
}

// RecallForm is what is typed to plan a call. It is posted with version and go
// ("clear" takes her off the list) to /schede/ID/richiamo.
type RecallForm struct {
	Day  string `form:"recall"`
	From string `form:"recall_from"`
	To   string `form:"recall_to"`
}

// Attempt is one try to reach her.
type Attempt struct {
	At      time.Time
	Author  string
	Channel string // a word of "channel"
	Outcome string // a word of "attempt"
	Note    string
}

// SafeContactPage is "safe-contact": change the rule. It posts SafeForm,
// recognised, version and tell (ids of recipients that may know what is new) to
// /schede/ID/contatto-sicuro; with tell, the step-up page follows.
type SafeContactPage struct {
	Page
	CaseHead
	Form       SafeForm
	Recognised string // a word of "recognised"
	Version    string
	Recipients []Recipient // who knows her by a live authorisation
	Tell       []string    // as ticked
}

// Recipient is a centre or a social service that knows her by an authorisation.
type Recipient struct {
	ID      string // of the referral or the task
	Name    string
	Knows   string // what it reads of her rule today, in words
	May     bool   // there is something that she shares with it, and so may tell anew
	OwnCase bool   // a service with a case file of its own
}

// CloseCasePage is "case-close" (Reopen false) and "case-reopen" in one: posts
// reason, note, version to /schede/ID/chiudi or /schede/ID/riapri.
type CloseCasePage struct {
	Page
	CaseHead
	Reopen  bool
	Reason  string // a word of "closing"
	Note    string
	Version string
}

// ConflictPage is "conflict": two people saved the same thing. Both versions
// side by side; choosing posts the chosen fields again to Action, with Version
// the one now stored.
type ConflictPage struct {
	Page
	CaseHead
	HasCase bool // there is a case to head the page with
	Action  string
	Version string
	Mine    []ConflictField
	Theirs  []ConflictField
	Carried []Pair // my version as typed, sent when mine is chosen
}

// ConflictField is one field in one of the versions.
type ConflictField struct {
	Key     string // message key of its name
	Value   string
	Differs bool
}
