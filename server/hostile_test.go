package server_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sportello/referrals/store/storetest"
	"sportello/server"
	"sportello/server/frame"
	"sportello/server/servertest"
)

// hostileInput are things that people and their tools type, paste and send.
var hostileInput = map[string]string{
	"markup":   `"><script>alert(7731)</script><em>UHOH</em>`,
	"template": `{{.FormToken}}</textarea><img src=x onerror=alert(1)>`,
	"right":    "\u202e\u2066gnp.exe\u2069 مرحبا",
	"control":  "\x00\x01\x1b[31m\x7f\r\n\u2028",
	"binary":   "\xff\xfe\x80\xc3\x28",
	"formula":  "=cmd|' /C calc'!A0",
	"path":     "../../../etc/passwd?x=1#y",
	"number":   "-99999999999999999999",
	"long":     strings.Repeat("à", 20_000),
	"quote":    "'; DROP TABLE person; --",
}

// filled is one good form of each route that takes one: who may send it, where,
// and what it holds. Every field is then made hostileInput in turn.
type filled struct {
	pattern, who string
	vars         []string // for the variables of the pattern, in order
	form         url.Values
}

func goodForms(s *servertest.Site, r *servertest.Records) []filled {
	safe := url.Values{"ch_call": {"yes"}, "ch_sms": {"never"}, "number": {"333"}, "mail": {"a@b.c"}, "days0": {"mon"}, "from0": {"09:00"}, "to0": {"10:00"},
		"days1": {"tue"}, "from1": {"09:00"}, "to1": {"10:00"}, "answerer": {"only_she"}, "say": {"x"}, "hide": {"yes"}, "voice": {"no"}, "code_word": {"x"}}
	with := func(extra url.Values) url.Values {
		all := url.Values{}
		for _, m := range []url.Values{safe, extra} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	hours := func(form url.Values) url.Values {
		maps.Copy(form, url.Values{"hours_kind": {"week"}, "day": {"9-13", "9-13", "", "", "", "", ""}, "holidays": {"closed"}, "patron": {"29/6"}, "closed": {"24/12/2026"}})
		return form
	}
	v := func(pairs ...string) url.Values {
		f := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			f.Add(pairs[i], pairs[i+1])
		}
		return f
	}
	ginestra := s.Units[storetest.Ginestra]
	contact := with(v("step", "3", "id", "form-1", "version", "", "go", "open_case", "speaker", "she", "can_talk", "yes", "call_back", "yes", "call_number", "1", "danger", "yes",
		"where", "near", "children", "none", "danger_caller", "she", "danger_when", "x", "accompanied", "yes", "duty_said", "yes", "been_here", "no", "q", "x", "case", "",
		"name", "x", "request", "x", "needs", "listen", "children_count", "1", "children_ages", "1", "given", "numbers.it.read", "outcome", "thinking", "service", "", "visibility", ""))
	back := with(contact)
	back.Set("go", "search")
	forward := with(contact)
	forward.Set("go", "next")
	forward.Set("step", "1")
	share := v("step", "2", "go", "next", "version", "1", "fields", "alias", "shown", "alias:1:AAAA", "keep_copy", "yes", "heard", "yes", "given", "interpreter", "interpreter", "x",
		"feedback", "more", "until", "day", "until_day", "2026-12-01", "urgency", "today", "text_lang", "it")
	return []filled{
		{"/entra", "", nil, v("username", "anna", "passphrase", "x")},
		{"/entra/codice", "", nil, v("code", "123456")},
		{"/entra/recupero", "", nil, v("recovery", "x")},
		{"/invito", "", nil, v("invitation", "x")},
		{"/invito/frase", "", nil, v("words", "x", "choice", "own", "own", "x", "again", "x")},
		{"/invito/fattore", "", nil, v("code", "123456")},
		{"/invito/codici", "", nil, v("kept", "yes")},
		{"/lingua", "anna", nil, v("lang", "it", "from", "/agenda")},
		{"/riprendi", "anna", nil, v("passphrase", "x")},
		{"/bozza", "anna", nil, v("late", "x", "go", "use", "from", "/bozza")},
		{"/credenziali/sessioni", "anna", nil, v("session", "x")},
		{"/credenziali/fattore", "anna", nil, v("passphrase", "", "code", "", "from", "/credenziali")},
		{"/credenziali/fattore/nuovo", "anna", nil, v("code", "123456")},
		{"/credenziali/codici", "anna", nil, v("kept", "", "passphrase", "", "code", "")},
		{"/credenziali/frase", "anna", nil, v("words", "x", "choice", "words", "own", "", "again", "x", "current", "x", "code", "123456", "suspected", "yes")},
		{"/credenziali/chiave-centro", "bruna", nil, v("recipient", "x", "version", "1", "go", "x", "passphrase", "", "code", "")},
		{"/credenziali/dichiarazioni", "anna", nil, v("id", "form-1", "declared_name", "x", "declared_surname", "Rossi", "declared_phone", "333 7654321")},
		{"/credenziali/dichiarazioni/{id}/togli", "anna", []string{r.Declared}, v("x", "x")},
		{"/ammissioni/fonda", "anna", nil, v("recovery", "x", "same", "yes")},
		{"/ammissioni/recupero", "anna", nil, v("recipient", "x", "heard", "a b c d")},
		{"/ammissioni/recupero/conferma", "anna", nil, v("heard", "a b c d")},
		{"/ammissioni/recupero/accetta", "anna", nil, v("heard", "a b c d")},
		{"/ammissioni/recupero/togli", "anna", nil, v("passphrase", "", "code", "")},
		{"/recuperi/{unit}", "anna", []string{ginestra}, v("x", "x")},
		{"/ammissioni/{person}", "anna", []string{s.People["lucia"].ID}, v("words", "a b c d", "same", "yes")},
		{"/ammissioni/{person}/togli", "anna", []string{s.People["lucia"].ID}, v("cause", "no")},
		{"/ammissioni/{person}/togli/da-sola", "anna", []string{s.People["lucia"].ID}, v("passphrase", "", "code", "")},
		{"/ammissioni/{person}/togli/ferma", "anna", []string{s.People["lucia"].ID}, v("x", "x")},
		{"/ammissioni/{person}/sblocca", "anna", []string{s.People["lucia"].ID}, v("passphrase", "", "code", "")},
		{"/recuperi/{unit}", "clara", []string{s.Units[storetest.TownDesk]}, v("from", "/registro")},
		{"/ammissioni/mie-parole", "anna", nil, v("passphrase", "x")},
		{"/ammissioni/{person}/responsabile", "anna", []string{s.People["lucia"].ID}, v("words", "a b c d", "same", "yes")},
		{"/avvisi", "lucia", nil, v("notice", "x", "from", "/agenda")},
		{"/colleghi", "anna", nil, v("known", "x")},
		{"/centri/{unit}", "anna", []string{ginestra}, v("words", "a b c d", "number", "x", "same", "no")},
		{"/enti/nuovo", "dario", nil, v("name", "x", "kind", "operator", "responsibility", "processor", "ends", "2027-01-01", "version", "")},
		{"/enti/{agency}", "dario", []string{s.Agency}, v("ends", "2027-01-01", "version", "1")},
		{"/enti/{agency}/accordo", "dario", []string{s.Agency}, v("kind", "union", "day", "2026-11-01", "ref", "PG 1", "version", "1")},
		{"/enti/{agency}/incarichi/nuovo", "dario", []string{s.Agency}, v("controller", "x", "towns", "Roma", "protocol", "1", "ends", "2027-01-01", "also", "yes", "version", "")},
		{"/enti/{agency}/incarichi/{mandate}", "dario", []string{s.Agency, r.Mandate}, v("controller", "x", "towns", "Roma", "protocol", "1", "ends", "2027-01-01", "also", "yes", "version", "1")},
		{"/unita/{unit}/territorio", "dario", []string{s.Units[storetest.TownDesk]}, v("towns", "Roma", "version", "1")},
		{"/numeri/nuovo", "dario", nil, hours(v("name", "x", "phone", "333 000 0000", "note", "x", "tried", "2026-11-20", "again", "3330000000", "starts", "", "version", "0"))},
		{"/numeri/reperibilita", "dario", nil, hours(v("name", "x", "phone", "333 000 0000", "note", "x", "tried", "2026-11-20", "again", "3330000000", "starts", "", "until", "", "unit", "", "version", "0"))},
		{"/numeri/{entry}", "dario", []string{r.Number}, hours(v("name", "x", "phone", "333 000 0000", "note", "x", "tried", "2026-11-20", "again", "3330000000", "starts", "", "version", "1"))},
		{"/orari/{unit}", "dario", []string{s.Units[storetest.TownDesk]}, hours(v("starts", "", "version", "0"))},
		{"/doveri/nuovo", "dario", nil, v("what", "x", "to_whom", "x", "starts", "", "version", "0")},
		{"/doveri/{entry}", "dario", []string{r.Duty}, v("what", "x", "to_whom", "x", "starts", "", "version", "1")},
		{"/unita/nuova", "dario", nil, v("agency", s.Agency, "name", "x", "kind", "desk")},
		{"/unita/{unit}/elenco", "bruna", []string{ginestra}, v("version", "1", "area", "x", "town", "Roma", "town_pick", "x", "hours", "x", "phone", "1", "cost", "free", "needs", "bed", "languages", "it")},
		{"/personale/invita", "dario", nil, v("username", "nuova", "office", "intake_worker", "unit", s.Units[storetest.TownDesk], "language", "it")},
		{"/personale/reinvita", "dario", nil, v("person", "x")},
		{"/personale/inviti/ritira", "dario", nil, v("invitation", "x")},
		{"/personale/sospendi", "dario", nil, v("person", "x")},
		{"/personale/riammetti", "dario", nil, v("person", "x")},
		{"/personale/sblocca", "dario", nil, v("person", "x", "passphrase", "", "code", "")},
		{"/registro", "clara", nil, v("acts", "case.open", "record", "x", "unit", "x", "from_day", "2026-11-01", "to_day", "2026-11-30", "at", "5")},
		{"/registro", "clara", nil, v("her_code", "ACDE-FGHJ", "acts", "read", "for_her", "yes")},
		{"/registro/{index}/chi", "clara", []string{"9"}, v("reason", "x", "passphrase", "", "code", "")},
		{"/registro/esporta", "clara", nil, v("passphrase", "", "code", "")},
		{"/registro/verifica", "clara", nil, v("from", "/registro")},
		{"/contatti/nuovo", "anna", nil, contact},
		{"/contatti/nuovo", "anna", nil, back},
		{"/contatti/nuovo", "anna", nil, forward},
		{"/cerca", "anna", nil, v("q", "x")},
		{"/compiti/{id}/prendi", "sofia", []string{r.Task}, v("from", "/agenda")},
		{"/compiti/{id}/affida", "sofia", []string{r.Task}, v("colleague", "x", "version", "1")},
		{"/compiti/{id}/revoca", "anna", []string{r.Task}, v("recognised", "x")},
		{"/compiti/{id}", "sofia", []string{r.Task}, v("note", "x", "go", "x", "version", "1")},
		{"/schede/{id}/diario/nuova", "anna", []string{r.File}, v("form", "x", "kind", "listening", "text", "x", "version", "1")},
		{"/schede/{id}/fogli/{sheet}", "anna", []string{r.File, "NESSUNO"}, v("form", "x", "go", "read")}, // what it holds is tried in its room
		{"/schede/{id}/diario/{note}/correggi", "anna", []string{r.File, r.Note}, v("kind", "listening", "text", "x", "version", "1")},
		{"/schede/{id}/diario/{note}/sposta", "anna", []string{r.File, r.Note}, v("to", "x", "why", "x", "version", "1")},
		{"/schede/{id}/persona", "anna", []string{r.File}, v("alias", servertest.SecretWord, "name", "x", "surname", "x", "born", "x", "language", "it", "mediator", "yes", "town", "x", "town_pick", "x",
			"children_note", "x", "needs", "listen", "version", "1", "keep", "mine")},
		{"/schede/{id}/persona/dimentica", "anna", []string{r.File}, v("version", "x")},
		{"/schede/{id}/muri/{wall}", "anna", []string{r.File, r.Note}, v("passphrase", "", "code", "")},
		{"/schede/{id}/muri/{wall}/ferma", "anna", []string{r.File, r.Note}, v("from", "/agenda")},
		{"/schede/{id}/tentativi", "anna", []string{r.File}, v("form", "x", "channel", "call", "outcome", "no_answer", "note", "x")},
		{"/schede/{id}/richiamo", "anna", []string{r.File}, v("recall", "2026-11-30", "recall_from", "10:00", "recall_to", "11:00", "version", "1", "go", "set")},
		{"/schede/{id}/contatto-sicuro", "anna", []string{r.File}, with(v("recognised", "in_person", "version", "1", "tell", "x"))},
		{"/schede/{id}/contatto-sicuro/novita", "anna", []string{r.File}, v("version", "1", "tell", "x", "passphrase", "", "code", "")},
		{"/schede/{id}/centro", "anna", []string{r.File}, v("need", "bed", "area", "x", "near", "Roma", "away", "Milano", "near_pick", "x", "away_pick", "x")},
		{"/schede/{id}/centri/{centre}", "anna", []string{r.File, ginestra}, v("form", "x", "way", "she_calls", "chose", "yes")},
		{"/schede/{id}/centri/{centre}", "anna", []string{r.File, ginestra}, v("way", "we_send", "chose", "yes")},
		{"/schede/{id}/centri/{centre}/invio", "anna", []string{r.File, ginestra}, share},
		{"/autorizzazioni/{id}/invia", "anna", []string{r.Unsent}, v("from", "/agenda", "passphrase", "", "code", "")},
		{"/autorizzazioni/{id}/conferma", "anna", []string{r.Unsent}, v("checked", "she_said", "passphrase", "", "code", "", "from", "/agenda")},
		{"/autorizzazioni/{id}/revoca", "lucia", []string{r.Of["restricted"].Unsent}, v("recognised", "x", "version", "1")},
		{"/invii/{id}/messaggi", "anna", []string{r.Sent}, v("form", "x", "text", "x", "version", "1")},
		{"/invii/{id}/appuntamento", "anna", []string{r.Sent}, v("form", "x", "answer", "yes", "version", "1")},
		{"/invii/{id}/conferma", "anna", []string{r.Shut}, v("checked", "she_said", "passphrase", "", "code", "", "from", "/agenda")},
		{"/invii/{id}/revoca", "anna", []string{r.Withdrawn}, v("recognised", "x", "version", "1")},
		{"/arrivi/{id}/messaggi", "bruna", []string{r.Sent}, v("form", "x", "kind", "message", "text", "x", "version", "1")},
		{"/arrivi/{id}/appuntamento", "bruna", []string{r.Sent}, v("form", "x", "day", "2026-11-30", "hour", "10:00", "place", "x", "version", "1")},
		{"/arrivi/{id}/non-accogli", "bruna", []string{r.Sent}, v("reason", "x", "version", "1")},
		{"/arrivi/{id}/accogli", "bruna", []string{r.Sent}, v("version", "x")},
		{"/arrivi/{id}/avviso", "bruna", []string{r.Withdrawn}, v("done", "x", "version", "1")},
		{"/arrivi/{id}/copia", "bruna", []string{r.Sent}, v("recipient", "x", "which", "other", "version", "1")},
		{"/copri", "sofia", nil, v("from", "/agenda", "text", "x")},
		{"/esci", "sofia", nil, v("from", "/agenda")},
	}
}

