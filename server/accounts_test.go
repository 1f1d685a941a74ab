package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/policies"
	"sportello/server/servertest"
)

func TestInvitationOverHTTP(t *testing.T) {
	t.Parallel()
	s := site.Standard(t)
	code := s.Invitation("elena", policies.IntakeWorker, "desk")
	b := s.Client(s.T)

	b.Get("/invito")
	wrong := b.Status(b.Post("/invito", "invitation", "<em>UHOH</em>"), http.StatusUnprocessableEntity)
	b.Says(wrong, "Questo codice non vale", `value="<em>UHOH</em>"`)
	if strings.Contains(wrong.Body, "<em>UHOH") {
		t.Fatal("hostile text is not inert")
	}
	b.Leads(b.Get("/invito/frase"), "/invito")

	// By voice: small letters, no hyphens.
	b.Get("/invito")
	b.Leads(b.Post("/invito", "invitation", strings.ToLower(strings.ReplaceAll(code, "-", " "))), "/invito/frase")
	b.Get("/invito/frase")
	words := b.Hidden("words")
	b.Leads(b.Get("/invito/fattore"), "/invito/frase")
	b.Get("/invito/frase")
	weak := b.Status(b.Post("/invito/frase", "choice", "own", "own", "ciao ciao ciao", "again", "ciao ciao ciao"), http.StatusUnprocessableEntity)
	b.Says(weak, "si indovina troppo in fretta")
	b.Silent(weak, "ciao ciao")
	b.Says(b.Status(b.Post("/invito/frase", "choice", "words", "again", "altro"), http.StatusUnprocessableEntity), "non sono uguali", words)

	a := b.Invited(code, "elena", "")
	b.Status(b.Page, http.StatusOK)
	read := b.List("words")
	if len(read) != 4 {
		t.Fatalf("the waiting page shows %d words, want 4", len(read))
	}
	b.Get("/invito")
	b.Says(b.Status(b.Post("/invito", "invitation", code), http.StatusUnprocessableEntity), "Questo codice non vale")

	// She signs in while she waits: the same words, and nothing else.
	b.Status(b.Enter(a), http.StatusOK)
	if got := strings.Join(b.List("words"), " "); got != strings.Join(read, " ") {
		t.Errorf("after sign-in the words are %q, were %q", got, strings.Join(read, " "))
	}
	b.Status(b.Get("/agenda"), http.StatusNotFound)
	b.Leads(b.Get("/attesa"), "/riprendi")
	b.Get("/riprendi")
	b.Post("/riprendi", "passphrase", a.Passphrase)
	if got := strings.Join(b.List("words"), " "); got != strings.Join(read, " ") {
		t.Errorf("after her passphrase the words are %q, were %q", got, strings.Join(read, " "))
	}

	// anna reads them on her own page, from the stored key, and lets her in.
	anna := s.SignedIn("anna")
	anna.Says(anna.Get("/ammissioni"), "elena")
	link := regexp.MustCompile(`/ammissioni/[A-Z2-7]{26}`).FindString(anna.Page.Body)
	anna.Status(anna.Get(link), http.StatusOK)
	if got := strings.Join(anna.List("words"), " "); got != strings.Join(read, " ") {
		t.Fatalf("Anna's page shows %q, Elena read %q", got, strings.Join(read, " "))
	}
	shown := anna.Hidden("words")
	anna.Says(anna.Status(anna.Post(link, "words", shown), http.StatusUnprocessableEntity), "Dire se le quattro parole")
	anna.Says(anna.Status(anna.Post(link, "words", shown, "same", "no"), http.StatusConflict), "l’ammissione non è stata fatta")
	anna.Says(anna.Status(anna.StepUp("anna", link, "words", "abaco abaco abaco abaco", "same", "yes"), http.StatusConflict), "Le parole sono diverse")
	anna.Leads(anna.StepUp("anna", link, "words", shown, "same", "yes"), "/ammissioni")
	anna.Says(anna.Follow(), "Ammessa.")
	anna.Status(anna.Get(link), http.StatusNotFound)

	// Elena fetches the unit's key with her passphrase, and confirms Anna first.
	b.Leads(b.Get("/attesa"), "/")
	b.Leads(b.Get("/agenda"), "/riprendi")
	b.Get("/riprendi")
	b.Post("/riprendi", "passphrase", a.Passphrase)
	b.Says(b.Follow(), "Colleghe da riconoscere", "anna")
	b.Leads(b.Get("/contatti/nuovo"), "/colleghi")
	b.Get("/colleghi")
	b.Says(b.Status(b.Post("/colleghi"), http.StatusUnprocessableEntity), "Restano persone")
	known := regexp.MustCompile(`name="known" value="([^"]+)"`).FindStringSubmatch(b.Page.Body)[1]
	b.Leads(b.Post("/colleghi", "known", known), "/")
	b.Says(b.Follow(), "Confermato.")
	b.Status(b.Get("/contatti/nuovo"), http.StatusOK)
	if report := s.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("records do not match: %v", report.Problems)
	}
}

