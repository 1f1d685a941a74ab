package frame

import (
	"net/http"

	"sportello/policies"
)

// Handler answers a request. The error it returns is answered by the frame.
type Handler func(*Request) error

// Route is one line of the map of the service.
type Route struct {
	Method  string          `json:"method"`
	Pattern string          `json:"pattern"`
	Action  policies.Action `json:"action,omitempty"` // what the policy is asked; empty on pages about nobody
	Public  bool            `json:"public"`
	StepUp  bool            `json:"step_up"`
	Do      Handler         `json:"-"`
}

// leaves tells whether a form ends or covers its session. The draft that the session
// gave back goes with it: nothing is written before, which could fail, on a full disk
// or while somebody with the same cookie writes without pause.
func (t Route) leaves() bool {
	return t.Method == http.MethodPost && (t.Action == policies.SessionCover || t.Pattern == "/esci")
}
