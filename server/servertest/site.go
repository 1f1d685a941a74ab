// Package servertest is what the tests of the web edge and of its rooms share: a
// site over a small real instance, browsers without a window, and records to look at.
//
// It knows the frame, its parts and no room, so that the tests of one room run again when that
// room, the frame or what lies below them changes, and not for another room's sake:
// which rooms a site has is said by the test. Nothing but tests imports it.
package servertest

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"sportello/policies/acts"
	"sportello/policies/opening"
	"sportello/referrals/store/storetest"
	"sportello/server/frame"
	"sportello/server/parts"
)

// Fictional are the words of an agency that does not exist.
var Fictional = frame.Config{}

// Lines keeps what the server logged.
type Lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *Lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Site is the real service, or some rooms of it, over a small real instance, on TLS.
type Site struct {
	*storetest.World
	URL  string
	Tick time.Duration // how far each request moves the clock
	HTTP *httptest.Server
	Log  *Lines
}

// Edge makes the web edge that a test asks: server.New, or what Of makes of one room.
type Edge func(frame.Config) (*frame.Server, error)

// Of is the edge of some routes and the rooms they lead into, with the frame's own pages.
func Of(routes []frame.Route, rooms ...frame.Room) Edge {
	return func(c frame.Config) (*frame.Server, error) {
		return frame.New(c, routes, append([]frame.Room{frame.Own(), parts.Room()}, rooms...)...)
	}
}

// Town serves the town of storetest, with the words of its agency.
func (e Edge) Town(t testing.TB) *Site {
	t.Helper()
	s := e.Open(t, storetest.New(t).Town(), Fictional)
	s.Post(t)
	s.Tick = time.Second // no two acts of people are at the same moment
	return s
}

// Post puts a number and a duty of an agency that does not exist on the board.
func (s *Site) Post(t testing.TB) {
	t.Helper()
	_, err := s.Office.TakeOver(t.Context(), []acts.Posted{
		{Kind: acts.PostedNumber, Name: "Pronto intervento sociale", Phone: "0000000100", Hours: opening.Hours{Kind: opening.Always}.Text()},
		{Kind: acts.PostedDuty, Name: "Un pericolo grave per una bambina o un bambino", Note: "alla Procura presso il Tribunale per i minorenni"}})
	if err != nil {
		t.Fatalf("filling the board: %v", err)
	}
}

// Standard serves the usual cast.
func (e Edge) Standard(t testing.TB) *Site {
	t.Helper()
	return e.Serve(t, storetest.New(t).Standard())
}

// Serve serves an instance as it comes.
func (e Edge) Serve(t testing.TB, w *storetest.World) *Site {
	t.Helper()
	return e.Open(t, w, frame.Config{})
}

// Open serves an instance with the words of its agency.
func (e Edge) Open(t testing.TB, w *storetest.World, c frame.Config) *Site {
	t.Helper()
	s := &Site{World: w, Log: &Lines{}}
	c.Desk, c.Door, c.Logger = w.Desk, w.Door, slog.New(slog.NewTextHandler(s.Log, nil))
	made, err := e(c)
	if err != nil {
		t.Fatal(err)
	}
	s.HTTP = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.Clock.Add(s.Tick)
		if from := r.Header.Get(testFrom); from != "" {
			r.RemoteAddr = from + ":1"
		}
		made.Handler().ServeHTTP(rw, r)
	}))
	s.HTTP.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.HTTP.StartTLS()
	t.Cleanup(func() {
		s.HTTP.Close()
		if t.Failed() && s.Log.String() != "" {
			t.Logf("the server logged:\n%s", s.Log)
		}
	})
	s.URL = s.HTTP.URL
	return s
}

// Run runs the tests of a package, for its TestMain, and removes what they shared.
func Run(m *testing.M) int {
	defer storetest.CleanUp()
	return m.Run()
}

// Quiet fails the test when the server logged that a request failed.
func (s *Site) Quiet(t testing.TB) {
	t.Helper()
	if s.Log.String() != "" {
		t.Errorf("the server logged failures:\n%s", s.Log)
	}
}
