package auditlog_test

import (
	"bytes"
	"database/sql"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/store"
	"sportello/server/servertest"
)

var indexLink = regexp.MustCompile(`/registro/([0-9]+)"`)

// annaReads signs Anna in and reads her Agenda, for leaves to look for.
func annaReads(t *testing.T, s *servertest.Site) acts.Caller {
	t.Helper()
	anna := s.SignIn("anna")
	if _, _, err := s.Desk.ReadAgenda(t.Context(), anna); err != nil {
		t.Fatal(err)
	}
	return anna
}

func TestAuditorReadsTheLog(t *testing.T) {
	s := site.Standard(t)
	if _, err := s.House.Members(t.Context(), annaReads(t, s)); err != nil {
		t.Fatal(err)
	}
	b := s.Inside(t, "clara")
	all := b.Status(b.Get("/registro"), http.StatusOK)
	b.Says(all, "Leggere l’Agenda dell’unità", s.Public, s.People["anna"].ID)
	if _, err := s.House.See(t.Context(), b.Who, b.Hiddens("notice")); err != nil {
		t.Fatal(err)
	}
	b.Silent(b.Status(b.Get("/registro"), http.StatusOK), ">anna<", ">bruna<") // a notice names who founded a unit, a leaf nobody

	// Filters go by post: no address carries a pseudonym.
	rows := func(list ...string) int {
		t.Helper()
		b.Status(b.Post("/registro", list...), http.StatusOK)
		return len(indexLink.FindAllString(b.Page.Body, -1))
	}
	if n := rows("acts", "agenda.read", "unit", s.Units["desk"]); n != 1 {
		t.Errorf("the desk's Agenda was read in %d leaves, want 1", n)
	}
	if n := rows("acts", "refused", "unit", s.Units["desk"]); n != 0 {
		t.Errorf("%d refused acts of the desk, want 0", n)
	}
	if n := rows("record", s.Units["desk"]); n == 0 {
		t.Error("nothing about the desk")
	}
	day := s.Gate.Day()
	if n := rows("from_day", day, "to_day", day, "acts", "signin"); n == 0 {
		t.Error("nobody signed in today")
	}
	if n := rows("to_day", "2000-01-01"); n != 0 {
		t.Errorf("%d leaves before the service was", n)
	}
	b.Says(b.Status(b.Post("/registro", "from_day", "ieri", "record", servertest.Hostile), http.StatusUnprocessableEntity), "Scrivere i giorni per intero", servertest.Hostile)
	b.Inert(b.Page)
	b.Status(b.Post("/registro", "at", "-5", "acts", "spaceship", "unit", "spaceship"), http.StatusOK)

	// Her reading is in the log.
	if n := rows("acts", "log.read"); n < 5 {
		t.Errorf("the auditor's own reading left %d leaves", n)
	}
}

// TestARowOfTheLogFilters: what a row is about is pressed, not typed; who did it is not.
func TestARowOfTheLogFilters(t *testing.T) {
	s := site.Standard(t)
	annaReads(t, s)
	b := s.Inside(t, "clara")
	desk := "unit:" + s.Units["desk"]
	b.Says(b.Get("/registro"), `name="pick_record" value="`+desk+`"`)
	got := b.Status(b.Post("/registro", "pick_record", desk), http.StatusOK)
	b.Says(got, `name="record" value="`+desk+`"`)
	b.Silent(got, "pick_person")
}

func TestLogIsReadPageByPage(t *testing.T) {
	s := site.Standard(t)
	for range 60 {
		if _, err := s.House.Members(t.Context(), s.Caller("anna")); err != nil {
			t.Fatal(err)
		}
	}
	b := s.Inside(t, "clara")
	b.Get("/registro")
	first := indexLink.FindAllStringSubmatch(b.Page.Body, -1)
	b.Says(b.Page, "Più vecchie")
	older := regexp.MustCompile(`name="at" value="([1-9][0-9]*)"`).FindStringSubmatch(b.Page.Body)
	b.Says(b.Post("/registro", "at", older[1]), "Più recenti")
	second := indexLink.FindAllStringSubmatch(b.Page.Body, -1)
	if len(first) != 50 || len(second) == 0 || second[0][1] >= first[49][1] && len(second[0][1]) == len(first[49][1]) {
		t.Errorf("pages of %d and %d leaves; the second begins at %v after %v", len(first), len(second), second[0], first[49])
	}
}