// formsOfTheTable are the forms that no line above names: for somebody to whom
// testdata/routes.txt gives them, with the values that the tags of the form say.
func formsOfTheTable(s *servertest.Site, t *testing.T, r *servertest.Records, people map[string]*servertest.Client) (all []filled) {
	t.Helper()
	named := map[string]bool{}
	for _, f := range goodForms(s, r) {
		named[f.pattern] = true
	}
	ids := relations(s, r)
	for _, a := range readRoutes(t) {
		for i, who := range askers {
			if a.method != http.MethodPost || named[a.pattern] || people[who] == nil || a.want[i] == http.StatusNotFound || slices.Contains(a.relation, "absent") {
				continue
			}
			f := filled{pattern: a.pattern, who: who, form: url.Values{}}
			for _, word := range a.relation {
				f.vars = append(f.vars, ids[word])
			}
			named[a.pattern], all = true, append(all, f)
		}
	}
	return all
}

var anyVariable = regexp.MustCompile(`\{[a-z]+\}`)

func (f filled) path() string {
	i := -1
	return anyVariable.ReplaceAllStringFunc(f.pattern, func(string) string { i++; return f.vars[i] })
}

// TestHostileInput posts to every route, in every field, what nobody should:
// never a 500, never markup that runs, nothing of it in the server's log.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	s.Tick = 0
	r := s.Fill(t)
	people := map[string]*servertest.Client{"": s.Client(t)}
	for _, name := range []string{"anna", "lucia", "bruna", "clara", "dario", "sofia"} {
		people[name] = s.Inside(t, name)
	}
	seen, forms := map[string]bool{}, map[string]reflect.Type{}
	for _, route := range server.Routes() {
		if route.Method == http.MethodPost {
			forms[route.Pattern] = route.Form
		}
	}
	for _, f := range append(goodForms(s, r), formsOfTheTable(s, t, r, people)...) {
		seen[f.pattern] = true
		c, good := people[f.who], f.form
		if forms[f.pattern] == nil {
			t.Fatalf("no form is sent to %s", f.pattern)
		}
		inputs := frame.Inputs(forms[f.pattern])
		for name, in := range inputs {
			if !good.Has(name) {
				good.Set(name, append(frame.Words(in.Words), "x")[0])
			}
		}
		all := url.Values{}
		for name := range good {
			for kind, bad := range hostileInput {
				if secret(name) && kind != "binary" { // each costs a passphrase stretched
					continue
				}
				form := url.Values{}
				for k, v := range good {
					form[k] = v
				}
				form.Set(name, bad)
				a := c.Send(f.path(), form)
				unhurt(s, t, a, f.pattern, name, kind)
				if to := a.Header.Get("Location"); f.who != "" && (to == "/entra" || to == "/riprendi") && !ends[f.pattern] {
					t.Fatalf("POST %s: %s is not signed in any more: %q", f.pattern, f.who, to)
				}
				if ends[f.pattern] && f.who != "" {
					people[f.who] = s.Inside(t, f.who)
					c = people[f.who]
				}
			}
			all.Set(name, hostileInput["markup"])
			if secret(name) {
				all.Del(name)
			}
		}
		held(s, t, c, f, inputs)
		unhurt(s, t, c.Send(f.path(), all), f.pattern, "every field", "markup")
		unhurt(s, t, c.Send(f.path(), url.Values{}), f.pattern, "no field", "nothing")
		bounded(s, t, c, f)
	}
	for _, route := range server.Routes() {
		if route.Method == http.MethodPost && !seen[route.Pattern] {
			t.Errorf("POST %s has no form here", route.Pattern)
		}
	}
	s.Quiet(t)
}

