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
		b.Says(page, "mentre lo schermo era coperto", planted, "Iolanda <b>Prova</b>", "Chi sta parlando?", "La donna", "Si può richiamare", "20 nov")
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

// TestFormOfAnEndedSessionWaits: however a session ended, what was on a page of it that
// stood open comes back to its person after the next sign-in, and to nobody else.
func TestFormOfAnEndedSessionWaits(t *testing.T) {
	ways := map[string]func(s *servertest.Site, b *servertest.Client){
		"idle for an hour":  func(s *servertest.Site, _ *servertest.Client) { s.Clock.Add(61 * time.Minute) },
		"after eight hours": func(s *servertest.Site, _ *servertest.Client) { s.Clock.Add(9 * time.Hour) },
		"swept away": func(s *servertest.Site, _ *servertest.Client) {
			s.Clock.Add(20 * time.Hour)
			if err := s.Door.Sweep(s.T.Context()); err != nil {
				s.T.Fatal(err)
			}
		},
		"covered": func(_ *servertest.Site, b *servertest.Client) { b.Post("/copri") },
		"signed out in another tab": func(_ *servertest.Site, b *servertest.Client) {
			b.Leads(b.Post("/esci"), "/entra")
		},
		"left by the exit": func(_ *servertest.Site, b *servertest.Client) { b.Status(b.Get("/uscita"), http.StatusOK) },
		"closed elsewhere": func(s *servertest.Site, _ *servertest.Client) {
			other := s.SignedIn("anna")
			other.Get("/credenziali")
			other.Leads(other.Post("/credenziali/sessioni", "session", "others"), "/credenziali")
		},
		"without its row": func(s *servertest.Site, _ *servertest.Client) {
			tamper(s, filepath.Join(store.SecretsDir, store.SessionFile), "DELETE FROM session")
		},
		"somebody else's turn": func(s *servertest.Site, b *servertest.Client) {
			b.Post("/esci")
			b.Enter(s.People["bruna"])
			b.Follow()
		},
	}
	for name, ends := range ways {
		t.Run(name, func(t *testing.T) {
			s := site.Standard(t)
			b := s.SignedIn("anna")
			form := func(text string) []string {
				return []string{"token", b.Token, "from", "/contatti/nuovo", "step", "1", "speaker", "she", "name", text}
			}
			b.Get("/contatti/nuovo")
			first, second := form("Iolanda Prova"), form("Secondina")
			ends(s, b)
			got := b.Post("/contatti/nuovo", first...)
			if name == "somebody else's turn" {
				b.Says(b.Status(got, http.StatusForbidden), "Quella pagina era di un’altra persona")
				b.Silent(got, "Iolanda")
				b.Post("/esci")
			} else if got.Status != http.StatusSeeOther {
				t.Fatalf("got %d", got.Status)
			}
			s.Clock.Add(time.Second)
			b.Post("/contatti/nuovo", second...) // another page that stood open
			if name != "covered" {
				b.Get("/entra")
				b.Enter(s.People["anna"])
			} else {
				b.Get("/riprendi")
				b.Post("/riprendi", "passphrase", s.People["anna"].Passphrase)
			}
			b.Says(b.Follow(), "Testo arrivato a sessione chiusa", "Iolanda Prova")
			b.Leads(b.Post("/bozza", "late", b.Hidden("late"), "go", "use"), "/contatti/nuovo")
			b.Says(b.Follow(), `value="Iolanda Prova"`, "C’è un testo arrivato")
			b.Says(b.Get("/bozza"), "Secondina")
			b.Silent(b.Page, "Iolanda")
			b.Leads(b.Post("/bozza", "late", b.Hidden("late"), "go", "drop"), "/")
			b.Silent(b.Status(b.Get("/contatti/nuovo"), http.StatusOK), "testo arrivato", "Secondina")
		})
	}
}

// TestOldPageIsBoundToItsDevice: who has a copy of a page, and not the browser that it
// was on, leaves no draft with it; nor does a token of nobody's, or one that is too old.
func TestOldPageIsBoundToItsDevice(t *testing.T) {
	s := site.Standard(t)
	b := s.SignedIn("anna")
	b.Get("/contatti/nuovo")
	form := []string{"token", b.Token, "from", "/contatti/nuovo", "step", "1", "name", "Iolanda Prova"}
	b.Post("/esci")
	thief := s.Client(t)
	thief.Says(thief.Status(thief.Post("/contatti/nuovo", form...), http.StatusForbidden), "Iolanda Prova") // whoever typed it may copy it
	forged := strings.Replace(form[1], "1", "2", 1)
	if forged == form[1] {
		forged += "0"
	}
	b.Status(b.Post("/contatti/nuovo", "token", forged, "from", "/contatti/nuovo", "step", "1", "name", "Iolanda Prova"), http.StatusForbidden)
	s.Clock.Add(81 * time.Hour)
	b.Status(b.Post("/contatti/nuovo", form...), http.StatusForbidden)
	b.Get("/entra")
	b.Enter(s.People["anna"])
	b.Silent(b.Follow(), "Iolanda", "testo arrivato")
}

