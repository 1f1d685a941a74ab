package server_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/referrals/store/storetest"
)

// client is one person's browser without a window: it keeps cookies, remembers the
// page it is on and sends that page's token with every form. It follows no
// redirect unasked.
type client struct {
	t     testing.TB
	s     *site
	web   *http.Client
	page  answer
	token string
	name  string // who is signed in, by name in the cast

	// Of somebody who came in by the Door, without the pages of signing in: any
	// page's form is open to her at once.
	who    acts.Caller
	cookie string

	from string // the address it asks from, if not the machine's own
}

// testFrom is the header by which a client of a test says where it asks from.
const testFrom = "Test-From"

// answer is what came back.
type answer struct {
	path, body, leads string
	status            int
	header            http.Header
}

// client has no session.
func (s *site) client(t testing.TB) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &client{t: t, s: s, web: &http.Client{Jar: jar, Transport: s.HTTP.Client().Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// inside is a person of the town with a session, by the Door.
func (s *site) inside(t testing.TB, name string) *client {
	t.Helper()
	c := s.client(t)
	in := s.enter(t, name)
	c.name, c.who, c.cookie = name, in.Caller, in.Cookie
	c.setCookie("__Host-session", c.cookie)
	return c
}

var desks atomic.Int64

// elsewhere is an address that nobody asked from before.
func elsewhere() string {
	n := desks.Add(1)
	return fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255)
}

// enter signs a person in, each time at another desk: the throttle counts by
// address.
func (s *site) enter(t testing.TB, name string) *accounts.SignedIn {
	t.Helper()
	ctx, p, from := context.Background(), s.People[name], accounts.From{Address: fmt.Sprint("desk ", desks.Add(1))}
	pending, err := s.Door.Begin(ctx, p.Username, p.Passphrase, from)
	if err != nil {
		t.Fatalf("signing in %s: %v", name, err)
	}
	in, err := s.Door.Finish(ctx, pending, s.Code(p), from)
	if err != nil {
		t.Fatalf("signing in %s: %v", name, err)
	}
	return in
}

func (b *client) setCookie(name, value string) {
	u, err := url.Parse(b.s.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	b.web.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: true}})
}

// cookieNow is the session cookie that the browser has, for who steals it.
func (b *client) cookieNow() string {
	b.t.Helper()
	u, err := url.Parse(b.s.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.web.Jar.Cookies(u) {
		if c.Name == "__Host-session" {
			return c.Value
		}
	}
	b.t.Fatal("the browser has no session cookie")
	return ""
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]*)"`)

func (b *client) do(method, path string, form url.Values) answer {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, b.s.URL+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.from != "" {
		r.Header.Set(testFrom, b.from)
	}
	res, err := b.web.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.page = answer{path: path, body: string(text), leads: res.Header.Get("Location"), status: res.StatusCode, header: res.Header}
	if m := tokenField.FindStringSubmatch(b.page.body); m != nil {
		b.token = html.UnescapeString(m[1])
	}
	return b.page
}

