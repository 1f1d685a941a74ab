package frame

import (
	"net/http"
)

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
