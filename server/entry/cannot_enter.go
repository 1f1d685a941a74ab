package entry

import "sportello/server/frame"

// CannotEnterPage is "cannot-enter": what can be done by somebody who does not get in. It
// asks nothing and is the same for everybody: it tells of nobody whether she is known.
type CannotEnterPage struct {
	frame.Page
}

// cause is one reason for not getting in.
type cause struct {
	ID    string   // of its heading on the page
	Title string   // message key
	Steps []string // message keys, in their order
	Href  string   // where it goes on, or empty
	Link  string   // message key of that
}

// What the page says.
const TitleCannotEnter = "help.title"

// CannotEnter answers GET /entra/aiuto.
func CannotEnter(q *frame.Request) (frame.Shown, error) {
	return &CannotEnterPage{Page: q.Base(TitleCannotEnter)}, nil
}

// causes are why somebody does not get in, the most frequent first.
func causes() []cause {
	return []cause{
		{ID: "code", Title: "help.code", Steps: []string{"help.code_clock", "help.code_once"}},
		{ID: "wait", Title: "help.wait", Steps: []string{"help.wait_minutes", "help.wait_not_wrong"}},
		{ID: "locked", Title: "help.locked", Steps: []string{"help.locked_recovery", "help.locked_colleague"}},
		{ID: "phone", Title: "help.phone", Steps: []string{"help.phone_code", "help.phone_new", "help.phone_none"}},
		{ID: "phrase", Title: "help.phrase", Steps: []string{"help.phrase_try", "help.phrase_nobody", "help.phrase_out", "help.phrase_invite", "help.phrase_admit"}},
		{ID: "invitation", Title: "help.invitation", Steps: []string{"help.invitation_again"}, Href: "/invito", Link: "signin.have_invitation"},
		{ID: "suspended", Title: "help.suspended", Steps: []string{"help.suspended_ask"}},
	}
}
