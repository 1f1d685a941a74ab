package server

import (
	"net/http"

	"sportello/policies"
)

// Route is one line of the map of the service.
type Route struct {
	Method  string          `json:"method"`
	Pattern string          `json:"pattern"`
	Action  policies.Action `json:"action,omitempty"` // what the policy is asked; empty on pages about nobody
	Public  bool            `json:"public"`
	StepUp  bool            `json:"step_up"`
	NoToken bool            `json:"-"`
}

type route struct {
	Route
	do func(*request) error
}

func public(method, pattern string, do func(*request) error) route {
	return route{Route{Method: method, Pattern: pattern, Public: true}, do}
}

func get(pattern string, a policies.Action, do func(*request) error) route {
	return route{Route{Method: http.MethodGet, Pattern: pattern, Action: a}, do}
}

func post(pattern string, a policies.Action, do func(*request) error) route {
	return route{Route{Method: http.MethodPost, Pattern: pattern, Action: a, StepUp: a.StepUp()}, do}
}

// routes are all addresses of the service, in the order in which a person meets
// them. A route that does not say public needs a signed-in caller.
var routes []route

func init() {
	routes = []route{
		public("GET", "/", (*request).home),
		public("GET", "/entra", (*request).signIn),
		public("POST", "/entra", (*request).begin),
		public("GET", "/entra/codice", (*request).codePage),
		public("POST", "/entra/codice", (*request).finish),
		public("GET", "/uscita", (*request).exit),
		public("POST", "/lingua", (*request).language),
		public("GET", "/licenze", (*request).licences),
		public("GET", "/riprendi", (*request).coveredPage),
		public("POST", "/riprendi", (*request).uncover),
		public("POST", "/esci", (*request).signOut),
		post("/copri", policies.SessionCover, (*request).cover),
	}
}

// Routes lists the map of the service, for `sportello routes` and for tests.
func Routes() []Route {
	list := make([]Route, len(routes))
	for i, r := range routes {
		list[i] = r.Route
	}
	return list
}
