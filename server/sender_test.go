package server_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/referrals"
	"sportello/referrals/store/storetest"
)

// sender is somebody without a browser: she sends what she wants to.
type sender struct {
	t    testing.TB
	s    *site
	http *http.Client
	name string
	who  accounts.Caller

	cookie string // of her session
}

// reply is what came back.
type reply struct {
	status int
	body   string
	header http.Header
}

// stranger has no session.
func (s *site) stranger(t testing.TB) *sender {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &sender{t: t, s: s, http: &http.Client{Jar: jar, Transport: s.HTTP.Client().Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// sender is a person of the town with a session.
func (s *site) sender(t testing.TB, name string) *sender {
	t.Helper()
	c := s.stranger(t)
	in := s.enter(t, name)
	c.name, c.who, c.cookie = name, in.Caller, in.Cookie
	c.setCookie("__Host-session", c.cookie)
	return c
}

var desks atomic.Int64

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

func (c *sender) setCookie(name, value string) {
	u, err := url.Parse(c.s.URL)
	if err != nil {
		c.t.Fatal(err)
	}
	c.http.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: true}})
}

func (c *sender) get(path string) reply {
	c.t.Helper()
	r, err := c.http.Get(c.s.URL + path)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.read(r)
}

func (c *sender) read(r *http.Response) reply {
	c.t.Helper()
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{r.StatusCode, string(body), r.Header}
}

var tokenInPage = regexp.MustCompile(`name="token" value="([^"]+)"`)

// token is one that the service accepts from her.
func (c *sender) token() string {
	c.t.Helper()
	if c.name != "" {
		return c.s.Door.FormToken(c.who)
	}
	m := tokenInPage.FindStringSubmatch(c.get("/entra").body)
	if m == nil {
		c.t.Fatal("the sign-in page has no token")
	}
	return m[1]
}

