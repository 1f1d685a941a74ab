package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/store/storetest"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// codeOf is the code that an authenticator with this seed shows, in a new step.
func codeOf(t testing.TB, w *storetest.World, seed string) string {
	t.Helper()
	w.Clock.Add(30 * time.Second)
	code, err := totp.GenerateCodeCustom(seed, w.Clock.Now(), totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

var seedText = regexp.MustCompile(`<p class="mono">([A-Z2-7 ]+)</p>`)

// seed is what the enrolment page shows to type by hand.
func (b *client) seed() string {
	b.t.Helper()
	m := seedText.FindStringSubmatch(b.page.body)
	if m == nil {
		b.t.Fatalf("%s shows no seed:\n%s", b.page.path, main(b.page.body))
	}
	if !strings.Contains(b.page.body, `src="data:image/png;base64,`) {
		b.t.Fatalf("%s shows no picture of the seed", b.page.path)
	}
	return strings.ReplaceAll(m[1], " ", "")
}

// invited walks through an invitation and returns the account it made. The
// browser then stands on the page after the recovery codes.
func (b *client) invited(code, username, own string) *storetest.Account {
	b.t.Helper()
	b.get("/invito")
	b.leads(b.post("/invito", "invitation", code), "/invito/frase")
	b.status(b.get("/invito/frase"), http.StatusOK)
	a := &storetest.Account{Username: username, Passphrase: b.hidden("words")}
	choice := "words"
	if own != "" {
		choice, a.Passphrase = "own", own
	}
	b.leads(b.post("/invito/frase", "choice", choice, "own", own, "again", a.Passphrase), "/invito/fattore")
	b.status(b.get("/invito/fattore"), http.StatusOK)
	a.Seed = b.seed()
	b.status(b.post("/invito/fattore", "code", codeOf(b.t, b.s.World, a.Seed)), http.StatusOK)
	for _, c := range b.list("codes mono") {
		a.Codes = append(a.Codes, crypto.Secret(c))
	}
	if len(a.Codes) != 10 {
		b.t.Fatalf("got %d recovery codes, want 10", len(a.Codes))
	}
	b.post("/invito/codici", "kept", "yes")
	return a
}

// invite has the console enter a person and returns the code of her invitation.
func (s *site) invite(username string, role policies.Role, unit string) string {
	s.T.Helper()
	_, code, _, err := s.Office.CreatePerson(s.T.Context(), acts.ConsoleCaller(), office.NewPerson{Username: username, Role: role,
		Agency: s.Agency, Unit: s.Units[unit], Language: "it"})
	if err != nil {
		s.T.Fatal(err)
	}
	return string(code)
}

func TestInvitationOverHTTP(t *testing.T) {
	t.Parallel()
	s := newService(t)
	code := s.invite("elena", policies.IntakeWorker, "desk")
	b := s.client(s.T)

	b.get("/invito")
	wrong := b.status(b.post("/invito", "invitation", "<em>UHOH</em>"), http.StatusUnprocessableEntity)
	b.says(wrong, "Questo codice non vale", `value="<em>UHOH</em>"`)
	if strings.Contains(wrong.body, "<em>UHOH") {
		t.Fatal("hostile text is not inert")
	}
	b.leads(b.get("/invito/frase"), "/invito")

	// By voice: small letters, no hyphens.
	b.get("/invito")
	b.leads(b.post("/invito", "invitation", strings.ToLower(strings.ReplaceAll(code, "-", " "))), "/invito/frase")
	b.get("/invito/frase")
	words := b.hidden("words")
	b.leads(b.get("/invito/fattore"), "/invito/frase")
	b.get("/invito/frase")
	weak := b.status(b.post("/invito/frase", "choice", "own", "own", "ciao ciao ciao", "again", "ciao ciao ciao"), http.StatusUnprocessableEntity)
	b.says(weak, "si indovina troppo in fretta")
	b.silent(weak, "ciao ciao")
	b.says(b.status(b.post("/invito/frase", "choice", "words", "again", "altro"), http.StatusUnprocessableEntity), "non sono uguali", words)

	a := b.invited(code, "elena", "")
	b.status(b.page, http.StatusOK)
	read := b.list("words")
	if len(read) != 4 {
		t.Fatalf("the waiting page shows %d words, want 4", len(read))
	}
	b.get("/invito")
	b.says(b.status(b.post("/invito", "invitation", code), http.StatusUnprocessableEntity), "Questo codice non vale")

	// She signs in while she waits: the same words, and nothing else.
	b.status(b.enter(a), http.StatusOK)
	if got := strings.Join(b.list("words"), " "); got != strings.Join(read, " ") {
		t.Errorf("after sign-in the words are %q, were %q", got, strings.Join(read, " "))
	}
	b.status(b.get("/agenda"), http.StatusNotFound)
	b.leads(b.get("/attesa"), "/riprendi")
	b.get("/riprendi")
	b.post("/riprendi", "passphrase", a.Passphrase)
	if got := strings.Join(b.list("words"), " "); got != strings.Join(read, " ") {
		t.Errorf("after her passphrase the words are %q, were %q", got, strings.Join(read, " "))
	}

	// anna reads them on her own page, from the stored key, and lets her in.
	anna := s.signedIn("anna")
	anna.says(anna.get("/ammissioni"), "elena")
	link := regexp.MustCompile(`/ammissioni/[A-Z2-7]{26}`).FindString(anna.page.body)
	anna.status(anna.get(link), http.StatusOK)
	if got := strings.Join(anna.list("words"), " "); got != strings.Join(read, " ") {
		t.Fatalf("Anna's page shows %q, Elena read %q", got, strings.Join(read, " "))
	}
	shown := anna.hidden("words")
	anna.says(anna.status(anna.post(link, "words", shown), http.StatusUnprocessableEntity), "Dire se le quattro parole")
	anna.says(anna.status(anna.post(link, "words", shown, "same", "no"), http.StatusConflict), "l’ammissione non è stata fatta")
	anna.says(anna.status(anna.stepUp("anna", link, "words", "abaco abaco abaco abaco", "same", "yes"), http.StatusConflict), "Le parole sono diverse")
	anna.leads(anna.stepUp("anna", link, "words", shown, "same", "yes"), "/ammissioni")
	anna.says(anna.follow(), "Ammessa.")
	anna.status(anna.get(link), http.StatusNotFound)

	// Elena fetches the unit's key with her passphrase, and confirms Anna first.
	b.leads(b.get("/attesa"), "/")
	b.leads(b.get("/agenda"), "/riprendi")
	b.get("/riprendi")
	b.post("/riprendi", "passphrase", a.Passphrase)
	b.says(b.follow(), "Colleghe da riconoscere", "anna")
	b.leads(b.get("/contatti/nuovo"), "/colleghi")
	b.get("/colleghi")
	b.says(b.status(b.post("/colleghi"), http.StatusUnprocessableEntity), "Restano persone")
	known := regexp.MustCompile(`name="known" value="([^"]+)"`).FindStringSubmatch(b.page.body)[1]
	b.leads(b.post("/colleghi", "known", known), "/")
	b.says(b.follow(), "Confermato.")
	b.status(b.get("/contatti/nuovo"), http.StatusOK)
	if report := s.CheckRecords(); len(report.Problems) > 0 {
		t.Errorf("records do not match: %v", report.Problems)
	}
}

func TestOwnPassphraseAtInvitation(t *testing.T) {
	s := newService(t)
	own := "nessuno indovina questa frase lunga con 47 papere viola"
	b := s.client(s.T)
	a := b.invited(s.invite("elena", policies.IntakeWorker, "desk"), "elena", own)
	a.Passphrase = strings.ToUpper(own)
	b.status(b.enter(a), http.StatusOK)
	if len(b.list("words")) != 4 {
		t.Error("she does not see her words")
	}
}

func TestInvitationPagesEnd(t *testing.T) {
	s := newService(t)
	b := s.client(s.T)
	b.get("/invito")
	b.post("/invito", "invitation", s.invite("elena", policies.IntakeWorker, "desk"))
	s.Clock.Add(31 * time.Minute)
	b.leads(b.get("/invito/frase"), "/invito")
	b.leads(b.post("/invito/fattore", "code", "123456"), "/invito")
}

// recovering is a browser past the passphrase, on the page for a recovery code.
func (s *site) recovering(a *storetest.Account) *client {
	s.T.Helper()
	b := s.client(s.T)
	b.get("/entra")
	b.post("/entra", "username", a.Username, "passphrase", a.Passphrase)
	b.status(b.get("/entra/recupero"), http.StatusOK)
	return b
}

func TestRecoveryCodeReplacesOnlyTheFactor(t *testing.T) {
	s := newService(t)
	anna := s.People["anna"]
	b := s.recovering(anna)
	b.says(b.status(b.post("/entra/recupero", "recovery", "AAAA-BBBB"), http.StatusUnauthorized), "non corrispond")

	b = s.recovering(anna)
	b.leads(b.post("/entra/recupero", "recovery", strings.ToLower(string(anna.Codes[0]))), "/credenziali/fattore/nuovo")

	// Nothing but the new factor.
	for _, path := range []string{"/", "/agenda", "/credenziali", "/credenziali/codici", "/ammissioni", "/cerca", "/contatti/nuovo", "/credenziali/fattore"} {
		b.leads(b.get(path), "/credenziali/fattore/nuovo")
	}
	b.status(b.get("/credenziali/fattore/nuovo"), http.StatusOK)
	seed := b.seed()
	b.says(b.status(b.post("/credenziali/fattore/nuovo", "code", "000000"), http.StatusUnprocessableEntity), "Il codice non corrisponde")
	b.leads(b.post("/cerca", "q", "rosa"), "/credenziali/fattore/nuovo")
	b.get("/credenziali/fattore/nuovo")
	b.leads(b.post("/credenziali/fattore/nuovo", "code", codeOf(t, s.World, seed)), "/")
	b.says(b.follow(), "Il telefono nuovo è registrato.")
	b.says(b.get("/credenziali"), "9")
	b.status(b.get("/cerca"), http.StatusOK)

	// The same code again, and the old phone, open nothing; the new phone does.
	again := s.recovering(anna)
	again.status(again.post("/entra/recupero", "recovery", string(anna.Codes[0])), http.StatusUnauthorized)
	old := s.client(s.T)
	old.status(old.enter(anna), http.StatusUnauthorized)
	anna.Seed = seed
	s.signedIn("anna")
}

func TestRecoveryCodeTwiceAtOnce(t *testing.T) {
	s := newService(t)
	anna := s.People["anna"]
	var browsers []*client
	for range 8 {
		browsers = append(browsers, s.recovering(anna))
	}
	done := make(chan string, len(browsers))
	for _, b := range browsers {
		go func() { done <- b.post("/entra/recupero", "recovery", string(anna.Codes[3])).leads }()
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
	s := newService(t)
	anna := s.People["anna"]
	for i := range 10 {
		s.Clock.Add(10 * time.Minute)
		b := s.recovering(anna)
		b.status(b.post("/entra/recupero", "recovery", "AAAA-AAAA-AAA"+string(rune('A'+i))), http.StatusUnauthorized)
	}
	s.Clock.Add(10 * time.Minute)
	b := s.client(s.T)
	b.says(b.enter(anna), "blocca")
	b = s.recovering(anna)
	b.leads(b.post("/entra/recupero", "recovery", string(anna.Codes[0])), "/credenziali/fattore/nuovo")
}

// TestEnrolmentSurvivesCover: a session that must enrol stays one when its
// screen was covered, and the enrolment begins anew with the passphrase.
func TestEnrolmentSurvivesCover(t *testing.T) {
	s := newService(t)
	anna := s.People["anna"]
	b := s.recovering(anna)
	b.post("/entra/recupero", "recovery", string(anna.Codes[0]))
	b.get("/credenziali/fattore/nuovo")
	s.Clock.Add(11 * time.Minute)
	b.leads(b.get("/credenziali/fattore/nuovo"), "/riprendi")
	b.get("/riprendi")
	b.leads(b.post("/riprendi", "passphrase", anna.Passphrase), "/credenziali/fattore/nuovo")
	b.get("/credenziali/fattore/nuovo")
	seed := b.seed()
	b.leads(b.get("/agenda"), "/credenziali/fattore/nuovo")
	b.leads(b.post("/credenziali/fattore/nuovo", "code", codeOf(t, s.World, seed)), "/")
}

func TestOwnFactorAndCodes(t *testing.T) {
	s := newService(t)
	anna := s.People["anna"]
	other, b := s.signedIn("anna"), s.signedIn("anna")
	b.says(b.get("/credenziali"), "Codice", "Questo browser", "Firefox, Linux", "10")

	// New recovery codes, with a step-up, once.
	b.says(b.get("/credenziali/codici"), "Conferma con frase e codice")
	b.says(b.status(b.post("/credenziali/codici", "passphrase", "sbagliata", "code", s.Code(anna)), http.StatusUnauthorized), "Niente è stato fatto")
	b.status(b.post("/credenziali/codici", "passphrase", anna.Passphrase, "code", s.Code(anna)), http.StatusOK)
	codes := b.list("codes mono")
	if len(codes) != 10 || codes[0] == string(anna.Codes[0]) {
		t.Fatalf("got codes %v", codes)
	}
	b.leads(b.post("/credenziali/codici", "kept", "yes"), "/credenziali")
	other.leads(other.get("/credenziali"), "/entra")
	old := s.recovering(anna)
	old.status(old.post("/entra/recupero", "recovery", string(anna.Codes[0])), http.StatusUnauthorized)

	// A new phone.
	b.get("/credenziali/fattore")
	b.leads(b.post("/credenziali/fattore", "passphrase", anna.Passphrase, "code", s.Code(anna)), "/credenziali/fattore/nuovo")
	b.get("/credenziali/fattore/nuovo")
	seed := b.seed()
	thief := s.signedIn("anna")
	thief.leads(thief.get("/credenziali/fattore/nuovo"), "/credenziali/fattore")
	b.get("/credenziali/fattore/nuovo")
	b.leads(b.post("/credenziali/fattore/nuovo", "code", codeOf(t, s.World, seed)), "/credenziali")
	b.says(b.follow(), "Il telefono nuovo è registrato.")
	anna.Seed = seed
	s.signedIn("anna")
	b.leads(b.post("/credenziali/fattore/nuovo", "code", codeOf(t, s.World, seed)), "/credenziali/fattore")
}

var sessionField = regexp.MustCompile(`name="session" value="([0-9a-f]+)"`)

func TestOwnSessions(t *testing.T) {
	s := newService(t)
	one := s.signedIn("anna")
	one.get("/credenziali")
	one.post("/credenziali/sessioni", "session", "others") // those in which the cast was made
	two, three := s.signedIn("anna"), s.signedIn("anna")
	bruna := s.signedIn("bruna")
	one.get("/credenziali")
	ids := sessionField.FindAllStringSubmatch(one.page.body, -1)
	if len(ids) != 2 {
		t.Fatalf("the page offers to close %d sessions, want 2", len(ids))
	}
	bruna.get("/credenziali")
	bruna.status(bruna.post("/credenziali/sessioni", "session", ids[0][1]), http.StatusNotFound)
	bruna.status(bruna.post("/credenziali/sessioni"), http.StatusNotFound)
	one.leads(one.post("/credenziali/sessioni", "session", ids[0][1]), "/credenziali")
	one.says(one.follow(), "Sessione chiusa.")
	open := 0
	for _, b := range []*client{two, three} {
		if b.get("/credenziali").status == http.StatusOK {
			open++
		}
	}
	if open != 1 {
		t.Errorf("after one was closed %d others are open, want 1", open)
	}
	one.leads(one.post("/credenziali/sessioni", "session", "others"), "/credenziali")
	for _, b := range []*client{two, three} {
		b.leads(b.get("/credenziali"), "/entra")
	}
	one.status(one.get("/credenziali"), http.StatusOK)
	bruna.status(bruna.get("/credenziali"), http.StatusOK)
}

func TestOwnPassphrase(t *testing.T) {
	s := newService(t)
	anna := s.People["anna"]
	other, b := s.signedIn("anna"), s.signedIn("anna")
	b.status(b.get("/credenziali/frase"), http.StatusOK)
	words := b.hidden("words")
	wrong := b.status(b.post("/credenziali/frase", "choice", "words", "words", words, "again", words, "current", "altra frase", "code", s.Code(anna)), http.StatusUnauthorized)
	b.says(wrong, "Niente è stato fatto", words)
	weak := b.status(b.post("/credenziali/frase", "choice", "own", "words", words, "own", "corta", "again", "corta", "current", anna.Passphrase, "code", s.Code(anna)), http.StatusUnprocessableEntity)
	b.says(weak, "si indovina troppo in fretta")
	b.leads(b.post("/credenziali/frase", "choice", "words", "words", words, "again", words, "current", anna.Passphrase, "code", s.Code(anna)), "/credenziali")
	b.says(b.follow(), "La frase è cambiata")
	other.leads(other.get("/credenziali"), "/entra")
	if _, err := s.TrySignIn(anna); err == nil {
		t.Error("the old passphrase still signs in")
	}
	anna.Passphrase = words
	s.signedIn("anna")
	if got := s.Store.Log().Epoch(s.Units["desk"]); got != 1 {
		t.Errorf("a new passphrase made epoch %d of the unit, want 1", got)
	}
}
