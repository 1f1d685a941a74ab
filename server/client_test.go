package server_test

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/referrals/store/storetest"
	"sportello/server"
)

// service is the whole service over HTTPS, on a small real instance.
type service struct {
	t *testing.T
	w *storetest.World
	*httptest.Server
}

// newService serves the usual cast.
func newService(t *testing.T) *service {
	t.Helper()
	return serve(t, storetest.New(t).Standard())
}

func serve(t *testing.T, w *storetest.World) *service {
	t.Helper()
	s, err := server.New(server.Config{Desk: w.Desk, Door: w.Door, Logger: slog.New(slog.NewTextHandler(testLog{t}, nil))})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewUnstartedServer(s.Handler())
	web.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	web.StartTLS()
	t.Cleanup(web.Close)
	return &service{t, w, web}
}

type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// client is one person's browser: it keeps cookies, remembers the page it is on
// and sends that page's token with every form. It follows no redirect unasked.
type client struct {
	s     *service
	web   *http.Client
	page  answer
	token string
	name  string // who is signed in, by name in the cast
}

// answer is what came back.
type answer struct {
	path, body, leads string
	status            int
	header            http.Header
}

func (s *service) client() *client {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	c := *s.Client()
	c.Jar = jar
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client{s: s, web: &c}
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]*)"`)

func (b *client) do(method, path string, form url.Values) answer {
	b.s.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, b.s.URL+path, body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.web.Do(r)
	if err != nil {
		b.s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	b.page = answer{path: path, body: string(text), leads: res.Header.Get("Location"), status: res.StatusCode, header: res.Header}
	if m := tokenField.FindStringSubmatch(b.page.body); m != nil {
		b.token = html.UnescapeString(m[1])
	}
	return b.page
}

func (b *client) get(path string) answer {
	b.s.t.Helper()
	return b.do(http.MethodGet, path, nil)
}

// pairs makes a form of names and values.
func pairs(list ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(list); i += 2 {
		v.Add(list[i], list[i+1])
	}
	return v
}

// post sends a form with the token of the page it is on.
func (b *client) post(path string, list ...string) answer {
	b.s.t.Helper()
	form := pairs(list...)
	form.Set("token", b.token)
	return b.do(http.MethodPost, path, form)
}

// follow goes where the last answer leads, as often as it leads on.
func (b *client) follow() answer {
	b.s.t.Helper()
	for range 6 {
		if b.page.status != http.StatusSeeOther {
			return b.page
		}
		b.get(b.page.leads)
	}
	b.s.t.Fatalf("%s leads in a circle", b.page.path)
	return b.page
}

// enter signs an account in up to the page after the code.
func (b *client) enter(a *storetest.Account) answer {
	b.s.t.Helper()
	b.get("/entra")
	if got := b.post("/entra", "username", a.Username, "passphrase", a.Passphrase); got.leads != "/entra/codice" {
		b.s.t.Fatalf("the passphrase of %s leads to %q (%d)", a.Username, got.leads, got.status)
	}
	b.get("/entra/codice")
	return b.post("/entra/codice", "code", b.s.w.Code(a))
}

// signedIn is the browser of somebody of the cast, signed in.
func (s *service) signedIn(name string) *client {
	s.t.Helper()
	b := s.client()
	b.name = name
	b.enter(s.w.People[name])
	if b.follow(); b.page.status != http.StatusOK {
		s.t.Fatalf("signing in %s: %d", name, b.page.status)
	}
	return b
}

// stepUp posts a form, and passphrase and code on the page that asks for them.
func (b *client) stepUp(name, path string, list ...string) answer {
	b.s.t.Helper()
	asked := b.post(path, list...)
	b.says(asked, "Conferma con frase e codice")
	a := b.s.w.People[name]
	return b.post(path, append(list, "passphrase", a.Passphrase, "code", b.s.w.Code(a))...)
}

// says fails the test unless the answer shows each text.
func (b *client) says(got answer, texts ...string) {
	b.s.t.Helper()
	plain := html.UnescapeString(got.body)
	for _, text := range texts {
		if !strings.Contains(plain, text) {
			b.s.t.Fatalf("%s (%d, leads to %q) does not say %q:\n%s", got.path, got.status, got.leads, text, main(plain))
		}
	}
}

// silent fails the test if the answer shows one of the texts.
func (b *client) silent(got answer, texts ...string) {
	b.s.t.Helper()
	plain := html.UnescapeString(got.body)
	for _, text := range texts {
		if strings.Contains(plain, text) {
			b.s.t.Fatalf("%s says %q", got.path, text)
		}
	}
}

// status fails the test unless the answer has this status.
func (b *client) status(got answer, want int) answer {
	b.s.t.Helper()
	if got.status != want {
		b.s.t.Fatalf("%s: got %d (leads to %q), want %d:\n%s", got.path, got.status, got.leads, want, main(got.body))
	}
	return got
}

// leads fails the test unless the answer leads to path.
func (b *client) leads(got answer, path string) {
	b.s.t.Helper()
	if got.leads != path {
		b.s.t.Fatalf("%s: leads to %q (%d), want %q:\n%s", got.path, got.leads, got.status, path, main(html.UnescapeString(got.body)))
	}
}

// main is the part of a page that differs from others.
func main(body string) string {
	_, rest, _ := strings.Cut(body, "<main")
	text, _, _ := strings.Cut(rest, "</main>")
	return text
}

// hidden is the value of a hidden field of the page the browser is on.
func (b *client) hidden(name string) string {
	b.s.t.Helper()
	m := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]*)"`).FindStringSubmatch(b.page.body)
	if m == nil {
		b.s.t.Fatalf("%s has no hidden %s", b.page.path, name)
	}
	return html.UnescapeString(m[1])
}

// list is what stands in the items of the list with this class.
func (b *client) list(class string) []string {
	b.s.t.Helper()
	m := regexp.MustCompile(`(?s)<ol class="` + class + `">(.*?)</ol>`).FindStringSubmatch(b.page.body)
	if m == nil {
		b.s.t.Fatalf("%s has no list %s:\n%s", b.page.path, class, main(b.page.body))
	}
	var items []string
	for _, i := range regexp.MustCompile(`<li>(.*?)</li>`).FindAllStringSubmatch(m[1], -1) {
		items = append(items, html.UnescapeString(i[1]))
	}
	return items
}

// lock tries ten wrong codes after the right passphrase.
func (s *service) lock(name string) {
	s.t.Helper()
	a := s.w.People[name]
	for range 10 {
		s.w.Clock.Add(10 * time.Minute)
		b := s.client()
		b.get("/entra")
		b.post("/entra", "username", a.Username, "passphrase", a.Passphrase)
		b.get("/entra/codice")
		b.status(b.post("/entra/codice", "code", "000000"), http.StatusUnauthorized)
	}
}
