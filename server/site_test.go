package server_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"sync"
	"testing"
	"time"

	"sportello/referrals/store/storetest"
	"sportello/server"
	"sportello/server/frame"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.CleanUp()
	if commandDir != "" {
		os.RemoveAll(commandDir)
	}
	os.Exit(code)
}

// fictional are the words of an agency that does not exist.
var fictional = frame.Config{
	Emergency: frame.Emergency{Name: "Pronto intervento sociale", Phone: "000 000 0100", Hours: "sempre"},
	Duties:    []frame.Duty{{What: "Un pericolo grave per una bambina o un bambino", ToWhom: "alla Procura presso il Tribunale per i minorenni"}},
	Sheets: []frame.Sheet{{Value: "numeri-1-it", Title: "Numeri e luoghi sicuri", Version: "1", Lang: "it"},
		{Value: "dati-1-it", Title: "Come trattiamo i dati", Version: "1", Lang: "it"}},
}

// lines keeps what the server logged.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// site is the real service over a small real instance, on TLS.
type site struct {
	*storetest.World
	URL  string
	tick time.Duration // how far each request moves the clock
	HTTP *httptest.Server
	log  *lines
}

// newSite serves the town of storetest, with the words of its agency.
func newSite(t testing.TB) *site {
	t.Helper()
	s := open(t, storetest.New(t).Town(), fictional)
	s.tick = time.Second // no two acts of people are at the same moment
	return s
}

// newService serves the usual cast.
func newService(t testing.TB) *site {
	t.Helper()
	return serve(t, storetest.New(t).Standard())
}

// serve serves an instance as it comes.
func serve(t testing.TB, w *storetest.World) *site {
	t.Helper()
	return open(t, w, frame.Config{})
}

func open(t testing.TB, w *storetest.World, c frame.Config) *site {
	t.Helper()
	s := &site{World: w, log: &lines{}}
	c.Desk, c.Door, c.Logger = w.Desk, w.Door, slog.New(slog.NewTextHandler(s.log, nil))
	edge, err := server.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.HTTP = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.Clock.Add(s.tick)
		if from := r.Header.Get(testFrom); from != "" {
			r.RemoteAddr = from + ":1"
		}
		edge.Handler().ServeHTTP(rw, r)
	}))
	s.HTTP.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.HTTP.StartTLS()
	t.Cleanup(func() {
		s.HTTP.Close()
		if t.Failed() && s.log.String() != "" {
			t.Logf("the server logged:\n%s", s.log)
		}
	})
	s.URL = s.HTTP.URL
	return s
}

// quiet fails the test when the server logged that a request failed.
func (s *site) quiet(t testing.TB) {
	t.Helper()
	if s.log.String() != "" {
		t.Errorf("the server logged failures:\n%s", s.log)
	}
}

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