func TestOwnPassphraseAtInvitation(t *testing.T) {
	s := site.Standard(t)
	own := "nessuno indovina questa frase lunga con 47 papere viola"
	b := s.Client(s.T)
	a := b.Invited(s.Invitation("elena", policies.IntakeWorker, "desk"), "elena", own)
	a.Passphrase = strings.ToUpper(own)
	b.Status(b.Enter(a), http.StatusOK)
	if len(b.List("words")) != 4 {
		t.Error("she does not see her words")
	}
}

func TestInvitationPagesEnd(t *testing.T) {
	s := site.Standard(t)
	b := s.Client(s.T)
	b.Get("/invito")
	b.Post("/invito", "invitation", s.Invitation("elena", policies.IntakeWorker, "desk"))
	s.Clock.Add(31 * time.Minute)
	b.Leads(b.Get("/invito/frase"), "/invito")
	b.Leads(b.Post("/invito/fattore", "code", "123456"), "/invito")
}

func TestRecoveryCodeReplacesOnlyTheFactor(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	b := s.Recovering(anna)
	b.Says(b.Status(b.Post("/entra/recupero", "recovery", "AAAA-BBBB"), http.StatusUnauthorized), "non corrispond")

	b = s.Recovering(anna)
	b.Leads(b.Post("/entra/recupero", "recovery", strings.ToLower(string(anna.Codes[0]))), "/credenziali/fattore/nuovo")

	// Nothing but the new factor.
	for _, path := range []string{"/", "/agenda", "/credenziali", "/credenziali/codici", "/ammissioni", "/cerca", "/contatti/nuovo", "/credenziali/fattore"} {
		b.Leads(b.Get(path), "/credenziali/fattore/nuovo")
	}
	b.Status(b.Get("/credenziali/fattore/nuovo"), http.StatusOK)
	seed := b.Seed()
	b.Says(b.Status(b.Post("/credenziali/fattore/nuovo", "code", "000000"), http.StatusUnprocessableEntity), "Il codice non corrisponde")
	b.Leads(b.Post("/cerca", "q", "rosa"), "/credenziali/fattore/nuovo")
	b.Get("/credenziali/fattore/nuovo")
	b.Leads(b.Post("/credenziali/fattore/nuovo", "code", servertest.CodeOf(t, s.World, seed)), "/")
	b.Says(b.Follow(), "Il telefono nuovo è registrato.")
	b.Says(b.Get("/credenziali"), "9")
	b.Status(b.Get("/cerca"), http.StatusOK)

	// The same code again, and the old phone, open nothing; the new phone does.
	again := s.Recovering(anna)
	again.Status(again.Post("/entra/recupero", "recovery", string(anna.Codes[0])), http.StatusUnauthorized)
	old := s.Client(s.T)
	old.Status(old.Enter(anna), http.StatusUnauthorized)
	anna.Seed = seed
	s.SignedIn("anna")
}