// held sends what no page of ours can: a code that is none, and more than a field
// takes. Neither is kept.
func held(s *servertest.Site, t *testing.T, c *servertest.Client, f filled, inputs map[string]frame.Input) {
	t.Helper()
	for name, in := range inputs {
		form := maps.Clone(f.form)
		switch {
		case in.Words != "":
			form.Set(name, "no_such_code")
		case in.Max > 0 && !secret(name):
			form.Set(name, strings.Repeat("€", max(8_000, in.Max)))
		default:
			continue
		}
		if a := c.Send(f.path(), form); a.Status == http.StatusSeeOther && strings.Contains(strings.Join(a.Header.Values("Set-Cookie"), " "), "__Host-flash=") {
			t.Errorf("POST %s takes %s with what no page can send", f.pattern, name)
		}
	}
}

// ends are the routes after which she signs in again.
var ends = map[string]bool{"/esci": true, "/copri": true}

func secret(name string) bool {
	return name == "passphrase" || name == "current" || name == "recovery" || name == "own" || name == "invitation"
}

// unhurt fails when an answer is a 500, runs what was sent, or lacks the headers.
func unhurt(s *servertest.Site, t *testing.T, a servertest.Answer, pattern, field, kind string) {
	t.Helper()
	where := fmt.Sprintf("POST %s with %s in %s", pattern, kind, field)
	if a.Status >= 500 || a.Status == 200 && a.Body == "" {
		t.Errorf("%s: status %d, %d bytes\n%s", where, a.Status, len(a.Body), s.Log)
	}
	for _, bad := range []string{"<script>alert", "<em>UHOH", "<img src=x", "onerror=alert(1)>"} {
		if strings.Contains(a.Body, bad) {
			t.Errorf("%s: the page holds %q", where, bad)
		}
	}
	if a.Header.Get("Content-Security-Policy") == "" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: headers are missing", where)
	}
	if location := a.Header.Get("Location"); location != "" && (!strings.HasPrefix(location, "/") || strings.HasPrefix(location, "//")) {
		t.Errorf("%s: leads away to %q", where, location)
	}
}

