package server

import (
	"net/http"
	"time"
)

// SignInPage is "signin": user name and passphrase.
// Posts username, passphrase to /entra.
type SignInPage struct {
	Page
	Username string
	Again    bool // a session ran out, and what was typed waits
	Closed   bool // the session was closed from elsewhere, or with a suspension
}

// CodePage is "code": the one-time code alone. Posts code to /entra/codice.
type CodePage struct{ Page }

// RecoveryCodePage is "recovery-code". Posts recovery to /entra/recupero.
type RecoveryCodePage struct{ Page }

// ErrorPage is "error": what happened, whether anything was saved, what next.
type ErrorPage struct {
	Page
	Status int
	What   string   // message key of what happened
	Saved  bool     // the act is done, and only something after it is not
	Asked  bool     // a page was asked for and nothing sent: there was nothing to save
	Typed  []string // texts that were sent and not taken: the page before does not keep them
	Back   string   // the page to go on from, or empty: home
	// What was typed and not taken, to be sent again on purpose.
	Action  string
	Carried []Pair
	Kept    bool // there is something typed among it
}

// The words of an error page that depend on its status; the first stand for all
// others.
var (
	errorHeadings = map[int]string{0: "error.title", http.StatusForbidden: "error.title_form", http.StatusNotFound: "error.title_absent",
		http.StatusConflict: "error.title_conflict", http.StatusRequestEntityTooLarge: "error.title_large",
		http.StatusTooManyRequests: "error.title_wait"}
	errorNext = map[int]string{0: "error.what_next", http.StatusForbidden: "error.next_form", http.StatusNotFound: "error.next_absent",
		http.StatusConflict: "error.next_conflict", http.StatusRequestEntityTooLarge: "error.next_large",
		http.StatusTooManyRequests: "error.next_wait", http.StatusServiceUnavailable: "error.next_shut"}
)

func forStatus(keys map[int]string, status int) string {
	if key, ok := keys[status]; ok {
		return key
	}
	return keys[0]
}

// Heading says in a few words what happened.
func (p *ErrorPage) Heading() string {
	switch {
	case p.What == "error.shut":
		return "error.title_shut"
	case p.Saved:
		return "error.title_done"
	}
	return forStatus(errorHeadings, p.Status)
}

// Next says what to do now, in the words of the button below; nothing where the
// page's own words say it.
func (p *ErrorPage) Next() []string {
	switch {
	case p.What == "error.tampered", p.Action != "" && p.Status == http.StatusForbidden:
		return nil
	case p.What == "error.erasing":
		return []string{"error.erasing_next"}
	case p.Saved:
		return []string{"error.sessions_next"}
	case p.Action != "" && p.Kept:
		return []string{"error.kept", nextAgain(p.Status)}
	case p.Action != "":
		return []string{nextAgain(p.Status)}
	case p.Back == "" && p.Status == http.StatusConflict:
		return []string{"error.what_next"}
	}
	return []string{forStatus(errorNext, p.Status)}
}

// CoveredPage is "covered": a sheet that says nothing about the service.
// Posts passphrase to /riprendi.
type CoveredPage struct{ Page }

// ExitPage is "exit": what stays on the screen after leaving at once.
type ExitPage struct{ Page }

// LicencesPage is "licences".
type LicencesPage struct {
	Page
	Texts []Licence
}

// Who names a record on lists: code and alias, never more.
type Who struct{ Code, Alias string }

// Task is something to do, with its day or hour.
type Task struct {
	Who     Who
	Kind    string // a word of "urgent" or of "task"
	Href    string
	Due     time.Time
	DayOnly bool // only the day is known
	Hold         // of a task that somebody takes on; else empty
}

// Ends tells whether the day is the last one of her authorisation: elsewhere it
// is when the thing itself was due.
func (t Task) Ends() bool {
	switch t.Kind {
	case "referral_unanswered", "referral_question", "consent_ending":
		return true
	}
	return false
}

// CallBack is someone whose safe hours are open now.
type CallBack struct {
	Who      Who
	Href     string
	Until    time.Time // when the safe hours end
	Channels []string  // words of "channel" she allowed
}

// OpenContact is a contact that nobody closed yet.
type OpenContact struct {
	Who   Who
	Href  string
	Begun time.Time
}

// Emergency is the territory's emergency social service.
type Emergency struct{ Name, Phone, Hours string }

// AgendaPage is "agenda", the first page of desk and social service.
type AgendaPage struct {
	Page
	Notices   Notices
	Urgent    []Task     // what cannot wait, kinds of "urgent"
	CallBack  []CallBack // ending soonest first
	Today     []Task     // kinds of "task"
	Tasks     []Task     // later ones, with the day they are due
	Sent      []SentTask // what the unit asked of a social service
	Open      []OpenContact
	Restored  []ShutReferral // shut by a restore, until the desk confirms them
	Emergency Emergency
}

// ShutReferral is a referral that a restore shut, or an authorisation that was not
// sent yet.
type ShutReferral struct {
	Who    Who
	Href   string
	Centre string
	Sent   time.Time // or given
	Unsent bool
}

// SearchPage is "search". Posts q to /cerca: what is looked for is never part
// of an address.
type SearchPage struct {
	Page
	Query string
	Asked bool
	More  bool // there are more cards than shown
	Cards []Card
}

// Card is what a list shows of a case: never the reason she came.
type Card struct {
	ID          string
	Who         Who
	State       string // a word of "case_state"
	LastContact time.Time
}

// searchBox is the search form on a page that has more than it.
type searchBox struct {
	Page  Shown
	Query string
}