func TestAuditorExportsAndVerifies(t *testing.T) {
	s := site.Standard(t)
	b := s.Inside(t, "clara")
	b.Get("/registro")
	b.Says(b.Post("/registro/esporta", "record", "x"), "Conferma con frase e codice", "Esporta il registro", "solo le voci")
	clara := s.People["clara"]
	b.Status(b.Post("/registro/esporta", "passphrase", clara.Passphrase, "code", "000000"), http.StatusUnauthorized)
	got := b.Status(b.Post("/registro/esporta", "passphrase", clara.Passphrase, "code", s.Code(clara)), http.StatusOK)
	if got.Header.Get("Content-Type") != "application/zip" || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the bundle came as %q, %q", got.Header.Get("Content-Type"), got.Header.Get("Content-Disposition"))
	}
	report, err := audit.VerifyBundle(bytes.NewReader([]byte(got.Body)), int64(len(got.Body)), s.Public)
	if err != nil {
		t.Fatalf("verifying the bundle offline: %v", err)
	}
	receipt, err := audit.ParseReceipt(got.Header.Get("Sportello-Receipt"))
	if err != nil || report.Checkpoint.Size <= receipt.Index {
		t.Errorf("the bundle ends at %d, before its own leaf %d (%v)", report.Checkpoint.Size, receipt.Index, err)
	}
	b.Get("/registro")
	b.Says(b.Page, "esporta")
}

// The export honours the filter: what does not match is not in the file, and
// each entry that is can be verified with the public key alone.
func TestAuditorExportsWhatSheFiltered(t *testing.T) {
	s := site.Standard(t)
	annaReads(t, s)
	b := s.Inside(t, "clara")
	b.Says(b.Get("/registro"), "Se qui sopra è scritto qualcosa", "sportello audit verify")
	clara, day := s.People["clara"], s.Gate.Day()
	for name, c := range map[string]struct {
		filter []string
		keep   func(*audit.Leaf) bool
	}{
		"one unit":   {[]string{"unit", s.Units["desk"]}, func(l *audit.Leaf) bool { return l.Unit == s.Units["desk"] }},
		"one record": {[]string{"record", s.Units["desk"]}, func(l *audit.Leaf) bool { return strings.HasSuffix(l.Object, ":"+s.Units["desk"]) }},
		"one act":    {[]string{"acts", "signin", "unit", s.Units["desk"]}, func(l *audit.Leaf) bool { return l.Unit == s.Units["desk"] && l.Action == "signin" }},
		"one day":    {[]string{"from_day", day, "to_day", day, "acts", "agenda.read"}, func(l *audit.Leaf) bool { return l.Day == day && l.Action == "agenda.read" }},
	} {
		b.Get("/registro")
		asked := b.Post("/registro/esporta", c.filter...)
		b.Says(asked, "solo le voci che corrispondono ai filtri", c.filter[1])
		b.Status(b.StepUp("clara", "/registro/esporta", c.filter...), http.StatusOK)
		body := []byte(b.Page.Body)
		if got := b.Page.Header.Get("Content-Disposition"); !strings.Contains(got, "registro-filtrato-") {
			t.Errorf("%s: the file is called %q", name, got)
		}
		report, err := audit.VerifyBundle(bytes.NewReader(body), int64(len(body)), s.Public)
		if err != nil {
			t.Fatalf("%s: verifying offline: %v", name, err)
		}
		want := 0
		err = s.Store.Source().EachLeaf(t.Context(), 0, report.Checkpoint.Size, func(_ int64, text []byte) error {
			l, err := audit.ParseLeaf(text)
			if err == nil && c.keep(&l) && l.Action != "log.export" {
				want++
			}
			return err
		})
		if err != nil || want == 0 || report.Leaves != int64(want) || report.Whole {
			t.Errorf("%s: the bundle holds %d leaves, want %d (%v)", name, report.Leaves, want, err)
		}
	}
	b.Get("/registro")
	b.Says(b.Status(b.Post("/registro/esporta", "from_day", "ieri"), http.StatusUnprocessableEntity), "Scrivere i giorni per intero")
	b.Post("/registro/esporta", "record", "NESSUNO")
	b.Says(b.Status(b.Post("/registro/esporta", "record", "NESSUNO", "passphrase", clara.Passphrase, "code", s.Code(clara)), http.StatusUnprocessableEntity), "non c’è niente da esportare", "NESSUNO")
	b.Says(b.Post("/registro", "acts", "log.export"), "Esportare il registro")
}

func TestAuditorVerifiesNow(t *testing.T) {
	s := site.Standard(t)
	b := s.Inside(t, "clara")
	b.Get("/registro")
	b.Leads(b.Post("/registro/verifica"), "/registro")
	b.Says(b.Follow(), "tutto corrisponde")

	// A row changed behind the service's back is named.
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, store.MainFile)+"?_journal_mode=WAL&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("UPDATE unit SET name = 'altro' WHERE id = ?", s.Units["centre"]); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b.Leads(b.Post("/registro/verifica"), "/registro")
	b.Follow()
	b.Says(b.Status(b.Page, http.StatusOK), "Non corrisponde", "unit "+s.Units["centre"], "Gli avvisi non si mostrano")
}