func (b *client) get(path string) answer {
	b.t.Helper()
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

// post sends a form of names and values.
func (b *client) post(path string, list ...string) answer {
	b.t.Helper()
	return b.send(path, pairs(list...))
}

// send sends a form, with a good token if it has none: that of the page it is on,
// or, for who came in by the Door, that of her session.
func (b *client) send(path string, form url.Values) answer {
	b.t.Helper()
	form = maps.Clone(form)
	if form == nil {
		form = url.Values{}
	}
	if !form.Has("token") {
		if b.cookie != "" {
			b.token = b.s.Door.FormToken(b.who)
		} else if b.token == "" {
			b.get("/entra")
		}
		form.Set("token", b.token)
	}
	return b.do(http.MethodPost, path, form)
}

// follow goes where the last answer leads, as often as it leads on.
func (b *client) follow() answer {
	b.t.Helper()
	for range 6 {
		if b.page.status != http.StatusSeeOther {
			return b.page
		}
		b.get(b.page.leads)
	}
	b.t.Fatalf("%s leads in a circle", b.page.path)
	return b.page
}

// enter signs an account in up to the page after the code.
func (b *client) enter(a *storetest.Account) answer {
	b.t.Helper()
	b.get("/entra")
	if got := b.post("/entra", "username", a.Username, "passphrase", a.Passphrase); got.leads != "/entra/codice" {
		b.t.Fatalf("the passphrase of %s leads to %q (%d)", a.Username, got.leads, got.status)
	}
	b.get("/entra/codice")
	return b.post("/entra/codice", "code", b.s.Code(a))
}

// signedIn is the browser of somebody of the cast, signed in.
func (s *site) signedIn(name string) *client {
	s.T.Helper()
	b := s.client(s.T)
	b.name = name
	b.enter(s.People[name])
	if b.follow(); b.page.status != http.StatusOK {
		s.T.Fatalf("signing in %s: %d", name, b.page.status)
	}
	return b
}

// stepUp posts a form, and passphrase and code on the page that asks for them.
func (b *client) stepUp(name, path string, list ...string) answer {
	b.t.Helper()
	if asked := b.post(path, list...); !asked.asksStepUp() {
		b.t.Fatalf("%s (%d, leads to %q) does not ask for passphrase and code:\n%s", path, asked.status, asked.leads, main(asked.body))
	}
	a := b.s.People[name]
	done := b.post(path, append(list, "passphrase", a.Passphrase, "code", b.s.Code(a))...)
	if b.cookie != "" { // who came in by the Door goes on with the session that the page gave her
		b.cookie, b.token = "", ""
		if m := tokenField.FindStringSubmatch(done.body); m != nil {
			b.token = html.UnescapeString(m[1])
		}
	}
	return done
}

// asksStepUp tells whether a page asks for passphrase and code, for one act.
func (a answer) asksStepUp() bool {
	return a.says("Conferma con frase e codice") || a.says("Confirm with passphrase and code")
}

// says tells whether a page shows all of some texts.
func (a answer) says(texts ...string) bool {
	plain := html.UnescapeString(a.body)
	for _, text := range texts {
		if !strings.Contains(plain, text) && !strings.Contains(a.body, text) {
			return false
		}
	}
	return true
}

// says fails the test unless the answer shows each text.
func (b *client) says(got answer, texts ...string) {
	b.t.Helper()
	plain := html.UnescapeString(got.body)
	for _, text := range texts {
		if !strings.Contains(plain, text) {
			b.t.Fatalf("%s (%d, leads to %q) does not say %q:\n%s", got.path, got.status, got.leads, text, main(plain))
		}
	}
}

// silent fails the test if the answer shows one of the texts.
func (b *client) silent(got answer, texts ...string) {
	b.t.Helper()
	plain := html.UnescapeString(got.body)
	for _, text := range texts {
		if strings.Contains(plain, text) {
			b.t.Fatalf("%s says %q", got.path, text)
		}
	}
}

// status fails the test unless the answer has this status.
func (b *client) status(got answer, want int) answer {
	b.t.Helper()
	if got.status != want {
		b.t.Fatalf("%s: got %d (leads to %q), want %d:\n%s", got.path, got.status, got.leads, want, main(got.body))
	}
	return got
}

// leads fails the test unless the answer leads to path.
func (b *client) leads(got answer, path string) {
	b.t.Helper()
	if got.leads != path {
		b.t.Fatalf("%s: leads to %q (%d), want %q:\n%s", got.path, got.leads, got.status, path, main(html.UnescapeString(got.body)))
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
	b.t.Helper()
	m := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]*)"`).FindStringSubmatch(b.page.body)
	if m == nil {
		b.t.Fatalf("%s has no hidden %s", b.page.path, name)
	}
	return html.UnescapeString(m[1])
}

// hiddens are the values of all hidden fields of a name on the page the browser is
// on.
func (b *client) hiddens(name string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`<input type="hidden" name="`+name+`" value="([^"]*)"`).FindAllStringSubmatch(b.page.body, -1) {
		all = append(all, html.UnescapeString(m[1]))
	}
	return all
}

// list is what stands in the items of the list with this class.
func (b *client) list(class string) []string {
	b.t.Helper()
	m := regexp.MustCompile(`(?s)<ol class="` + class + `">(.*?)</ol>`).FindStringSubmatch(b.page.body)
	if m == nil {
		b.t.Fatalf("%s has no list %s:\n%s", b.page.path, class, main(b.page.body))
	}
	var items []string
	for _, i := range regexp.MustCompile(`<li>(.*?)</li>`).FindAllStringSubmatch(m[1], -1) {
		items = append(items, html.UnescapeString(i[1]))
	}
	return items
}

// lock tries ten wrong codes after the right passphrase.
func (s *site) lock(name string) {
	s.T.Helper()
	a := s.People[name]
	for range 10 {
		s.Clock.Add(10 * time.Minute)
		b := s.client(s.T)
		b.get("/entra")
		b.post("/entra", "username", a.Username, "passphrase", a.Passphrase)
		b.get("/entra/codice")
		b.status(b.post("/entra/codice", "code", "000000"), http.StatusUnauthorized)
	}
}
