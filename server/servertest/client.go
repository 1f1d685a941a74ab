package servertest

import (
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

	"sportello/policies/acts"
)

// Client is one person's browser without a window: it keeps cookies, remembers the
// page it is on and sends that page's token with every form. It follows no
// redirect unasked.
type Client struct {
	T     testing.TB
	Site  *Site
	Web   *http.Client
	Page  Answer
	Token string
	Name  string // who is signed in, by name in the cast

	// Of somebody who came in by the Door, without the pages of signing in: any
	// page's form is open to her at once.
	Who    acts.Caller
	Cookie string

	At   string // the address of the page it is on
	From string // the address it asks from, if not the machine's own
}

// testFrom is the header by which a client of a test says where it asks from.
const testFrom = "Test-From"

// Answer is what came back.
type Answer struct {
	Path, Body, Leads string
	Status            int
	Header            http.Header
}

// Client has no session.
func (s *Site) Client(t testing.TB) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{T: t, Site: s, Web: &http.Client{Jar: jar, Transport: s.HTTP.Client().Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

var desks atomic.Int64

// Elsewhere is an address that nobody asked from before.
func Elsewhere() string {
	n := desks.Add(1)
	return fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255)
}

// SetCookie gives the browser a cookie, as who has stolen it.
func (b *Client) SetCookie(name, value string) {
	u, err := url.Parse(b.Site.URL)
	if err != nil {
		b.T.Fatal(err)
	}
	b.Web.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: true}})
}

// CookieNow is the session cookie that the browser has, for who steals it.
func (b *Client) CookieNow() string {
	b.T.Helper()
	u, err := url.Parse(b.Site.URL)
	if err != nil {
		b.T.Fatal(err)
	}
	for _, c := range b.Web.Jar.Cookies(u) {
		if c.Name == "__Host-session" {
			return c.Value
		}
	}
	b.T.Fatal("the browser has no session cookie")
	return ""
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]*)"`)

// onAtOnce is where a browser is led that sent a form: the page that answers it, or the
// next step of a form in steps.
var onAtOnce = regexp.MustCompile(`\?risposta=[A-Z2-7]{26}$|^/contatti/nuovo/[A-Z2-7]{26}/[123]$`)

// Do asks for an address, or sends a form there, as a browser does, and reads the page
// that answers a form.
func (b *Client) Do(method, path string, form url.Values) Answer {
	b.T.Helper()
	b.Page = b.Ask(method, path, form)
	for range 3 {
		if b.Page.Status != http.StatusSeeOther || !onAtOnce.MatchString(b.Page.Leads) {
			break
		}
		to, receipt := b.Page.Leads, b.Page.Header.Get("Sportello-Receipt")
		b.Page = b.Ask(http.MethodGet, to, nil)
		b.Page.Path, b.At = path, to
		if receipt != "" {
			b.Page.Header.Set("Sportello-Receipt", receipt)
		}
	}
	if m := tokenField.FindStringSubmatch(b.Page.Body); m != nil {
		b.Token = html.UnescapeString(m[1])
	}
	return b.Page
}

// Ask asks for an address, or sends a form there, and follows nothing.
func (b *Client) Ask(method, path string, form url.Values) Answer {
	b.T.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, b.Site.URL+path, body)
	if err != nil {
		b.T.Fatal(err)
	}
	if b.At != "" {
		r.Header.Set("Referer", b.Site.URL+b.At)
	}
	b.At = path
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.From != "" {
		r.Header.Set(testFrom, b.From)
	}
	res, err := b.Web.Do(r)
	if err != nil {
		b.T.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.T.Fatal(err)
	}
	return Answer{Path: path, Body: string(text), Leads: res.Header.Get("Location"), Status: res.StatusCode, Header: res.Header}
}

// Get asks for a page.
func (b *Client) Get(path string) Answer {
	b.T.Helper()
	return b.Do(http.MethodGet, path, nil)
}

// Pairs makes a form of names and values.
func Pairs(list ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(list); i += 2 {
		v.Add(list[i], list[i+1])
	}
	return v
}

// Post sends a form of names and values.
func (b *Client) Post(path string, list ...string) Answer {
	b.T.Helper()
	return b.Send(path, Pairs(list...))
}

// Send sends a form, with a good token if it has none: that of the page it is on,
// or, for who came in by the Door, that of her session.
func (b *Client) Send(path string, form url.Values) Answer {
	b.T.Helper()
	form = maps.Clone(form)
	if form == nil {
		form = url.Values{}
	}
	if !form.Has("token") {
		if b.Cookie != "" {
			b.Token = b.Site.Door.FormToken(b.Who)
		} else if b.Token == "" {
			b.Get("/entra")
		}
		form.Set("token", b.Token)
	}
	return b.Do(http.MethodPost, path, form)
}

// Follow goes where the last answer leads, as often as it leads on.
func (b *Client) Follow() Answer {
	b.T.Helper()
	for range 6 {
		if b.Page.Status != http.StatusSeeOther {
			return b.Page
		}
		b.Get(b.Page.Leads)
	}
	b.T.Fatalf("%s leads in a circle", b.Page.Path)
	return b.Page
}

