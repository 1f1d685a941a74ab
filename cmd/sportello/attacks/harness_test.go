// Package attacks holds what strangers, colleagues and administrators did to the
// built program, each kept as a test. It knows what an attacker knows: the pages,
// the files of the data folder, and the binary. Nothing of the module is imported.
//
// SPORTELLO_BINARY names another build to attack; .ci/attacks uses it to show that
// each attack succeeds on the commit before it was closed. An attack that succeeds
// says so with fell, and with nothing else: what the harness cannot do is fatal
// under other words, so that a broken test is not taken for a hole.
package attacks

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// fell says that an attack succeeded.
func fell(t testing.TB, format string, args ...any) {
	t.Helper()
	t.Errorf("FELL: "+format, args...)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// scratch is where the program and the first folder are made, for all tests.
var scratch string

func TestMain(m *testing.M) {
	os.Exit(testAll(m))
}

func testAll(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "attacked-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(scratch)
	return m.Run()
}

// build is the program under attack: SPORTELLO_BINARY, or this tree's, built once.
var build = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("SPORTELLO_BINARY"); path != "" {
		return path, nil
	}
	path := filepath.Join(scratch, "sportello")
	if out, err := exec.Command("go", "build", "-o", path, "..").CombinedOutput(); err != nil {
		return "", fmt.Errorf("building: %w %s", err, out)
	}
	return path, nil
})

func binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	must(t, err)
	return path
}

