package server_test

import (
	"os"
	"regexp"
	"sync"
	"testing"

	"sportello/server"
	"sportello/server/servertest"
)

func TestMain(m *testing.M) {
	code := servertest.Run(m)
	if commandDir != "" {
		os.RemoveAll(commandDir)
	}
	os.Exit(code)
}

// site is the whole service, for a test to open.
var site = servertest.Edge(server.New)

// routeOf is the pattern of server.Routes that answers a path, or empty.
func routeOf(method, path string) string {
	for _, r := range server.Routes() {
		if r.Method == method && patternOf(r.Pattern).MatchString(path) {
			return r.Pattern
		}
	}
	return ""
}

var (
	patterns   = map[string]*regexp.Regexp{}
	oneAtATime sync.Mutex
	variable   = regexp.MustCompile(`\\\{[a-z]+\\\}`)
)

func patternOf(p string) *regexp.Regexp {
	oneAtATime.Lock()
	defer oneAtATime.Unlock()
	if re, ok := patterns[p]; ok {
		return re
	}
	re := regexp.MustCompile("^" + variable.ReplaceAllString(regexp.QuoteMeta(p), "[^/]+") + "$")
	patterns[p] = re
	return re
}
