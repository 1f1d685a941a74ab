package server_test

import (
	"bufio"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/auditlog"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/server"
	"sportello/server/servertest"
)

// asked is one line of testdata/routes.txt.
type asked struct {
	line            int
	method, pattern string
	relation        []string
	want            []int
}

var askers = []string{"anna", "lucia", "vera", "sofia", "bruna", "carla", "clara", "dario", "elena", "nobody", "greta", "sara"}

func readRoutes(t *testing.T) []asked {
	t.Helper()
	f, err := os.Open("testdata/routes.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []asked
	for n, in := 1, bufio.NewScanner(f); in.Scan(); n++ {
		text := strings.TrimSpace(in.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		parts := strings.Split(text, "|")
		if len(parts) != 3 {
			t.Fatalf("line %d has %d parts", n, len(parts))
		}
		route := strings.Fields(parts[0])
		a := asked{line: n, method: route[0], pattern: route[1], relation: strings.Fields(parts[1])}
		for _, w := range strings.Fields(parts[2]) {
			status, err := strconv.Atoi(w)
			if err != nil {
				t.Fatalf("line %d: %v", n, err)
			}
			a.want = append(a.want, status)
		}
		if len(a.want) != len(askers) {
			t.Fatalf("line %d has %d columns, want %d", n, len(a.want), len(askers))
		}
		all = append(all, a)
	}
	return all
}

// TestEveryRouteForEverybody holds every address to the table, and what is
// denied to what is absent: the same bytes and the same headers.
func TestEveryRouteForEverybody(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	s.Tick = 0
	for _, name := range []string{"greta", "sara"} {
		s.Join(storetest.TownDesk, name, policies.IntakeWorker, "lucia")
		for _, colleague := range []string{"anna", "lucia"} {
			s.Receipt(t)(s.House.Confirm(t.Context(), s.Caller(colleague), s.People[name].ID))
		}
	}
	elena := s.Invite("elena", policies.IntakeWorker, storetest.TownDesk)
	r := s.Fill(t)
	expire(s, t, r)
	ids := relations(s, r)
	ids["waiting"] = elena.ID
	people := map[string]*servertest.Client{}
	for _, name := range askers {
		people[name] = asker(s, t, name)
	}
	if err := s.Door.Cover(t.Context(), people["greta"].Who); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Door.Suspend(t.Context(), acts.ConsoleCaller(), s.People["sara"].ID); err != nil {
		t.Fatal(err)
	}
	listed, leaves := map[string]bool{}, map[string]int64{}
	for _, a := range readRoutes(t) {
		listed[a.method+" "+a.pattern] = true
		for i, name := range askers {
			c := people[name]
			path := a.path(t, ids)
			before := s.Store.Log().Size()
			got := ask(c, a.method, path)
			if a.method == http.MethodGet && got.Status == http.StatusOK {
				leaves[a.pattern] = max(leaves[a.pattern], s.Store.Log().Size()-before)
			}
			if got.Status != a.want[i] {
				t.Errorf("line %d: %s %s of %v by %s: status %d, want %d", a.line, a.method, a.pattern, a.relation, name, got.Status, a.want[i])
			}
			if got.Status == http.StatusNotFound || shutOut[name] && strings.Contains(a.pattern, "{") {
				sameAsAbsent(c, a, path, got)
			}
			c.SetCookie("__Host-flash", "") // what was just done is said on the next page: not here
			if a.pattern == "/uscita" || a.pattern == "/esci" || a.pattern == "/copri" || a.pattern == "/attesa" {
				if shutOut[name] {
					continue // she cannot sign in, or would not be covered any more
				}
				people[name] = asker(s, t, name)
			}
		}
	}
	for _, route := range server.Routes() {
		if !listed[route.Method+" "+route.Pattern] {
			t.Errorf("%s %s is not in the table", route.Method, route.Pattern)
		}
	}
	for pattern, want := range leavesOf(t) {
		if leaves[pattern] > want {
			t.Errorf("%s writes %d leaves, want at most %d", pattern, leaves[pattern], want)
		}
	}
	s.Quiet(t)
}

// relations are the ids behind the words of testdata/routes.txt.
func relations(s *servertest.Site, r *servertest.Records) map[string]string {
	ids := map[string]string{"own": r.File, "closed": r.Closed, "restricted": r.Restricted, "walled": r.Walled, "other-desk": r.Vera,
		"note": r.Note, "other-note": r.VeraNote, "ginestra": s.Units[storetest.Ginestra], "unsent": r.Unsent, "sent": r.Sent, "withdrawn": r.Withdrawn,
		"declined": r.Declined, "shut": r.Shut, "declared": r.Declared, "expired": r.Expired, "contact": r.Contact, "report": r.Report, "task": r.Task, "lucia": s.People["lucia"].ID,
		"desk-unit": s.Units[storetest.TownDesk], "agency": s.Agency, "mandate": r.Mandate, "number": r.Number, "duty": r.Duty, "first": "1",
		"begun": strings.Repeat("A", 26), "sheet": "centre", "for-near": "near_her", "italian": "it", "a4": "carta", "card": "biglietto"}
	page, _, err := s.Desk.AuditLog.Read(s.T.Context(), s.Caller("clara"), auditlog.Filter{Action: "contact.close", Unit: s.Units[storetest.TownDesk]})
	if err != nil || len(page.Entries) == 0 {
		s.T.Fatalf("an entry of anna's: %v", err)
	}
	ids["entry"] = strconv.FormatInt(page.Entries[0].Index, 10)
	for name, o := range r.Of {
		ids["contact-"+name], ids["note-"+name], ids["report-"+name], ids["unsent-"+name], ids["sent-"+name] = o.Contact, o.Note, o.Report, o.Unsent, o.Sent
	}
	return ids
}

func asker(s *servertest.Site, t *testing.T, name string) *servertest.Client {
	t.Helper()
	if name == "nobody" {
		return s.Client(t)
	}
	return s.Inside(t, name)
}

// shutOut are those who are led away from everything, whether it is there or not.
var shutOut = map[string]bool{"greta": true, "sara": true}

// expire adds a referral whose authorisation has ended since.
func expire(s *servertest.Site, t *testing.T, r *servertest.Records) {
	t.Helper()
	ctx, anna := t.Context(), s.Caller("anna")
	id, _, err := s.Desk.Sharing.GiveConsent(ctx, anna, r.File, sharing.Authorisation{Centre: s.Units[storetest.Ginestra], Purpose: "shelter", Fields: []string{"alias"},
		Feedback: "state", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today", Until: s.Clock.Now().AddDate(0, 0, 1).Format("2006-01-02")})
	if err != nil {
		t.Fatal(err)
	}
	if r.Expired, _, err = s.Desk.Sharing.SendReferral(ctx, s.StepUp("anna", policies.ReferralSend, id), id); err != nil {
		t.Fatal(err)
	}
	s.Clock.Add(72 * 3600e9)
}

// path puts what the relation names into the pattern.
func (a asked) path(t *testing.T, ids map[string]string) string {
	t.Helper()
	i := -1
	return anyVariable.ReplaceAllStringFunc(a.pattern, func(v string) string {
		if i++; i >= len(a.relation) {
			t.Fatalf("line %d: nothing for %s", a.line, v)
		}
		if a.relation[i] == "absent" {
			return absent(v)
		}
		id, ok := ids[a.relation[i]]
		if !ok {
			t.Fatalf("line %d: who is %q?", a.line, a.relation[i])
		}
		return id
	})
}

// absent is the name of what was never there.
func absent(variable string) string {
	if variable == "{index}" {
		return "99999999"
	}
	return crypto.NewID()
}

func ask(c *servertest.Client, method, path string) servertest.Answer {
	c.T.Helper()
	c.From = servertest.Elsewhere() // what the table tries is not to be the tries of one source
	if shutOut[c.Name] {
		c.SetCookie("__Host-session", c.Cookie) // she goes on with the one she has
	}
	if method == http.MethodGet {
		return c.Get(path)
	}
	form := url.Values{}
	if path == "/entra" {
		form.Set("username", c.From) // nor of one name
	}
	return c.Send(path, form)
}

// sameAsAbsent compares a refusal with the answer to what is not there.
func sameAsAbsent(c *servertest.Client, a asked, path string, got servertest.Answer) {
	c.T.Helper()
	other := "/nessuna-pagina"
	if strings.Contains(a.pattern, "{") {
		other = anyVariable.ReplaceAllStringFunc(a.pattern, absent)
		// What she may open on the way to what she may not has a receipt.
		if got.Header.Get("Sportello-Receipt") != "" && strings.HasPrefix(path, "/schede/") {
			head, _, _ := strings.Cut(path[len("/schede/"):], "/")
			other = strings.Replace(other, strings.Split(other, "/")[2], head, 1)
		}
	}
	want := ask(c, a.method, other)
	if g, w := plainly(got.Body, path), plainly(want.Body, other); want.Status != got.Status || g != w {
		c.T.Errorf("line %d: %s %s by %s: denied is not absent (status %d, absent %d)\n%s", a.line, a.method, a.pattern, c.Name, got.Status, want.Status, difference(g, w))
	}
	for name := range got.Header {
		if name != "Date" && name != "Sportello-Receipt" && name != "Content-Length" && strings.Join(got.Header[name], ";") != strings.Join(want.Header[name], ";") {
			c.T.Errorf("line %d: header %s tells denied from absent", a.line, name)
		}
	}
	if len(got.Header) != len(want.Header) {
		c.T.Errorf("line %d: denied has %d headers, absent %d", a.line, len(got.Header), len(want.Header))
	}
}

var (
	tokens   = regexp.MustCompile(`(name="token" value=")[^"]*`)
	from     = regexp.MustCompile(`(name="from" value=")[^"]*`)
	aboutOne = regexp.MustCompile(`/[A-Z2-7]{26}|/registro/[0-9A-Z]+/`)
	current  = regexp.MustCompile(` aria-current="(page|true)"`)
)

// plainly takes out of a page what she asked for herself: the address, the menu
// entry it falls under, and the token of her session.
func plainly(body, path string) string {
	body = from.ReplaceAllString(tokens.ReplaceAllString(body, "${1}TOKEN"), "${1}PATH")
	body = current.ReplaceAllString(body, "")
	if !aboutOne.MatchString(path) {
		return body // it is in the menu too
	}
	return strings.ReplaceAll(body, path, "PATH")
}

func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] + "\n" + y[i]
		}
	}
	return "one is longer"
}
