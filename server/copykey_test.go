package server_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies/units"
	"sportello/server/servertest"
)

// A centre keeps its public key once; changing it asks for passphrase and code,
// every member is told, and the copy is made to it without pasting. Its words are
// those that whoever holds the secret half works out elsewhere.
func TestACentreKeepsItsKeyForCopies(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	s.House.StretchWith(crypto.InProcess{}) // as the command line does
	r := s.Fill(t)
	bruna := s.SignedIn("bruna")
	const page = "/credenziali/chiave-centro"
	bruna.Says(bruna.Get(page), "Nessuna chiave")
	copies := "/arrivi/" + r.Sent + "/copia"
	bruna.Says(bruna.Get(copies), "Il centro può tenere qui la sua chiave pubblica")
	bruna.Status(bruna.Post(copies, "which", "kept"), http.StatusUnprocessableEntity)

	id := servertest.Identity(t)
	bruna.Get(page)
	seen := bruna.Hidden("version")
	bruna.Says(bruna.Status(bruna.Post(page, "recipient", "age1x", "version", seen), http.StatusUnprocessableEntity), "age1pq1", "age1x")
	secret := strings.Replace(string(id.Secret()), "-PQ-", "-\r\nPQ-", 1) // as an editor may fold it
	for _, where := range []string{page, copies} {
		bruna.Get(where)
		got := bruna.Status(bruna.Post(where, "which", "other", "recipient", secret, "version", seen), http.StatusUnprocessableEntity)
		bruna.Says(got, "Questa è la parte segreta della chiave")
		bruna.Silent(got, "AGE-SECRET-KEY", secret[30:60])
	}
	anna := s.SignedIn("anna")
	anna.Get("/ammissioni/recupero")
	anna.Says(anna.Status(anna.Post("/ammissioni/recupero", "recipient", secret, "heard", "abaco"), http.StatusUnprocessableEntity), "Questa è la parte segreta della chiave", "farne una nuova")
	anna.Silent(anna.Page, "AGE-SECRET-KEY", secret[30:60])
	folded := id.Recipient().String()[:900] + "\r\n  " + id.Recipient().String()[900:]
	bruna.Leads(bruna.StepUp("bruna", page, "recipient", folded, "version", seen), page)
	bruna.Says(bruna.Follow(), "La chiave è salvata", "bruna")
	words := bruna.List("words")
	if got, err := units.CopyKeyWords(crypto.InProcess{}, id.Recipient(), s.People["bruna"].Unit); err != nil || strings.Join(words, " ") != got.String() {
		t.Errorf("the page shows %q, the key has %q, %v", words, got, err)
	}
	file := filepath.Join(t.TempDir(), "chiave.txt")
	if err := os.WriteFile(file, []byte(id.Secret()), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(commandLine(t), "recovery", "words", "--copies", "--identity", file, "--unit", s.People["bruna"].Unit).Output()
	if err != nil || strings.TrimSpace(string(said)) != strings.Join(words, " ") {
		t.Errorf("the command line says %q, %v; the page %q", said, err, words)
	}

	bruna.Says(bruna.Get("/arrivi"), "Chiave del centro per le copie", "Chiave nuova", "bruna", strings.Join(words, "</li><li>"))
	bruna.Leads(bruna.Post("/avvisi", "notice", bruna.Hidden("notice"), "from", "/arrivi"), "/arrivi")
	bruna.Silent(bruna.Get("/arrivi"), "Chiave nuova")
	bruna.Says(bruna.Get(copies), "La chiave del centro", strings.Join(words, " "))
	got := bruna.Status(bruna.StepUp("bruna", copies, "which", "kept"), http.StatusOK)
	if text, err := crypto.OpenFile(id, []byte(got.Body)); err != nil || !strings.Contains(string(text), servertest.SecretWord) {
		t.Errorf("the copy made to the kept key: %v", err)
	}
	other := servertest.Identity(t)
	bruna.Get(copies)
	got = bruna.Status(bruna.StepUp("bruna", copies, "which", "other", "recipient", other.Recipient().String()), http.StatusOK)
	if _, err := crypto.OpenFile(other, []byte(got.Body)); err != nil {
		t.Errorf("the copy made to another key: %v", err)
	}
	bruna.Get(copies)
	bruna.Status(bruna.Post(copies, "which", "other"), http.StatusUnprocessableEntity)

	bruna.Get(page)
	bruna.StepUp("bruna", page, "recipient", other.Recipient().String(), "version", seen)
	bruna.Says(bruna.Status(bruna.Page, http.StatusConflict), "Intanto una collega ha cambiato", strings.Join(words, "</li><li>"))
	seen = bruna.Hidden("version")
	bruna.Leads(bruna.StepUp("bruna", page, "go", "take_away", "version", seen), page)
	bruna.Says(bruna.Get("/arrivi"), "Chiave tolta")
	bruna.Says(bruna.Get(page), "Nessuna chiave")
	s.Clock.Add(31 * 24 * 3600e9)
	bruna = s.SignedIn("bruna")
	bruna.Says(bruna.Get("/arrivi"), "Chiave tolta") // until she has seen it
	bruna.Post("/avvisi", "notice", bruna.Hidden("notice"))
	bruna.Silent(bruna.Get("/arrivi"), "Chiave tolta")
	s.Quiet(t)
}