func TestRecoveryCodeTwiceAtOnce(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	var browsers []*servertest.Client
	for range 8 {
		browsers = append(browsers, s.Recovering(anna))
	}
	done := make(chan string, len(browsers))
	for _, b := range browsers {
		go func() { done <- b.Post("/entra/recupero", "recovery", string(anna.Codes[3])).Leads }()
	}
	opened := 0
	for range browsers {
		if <-done == "/credenziali/fattore/nuovo" {
			opened++
		}
	}
	if opened != 1 {
		t.Errorf("one recovery code opened %d sessions, want 1", opened)
	}
}

func TestWrongRecoveryCodesCountAndARightOneUnlocks(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	for i := range 10 {
		s.Clock.Add(10 * time.Minute)
		b := s.Recovering(anna)
		b.Status(b.Post("/entra/recupero", "recovery", "AAAA-AAAA-AAA"+string(rune('A'+i))), http.StatusUnauthorized)
	}
	s.Clock.Add(10 * time.Minute)
	b := s.Client(s.T)
	b.Says(b.Enter(anna), "blocca")
	b = s.Recovering(anna)
	b.Leads(b.Post("/entra/recupero", "recovery", string(anna.Codes[0])), "/credenziali/fattore/nuovo")
}

// TestEnrolmentSurvivesCover: a session that must enrol stays one when its
// screen was covered, and the enrolment begins anew with the passphrase.
func TestEnrolmentSurvivesCover(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	b := s.Recovering(anna)
	b.Post("/entra/recupero", "recovery", string(anna.Codes[0]))
	b.Get("/credenziali/fattore/nuovo")
	s.Clock.Add(11 * time.Minute)
	b.Leads(b.Get("/credenziali/fattore/nuovo"), "/riprendi")
	b.Get("/riprendi")
	b.Leads(b.Post("/riprendi", "passphrase", anna.Passphrase), "/credenziali/fattore/nuovo")
	b.Get("/credenziali/fattore/nuovo")
	seed := b.Seed()
	b.Leads(b.Get("/agenda"), "/credenziali/fattore/nuovo")
	b.Leads(b.Post("/credenziali/fattore/nuovo", "code", servertest.CodeOf(t, s.World, seed)), "/")
}

func TestOwnFactorAndCodes(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	other, b := s.SignedIn("anna"), s.SignedIn("anna")
	b.Says(b.Get("/credenziali"), "Codice", "Questo browser", "Firefox, Linux", "10")

	// New recovery codes, with a step-up, once.
	b.Says(b.Get("/credenziali/codici"), "Conferma con frase e codice")
	b.Says(b.Status(b.Post("/credenziali/codici", "passphrase", "sbagliata", "code", s.Code(anna)), http.StatusUnauthorized), "Niente è stato fatto")
	b.Status(b.Post("/credenziali/codici", "passphrase", anna.Passphrase, "code", s.Code(anna)), http.StatusOK)
	codes := b.List("codes mono")
	if len(codes) != 10 || codes[0] == string(anna.Codes[0]) {
		t.Fatalf("got codes %v", codes)
	}
	b.Leads(b.Post("/credenziali/codici", "kept", "yes"), "/credenziali")
	other.Leads(other.Get("/credenziali"), "/entra")
	old := s.Recovering(anna)
	old.Status(old.Post("/entra/recupero", "recovery", string(anna.Codes[0])), http.StatusUnauthorized)

	// A new phone.
	b.Get("/credenziali/fattore")
	b.Leads(b.Post("/credenziali/fattore", "passphrase", anna.Passphrase, "code", s.Code(anna)), "/credenziali/fattore/nuovo")
	b.Get("/credenziali/fattore/nuovo")
	seed := b.Seed()
	thief := s.SignedIn("anna")
	thief.Leads(thief.Get("/credenziali/fattore/nuovo"), "/credenziali/fattore")
	b.Get("/credenziali/fattore/nuovo")
	b.Leads(b.Post("/credenziali/fattore/nuovo", "code", servertest.CodeOf(t, s.World, seed)), "/credenziali")
	b.Says(b.Follow(), "Il telefono nuovo è registrato.")
	anna.Seed = seed
	s.SignedIn("anna")
	b.Leads(b.Post("/credenziali/fattore/nuovo", "code", servertest.CodeOf(t, s.World, seed)), "/credenziali/fattore")
}

