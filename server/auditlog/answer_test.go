package auditlog_test

import (
	"bytes"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	referrallog "sportello/referrals/auditlog"
	"sportello/referrals/store/storetest"
	"sportello/referrals/walls"
	auditlogpages "sportello/server/auditlog"
	"sportello/server/frame"
	"sportello/server/servertest"
)

// herCode is the code of a case.
func herCode(t *testing.T, s *servertest.Site, name, id string) string {
	t.Helper()
	v, _, err := s.Desk.OpenCase(t.Context(), s.Caller(name), id)
	if err != nil {
		t.Fatal(err)
	}
	return v.Card.Code
}

// TestWhoReadThisCase: from her code it takes one page: she comes in, types it, and
// presses; what was refused stands first, and the hours open beneath.
func TestWhoReadThisCase(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	code := herCode(t, s, "anna", r.File)
	if _, _, err := s.Desk.OpenCase(t.Context(), s.Caller("vera"), r.File); !storetest.Is(err, acts.ErrDenied) {
		t.Fatalf("a file of another desk: %v", err)
	}
	b := s.Inside(t, "clara")
	b.Get("/registro")
	got := b.Status(b.Post("/registro", "her_code", " "+strings.ToLower(strings.ReplaceAll(code, "-", " ")), "acts", "read"), http.StatusOK)
	b.Says(got, "Leggere una scheda", s.People["anna"].ID, "Operatrice di accoglienza, "+storetest.TownDesk, " volt", "in un giorno", "<table", "/chi\"")
	main := servertest.Main(got.Body)
	if refused, read := strings.Index(main, "Rifiutato"), strings.Index(main, s.People["anna"].ID); refused < 0 || refused > read {
		t.Errorf("what was refused stands at %d, anna at %d", refused, read)
	}
	if !regexp.MustCompile(`<th scope="row">[^<]+ [0-9]{2}:[0-9]{2}</th>`).MatchString(main) {
		t.Error("no hour is told")
	}
	_, answer, _ := strings.Cut(main, `id="h-answer"`)
	b.Silent(servertest.Answer{Body: answer}, "anna", "vera") // pseudonyms alone
	if strings.Contains(got.Header.Get("Location"), code) {
		t.Error("the code stands in an address")
	}
	b.Inert(b.Post("/registro", "her_code", servertest.Hostile))
	b.Status(b.Post("/registro", "for_her", "yes"), http.StatusUnprocessableEntity)
	b.Says(b.Page, "serve il codice")
	b.Says(b.Status(b.Post("/registro", "her_code", code, "from_day", "ieri"), http.StatusUnprocessableEntity), code, "Scrivere i giorni per intero")

	// The sheet for her says functions and hours, and nobody's pseudonym or number.
	sheet := b.Status(b.Post("/registro", "her_code", code, "for_her", "yes"), http.StatusOK)
	b.Says(sheet, "Chi ha letto la Sua scheda", "paper-head", "Operatrice di accoglienza", storetest.TownDesk)
	_, paper, _ := strings.Cut(servertest.Main(sheet.Body), `id="h-answer"`) // before it stands the form, with her session's token
	for name, p := range s.People {
		if strings.Contains(paper, p.ID) {
			t.Errorf("the sheet for her names %s by pseudonym", name)
		}
	}
	b.Silent(sheet, "/chi\"")

	// What is taken away by her code holds the entries about her, and no other.
	b.Status(b.StepUp("clara", "/registro/esporta", "her_code", code), http.StatusOK)
	bundle := []byte(b.Page.Body)
	report, err := audit.VerifyBundle(bytes.NewReader(bundle), int64(len(bundle)), s.Public)
	if err != nil || report.Whole || report.Leaves == 0 || report.Leaves > 60 {
		t.Errorf("the bundle holds %d leaves: %v", report.Leaves, err)
	}
}

// formToken and what else differs between any two answers.
var everyTime = regexp.MustCompile(`name="token" value="[^"]*"|[0-9]+ voci?|[0-9]+ [A-Za-z0-9+/]{43}=|value="[A-Z0-9]{4}-[A-Z0-9]{4}"`)

// TestNothingLooksTheSame: a code that nobody has, one that is walled off from her who
// asks and one whose record was erased are answered with the same bytes.
func TestNothingLooksTheSame(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	walled := herCode(t, s, "lucia", r.Walled)
	off := s.StepUp("lucia", policies.CaseWall, r.Walled)
	v, _, err := s.Desk.OpenCase(t.Context(), off, r.Walled)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Desk.Walls.Set(t.Context(), off, r.Walled, v.Version, walls.Change{Off: acts.List(s.People["clara"].ID)}); err != nil {
		t.Fatal(err)
	}
	b := s.Inside(t, "clara")
	b.Get("/registro")
	ask := func(code string) string {
		got := b.Status(b.Post("/registro", "her_code", code), http.StatusOK)
		return everyTime.ReplaceAllString(servertest.Main(got.Body), "")
	}
	unknown := ask("ACDE-FGHJ")
	if !strings.Contains(unknown, "non c’è niente") {
		t.Fatalf("a code that nobody has:\n%s", unknown)
	}
	if got := ask(walled); got != unknown {
		t.Errorf("a walled one differs:\n%s\n%s", got, unknown)
	}
	if got := ask(herCode(t, s, "anna", r.File)); got == unknown {
		t.Error("one that is there is not found: this proves nothing")
	}
}

