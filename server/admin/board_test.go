package admin_test

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/policies/opening"
	"sportello/server/servertest"
)

// weekly is the form of hours, filled.
func weekly(days ...string) (form []string) {
	form = []string{"hours_kind", "week", "holidays", "closed", "patron", "", "closed", ""}
	for i := range 7 {
		day := ""
		if i < len(days) {
			day = days[i]
		}
		form = append(form, "day", day)
	}
	return form
}

var entryPath = regexp.MustCompile(`/(numeri|doveri)/[A-Z2-7]{26}`)

// TestNumberIsLookedAtTwice: a number that is called in danger is read again in groups and
// was tried; passphrase and code are asked; every version stays, with who made it.
func TestNumberIsLookedAtTwice(t *testing.T) {
	s := site.Standard(t)
	b := s.Administrator()
	day := func(n int) string { return s.Clock.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	b.Says(b.Get("/numeri"), "Il pronto intervento sociale del territorio non è ancora indicato.", "Nessuno è ancora indicato", "orario da chiedere")
	path := "/numeri/nuovo"
	b.Get(path)
	for phone, said := range map[string]string{"": "un solo numero", "800 chiamare": "un solo numero", "12": "un solo numero", "06 1234567 06 7654321 9": "un solo numero", "8000001121234567": "un solo numero"} {
		b.Says(b.Status(b.Post(path, "name", servertest.Hostile, "phone", phone, "hours_kind", "ask"), http.StatusUnprocessableEntity), said)
		b.Inert(b.Page)
	}
	wrong := b.Status(b.Post(path, append([]string{"name", " ", "phone", "800 000 112", "starts", day(-1), "tried", day(1)}, weekly("9-13", "13-9-7", "25")...)...), http.StatusUnprocessableEntity)
	b.Says(wrong, "Scrivere il nome del servizio.", "Scrivere le ore in ordine", "da oggi a un anno", "che è già passato, o oggi", "cifra per cifra", "800 000 112", "13-9-7")

	// The same number read again under another is no second look.
	form := append([]string{"version", "0", "name", "Pronto intervento", "phone", "0039 800-000.112", "note", "assistente di turno"}, weekly("0-24", "0-24", "0-24", "0-24", "0-24", "0-24", "0-24")...)
	b.Says(b.Status(b.Post(path, form...), http.StatusUnprocessableEntity), "Rileggere il numero e mettere il segno.", "Chiamare il numero", "003 980 000 0112")
	b.Says(b.Status(b.Post(path, append(form, "again", "800000113", "tried", day(0))...), http.StatusUnprocessableEntity), "Rileggere il numero e mettere il segno.")
	b.Says(b.Status(b.Post(path, append(form, "again", "0039800000112", "tried", day(-40))...), http.StatusUnprocessableEntity), "negli ultimi 30 giorni")
	if b.Page.AsksStepUp() {
		t.Error("a code was asked for a number that nobody tried")
	}
	b.Get(path)
	b.Leads(b.StepUp("dario", path, append(form, "again", "0039800000112", "tried", day(0))...), "/numeri")
	b.Says(b.Follow(), "Salvato", "Pronto intervento", "risponde adesso", "provato", "assistente di turno")
	one := entryPath.FindString(b.Page.Body)

	// Other words for the same number need no second look; two tabs do not fight.
	b.Says(b.Get(one), "Versione 1", "dario", "Amministrazione")
	version := b.Hidden("version")
	change := append([]string{"version", version, "name", "Pronto intervento sociale", "phone", "0039800000112", "tried", day(0)}, weekly("9-13")...)
	b.Leads(b.StepUp("dario", one, change...), "/numeri")
	b.Get(one)
	b.Status(b.Post(one, change...), http.StatusConflict)
	b.Status(b.Post(one, append(change, "version", "x")...), http.StatusConflict)
	b.Says(b.Get(one), "Versione 2", "Versione 1", "Lunedì", ">09:00-13:00<")
	b.Leads(b.StepUp("dario", one, "version", "2", "go", "end"), "/numeri")
	b.Says(b.Follow(), "Tolto", "Non valgono più: 1", "Il pronto intervento sociale del territorio non è ancora indicato.")
	b.Says(b.Get(one), "Versione 3", "tolto", "Pronto intervento sociale")

	// Who is on call, of a unit, until a day; after it nobody is.
	path = "/numeri/reperibilita"
	b.Get(path)
	b.Leads(b.StepUp("dario", path, "name", "Reperibilità", "unit", s.Units["desk"], "phone", "333 000 0000", "hours_kind", "always", "tried", day(0), "again", "3330000000", "until", day(3)), "/numeri")
	b.Says(b.Follow(), "Reperibilità · desk", "24 ore su 24")
	s.Clock.Add(4 * 24 * time.Hour)
	b = s.Inside(t, "dario")
	b.Says(b.Get("/numeri"), "Nessuno è ancora indicato per la reperibilità.", "Non valgono più: 2")
}

// TestHoursAndDutiesAreData: entered on a page, judged field by field, kept by version; a
// later day holds from then on.
func TestHoursAndDutiesAreData(t *testing.T) {
	s := site.Standard(t)
	b := s.Administrator()
	path := "/orari/" + s.Units["desk"]
	b.Says(b.Get(path), "orario da chiedere")
	bad := weekly("9-13")
	bad[5], bad[7] = "30/2", "24/12/2026\nmai"
	b.Says(b.Status(b.Post(path, append(bad, "version", "0", "starts", "mai")...), http.StatusUnprocessableEntity), "Scrivere giorno e mese", "Scrivere un giorno per riga", "da oggi a un anno", "24/12/2026\nmai")
	b.Says(b.Status(b.Post(path, append(weekly(), "version", "0")...), http.StatusUnprocessableEntity), "Scrivere almeno un orario")
	b.Says(b.Status(b.Post(path, "version", "0", "hours_kind", "sempre"), http.StatusUnprocessableEntity), "Scegliere una voce.")
	b.Says(b.Status(b.Post(path, append(weekly("9-13")[2:], "version", "0", "hours_kind", "always")...), http.StatusUnprocessableEntity), "Ci sono ore scritte", "9-13")
	good := weekly("9-13", "9-13", "9-13", "9-13", "9-13")
	good[5], good[7] = "29/6", "24/12/2026"
	b.Leads(b.Post(path, append(good, "version", "0")...), "/numeri")
	b.Says(b.Get(path), "Versione 1", "Lunedì", ">09:00-13:00<", "29/6", "24/12/2026", "Adesso:")
	b.Status(b.Post(path, append(good, "version", "0")...), http.StatusConflict)
	later := s.Clock.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	b.Leads(b.Post(path, "version", "1", "hours_kind", "always", "starts", later), "/numeri")
	b.Says(b.Get(path), "Versione 2")
	if now := strings.Split(servertest.Main(b.Page.Body), "<form")[0]; strings.Contains(now, "24 ore su 24") {
		t.Errorf("what begins later holds now: %s", now)
	}
	s.Clock.Add(2 * 24 * time.Hour)
	b = s.Inside(t, "dario")
	if now := strings.Split(servertest.Main(b.Get(path).Body), "<form")[0]; !strings.Contains(now, "24 ore su 24") {
		t.Errorf("what began does not hold: %s", now)
	}

	b.Get("/doveri/nuovo")
	b.Says(b.Status(b.Post("/doveri/nuovo", "what", " ", "to_whom", "alla Procura"), http.StatusUnprocessableEntity), "Scrivere che cosa si deve segnalare.", "alla Procura")
	b.Leads(b.Post("/doveri/nuovo", "version", "0", "what", servertest.Hostile, "to_whom", "alla Procura"), "/numeri")
	b.Inert(b.Follow())
	duty := entryPath.FindString(b.Page.Body)
	b.Says(b.Get(duty), "Versione 1", "alla Procura")
	b.Status(b.Post(duty, "version", "2", "what", "x"), http.StatusConflict)
	b.Leads(b.Post(duty, "version", "1", "what", "Un reato", "to_whom", ""), "/numeri")
	b.Leads(b.Post(duty, "version", "2", "go", "end"), "/numeri")
	b.Says(b.Follow(), "L’ente non ha ancora indicato", "Non valgono più: 1")

	// A number is no duty, the hours of an audit unit nobody asks.
	for _, path := range []string{strings.Replace(duty, "doveri", "numeri", 1), "/orari/" + s.Units["audit"], "/numeri/NESSUNO"} {
		b.Status(b.Get(path), http.StatusNotFound)
		b.Status(b.Post(path, "version", "1", "name", "x"), http.StatusNotFound)
	}
}

// TestBoardIsNoDoor: a colleague changes nothing on it, nor does the administrator of
// another agency where a unit's own has one; whoever posts reads nothing of a woman.
func TestBoardIsNoDoor(t *testing.T) {
	s := site.Standard(t)
	s.Administrator()
	anna := s.Inside(t, "anna")
	for _, path := range []string{"/numeri", "/numeri/nuovo", "/numeri/reperibilita", "/orari/" + s.Units["desk"], "/doveri/nuovo"} {
		anna.Status(anna.Get(path), http.StatusNotFound)
		anna.Status(anna.Post(path, "version", "0", "name", "x", "what", "x"), http.StatusNotFound)
	}
	ctx, desk := t.Context(), s.Units["desk"]
	in := acts.Posted{Entry: desk, Kind: acts.PostedHours, Unit: desk, Hours: opening.Hours{Kind: opening.Always}.Text()}
	if _, _, err := s.Office.Post(ctx, s.SignIn("anna"), in); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a worker posts hours: %v", err)
	}
	number := acts.Posted{Kind: acts.PostedNumber, Name: "x", Phone: "3330000000"}
	who := s.StepUp("anna", policies.PostedNumber, office.PostedObject(number))
	if _, _, err := s.Office.Post(ctx, who, number); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a worker posts a number: %v", err)
	}
	if _, _, err := s.Office.Post(ctx, s.SignIn("dario"), number); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a number is posted without a code: %v", err)
	}
	other := number
	other.Phone = "3330000001"
	who = s.StepUp("dario", policies.PostedNumber, office.PostedObject(number))
	if _, _, err := s.Office.Post(ctx, who, other); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a code for one number posts another: %v", err)
	}
	agency, _, err := s.Office.CreateAgency(ctx, acts.ConsoleCaller(), office.NewAgency{Name: "Altro ente", Kind: "operator", Responsibility: "controller"})
	if err != nil {
		t.Fatal(err)
	}
	home := s.Agency
	s.Agency = agency
	s.Invite("estella", policies.Administrator, "")
	s.Agency = home
	elsewhere := s.SignIn("estella")
	if _, _, err := s.Office.Post(ctx, elsewhere, in); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("another agency's administrator posts a desk's hours: %v", err)
	}
	if _, _, err := s.Office.Post(ctx, s.SignIn("dario"), in); err != nil {
		t.Errorf("its own administrator does not: %v", err)
	}
}

// TestFirstStartIsComputed: each step is what the records say now; what falls out comes
// back, and a whole list is one line.
func TestFirstStartIsComputed(t *testing.T) {
	s := site.Standard(t)
	b := s.Administrator()
	b.Says(b.Get("/enti"), "Per cominciare", "Da fare", "Fatto", "Chi lavora vede solo 112 e 1522", "sportello recovery new", "orario da chiedere")
	left := func() string {
		return regexp.MustCompile(`Da fare: \d+`).FindString(b.Get("/enti").Body)
	}
	before := left()
	b.Get("/doveri/nuovo")
	b.Leads(b.Post("/doveri/nuovo", "version", "0", "what", "Un reato"), "/numeri")
	if after := left(); after == before {
		t.Errorf("a duty was entered, and still %s", after)
	}
	b.Get("/numeri")
	duty := entryPath.FindString(b.Page.Body)
	b.Get(duty)
	b.Leads(b.Post(duty, "version", "1", "go", "end"), "/numeri")
	if after := left(); after != before {
		t.Errorf("it was taken off, and %s; before it was entered %s", after, before)
	}
}
