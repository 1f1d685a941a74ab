package frame

import (
	"net/http"
	"reflect"

	"sportello/policies"
)

// What a room gives to a route is of two shapes: a View shows a page, and a function
// of a form's struct carries the form out.

// View answers a page that is asked for. It asks the Desk for what the page shows,
// in one act, and builds the page of the answer; nil where it has answered
// otherwise, by leading on or with a page of the frame.
type View func(*Request) (Shown, error)

// BackView is a View that also shows its page again, with why its form was not
// taken: cause is nil when the page is asked for.
type BackView func(q *Request, cause error) (Shown, error)

// Route is one line of the map of the service.
type Route struct {
	Method  string               `json:"method"`
	Pattern string               `json:"pattern"`
	Action  policies.Action      `json:"action,omitempty"` // what the policy is asked; empty on pages about nobody
	Public  bool                 `json:"public"`
	StepUp  bool                 `json:"step_up"`
	Aside   bool                 `json:"-"` // what is sent is not the form of the page: that stays as it is
	Form    reflect.Type         `json:"-"` // of what a POST reads
	Do      func(*Request) error `json:"-"`
}

// Nothing is the form of a button: there is nothing in it to type.
type Nothing struct{}

// Get is the route of a page.
func Get(pattern string, a policies.Action, view View) Route {
	return Route{Method: http.MethodGet, Pattern: pattern, Action: a, Do: func(q *Request) error {
		page, err := view(q)
		if err != nil || page == nil {
			return err
		}
		return q.Show(http.StatusOK, page)
	}}
}

// Post is the route of a form, which is read before do is called.
func Post[F any](pattern string, a policies.Action, do func(*Request, *F) error) Route {
	return Route{Method: http.MethodPost, Pattern: pattern, Action: a, StepUp: a.StepUp(), Form: reflect.TypeFor[F](), Do: func(q *Request) error {
		f := new(F)
		ReadForm(q.form, f)
		return do(q, f)
	}}
}

// WithoutSession lets a route be asked for by people who are not signed in.
func (t Route) WithoutSession() Route {
	t.Public = true
	return t
}

// Beside says that what is sent there is not the form of the page.
func (t Route) Beside() Route {
	t.Aside = true
	return t
}

// leaves tells whether a form ends or covers its session. The draft that the session
// gave back goes with it: nothing is written before, which could fail, on a full disk
// or while somebody with the same cookie writes without pause.
func (t Route) leaves() bool {
	return t.Method == http.MethodPost && (t.Action == policies.SessionCover || t.Pattern == "/esci")
}

// narrows tells whether a form takes a case file out of somebody's sight.
func (t Route) narrows() bool {
	switch t.Action {
	case policies.CaseWall, policies.WallConfirm, policies.CaseRestrict, policies.MemberRemove, policies.CaseAnonymise, policies.ConsentRevoke:
		return t.Method == http.MethodPost
	}
	return false
}
