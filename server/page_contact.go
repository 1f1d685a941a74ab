package server

import (
	"time"

	"sportello/referrals/cases"
	"sportello/server/locale"
)

// ContactForm is what is typed in the three steps of a new contact. Values of
// the other steps travel as hidden fields; nothing is required.
type ContactForm struct {
	// step 1, safety
	Speaker      string `form:"speaker" step:"1"`       // a word of "speaker"
	CanTalk      string `form:"can_talk" step:"1"`      // "yesno"
	CallBack     string `form:"call_back" step:"1"`     // "yesno"
	CallNumber   string `form:"call_number" step:"1"`   // as typed
	Danger       string `form:"danger" step:"1"`        // "said_aloud"
	Where        string `form:"where" step:"1"`         // "where": the person she fears
	Children     string `form:"children" step:"1"`      // "children"
	DangerCaller string `form:"danger_caller" step:"1"` // "who_calls"
	DangerWhen   string `form:"danger_when" step:"1"`   // free: when the call was made or is to be made
	Accompanied  string `form:"accompanied" step:"1"`   // "yes": someone came with her
	DutySaid     string `form:"duty_said" step:"1"`     // "yes": what may have to be reported was said
	BeenHere     string `form:"been_here" step:"1"`     // "said_aloud"
	Query        string `form:"q" step:"1"`             // her code, alias or phone
	Case         string `form:"case" step:"1"`          // the case chosen among the matches, or empty
	Name         string `form:"name" step:"1"`          // the name she wants, may be invented

	// step 2, request
	Request       string   `form:"request" step:"2"`
	Needs         []string `form:"needs" step:"2"` // words of "need"
	ChildrenCount string   `form:"children_count" step:"2"`
	ChildrenAges  string   `form:"children_ages" step:"2"`
	SafeForm

	// step 3, outcome
	Given      []string `form:"given" step:"3"`      // values of Sheets
	Outcome    string   `form:"outcome" step:"3"`    // "outcome"
	Service    string   `form:"service" step:"3"`    // unit for "social_service"
	Visibility string   `form:"visibility" step:"3"` // "visibility"; empty is "unit"
	Share      []string `form:"share" step:"3"`      // what the task carries of how to reach her
	RuleOf     string   `form:"rule_of" step:"3"`    // version of the case whose rule the page showed for it
}

// SafeForm is the safe-contact rule as typed: an allow-list. Nothing ticked is
// no contact at all.
type SafeForm struct {
	Call     string   `form:"ch_call" step:"2"` // "allow"; empty is not asked
	SMS      string   `form:"ch_sms" step:"2"`
	WhatsApp string   `form:"ch_whatsapp" step:"2"`
	Email    string   `form:"ch_email" step:"2"`
	Paper    string   `form:"ch_paper" step:"2"`
	InPerson string   `form:"ch_in_person" step:"2"`
	Number   string   `form:"number" step:"2"`
	Mail     string   `form:"mail" step:"2"`
	Days0    []string `form:"days0" step:"2"` // "weekday"
	From0    string   `form:"from0" step:"2"` // HH:MM
	To0      string   `form:"to0" step:"2"`
	Days1    []string `form:"days1" step:"2"`
	From1    string   `form:"from1" step:"2"`
	To1      string   `form:"to1" step:"2"`
	Answerer string   `form:"answerer" step:"2"` // "answerer"
	Say      string   `form:"say" step:"2"`      // what to say if someone else answers
	Hide     string   `form:"hide" step:"2"`     // "yesno": hide our number
	Voice    string   `form:"voice" step:"2"`    // "yesno": voicemail
	CodeWord string   `form:"code_word" step:"2"`
}

// Channel is one line of the safe-contact question.
type Channel struct{ Code, Input, Value string }

// Channels lists the channels with what was chosen, in the order of asking.
func (f SafeForm) Channels() []Channel {
	return []Channel{
		{"call", "ch_call", f.Call}, {"sms", "ch_sms", f.SMS}, {"whatsapp", "ch_whatsapp", f.WhatsApp},
		{"email", "ch_email", f.Email}, {"paper", "ch_paper", f.Paper}, {"in_person", "ch_in_person", f.InPerson},
	}
}

// Window is one stretch of safe hours as typed.
type Window struct {
	N        string // "0" or "1", ends the inputs' names
	Days     []string
	From, To string
}

// Windows lists the stretches of safe hours, the second possibly empty.
func (f SafeForm) Windows() []Window {
	return []Window{{"0", f.Days0, f.From0, f.To0}, {"1", f.Days1, f.From1, f.To1}}
}

// ContactPage is "contact": one form in three steps. It posts everything to
// /contatti/nuovo with the step it comes from and go, one of "next", "back",
// "search" (step 1), "close", "open_case" or "add_case" (step 3).
type ContactPage struct {
	Page
	Step      int // 1 to 3
	ID        string
	Version   string // of the stored contact; empty while there is none
	Form      ContactForm
	Emergency Emergency
	Open      []OpenContact // the caller's own that nobody closed, before anything is typed
	Searched  bool          // a search in step 1 was asked
	Matches   []Card        // among what this worker may open
	Duties    []Duty        // what this worker may have to report, and to whom
	Sheets    []Sheet
	Services  []Unit // social services this desk has compared words with
	Due       time.Time
	Also      []Also      // other services for what she asks, in step 3
	Free      bool        // what this unit does costs her nothing
	Shareable []Shareable // how to reach her, as the task can carry it
	MayLimit  bool        // the unit has a recovery, so a file may be restricted
}