// TestWhoStandsBehindOneEntry: with the agreement, a reason and the step-up the name is
// shown once; without the agreement it says what to do.
func TestWhoStandsBehindOneEntry(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	b := s.Inside(t, "clara")
	b.Get("/registro")
	b.Post("/registro", "her_code", herCode(t, s, "anna", r.File), "acts", "case.open")
	path := regexp.MustCompile(`/registro/[0-9]+/chi`).FindString(b.Page.Body)
	b.Says(b.Page, "Manca l’accordo con il personale")
	b.Says(b.Status(b.Get(path), http.StatusOK), "manca l’accordo")
	b.Says(b.Status(b.Post(path, "reason", "Lo chiede la donna"), http.StatusConflict), "pagina dell’ente")
	who := s.StepUp("dario", policies.AgencyAgreement, s.Agency)
	if _, err := s.Office.SetAgreement(t.Context(), who, s.Agency, office.Agreement{Kind: "union", Day: s.Desk.Day(), Ref: "PG 7"}, 1); err != nil {
		t.Fatal(err)
	}
	b.Silent(b.Status(b.Get(path), http.StatusOK), ">anna<", "manca l’accordo")
	b.Says(b.Status(b.Post(path), http.StatusUnprocessableEntity), "Scrivere perché")
	b.Says(b.Post(path, "reason", "Lo chiede la donna"), "Conferma con frase e codice")
	b.Says(b.Status(b.StepUp("clara", path, "reason", "Lo chiede la donna"), http.StatusOK), ">anna<")
	b.Silent(b.Get(path), ">anna<")
	b.Silent(b.Get("/registro"), ">anna<")
	b.Says(b.Post("/registro", "acts", "named"), "Chiedere chi c’è dietro una voce", "log:")
	for _, bad := range []string{"/registro/999999/chi", "/registro/x/chi", "/registro/1/chi"} { // the first is nobody's
		b.Status(b.Get(bad), http.StatusNotFound)
	}
}

// TestNoFormAsksForAWorker: what the pages of the log and what reads it take is on this
// list; nothing on it is a person, and no page has another field.
func TestNoFormAsksForAWorker(t *testing.T) {
	fields := map[string]bool{"her_code": true, "acts": true, "unit": true, "record": true, "from_day": true, "to_day": true,
		"pick_record": true, "for_her": true, "reason": true}
	around := map[string]bool{"token": true, "from": true, "notice": true, "at": true, "lang": true, "passphrase": true, "code": true}
	for _, form := range []any{auditlogpages.LogForm{}, auditlogpages.LogFilter{}, auditlogpages.LogNameForm{}} {
		for name := range frame.Inputs(reflect.TypeOf(form)) {
			if !fields[name] {
				t.Errorf("%T takes %q", form, name)
			}
		}
	}
	filter := reflect.TypeOf(referrallog.Filter{})
	for i := range filter.NumField() {
		if name := filter.Field(i).Name; !slices.Contains([]string{"Action", "Unit", "Object", "From", "To", "Outcome", "Before", "Limit", "objects"}, name) {
			t.Errorf("a filter of the log takes %s", name)
		}
	}
	s := site.Town(t)
	r := s.Fill(t)
	b := s.Inside(t, "clara")
	named := regexp.MustCompile(`<(?:input|select|textarea|button)[^>]* name="([^"]+)"`)
	b.Get("/registro")
	bodies := []string{b.Page.Body, b.Post("/registro", "her_code", herCode(t, s, "anna", r.File)).Body, b.Post("/registro", "acts", "refused").Body}
	for _, path := range []string{"/registro/accessi", "/registro/invii"} {
		bodies = append(bodies, b.Status(b.Get(path), http.StatusOK).Body)
	}
	for _, body := range bodies {
		for _, m := range named.FindAllStringSubmatch(servertest.Main(body), -1) {
			if !fields[m[1]] && !around[m[1]] {
				t.Errorf("a page of the log has the field %q", m[1])
			}
		}
		for name, p := range s.People {
			if strings.Contains(body, `value="`+p.ID) || strings.Contains(body, `value="person:`+p.ID) {
				t.Errorf("a page of the log offers to ask for %s", name)
			}
		}
	}
}
