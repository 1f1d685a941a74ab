package servertest

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/store/storetest"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// CodeOf is the code that an authenticator with this seed shows, in a new step.
func CodeOf(t testing.TB, w *storetest.World, seed string) string {
	t.Helper()
	w.Clock.Add(30 * time.Second)
	code, err := totp.GenerateCodeCustom(seed, w.Clock.Now(), totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

var seedText = regexp.MustCompile(`<p class="mono">([A-Z2-7 ]+)</p>`)

// Seed is what the enrolment page shows to type by hand.
func (b *Client) Seed() string {
	b.T.Helper()
	m := seedText.FindStringSubmatch(b.Page.Body)
	if m == nil {
		b.T.Fatalf("%s shows no seed:\n%s", b.Page.Path, Main(b.Page.Body))
	}
	if !strings.Contains(b.Page.Body, `src="data:image/png;base64,`) {
		b.T.Fatalf("%s shows no picture of the seed", b.Page.Path)
	}
	return strings.ReplaceAll(m[1], " ", "")
}

// Invited walks through an invitation and returns the account it made. The
// browser then stands on the page after the recovery codes.
func (b *Client) Invited(code, username, own string) *storetest.Account {
	b.T.Helper()
	b.Get("/invito")
	b.Leads(b.Post("/invito", "invitation", code), "/invito/frase")
	b.Status(b.Get("/invito/frase"), http.StatusOK)
	a := &storetest.Account{Username: username, Passphrase: b.Hidden("words")}
	choice := "words"
	if own != "" {
		choice, a.Passphrase = "own", own
	}
	b.Leads(b.Post("/invito/frase", "choice", choice, "own", own, "again", a.Passphrase), "/invito/fattore")
	b.Status(b.Get("/invito/fattore"), http.StatusOK)
	a.Seed = b.Seed()
	b.Status(b.Post("/invito/fattore", "code", CodeOf(b.T, b.Site.World, a.Seed)), http.StatusOK)
	for _, c := range b.List("codes mono") {
		a.Codes = append(a.Codes, crypto.Secret(c))
	}
	if len(a.Codes) != 10 {
		b.T.Fatalf("got %d recovery codes, want 10", len(a.Codes))
	}
	b.Post("/invito/codici", "kept", "yes")
	return a
}

// Invitation has the console enter a person and returns the code of her invitation.
func (s *Site) Invitation(username string, role policies.Role, unit string) string {
	s.T.Helper()
	_, code, _, err := s.Office.CreatePerson(s.T.Context(), acts.ConsoleCaller(), office.NewPerson{Username: username, Role: role,
		Agency: s.Agency, Unit: s.Units[unit], Language: "it"})
	if err != nil {
		s.T.Fatal(err)
	}
	return string(code)
}

// Recovering is a browser past the passphrase, on the page for a recovery code.
func (s *Site) Recovering(a *storetest.Account) *Client {
	s.T.Helper()
	b := s.Client(s.T)
	b.Get("/entra")
	b.Post("/entra", "username", a.Username, "passphrase", a.Passphrase)
	b.Status(b.Get("/entra/recupero"), http.StatusOK)
	return b
}

// StepUpAs is stepUp of somebody outside the cast.
func (b *Client) StepUpAs(a *storetest.Account, path string, list ...string) Answer {
	b.T.Helper()
	asked := b.Post(path, list...)
	b.Says(asked, "Conferma con frase e codice")
	return b.confirm(asked, path, a)
}

// JoinDesk adds somebody to the desk, admitted by Anna.
func (s *Site) JoinDesk(name string) *storetest.Account {
	s.T.Helper()
	s.Join("desk", name, policies.IntakeWorker, "anna")
	return s.People[name]
}

// Inside is a person of the town with a session, by the Door.
func (s *Site) Inside(t testing.TB, name string) *Client {
	t.Helper()
	c := s.Client(t)
	in := s.Entered(t, name)
	c.Name, c.Who, c.Cookie = name, in.Caller, in.Cookie
	c.SetCookie("__Host-session", c.Cookie)
	return c
}

// Entered signs a person in, each time at another desk: the throttle counts by
// address.
func (s *Site) Entered(t testing.TB, name string) *accounts.SignedIn {
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
	if err := s.Desk.Cases.AdoptNamed(context.Background(), in.Caller); err != nil { // as the page of the code does
		t.Fatalf("keeping what came to %s: %v", name, err)
	}
	return in
}

// Enter signs an account in up to the page after the code.
func (b *Client) Enter(a *storetest.Account) Answer {
	b.T.Helper()
	b.Get("/entra")
	if got := b.Post("/entra", "username", a.Username, "passphrase", a.Passphrase); got.Leads != "/entra/codice" {
		b.T.Fatalf("the passphrase of %s leads to %q (%d)", a.Username, got.Leads, got.Status)
	}
	b.Get("/entra/codice")
	return b.Post("/entra/codice", "code", b.Site.Code(a))
}

// SignedIn is the browser of somebody of the cast, signed in.
func (s *Site) SignedIn(name string) *Client {
	s.T.Helper()
	b := s.Client(s.T)
	b.Name = name
	b.Enter(s.People[name])
	if b.Follow(); b.Page.Status != http.StatusOK {
		s.T.Fatalf("signing in %s: %d", name, b.Page.Status)
	}
	return b
}

// Caller is who the session that the browser has now belongs to, with what it opens.
func (b *Client) Caller() acts.Caller {
	b.T.Helper()
	who, err := b.Site.Door.Caller(b.T.Context(), b.CookieNow())
	if err != nil {
		b.T.Fatalf("%s has no session: %v", b.Name, err)
	}
	return who
}

// confirm sends what the page that asks for passphrase and code carries, with both, as a
// browser does.
func (b *Client) confirm(asked Answer, path string, a *storetest.Account) Answer {
	b.T.Helper()
	_, form, ok := strings.Cut(asked.Body, ` action="`+html.EscapeString(path)+`" id="f"`)
	if !ok {
		b.T.Fatalf("%s asks for passphrase and code for another address:\n%s", path, Main(asked.Body))
	}
	form, _, _ = strings.Cut(form, "</form>")
	values := url.Values{"passphrase": {a.Passphrase}, "code": {b.Site.Code(a)}}
	for _, m := range hiddenField.FindAllStringSubmatch(form, -1) {
		values.Add(m[1], html.UnescapeString(m[2]))
	}
	return b.Send(path, values)
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// StepUp posts a form, and passphrase and code on the page that asks for them.
func (b *Client) StepUp(name, path string, list ...string) Answer {
	b.T.Helper()
	asked := b.Post(path, list...)
	if !asked.AsksStepUp() {
		b.T.Fatalf("%s (%d, leads to %q) does not ask for passphrase and code:\n%s", path, asked.Status, asked.Leads, Main(asked.Body))
	}
	a := b.Site.People[name]
	done := b.confirm(asked, path, a)
	if b.Cookie != "" { // who came in by the Door goes on with the session that the page gave her
		b.Cookie, b.Token = "", ""
		if m := tokenField.FindStringSubmatch(done.Body); m != nil {
			b.Token = html.UnescapeString(m[1])
		}
	}
	return done
}

// Lock tries ten wrong codes after the right passphrase.
func (s *Site) Lock(name string) {
	s.T.Helper()
	a := s.People[name]
	for range 10 {
		s.Clock.Add(10 * time.Minute)
		b := s.Client(s.T)
		b.Get("/entra")
		b.Post("/entra", "username", a.Username, "passphrase", a.Passphrase)
		b.Get("/entra/codice")
		b.Status(b.Post("/entra/codice", "code", "000000"), http.StatusUnauthorized)
	}
}

// Administrator is a fictional administrator, signed in.
func (s *Site) Administrator() *Client {
	s.T.Helper()
	s.Invite("dario", policies.Administrator, "")
	return s.SignedIn("dario")
}