// post sends a form with a good token.
func (c *sender) post(path string, form url.Values) reply {
	c.t.Helper()
	sent := url.Values{}
	for k, v := range form {
		sent[k] = v
	}
	if !sent.Has("token") {
		sent.Set("token", c.token())
	}
	r, err := c.http.Post(c.s.URL+path, "application/x-www-form-urlencoded", strings.NewReader(sent.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	return c.read(r)
}

// secretWord is in Rosa's file and may be on no page of anybody else.
const secretWord = "Zaffiro7731"

// records are one of everything, in known states.
type records struct {
	file, closed, restricted, walled, vera string // case files; vera's is of another desk
	note, veraNote                         string
	consent, unsent                        string
	sent, withdrawn, expired, declined     string // referrals
	shut                                   string // a referral that a restore shut
	contact, task                          string
	declared                               string // whom anna should not be given

	// Of the cases restricted to lucia, walled off from anna, and of vera's desk.
	of map[string]*ofCase
}

// ofCase is what hangs on one case.
type ofCase struct{ contact, note, unsent, sent string }

// hang gives a case a note, an authorisation and a referral.
func (s *site) hang(t testing.TB, name, caseID, contact string) *ofCase {
	t.Helper()
	ctx, who := context.Background(), s.Caller(name)
	o := &ofCase{contact: contact}
	s.receipt(t)(s.Desk.AddNote(ctx, who, caseID, referrals.NewForm(), "listening", "Una nota"))
	v, _, err := s.Desk.OpenCase(ctx, who, caseID)
	if err != nil {
		t.Fatal(err)
	}
	o.note = v.Notes[0].ID
	for _, to := range []*string{&o.unsent, &o.sent} {
		if *to, _, err = s.Desk.GiveConsent(ctx, who, caseID, referrals.Authorisation{Centre: s.Units[storetest.Ginestra], Purpose: "support", Fields: []string{"alias"},
			Feedback: "more", KeepCopy: true, Way: "spoken", Text: referrals.AuthorisationText, Language: "it", Urgency: "today",
			Until: s.Clock.Now().AddDate(0, 0, 20).Format("2006-01-02")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err = s.Desk.SendReferral(ctx, s.StepUp(name, policies.ReferralSend, o.sent), o.sent); err != nil {
		t.Fatal(err)
	}
	return o
}

// fill makes records through the Desk, as people would.
func (s *site) fill(t testing.TB) *records {
	t.Helper()
	ctx, r := context.Background(), &records{shut: s.shut(t)}
	anna, lucia, vera := s.Caller("anna"), s.Caller("lucia"), s.Caller("vera")
	open := func(who accounts.Caller, alias string, restrict bool) (string, string) {
		out, _, err := s.Desk.RecordContact(ctx, who, referrals.NewContact{Form: alias, OpenCase: true, Restrict: restrict,
			Contact: referrals.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: alias, Request: "Chiede " + secretWord,
				Needs: []string{"listen"}, Safe: referrals.SafeContact{Channels: map[string]string{"call": "yes", "in_person": "yes"}, Number: "333 000 7731",
					CodeWord: "girasole", Hours: []referrals.Hours{{From: "00:00", To: "23:59"}}}}})
		if err != nil {
			t.Fatalf("opening a file: %v", err)
		}
		return out.CaseID, out.ContactID
	}
	r.file, r.contact = open(anna, secretWord, false)
	r.closed, _ = open(anna, "Chiusa", false)
	contacts := map[string]string{}
	r.restricted, contacts["restricted"] = open(lucia, "Riservata", true)
	r.walled, contacts["walled"] = open(lucia, "Nascosta", false)
	r.vera, contacts["other-desk"] = open(vera, "Altrove", false)
	s.Pin("vera", storetest.TownOther, storetest.Ginestra, "bruna")
	r.of = map[string]*ofCase{"restricted": s.hang(t, "lucia", r.restricted, contacts["restricted"]), "walled": s.hang(t, "lucia", r.walled, contacts["walled"]),
		"other-desk": s.hang(t, "vera", r.vera, contacts["other-desk"])}
	must := storetest.Must[string]
	view := func(who accounts.Caller, id string) referrals.CaseView {
		v, _, err := s.Desk.OpenCase(ctx, who, id)
		if err != nil {
			t.Fatalf("opening a file: %v", err)
		}
		return v
	}
	s.receipt(t)(s.Desk.AddNote(ctx, anna, r.file, referrals.NewForm(), "listening", "Nota "+secretWord))
	r.note = view(anna, r.file).Notes[0].ID
	s.receipt(t)(s.Desk.AddNote(ctx, vera, r.vera, referrals.NewForm(), "listening", "Nota altrove"))
	r.veraNote = view(vera, r.vera).Notes[0].ID
	s.receipt(t)(s.Desk.CloseCase(ctx, anna, r.closed, view(anna, r.closed).Version, "no_more_wished", ""))
	w := s.StepUp("lucia", policies.CaseWall, r.walled)
	s.receipt(t)(s.Desk.Wall(ctx, w, r.walled, view(lucia, r.walled).Version, accounts.List("").With(s.People["anna"].ID)))
	give := func(centre string, fields ...string) string {
		id, _, err := s.Desk.GiveConsent(ctx, anna, r.file, referrals.Authorisation{Centre: s.Units[centre], Purpose: "support", Fields: fields,
			Feedback: "more", KeepCopy: true, Way: "spoken", Text: referrals.AuthorisationText, Language: "it", Urgency: "today",
			Until: s.Clock.Now().AddDate(0, 0, 20).Format("2006-01-02")})
		return must(id, err)(t)
	}
	send := func(consent string) string {
		id, _, err := s.Desk.SendReferral(ctx, s.StepUp("anna", policies.ReferralSend, consent), consent)
		return must(id, err)(t)
	}
	r.unsent = give(storetest.Ginestra, "alias")
	r.consent = give(storetest.Ginestra, "alias", "request")
	r.sent = send(r.consent)
	taken := give(storetest.Ginestra, "alias")
	r.withdrawn = send(taken)
	s.receipt(t)(s.Desk.Revoke(ctx, anna, taken, "in_person"))
	r.declined = send(give(storetest.Ginestra, "alias"))
	s.receipt(t)(s.Desk.Decline(ctx, s.Caller("bruna"), r.declined, "neutral"))
	out, _, err := s.Desk.RecordContact(ctx, anna, referrals.NewContact{Form: "task", Service: s.Units[storetest.TownService],
		Contact: referrals.Contact{Speaker: "she", Outcome: "social_service", Alias: "Compito", Request: "Un colloquio"}})
	if err != nil {
		t.Fatal(err)
	}
	r.task = out.TaskID
	s.receipt(t)(s.Desk.Declare(ctx, anna, "declared", referrals.Declared{Name: "Vicina"}))
	mine, _, _, err := s.Desk.MyDeclarations(ctx, anna)
	if err != nil || s.Desk.AdoptNamed(ctx, lucia) != nil {
		t.Fatalf("declaring: %v", err)
	}
	r.declared = mine[0].ID
	return r
}

// shut is a referral of a file of its own that a restore shut. All people are
// lifted again; their sessions have ended.
func (s *site) shut(t testing.TB) string {
	t.Helper()
	ctx, anna := context.Background(), s.Caller("anna")
	out, _, err := s.Desk.RecordContact(ctx, anna, referrals.NewContact{Form: "shut", OpenCase: true,
		Contact: referrals.Contact{Speaker: "she", Outcome: "stay_in_touch", Alias: "Ines"}})
	if err != nil {
		t.Fatalf("opening a file: %v", err)
	}
	consent, _, err := s.Desk.GiveConsent(ctx, anna, out.CaseID, referrals.Authorisation{Centre: s.Units[storetest.Ginestra], Purpose: "support", Fields: []string{"alias"},
		Feedback: "state", Way: "signed", Text: referrals.AuthorisationText, Language: "it", Urgency: "no_hurry"})
	if err != nil {
		t.Fatalf("giving consent: %v", err)
	}
	id, _, err := s.Desk.SendReferral(ctx, s.StepUp("anna", policies.ReferralSend, consent), consent)
	if err != nil {
		t.Fatalf("sending: %v", err)
	}
	if _, _, err := s.Desk.Restore(ctx, accounts.ConsoleCaller(), nil); err != nil {
		t.Fatalf("restoring: %v", err)
	}
	for name, p := range s.People {
		if _, err := s.Door.Lift(ctx, accounts.ConsoleCaller(), p.ID); err != nil {
			t.Fatalf("lifting %s: %v", name, err)
		}
	}
	return id
}

// receipt fails the test when an act was not done.
func (s *site) receipt(t testing.TB) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}
