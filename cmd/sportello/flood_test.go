package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"
)

// What the service bears while strangers post the sign-in form: so many posts a
// second, from so many addresses, over a proxy's kept connections.
const (
	floodRate      = 1000
	floodAddresses = 1000
	floodConns     = 64
	signInWithin   = 3 * time.Second
	slowerBy       = 3
)

// TestFlood is five seconds of BenchmarkFlood, with the same bars. Its folder lies
// in memory where it can: every page that is read leaves a leaf on the disk, and a
// disk that others write to as well would be what is measured.
func TestFlood(t *testing.T) {
	dir := t.TempDir()
	if memory, err := os.MkdirTemp("/dev/shm", "flood-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(memory) })
		dir = memory
	}
	s := serveBehind(t, dir)
	anna := s.enters(t, "anna")
	var last string
	for range 6 { // a round in which the machine did something else is repeated
		r := s.flooded(t, anna, 5*time.Second)
		if last = r.over(); last == "" {
			t.Log(r)
			return
		}
		t.Log(last, r)
	}
	t.Error(last)
}

// BenchmarkFlood has strangers post the sign-in form for a minute. Somebody on a
// device that she signed in on before gets in meanwhile, and whoever is signed in
// reads pages as before: both are measured in the same run.
func BenchmarkFlood(b *testing.B) {
	s := serveBehind(b, b.TempDir())
	r := s.flooded(b, s.enters(b, "anna"), time.Minute)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(r.posts)/r.long.Seconds(), "posts/s")
	b.ReportMetric(r.signIn.Seconds(), "sign-in-s")
	b.ReportMetric(signInWithin.Seconds(), "sign-in-bar-s")
	for name, at := range map[string]float64{"p50": 0.5, "p99": 0.99} {
		b.ReportMetric(percentile(r.idle, at).Seconds()*1000, name+"-idle-ms")
		b.ReportMetric(percentile(r.busy, at).Seconds()*1000, name+"-flooded-ms")
		b.ReportMetric(slowerBy*percentile(r.idle, at).Seconds()*1000, name+"-bar-ms")
	}
	if over := r.over(); over != "" {
		b.Error(over)
	}
}

// flooding is what one round measured.
type flooding struct {
	long       time.Duration
	posts      int64
	answers    map[int]int64
	signIn     time.Duration
	worked     time.Duration
	idle, busy []time.Duration
}

func (r *flooding) String() string {
	return fmt.Sprintf("%d posts answered %v, worked %v, sign-in %v, p50 %v to %v, p99 %v to %v", r.posts, r.answers, r.worked, r.signIn,
		percentile(r.idle, 0.5), percentile(r.busy, 0.5), percentile(r.idle, 0.99), percentile(r.busy, 0.99))
}

// over says which bar was missed, or nothing.
func (r *flooding) over() string {
	var all []string
	if float64(r.posts) < 0.9*floodRate*r.long.Seconds() {
		all = append(all, fmt.Sprintf("only %d posts were sent", r.posts))
	}
	if r.answers[http.StatusServiceUnavailable] == 0 || r.answers[http.StatusInternalServerError] > 0 {
		all = append(all, "the strangers were not told to come back")
	}
	if r.signIn > signInWithin {
		all = append(all, "a known device did not get in in time")
	}
	for _, at := range []float64{0.5, 0.99} {
		if percentile(r.busy, at) > slowerBy*percentile(r.idle, at) {
			all = append(all, fmt.Sprintf("reading is more than %d times slower at %v", slowerBy, at))
		}
	}
	return strings.Join(all, "; ")
}

