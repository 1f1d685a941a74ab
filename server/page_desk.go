package server

import "time"

// SignInPage is "signin": user name and passphrase.
// Posts username, passphrase to /entra.
type SignInPage struct {
	Page
	Username string
	Again    bool // a session ran out, and what was typed waits
}

// CodePage is "code": the one-time code alone. Posts code to /entra/codice.
type CodePage struct{ Page }

// RecoveryCodePage is "recovery-code". Posts recovery to /entra/recupero.
type RecoveryCodePage struct{ Page }

// ErrorPage is "error": what happened, whether anything was saved, what next.
type ErrorPage struct {
	Page
	Status int
	What   string // message key of what happened
	Saved  bool   // what was sent just before is kept
	// What was typed and not taken, to be sent again on purpose.
	Action  string
	Carried []Pair
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
	Urgent    []Task     // what cannot wait, kinds of "urgent"
	CallBack  []CallBack // ending soonest first
	Today     []Task     // kinds of "task"
	Tasks     []Task     // later ones, with the day they are due
	Sent      []SentTask // what the unit asked of a social service
	Open      []OpenContact
	Emergency Emergency
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