// bounded sends what is too much: a body over the limit, too many fields.
func bounded(s *servertest.Site, t *testing.T, c *servertest.Client, f filled) {
	t.Helper()
	huge := url.Values{}
	if len(f.form) == 0 {
		huge.Set("x", strings.Repeat("x", 600<<10))
	}
	for name := range f.form {
		huge.Set(name, strings.Repeat("x", 600<<10))
		break
	}
	if a := c.Send(f.path(), huge); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("POST %s with 600 kB: status %d", f.pattern, a.Status)
	}
	many := url.Values{}
	for i := range 500 {
		many.Set(fmt.Sprint("x", i), "y")
	}
	if a := c.Send(f.path(), many); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("POST %s with 500 fields: status %d", f.pattern, a.Status)
	}
}

// TestErrorsSayNothingPersonal: what goes wrong is told without a word of hers,
// on the page and in the log.
func TestErrorsSayNothingPersonal(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	vera := s.Inside(t, "vera")
	for _, path := range []string{"/schede/" + r.File, "/schede/" + r.File + "/persona", "/invii/" + r.Sent, "/autorizzazioni/" + r.Unsent,
		"/contatti/" + r.Contact, "/arrivi/" + r.Sent, "/compiti/" + r.Task} {
		if a := vera.Get(path); a.Status != http.StatusNotFound || strings.Contains(a.Body, servertest.SecretWord) {
			t.Errorf("%s: status %d", path, a.Status)
		}
	}
	anna := s.Inside(t, "anna")
	form := url.Values{"text": {servertest.SecretWord}, "token": {"an old one"}}
	if a := vera.Send("/schede/"+r.File+"/diario/nuova", url.Values{"text": {"x"}}); a.Status != http.StatusNotFound {
		t.Errorf("a note in another unit's file: status %d", a.Status)
	}
	if a := vera.Send("/invii/"+r.Withdrawn+"/messaggi", url.Values{"text": {servertest.SecretWord}}); a.Status != http.StatusNotFound || strings.Contains(a.Body, servertest.SecretWord) {
		t.Errorf("a message about what was taken back from another unit: status %d", a.Status)
	}
	// Her own words come back to her who typed them, and to nobody else.
	if a := anna.Send("/invii/"+r.Withdrawn+"/messaggi", url.Values{"text": {servertest.SecretWord}}); a.Status != http.StatusConflict || !strings.Contains(a.Body, servertest.SecretWord) {
		t.Errorf("a message about what was taken back: status %d", a.Status)
	}
	// The form of an earlier session is given back to her who typed it.
	a := anna.Send("/schede/"+r.File+"/diario/nuova", form)
	if a.Status != http.StatusForbidden || !strings.Contains(a.Body, servertest.SecretWord) || a.Header.Get("Sportello-Receipt") != "" {
		t.Errorf("a form of an earlier session: status %d", a.Status)
	}
	if a := s.Client(t).Send("/entra", url.Values{"username": {"anna"}, "passphrase": {"x"}, "token": {"an old one"}}); a.Status != http.StatusForbidden {
		t.Errorf("a sign-in form of another browser: status %d", a.Status)
	}
	if strings.Contains(s.Log.String(), servertest.SecretWord) {
		t.Error("the server's log holds what was typed")
	}
	s.Quiet(t)
}