// AsksStepUp tells whether a page asks for passphrase and code, for one act.
func (a Answer) AsksStepUp() bool {
	return a.Says("Conferma con frase e codice") || a.Says("Confirm with passphrase and code")
}

// Says tells whether a page shows all of some texts.
func (a Answer) Says(texts ...string) bool {
	plain := html.UnescapeString(a.Body)
	for _, text := range texts {
		if !strings.Contains(plain, text) && !strings.Contains(a.Body, text) {
			return false
		}
	}
	return true
}

// Says fails the test unless the answer shows each text.
func (b *Client) Says(got Answer, texts ...string) {
	b.T.Helper()
	plain := html.UnescapeString(got.Body)
	for _, text := range texts {
		if !strings.Contains(plain, text) {
			b.T.Fatalf("%s (%d, leads to %q) does not say %q:\n%s", got.Path, got.Status, got.Leads, text, Main(plain))
		}
	}
}

// Silent fails the test if the answer shows one of the texts.
func (b *Client) Silent(got Answer, texts ...string) {
	b.T.Helper()
	plain := html.UnescapeString(got.Body)
	for _, text := range texts {
		if strings.Contains(plain, text) {
			b.T.Fatalf("%s says %q", got.Path, text)
		}
	}
}

// Status fails the test unless the answer has this status.
func (b *Client) Status(got Answer, want int) Answer {
	b.T.Helper()
	if got.Status != want {
		b.T.Fatalf("%s: got %d (leads to %q), want %d:\n%s", got.Path, got.Status, got.Leads, want, Main(got.Body))
	}
	return got
}

// Leads fails the test unless the answer leads to path.
func (b *Client) Leads(got Answer, path string) {
	b.T.Helper()
	if got.Leads != path {
		b.T.Fatalf("%s: leads to %q (%d), want %q:\n%s", got.Path, got.Leads, got.Status, path, Main(html.UnescapeString(got.Body)))
	}
}

// Main is the part of a page that differs from others.
func Main(body string) string {
	_, rest, _ := strings.Cut(body, "<main")
	text, _, _ := strings.Cut(rest, "</main>")
	return text
}

// Hidden is the value of a hidden field of the page the browser is on.
func (b *Client) Hidden(name string) string {
	b.T.Helper()
	m := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]*)"`).FindStringSubmatch(b.Page.Body)
	if m == nil {
		b.T.Fatalf("%s has no hidden %s", b.Page.Path, name)
	}
	return html.UnescapeString(m[1])
}

// Hiddens are the values of all hidden fields of a name on the page the browser is
// on.
func (b *Client) Hiddens(name string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`<input type="hidden" name="`+name+`" value="([^"]*)"`).FindAllStringSubmatch(b.Page.Body, -1) {
		all = append(all, html.UnescapeString(m[1]))
	}
	return all
}

// List is what stands in the items of the list with this class.
func (b *Client) List(class string) []string {
	b.T.Helper()
	m := regexp.MustCompile(`(?s)<ol class="` + class + `">(.*?)</ol>`).FindStringSubmatch(b.Page.Body)
	if m == nil {
		b.T.Fatalf("%s has no list %s:\n%s", b.Page.Path, class, Main(b.Page.Body))
	}
	var items []string
	for _, i := range regexp.MustCompile(`<li>(.*?)</li>`).FindAllStringSubmatch(m[1], -1) {
		items = append(items, html.UnescapeString(i[1]))
	}
	return items
}

// InLanguage has the browser ask for pages in a language.
func (c *Client) InLanguage(lang string) *Client {
	c.SetCookie("__Host-lang", lang)
	return c
}

var ticked = regexp.MustCompile(`name="(?:fields|share|tell)" value="([^"]+)"[^>]* checked`)

// Ticks are the boxes that are ticked on a page.
func Ticks(body string) (all []string) {
	for _, m := range ticked.FindAllStringSubmatch(body, -1) {
		all = append(all, m[1])
	}
	return all
}

// StandsAlone fails for a page that runs, asks or leads anywhere.
func StandsAlone(t *testing.T, page string) {
	t.Helper()
	for _, not := range []string{"<script", "<link", "<a ", "<img", "<iframe", "<form", "<object", "src=", "url(", "@import", "http:", "https:", "<em>UHOH", "ZgotmplZ"} {
		if strings.Contains(page, not) {
			t.Errorf("the copy holds %q", not)
		}
	}
	if on := regexp.MustCompile(`<[^>]*\son[a-z]+=`).FindString(page); on != "" {
		t.Errorf("the copy runs something: %s", on)
	}
	if !strings.Contains(page, `content="default-src 'none'; style-src 'unsafe-inline'"`) {
		t.Error("the copy has no policy of its own")
	}
}

// Hostile is a text that would be markup, turn the direction of writing and be a formula.
const Hostile = `"><em>UHOH</em>` + "\u202e=cmd|' /C calc'!A0"

// Inert fails the test if hostile text became markup.
func (b *Client) Inert(got Answer) {
	b.T.Helper()
	if strings.Contains(got.Body, "<em>UHOH") {
		b.T.Fatalf("%s lets hostile text through as markup", got.Path)
	}
}