// Also is a need she named, and who else is there for it.
type Also struct {
	Need     string // a word of "need"
	Services []Centre
}

// GoesOn tells whether what follows from the chosen outcome is a case file.
func (p *ContactPage) GoesOn() bool { return cases.GoesOn(p.Form.Outcome) }

// InCase tells whether she was found in a case file.
func (p *ContactPage) InCase() bool { return p.Form.Case != "" && p.Form.Case != "new" }

// Carried lists the typed values of the other steps.
func (p *ContactPage) Carried() []Pair { return PairsOf(p.Form, p.Step) }

// Duty is one thing a worker may have to report, said before she tells. The
// texts are the agency's own, in the page's language.
type Duty struct{ What, ToWhom string }

// Sheet is one information sheet or privacy notice that can be given.
type Sheet struct {
	Value   string // what the form sends
	Title   string
	Version string
	Lang    string // a word of "language"
}

// Unit is a unit to choose from.
type Unit struct{ ID, Name string }

// UnlinkedPage is "unlinked": someone for her, or a body. Only general
// information, or a note with requester and subject apart; no match is looked
// for and no feedback given. Posts to /contatti/altri.
type UnlinkedPage struct {
	Page
	ID   string // the form's own mark: sent twice, it is kept once
	Form UnlinkedForm
}

// UnlinkedForm is what is typed there.
type UnlinkedForm struct {
	Speaker   string `form:"speaker"`   // "someone" or "body"
	Kind      string `form:"kind"`      // "unlinked"
	Requester string `form:"requester"` // who is speaking
	Phone     string `form:"phone"`     // a body's published number
	Subject   string `form:"subject"`   // whom it is about, kept apart
	Text      string `form:"text"`
}

// UnlinkedListPage is "unlinked-list", at GET /contatti/altri: notes linked to
// no file, requester and subject apart.
type UnlinkedListPage struct {
	Page
	Notes []UnlinkedNote
}

// UnlinkedNote is one of them.
type UnlinkedNote struct {
	Day       time.Time
	Author    string
	Speaker   string // a word of "speaker"
	Requester string
	Phone     string
	Subject   string
	Text      string
}

// TaskPage is "task": what a social service received from a desk, sealed as a
// small package: name she chose, request, safe-contact rule; and who answers for
// it. It posts nothing to /compiti/ID/prendi, colleague and version to
// /compiti/ID/affida, reason to /compiti/ID/restituisci, and note and go
// ("open_case" or "done") to /compiti/ID.
type TaskPage struct {
	Page
	ID      string
	Version string
	Kind    string // a word of "task"
	Due     time.Time
	From    string // the desk
	Strip   Strip
	Request string
	Note    string
	Reason  string // a word of "task_reason"
	Hold
	MayTake    bool
	MayEnd     bool   // hers, or her unit's and she leads it
	OwnCase    bool   // its case file is open already
	Colleagues []Unit // whom the lead may name
}

// Hold says who has a task and since when, or why nobody does.
type Hold struct {
	State  string // a word of "task_state"
	Worker string
	Mine   bool
	Since  time.Time
	Back   string // a word of "task_reason", or empty: why it was handed back
}

// SentTask is what this unit asked of a social service, and how it stands.
type SentTask struct {
	Who     Who
	ID      string
	Href    string // of her case file, or empty
	To      string // the social service
	Due     time.Time
	Overdue bool
	Shut    bool // its contact, by a restore
	OwnCase bool // the service has a case file of its own
	Hold
}

// holdLine and sentLines are these on a page that has more than them.
type holdLine struct {
	Page Page
	Hold Hold
}

type sentLines struct {
	Page  Page
	Sent  SentTask
	Lines holdLine
}

// ContactDonePage is "contact-done": the contact is closed or became a case. What
// was recorded of one that stands alone is read here again; of one with a case
// file, in its diary.
type ContactDonePage struct {
	Page
	Who     Who
	CaseID  string // empty when the contact stands alone
	Outcome string // a word of "outcome"
	Due     time.Time
	Told    *ContactTold // of a contact that stands alone
	Strip   Strip        // how it may be called, of the same
}

// ContactTold is what was recorded of a contact.
type ContactTold struct {
	At      time.Time
	Outcome string // a word of "outcome"
	Facts   []Fact
}

// Fact is one thing that was recorded, in the page's language.
type Fact struct {
	Key   string // message key of what was asked
	Value string
}

// safeForm is the safe-contact question on a page that has more than it.
type safeForm struct {
	Page Shown
	Form SafeForm
}

// safeWindow is one stretch of safe hours with its days as tick boxes.
type safeWindow struct {
	Page   Shown
	Window Window
	Days   []Choice
}

func (r *Renderer) safeWindow(lang locale.Lang, p Shown, w Window) (safeWindow, error) {
	s := safeWindow{Page: p, Window: w}
	for _, day := range Words("weekday") {
		label, err := r.catalogue.T(lang, "weekday."+day)
		if err != nil {
			return s, err
		}
		s.Days = append(s.Days, choice("checkbox", "days"+w.N, day, label, contains(w.Days, day)))
	}
	return s, nil
}
