package server_test

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sportello/referrals/store"
	"sportello/server/servertest"
)

const planted = "333 0000017"

// sendUnderCover posts a new contact's first page with a cookie, as who has stolen it.
func sendUnderCover(s *servertest.Site, cookie string) servertest.Answer {
	s.T.Helper()
	thief := s.Client(s.T)
	thief.SetCookie("__Host-session", cookie)
	thief.Get("/riprendi")
	return thief.Post("/contatti/nuovo", "from", "/contatti/nuovo", "step", "1", "speaker", "she", "name", "Iolanda <b>Prova</b>", "call_back", "yes", "call_number", planted)
}

// tamper writes to a file of the instance as who holds no key can.
func tamper(s *servertest.Site, file, text string) {
	s.T.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, file)+"?_journal_mode=WAL&_busy_timeout=5000")
	if err != nil {
		s.T.Fatal(err)
	}
	defer db.Close()
	if res, err := db.Exec(text); err != nil {
		s.T.Fatal(err)
	} else if n, err := res.RowsAffected(); err != nil || n == 0 {
		s.T.Fatalf("%q changed nothing: %v", text, err)
	}
}

// TestLateDraftIsOffered: what arrives under a covered screen, or after an hour, is
// shown as text with its day and time, and enters the form only when she says so.
func TestLateDraftIsOffered(t *testing.T) {
	for _, over := range []bool{false, true} {
		s := site.Standard(t)
		b := s.SignedIn("anna")
		cookie := b.CookieNow()
		if over {
			s.Clock.Add(61 * time.Minute)
			b.Leads(sendUnderCover(s, cookie), "/entra")
			b.Enter(s.People["anna"])
		} else {
			b.Get("/agenda")
			b.Post("/copri")
			b.Leads(sendUnderCover(s, cookie), "/riprendi")
			b.Get("/riprendi")
			b.Silent(b.Page, planted, "Iolanda")
			b.Post("/riprendi", "passphrase", s.People["anna"].Passphrase)
		}
		page := b.Status(b.Follow(), http.StatusOK)
		if page.Path != "/bozza" {
			t.Fatalf("she comes to %s", page.Path)
		}
		b.Says(page, "mentre lo schermo era coperto", planted, "Iolanda <b>Prova</b>", "Chi sta parlando?", "Lei", "Si può richiamare", "20 nov")
		if strings.Contains(page.Body, "<b>Prova") || strings.Contains(page.Body, `value="`+planted) {
			t.Errorf("the text is not inert:\n%s", servertest.Main(page.Body))
		}
		form := b.Status(b.Get("/contatti/nuovo"), http.StatusOK)
		b.Silent(form, planted, "Iolanda")
		b.Says(form, "C’è un testo arrivato mentre lo schermo era coperto", `href="/bozza"`)
		b.Status(b.Post("/cerca", "q", "x"), http.StatusOK) // a form sent meanwhile takes nothing away
		b.Get("/bozza")
		id := b.Hidden("late")
		b.Status(b.Post("/bozza", "late", "x", "go", "use"), http.StatusConflict)
		b.Get("/bozza")
		if over {
			b.Leads(b.Post("/bozza", "late", id, "go", "drop"), "/")
			b.Silent(b.Status(b.Get("/contatti/nuovo"), http.StatusOK), planted, "testo arrivato")
		} else {
			b.Leads(b.Post("/bozza", "late", id, "go", "use"), "/contatti/nuovo")
			b.Says(b.Follow(), `value="`+planted, "Quello che era scritto è di nuovo qui")
			b.Silent(b.Page, "testo arrivato")
		}
		b.Status(b.Post("/bozza", "late", id, "go", "use"), http.StatusConflict)
		b.Leads(b.Get("/bozza"), "/")
		b = s.SignedIn("anna")
		if b.Page.Path == "/bozza" {
			t.Error("what she decided on is offered again")
		}
	}
}

// TestLateDraftTakesNothingAway: what she left in an open session comes back into its
// form though somebody sent another under the covered screen; undecided, that waits.
func TestLateDraftTakesNothingAway(t *testing.T) {
	s := site.Standard(t)
	b := s.SignedIn("anna")
	cookie := b.CookieNow()
	b.Get("/contatti/nuovo")
	b.Leads(b.Post("/copri", "from", "/contatti/nuovo", "step", "1", "name", "Irene", "call_number", "06 1"), "/riprendi")
	sendUnderCover(s, cookie)
	for range 2 { // undecided, it is offered after the next passphrase too
		b.Get("/riprendi")
		b.Leads(b.Post("/riprendi", "passphrase", s.People["anna"].Passphrase), "/contatti/nuovo")
		b.Says(b.Status(b.Follow(), http.StatusOK), `value="Irene"`, "C’è un testo arrivato")
		b.Silent(b.Page, planted)
		b.Leads(b.Post("/copri", "from", "/contatti/nuovo", "step", "1", "name", "Irene"), "/riprendi")
	}
	bruna := s.SignedIn("bruna")
	bruna.Silent(bruna.Status(bruna.Get("/arrivi"), http.StatusOK), "testo arrivato")
}

// TestForgedDraftIsNone: who writes to the sessions file makes of a late draft none
// that fills a form, and of no draft one.
func TestForgedDraftIsNone(t *testing.T) {
	for name, text := range map[string]string{
		"in time":   "UPDATE draft SET late = 0",
		"of today":  "UPDATE draft SET at = at + 60",
		"of others": "UPDATE draft SET person = (SELECT person FROM session WHERE person <> (SELECT person FROM draft) LIMIT 1)",
	} {
		s := site.Standard(t)
		s.SignedIn("bruna")
		b := s.SignedIn("anna")
		cookie := b.CookieNow()
		b.Get("/agenda")
		b.Post("/copri")
		sendUnderCover(s, cookie)
		tamper(s, filepath.Join(store.SecretsDir, store.SessionFile), text)
		b.Get("/riprendi")
		b.Post("/riprendi", "passphrase", s.People["anna"].Passphrase)
		b.Silent(b.Status(b.Follow(), http.StatusOK), planted, "testo arrivato")
		b.Silent(b.Status(b.Get("/contatti/nuovo"), http.StatusOK), planted)
		if t.Failed() {
			t.Fatalf("a draft made %s is believed", name)
		}
	}
}