func percentile(d []time.Duration, at float64) time.Duration {
	sorted := append([]time.Duration(nil), d...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	return sorted[min(len(sorted)-1, int(at*float64(len(sorted))))]
}

// serveBehind serves the demo's people, in a folder inside another, behind a proxy
// on this machine.
func serveBehind(t testing.TB, inside string) *running {
	t.Helper()
	dir := filepath.Join(inside, "data")
	if err := seedInto(dir); err != nil {
		t.Fatal(err)
	}
	port, err := openPort()
	if err != nil {
		t.Fatal(err)
	}
	s := &running{at: "http://127.0.0.1:" + port}
	if s.people, err = readDemoAccounts(dir); err != nil {
		t.Fatal(err)
	}
	c := &exec.Cmd{Path: os.Args[0], Args: []string{"sportello", "serve", "--dir", dir, "--addr", "127.0.0.1:" + port, "--insecure-loopback",
		"--proxy", "127.0.0.1", "--proxy-header", "X-Forwarded-For"}, Env: os.Environ(), Stderr: &said{}}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Signal(os.Interrupt)
		if err := c.Wait(); err != nil {
			t.Errorf("stopping: %v\n%s", err, c.Stderr)
		}
	})
	s.pid = c.Process.Pid
	for range 1200 {
		if res, err := http.Get(s.at + "/entra"); err == nil {
			res.Body.Close()
			return s
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("it did not answer:\n%s", c.Stderr)
	return nil
}

// flooded measures reading while nothing else happens, then while strangers post.
func (s *running) flooded(t testing.TB, anna *visitor, long time.Duration) *flooding {
	t.Helper()
	r := &flooding{long: long, idle: anna.reads(t, long)}
	s.nextStep() // a code that is good when she needs it
	flood := s.strangers(t)
	var all sync.WaitGroup
	before := s.worked(t)
	all.Go(func() { r.posts, r.answers = flood.post(t, long) })
	all.Go(func() { r.busy = anna.reads(t, long) })
	time.Sleep(time.Second) // the strangers' line is full
	again := s.visitor()
	again.cookies["__Host-device"] = anna.cookies["__Host-device"]
	r.signIn = s.timed(t, again, "anna")
	all.Wait()
	r.worked = s.worked(t) - before
	return r
}

// worked is the processor time that the service used, without what stretches.
func (s *running) worked(t testing.TB) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var user, system int64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		t.Fatal(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// reads reads a page at an even pace and says how long each time took.
func (v *visitor) reads(t testing.TB, long time.Duration) []time.Duration {
	var all []time.Duration
	pace := time.NewTicker(10 * time.Millisecond)
	defer pace.Stop()
	for end := time.Now().Add(long); time.Now().Before(end); <-pace.C {
		start := time.Now()
		if got := v.get(t, "/agenda"); got != http.StatusOK {
			t.Errorf("the Agenda: status %d", got)
			return all
		}
		all = append(all, time.Since(start))
	}
	return all
}

// enters signs somebody in on a device that is known from then on.
func (s *running) enters(t testing.TB, username string) *visitor {
	t.Helper()
	v := s.visitor()
	s.nextStep()
	s.timed(t, v, username)
	return v
}

func (s *running) tries(t testing.TB, v *visitor, username string) bool {
	for _, a := range s.people {
		if a.Username != username {
			continue
		}
		v.get(t, "/entra")
		if v.send(t, "POST", "/entra", url.Values{"username": {a.Username}, "passphrase": {a.Passphrase}}) != http.StatusSeeOther {
			return false
		}
		v.get(t, "/entra/codice")
		digits, err := code(a.Seed, s.step)
		if err != nil {
			t.Error(err)
		}
		return v.send(t, "POST", "/entra/codice", url.Values{"code": {digits}}) == http.StatusSeeOther
	}
	return false
}

// nextStep waits for a step whose code was not used yet; three are taken at a time,
// the one before only while ten seconds of it are left: the passphrase comes first.
func (s *running) nextStep() {
	const step, left = 30 * time.Second, 10 * time.Second
	if s.step = s.step.Add(step); s.step.Before(time.Now().Add(left - step)) {
		s.step = time.Now().Add(left - step)
	}
	time.Sleep(time.Until(s.step.Add(-step)))
}

// timed is how long somebody takes to get in, from the form to her session.
func (s *running) timed(t testing.TB, v *visitor, username string) time.Duration {
	t.Helper()
	start := time.Now()
	if !s.tries(t, v, username) {
		t.Fatal("she does not get in")
	}
	return time.Since(start)
}

// strangers are what a proxy hands on: posts of the sign-in form over connections
// that are kept.
type strangers struct {
	at, cookie, token string
}

func (s *running) strangers(t testing.TB) *strangers {
	t.Helper()
	v := s.visitor()
	v.get(t, "/entra")
	return &strangers{strings.TrimPrefix(s.at, "http://"), v.cookies["__Host-form"], v.token}
}

// post sends floodRate posts a second.
func (f *strangers) post(t testing.TB, long time.Duration) (sent int64, answers map[int]int64) {
	due := make(chan int64, floodRate)
	go func() {
		defer close(due)
		var n int64
		start := time.Now()
		for time.Since(start) < long {
			time.Sleep(5 * time.Millisecond)
			for ; n < int64(time.Since(start).Seconds()*floodRate); n++ {
				select {
				case due <- n:
				default: // the service is behind: nobody waits for it
				}
			}
		}
	}()
	var mu sync.Mutex
	answers = map[int]int64{}
	var all sync.WaitGroup
	for range floodConns {
		all.Go(func() {
			mine, err := f.connection(due)
			mu.Lock()
			defer mu.Unlock()
			for status, n := range mine {
				answers[status] += n
				sent += n
			}
			if err != nil {
				t.Errorf("a stranger's connection: %v", err)
			}
		})
	}
	all.Wait()
	return sent, answers
}

// connection sends what is due over one connection, one after the other.
func (f *strangers) connection(due <-chan int64) (map[int]int64, error) {
	answers := map[int]int64{}
	conn, err := net.Dial("tcp", f.at)
	if err != nil {
		return answers, err
	}
	defer conn.Close()
	read := bufio.NewReader(conn)
	for n := range due {
		if _, err := conn.Write(f.request(n)); err != nil {
			return answers, err
		}
		res, err := http.ReadResponse(read, nil)
		if err != nil {
			return answers, err
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return answers, err
		}
		answers[res.StatusCode]++
	}
	return answers, nil
}

func (f *strangers) request(n int64) []byte {
	name := fmt.Sprint("nessuna-", n)
	if n%10 == 0 {
		name = "anna"
	}
	body := url.Values{"token": {f.token}, "username": {name}, "passphrase": {"tentativo"}}.Encode()
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST /entra HTTP/1.1\r\nHost: %s\r\nX-Forwarded-For: 198.51.%d.%d\r\nCookie: __Host-form=%s\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		f.at, n%floodAddresses/250, n%floodAddresses%250, f.cookie, len(body), body)
	return b.Bytes()
}
