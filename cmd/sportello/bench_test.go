package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
)

// BenchmarkMemory measures what the served program holds: the resident set of
// the real binary with the demo's people, idle, and its highest while 64 clients
// type passphrases (64 MiB of Argon2 each, a few at a time), record contacts and
// read the Agenda.
func BenchmarkMemory(b *testing.B) {
	const clients, long = 64, 8 * time.Second
	site := startDemo(b)
	site.page(b, "/entra")
	time.Sleep(2 * time.Second)
	b.ReportMetric(site.resident(b, "VmRSS"), "idle-MB")
	b.ReportMetric(100, "idle-bar")
	anna := site.signIn(b, "anna")
	var group sync.WaitGroup
	start := time.Now()
	for n := range clients {
		group.Go(func() {
			for time.Since(start) < long {
				switch n % 4 {
				case 0:
					site.visitor().passphrase(b, site.people[n%len(site.people)])
				case 1:
					anna.get(b, "/agenda")
				default:
					anna.contact(b)
				}
			}
		})
	}
	group.Wait()
	b.ReportMetric(site.resident(b, "VmHWM"), "busy-MB")
	b.ReportMetric(400, "busy-bar")
	b.ReportMetric(float64(anna.done), "requests")
	b.ReportMetric(0, "ns/op")
}

// running is a demo of the real binary.
type running struct {
	at     string
	pid    int
	people []demoAccount
	step   time.Time // whose code was used last
}

func startDemo(b *testing.B) *running {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "demo")
	if err := seedInto(dir); err != nil {
		b.Fatal(err)
	}
	binary := filepath.Join(b.TempDir(), "sportello")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("building: %v %s", err, out)
	}
	port, err := openPort()
	if err != nil {
		b.Fatal(err)
	}
	r := &running{at: "http://127.0.0.1:" + port}
	if r.people, err = readDemoAccounts(dir); err != nil {
		b.Fatal(err)
	}
	served := exec.Command(binary, "demo", "--dir", dir, "--addr", "127.0.0.1:"+port)
	if err := served.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		served.Process.Signal(os.Interrupt)
		served.Wait()
	})
	r.pid = served.Process.Pid
	for range 300 {
		if res, err := http.Get(r.at + "/entra"); err == nil {
			res.Body.Close()
			return r
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.Fatal("the demo did not answer")
	return nil
}

func (r *running) page(b testing.TB, path string) { r.visitor().get(b, path) }

// resident reads a line of the process's status, in MB.
func (r *running) resident(b testing.TB, line string) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), line+":")
	var kB float64
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		b.Fatal(err)
	}
	return kB * 1024 / 1e6
}

// visitor is one browser. Go's cookie jar keeps no secure cookie over plain
// HTTP, as browsers do on loopback, so it keeps them itself.
type visitor struct {
	r       *running
	web     *http.Client
	mu      sync.Mutex
	cookies map[string]string
	token   string
	done    int
}

func (r *running) visitor() *visitor {
	return &visitor{r: r, cookies: map[string]string{}, web: &http.Client{Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

var formToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (v *visitor) get(b testing.TB, path string) int { return v.send(b, "GET", path, nil) }

func (v *visitor) send(b testing.TB, method, path string, form url.Values) int {
	var body io.Reader
	if form != nil {
		v.mu.Lock()
		form.Set("token", v.token)
		v.mu.Unlock()
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, v.r.at+path, body)
	if err != nil {
		b.Error(err)
		return 0
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	v.mu.Lock()
	for name, value := range v.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	v.mu.Unlock()
	res, err := v.web.Do(req)
	if err != nil {
		b.Error(err)
		return 0
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.Error(err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.done++
	for _, c := range res.Cookies() {
		v.cookies[c.Name] = c.Value
	}
	if m := formToken.FindSubmatch(text); m != nil {
		v.token = string(bytes.Clone(m[1]))
	}
	return res.StatusCode
}

// passphrase does the first half of a sign-in: one Argon2. It may be throttled.
func (v *visitor) passphrase(b testing.TB, a demoAccount) {
	v.get(b, "/entra")
	if got := v.send(b, "POST", "/entra", url.Values{"username": {a.Username}, "passphrase": {a.Passphrase}}); got != http.StatusSeeOther && got != http.StatusTooManyRequests && got != http.StatusServiceUnavailable {
		b.Errorf("a passphrase: status %d", got)
	}
}

func (r *running) signIn(b testing.TB, username string) *visitor {
	b.Helper()
	v := r.visitor()
	for _, a := range r.people {
		if a.Username != username {
			continue
		}
		v.passphrase(b, a)
		v.get(b, "/entra/codice")
		digits, err := code(a.Seed, time.Now())
		if err != nil {
			b.Fatal(err)
		}
		if got := v.send(b, "POST", "/entra/codice", url.Values{"code": {digits}}); got != http.StatusSeeOther {
			b.Fatalf("signing in: status %d", got)
		}
	}
	if got := v.get(b, "/agenda"); got != http.StatusOK {
		b.Fatalf("the Agenda: status %d", got)
	}
	return v
}

func (v *visitor) contact(b testing.TB) {
	form := url.Values{"step": {"3"}, "go": {"open_case"}, "id": {crypto.NewID()}, "from": {"/contatti/nuovo"}, "speaker": {"she"},
		"name": {"Rosa"}, "request": {"Chiede dove può dormire stanotte."}, "needs": {"bed"}, "outcome": {"info_only"}}
	if got := v.send(b, "POST", "/contatti/nuovo", form); got != http.StatusSeeOther {
		b.Errorf("a contact: status %d", got)
	}
}