var sessionField = regexp.MustCompile(`name="session" value="([0-9a-f]+)"`)

func TestOwnSessions(t *testing.T) {
	s := site.Standard(t)
	one := s.SignedIn("anna")
	one.Get("/credenziali")
	one.Post("/credenziali/sessioni", "session", "others") // those in which the cast was made
	two, three := s.SignedIn("anna"), s.SignedIn("anna")
	bruna := s.SignedIn("bruna")
	one.Get("/credenziali")
	ids := sessionField.FindAllStringSubmatch(one.Page.Body, -1)
	if len(ids) != 2 {
		t.Fatalf("the page offers to close %d sessions, want 2", len(ids))
	}
	bruna.Get("/credenziali")
	bruna.Status(bruna.Post("/credenziali/sessioni", "session", ids[0][1]), http.StatusNotFound)
	bruna.Status(bruna.Post("/credenziali/sessioni"), http.StatusNotFound)
	one.Leads(one.Post("/credenziali/sessioni", "session", ids[0][1]), "/credenziali")
	one.Says(one.Follow(), "Sessione chiusa.")
	open := 0
	for _, b := range []*servertest.Client{two, three} {
		if b.Get("/credenziali").Status == http.StatusOK {
			open++
		}
	}
	if open != 1 {
		t.Errorf("after one was closed %d others are open, want 1", open)
	}
	one.Leads(one.Post("/credenziali/sessioni", "session", "others"), "/credenziali")
	for _, b := range []*servertest.Client{two, three} {
		b.Leads(b.Get("/credenziali"), "/entra")
	}
	one.Status(one.Get("/credenziali"), http.StatusOK)
	bruna.Status(bruna.Get("/credenziali"), http.StatusOK)
}

func TestOwnPassphrase(t *testing.T) {
	s := site.Standard(t)
	anna := s.People["anna"]
	other, b := s.SignedIn("anna"), s.SignedIn("anna")
	b.Status(b.Get("/credenziali/frase"), http.StatusOK)
	words := b.Hidden("words")
	wrong := b.Status(b.Post("/credenziali/frase", "choice", "words", "words", words, "again", words, "current", "altra frase", "code", s.Code(anna)), http.StatusUnauthorized)
	b.Says(wrong, "Niente è stato fatto", words)
	weak := b.Status(b.Post("/credenziali/frase", "choice", "own", "words", words, "own", "corta", "again", "corta", "current", anna.Passphrase, "code", s.Code(anna)), http.StatusUnprocessableEntity)
	b.Says(weak, "si indovina troppo in fretta")
	b.Leads(b.Post("/credenziali/frase", "choice", "words", "words", words, "again", words, "current", anna.Passphrase, "code", s.Code(anna)), "/credenziali")
	b.Says(b.Follow(), "La frase è cambiata")
	other.Leads(other.Get("/credenziali"), "/entra")
	if _, err := s.TrySignIn(anna); err == nil {
		t.Error("the old passphrase still signs in")
	}
	anna.Passphrase = words
	s.SignedIn("anna")
	if got := s.Store.Log().Epoch(s.Units["desk"]); got != 1 {
		t.Errorf("a new passphrase made epoch %d of the unit, want 1", got)
	}
}