// makeFolder has the program under attack make a demo's folder, once: most of a
// start goes into stretching its people's passphrases.
var makeFolder = sync.OnceValues(func() (string, error) {
	path, err := build()
	if err != nil {
		return "", err
	}
	dir, said := filepath.Join(scratch, "data"), &lines{}
	c := program(path, said, "demo", "--dir", dir, "--addr", "127.0.0.1:0")
	if err := c.Start(); err != nil {
		return "", err
	}
	served := make(chan struct{})
	go func() {
		for range 2400 {
			if address.MatchString(said.String()) {
				close(served)
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		c.Process.Kill()
	}()
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case <-served:
		if err := errors.Join(c.Process.Signal(os.Interrupt), <-ended); err != nil {
			return "", fmt.Errorf("making a folder: %w %s", err, said)
		}
		return dir, nil
	case err := <-ended:
		return "", fmt.Errorf("making a folder: the program ended: %v %s", err, said)
	}
})

// program is a command that ends with this test.
func program(path string, said io.Writer, args ...string) *exec.Cmd {
	c := exec.Command(path, args...)
	c.Stdout, c.Stderr = said, said
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

// person is an account of the demo: what its owner knows of it.
type person struct {
	Username   string `json:"username"`
	Passphrase string `json:"passphrase"`
	Seed       string `json:"totp_secret"`
	Role       string `json:"role"`
	Unit       string `json:"unit"`

	mu   sync.Mutex
	last int64 // the newest step whose code was given out
}

// code is a one-time code of hers that was not used yet. The service takes the
// step before, of and after the moment; the one before is given out only while it
// is good for twenty seconds more. A fourth code within a minute waits.
func (p *person) code(t testing.TB) string {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		now := time.Now().Unix() / 30
		step := max(p.last+1, (time.Now().Unix()-10)/30)
		if step <= now+1 {
			p.last = step
			return codeAt(t, p.Seed, step)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func codeAt(t testing.TB, seed string, step int64) string {
	t.Helper()
	c, err := totp.GenerateCodeCustom(seed, time.Unix(step*30, 0), totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	must(t, err)
	return c
}

// town is a demo's folder and the program that serves it.
type town struct {
	dir    string
	url    string
	people map[string]*person

	process *exec.Cmd
	said    *lines
}

// newTown is a copy of the demo's folder, served by the program under attack.
func newTown(t testing.TB) *town {
	t.Helper()
	made, err := makeFolder()
	must(t, err)
	w := &town{dir: filepath.Join(t.TempDir(), "data")}
	if out, err := exec.Command("cp", "-a", made, w.dir).CombinedOutput(); err != nil {
		t.Fatalf("copying the folder: %v %s", err, out)
	}
	must(t, w.start(t))
	list, err := os.ReadFile(filepath.Join(w.dir, "demo-accounts.json"))
	must(t, err)
	var people []*person
	must(t, json.Unmarshal(list, &people))
	w.people = map[string]*person{}
	for _, p := range people {
		w.people[p.Username] = p
	}
	return w
}

// lines keeps what a process says.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start serves the folder; an error is what the program said when it did not.
func (w *town) start(t testing.TB) error {
	t.Helper()
	w.said = &lines{}
	w.process = program(binary(t), w.said, "demo", "--dir", w.dir, "--addr", "127.0.0.1:0")
	must(t, w.process.Start())
	ended := make(chan error, 1)
	go func(p *exec.Cmd) { ended <- p.Wait() }(w.process)
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-ended:
			w.process = nil
			return fmt.Errorf("the program ended: %w %s", errors.Join(err, errors.New("before it served")), w.said)
		default:
		}
		w.url = address.FindString(w.said.String())
		if w.url == "" {
			continue
		}
		if res, err := http.Get(w.url + "/entra"); err == nil {
			res.Body.Close()
			process := w.process
			w.process = &exec.Cmd{Process: process.Process}
			t.Cleanup(func() { process.Process.Kill(); <-ended; ended <- nil })
			return nil
		}
	}
	return errors.New("the program did not serve in time: " + w.said.String())
}

// end sends a signal and waits until the folder can be opened by others.
func (w *town) end(t testing.TB, s os.Signal) {
	t.Helper()
	must(t, w.process.Process.Signal(s))
	lock, err := os.OpenFile(filepath.Join(w.dir, "lock"), os.O_RDWR, 0)
	must(t, err)
	defer lock.Close()
	for range 2400 {
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the program did not end")
}

// stop ends the program in order, kill in disorder.
func (w *town) stop(t testing.TB) { t.Helper(); w.end(t, os.Interrupt) }
func (w *town) kill(t testing.TB) { t.Helper(); w.end(t, os.Kill) }

// run runs a command of the program on the folder and answers its exit code.
func (w *town) run(t testing.TB, args ...string) (said string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, binary(t), append(args, "--dir", w.dir)...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		code = exit.ExitCode()
	}
	return string(out), code
}

// sqlite opens one of the folder's databases as whoever can write to it does.
func (w *town) sqlite(t testing.TB, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.dir, name)+"?_busy_timeout=10000")
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// The databases of a folder.
const (
	mainFile     = "sportello.db"
	shredFile    = "secrets/shred.db"
	sessionsFile = "secrets/sessions.db"
)

// browser is one person's browser without a window, or a stranger's program. It
// keeps cookies and the token of the newest page, and follows nothing unasked.
type browser struct {
	t       testing.TB
	w       *town
	web     *http.Client
	cookies map[string]string
	token   string
	page    page
	headers map[string]string
}

// page is what came back.
type page struct {
	path, body, leads string
	status            int
	header            http.Header
}

func (w *town) browser(t testing.TB) *browser {
	return &browser{t: t, w: w, cookies: map[string]string{}, headers: map[string]string{},
		web: &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// stolen is another browser with the same cookies.
func (b *browser) stolen() *browser {
	other := b.w.browser(b.t)
	for name, value := range b.cookies {
		other.cookies[name] = value
	}
	other.token = b.token
	return other
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]*)"`)

// ask sends one request; an error is of the network.
func (b *browser) ask(method, path string, form url.Values) (page, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, b.w.url+path, body)
	if err != nil {
		return page{}, err
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range b.headers {
		r.Header.Set(name, value)
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := b.web.Do(r)
	if err != nil {
		return page{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return page{path: path, body: string(text), leads: res.Header.Get("Location"), status: res.StatusCode, header: res.Header}, err
}

// do sends one request and keeps what it brings.
func (b *browser) do(method, path string, form url.Values) page {
	b.t.Helper()
	p, err := b.ask(method, path, form)
	must(b.t, err)
	for _, c := range (&http.Response{Header: p.header}).Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	if m := tokenField.FindStringSubmatch(p.body); m != nil {
		b.token = html.UnescapeString(m[1])
	}
	if p.status == http.StatusSeeOther && strings.Contains(p.leads, "risposta=") { // a form is answered with the address of its page
		return b.get(p.leads)
	}
	b.page = p
	return p
}

func (b *browser) get(path string) page {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil)
}

// post sends names and values as a form, with the newest token.
func (b *browser) post(path string, list ...string) page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(list); i += 2 {
		form.Add(list[i], list[i+1])
	}
	if !form.Has("token") {
		form.Set("token", b.token)
	}
	return b.do(http.MethodPost, path, form)
}

// follow goes where the last answer leads, as often as it leads on.
func (b *browser) follow() page {
	b.t.Helper()
	for range 8 {
		if b.page.status != http.StatusSeeOther {
			return b.page
		}
		b.get(b.page.leads)
	}
	b.t.Fatalf("%s leads in a circle", b.page.path)
	return b.page
}

// signIn signs somebody in, up to her first page.
func (w *town) signIn(t testing.TB, name string) *browser {
	t.Helper()
	b := w.browser(t)
	b.enter(w.people[name])
	if b.page.status != http.StatusOK {
		t.Fatalf("signing in %s: %d on %s", name, b.page.status, b.page.path)
	}
	return b
}

func (b *browser) enter(p *person) page {
	b.t.Helper()
	b.get("/entra")
	if got := b.post("/entra", "username", p.Username, "passphrase", p.Passphrase); got.leads != "/entra/codice" {
		b.t.Fatalf("the passphrase of %s leads to %q (%d)", p.Username, got.leads, got.status)
	}
	b.get("/entra/codice")
	b.post("/entra/codice", "code", p.code(b.t))
	return b.follow()
}

// stepUp posts a form, and passphrase and code when they are asked for; where
// they are not, the first answer is the last.
func (b *browser) stepUp(p *person, path string, list ...string) page {
	b.t.Helper()
	first := b.post(path, list...)
	if !asksStepUp(first) {
		return first
	}
	return b.post(path, append(list, "passphrase", p.Passphrase, "code", p.code(b.t))...)
}

// asksStepUp tells whether a page asks for passphrase and code before the act.
func asksStepUp(p page) bool {
	return strings.Contains(p.body, `name="passphrase"`) && strings.Contains(p.body, `name="code"`)
}

// says tells whether a page shows a text.
func (p page) says(text string) bool {
	return strings.Contains(html.UnescapeString(p.body), text) || strings.Contains(p.body, text)
}

// links are the addresses on the page that begin so, each once.
func (p page) links(prefix string) []string {
	var all []string
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`href="(`+regexp.QuoteMeta(prefix)+`[^"]*)"`).FindAllStringSubmatch(p.body, -1) {
		if a := html.UnescapeString(m[1]); !seen[a] {
			seen[a] = true
			all = append(all, a)
		}
	}
	return all
}

// hidden is the value of a hidden field, or empty.
func (p page) hidden(name string) string {
	m := regexp.MustCompile(`<input type="hidden" name="` + regexp.QuoteMeta(name) + `" value="([^"]*)"`).FindStringSubmatch(p.body)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}

// option is the value of the option of a select, or of the radio, whose text
// contains what is given; or empty.
func (p page) option(text string) string {
	for _, m := range regexp.MustCompile(`(?s)<option value="([^"]*)"[^>]*>(.*?)</option>`).FindAllStringSubmatch(p.body, -1) {
		if strings.Contains(html.UnescapeString(m[2]), text) {
			return html.UnescapeString(m[1])
		}
	}
	return ""
}

// newContact records a call that opens a case with a name to search for later.
func (b *browser) newContact(alias, request string) page {
	b.t.Helper()
	b.get("/contatti/nuovo")
	b.follow()
	b.post("/contatti/nuovo", "step", "3", "go", "open_case", "id", randomID(), "from", "/contatti/nuovo",
		"speaker", "she", "name", alias, "request", request, "outcome", "thinking")
	if b.page.status != http.StatusSeeOther {
		b.t.Fatalf("a contact: status %d", b.page.status)
	}
	return b.page
}
