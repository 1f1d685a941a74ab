package server_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/units"
)

// A centre keeps its public key once; changing it asks for passphrase and code,
// every member is told, and the copy is made to it without pasting. Its words are
// those that whoever holds the secret half works out elsewhere.
func TestACentreKeepsItsKeyForCopies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.fill(t)
	bruna := s.signedIn("bruna")
	const page = "/credenziali/chiave-centro"
	bruna.says(bruna.get(page), "Nessuna chiave")
	copies := "/arrivi/" + r.sent + "/copia"
	bruna.says(bruna.get(copies), "Il centro può tenere qui la sua chiave pubblica")
	bruna.status(bruna.post(copies, "which", "kept"), http.StatusUnprocessableEntity)

	id := identity(t)
	bruna.get(page)
	seen := bruna.hidden("version")
	bruna.says(bruna.status(bruna.post(page, "recipient", "age1x", "version", seen), http.StatusUnprocessableEntity), "age1pq1", "age1x")
	secret := strings.Replace(string(id.Secret()), "-PQ-", "-\r\nPQ-", 1) // as an editor may fold it
	for _, where := range []string{page, copies} {
		bruna.get(where)
		got := bruna.status(bruna.post(where, "which", "other", "recipient", secret, "version", seen), http.StatusUnprocessableEntity)
		bruna.says(got, "Questa è la parte segreta della chiave")
		bruna.silent(got, "AGE-SECRET-KEY", secret[30:60])
	}
	folded := id.Recipient().String()[:900] + "\r\n  " + id.Recipient().String()[900:]
	bruna.leads(bruna.stepUp("bruna", page, "recipient", folded, "version", seen), page)
	bruna.says(bruna.follow(), "La chiave è salvata", "bruna")
	words := bruna.list("words")
	if got := units.CopyKeyWords(id.Recipient(), s.People["bruna"].Unit); strings.Join(words, " ") != got.String() {
		t.Errorf("the page shows %q, the key has %q", words, got)
	}
	file := filepath.Join(t.TempDir(), "chiave.txt")
	if err := os.WriteFile(file, []byte(id.Secret()), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(commandLine(t), "recovery", "words", "--copies", "--identity", file, "--unit", s.People["bruna"].Unit).Output()
	if err != nil || strings.TrimSpace(string(said)) != strings.Join(words, " ") {
		t.Errorf("the command line says %q, %v; the page %q", said, err, words)
	}

	bruna.says(bruna.get("/arrivi"), "Chiave del centro per le copie", "Chiave nuova", "bruna", strings.Join(words, "</li><li>"))
	bruna.leads(bruna.post("/avvisi", "notice", bruna.hidden("notice"), "from", "/arrivi"), "/arrivi")
	bruna.silent(bruna.get("/arrivi"), "Chiave nuova")
	bruna.says(bruna.get(copies), "La chiave del centro", strings.Join(words, " "))
	got := bruna.status(bruna.stepUp("bruna", copies, "which", "kept"), http.StatusOK)
	if text, err := crypto.OpenFile(id, []byte(got.body)); err != nil || !strings.Contains(string(text), secretWord) {
		t.Errorf("the copy made to the kept key: %v", err)
	}
	other := identity(t)
	bruna.get(copies)
	got = bruna.status(bruna.stepUp("bruna", copies, "which", "other", "recipient", other.Recipient().String()), http.StatusOK)
	if _, err := crypto.OpenFile(other, []byte(got.body)); err != nil {
		t.Errorf("the copy made to another key: %v", err)
	}
	bruna.get(copies)
	bruna.status(bruna.post(copies, "which", "other"), http.StatusUnprocessableEntity)

	bruna.get(page)
	bruna.stepUp("bruna", page, "recipient", other.Recipient().String(), "version", seen)
	bruna.says(bruna.status(bruna.page, http.StatusConflict), "Intanto una collega ha cambiato", strings.Join(words, "</li><li>"))
	seen = bruna.hidden("version")
	bruna.leads(bruna.stepUp("bruna", page, "go", "take_away", "version", seen), page)
	bruna.says(bruna.get("/arrivi"), "Chiave tolta")
	bruna.says(bruna.get(page), "Nessuna chiave")
	s.Clock.Add(31 * 24 * 3600e9)
	bruna = s.signedIn("bruna")
	bruna.says(bruna.get("/arrivi"), "Chiave tolta") // until she has seen it
	bruna.post("/avvisi", "notice", bruna.hidden("notice"))
	bruna.silent(bruna.get("/arrivi"), "Chiave tolta")
	s.quiet(t)
}

// Nobody outside the centre sets its key, and nobody without step-up.
func TestOnlyTheCentreSetsItsKey(t *testing.T) {
	s := newSite(t)
	key := identity(t).Recipient().String()
	for _, name := range []string{"anna", "lucia", "clara", "bruna"} {
		if _, err := s.House.SetCopyKey(t.Context(), s.Caller(name), key, 1); err != acts.ErrDenied {
			t.Errorf("%s without step-up: %v, want ErrDenied", name, err)
		}
	}
	for _, name := range []string{"anna", "lucia", "clara"} {
		if _, err := s.House.SetCopyKey(t.Context(), s.StepUp(name, policies.CopyKeySet, s.People[name].Unit), key, 1); err != acts.ErrDenied {
			t.Errorf("%s: %v, want ErrDenied", name, err)
		}
	}
}

func identity(t *testing.T) crypto.Identity {
	t.Helper()
	id, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}