// TestReplayedFormsDoNothingTwice: no double contact, no double referral.
func TestReplayedFormsDoNothingTwice(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	anna := s.Inside(t, "anna")
	form := url.Values{"step": {"3"}, "id": {"the same form"}, "go": {"open_case"}, "speaker": {"she"}, "outcome": {"thinking"}, "name": {"Duplice"}}
	first, second := anna.Send("/contatti/nuovo", form), anna.Send("/contatti/nuovo", form)
	if first.Status != http.StatusSeeOther || second.Status != http.StatusSeeOther || first.Header.Get("Location") != second.Header.Get("Location") {
		t.Errorf("the same contact twice: %d to %q, %d to %q", first.Status, first.Header.Get("Location"), second.Status, second.Header.Get("Location"))
	}
	if found := anna.Send("/cerca", url.Values{"q": {"Duplice"}}).Body; strings.Count(found, `href="/schede/`) != 1 {
		t.Error("the same contact twice made two files")
	}
	if first.Header.Get("Sportello-Receipt") == "" {
		t.Error("a recorded contact has no receipt")
	}
	path := "/autorizzazioni/" + r.Unsent + "/invia"
	send := func() servertest.Answer {
		p := s.People["anna"]
		anna := s.Inside(t, "anna")
		return anna.Send(path, url.Values{"passphrase": {p.Passphrase}, "code": {s.Code(p)}})
	}
	first, second = send(), send()
	if first.Status != http.StatusSeeOther || second.Status != http.StatusSeeOther || first.Header.Get("Location") != second.Header.Get("Location") {
		t.Errorf("the same referral twice: %d, %d", first.Status, second.Status)
	}
	if inbox := s.Inside(t, "bruna").Get("/arrivi").Body; strings.Count(inbox, r.Unsent) != 1 {
		t.Error("the same referral twice is in the inbox twice")
	}
	s.Quiet(t)
}