// TestDraftThatIsGoneIsSaid: after its hour one sentence is left of a draft, once, for
// its person, with nothing of what it said.
func TestDraftThatIsGoneIsSaid(t *testing.T) {
	for _, swept := range []bool{false, true} {
		s := site.Standard(t)
		b := s.SignedIn("anna")
		b.Get("/contatti/nuovo")
		b.Leads(b.Post("/copri", "from", "/contatti/nuovo", "step", "1", "name", "Iolanda Prova"), "/riprendi")
		s.Clock.Add(10 * time.Hour)
		if swept {
			if err := s.Door.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		s.SignedIn("bruna").Silent(b.Page, "non è stato conservato")
		b.Get("/entra")
		b.Enter(s.People["anna"])
		b.Says(b.Follow(), "Il modulo lasciato aperto alle", "non è stato conservato")
		b.Silent(b.Page, "Iolanda")
		b.Silent(b.Get("/contatti/nuovo"), "non è stato conservato", "Iolanda")
		b.Post("/esci")
		b.Get("/entra")
		b.Enter(s.People["anna"])
		b.Silent(b.Follow(), "non è stato conservato")
	}
}

// TestUsedDraftDoesNotComeBack: a draft that was given back, or settled, is none any
// more, though somebody puts its row back.
func TestUsedDraftDoesNotComeBack(t *testing.T) {
	s := site.Standard(t)
	b := s.SignedIn("anna")
	cookie := b.CookieNow()
	back := func() {
		t.Helper()
		b.Get("/riprendi")
		b.Post("/riprendi", "passphrase", s.People["anna"].Passphrase)
		b.Status(b.Follow(), http.StatusOK)
	}
	file := filepath.Join(store.SecretsDir, store.SessionFile)
	b.Get("/contatti/nuovo")
	b.Post("/copri", "from", "/contatti/nuovo", "step", "1", "name", "Irene")
	sendUnderCover(s, cookie)
	aside := filepath.Join(t.TempDir(), "aside.db")
	tamper(s, file, "ATTACH '"+aside+"' AS aside; CREATE TABLE aside.draft AS SELECT * FROM main.draft; UPDATE main.draft SET ends = ends")
	back()
	b.Says(b.Page, `value="Irene"`)
	b.Get("/bozza")
	b.Leads(b.Post("/bozza", "late", b.Hidden("late"), "go", "drop"), "/")
	b.Get("/agenda")
	b.Post("/copri")
	tamper(s, file, "ATTACH '"+aside+"' AS aside; INSERT INTO main.draft SELECT * FROM aside.draft; UPDATE main.draft SET ends = ends")
	back()
	b.Silent(b.Page, "Irene", "testo arrivato")
	b.Silent(b.Status(b.Get("/contatti/nuovo"), http.StatusOK), "Irene", planted, "testo arrivato")
}

// TestTypingIsPresence: a page on which somebody types keeps its session from being
// covered, and neither takes its draft away nor outlives the session's eight hours.
func TestTypingIsPresence(t *testing.T) {
	s := site.Standard(t)
	b := s.SignedIn("anna")
	b.Get("/contatti/nuovo")
	b.Leads(b.Post("/lingua", "lang", "it", "from", "/contatti/nuovo", "step", "1", "name", "Irene"), "/contatti/nuovo")
	for range 30 {
		s.Clock.Add(5 * time.Minute)
		b.Status(b.Post("/presente"), http.StatusNoContent)
	}
	b.Says(b.Status(b.Get("/contatti/nuovo"), http.StatusOK), `value="Irene"`)
	other := s.Client(t)
	other.SetCookie("__Host-session", b.CookieNow())
	other.Status(other.Post("/presente"), http.StatusForbidden) // the cookie alone is not the page
	for range 12 * 6 {
		s.Clock.Add(5 * time.Minute)
		b.Post("/presente")
	}
	b.Leads(b.Post("/presente"), "/entra")
	b.Leads(b.Get("/agenda"), "/entra")
}

// TestWhatIsTooLongIsShownAgain: what is more than a form may bring is not taken, and
// stands on the answer.
func TestWhatIsTooLongIsShownAgain(t *testing.T) {
	s := site.Standard(t)
	b := s.SignedIn("anna")
	b.Get("/contatti/nuovo")
	long := strings.Repeat("Molto da scrivere. ", 40_000)
	got := b.Status(b.Post("/contatti/nuovo", "step", "1", "from", "/contatti/nuovo", "name", "Iolanda la terza", "request", long), http.StatusRequestEntityTooLarge)
	b.Says(got, "Il testo è troppo lungo", "Iolanda la terza", long)
	stranger := s.Client(t)
	stranger.Get("/entra")
	stranger.Silent(stranger.Status(stranger.Post("/entra", "username", long), http.StatusRequestEntityTooLarge), "Molto da scrivere.")
}
