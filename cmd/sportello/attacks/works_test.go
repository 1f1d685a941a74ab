package attacks

import (
	"crypto/rand"
	"net/http"
	"testing"
)

// randomID is an id as the program draws its own.
func randomID() string { return rand.Text() }

// TestHarness shows that the harness can do what a worker can, so that an attack
// that fails did not fail for want of a form.
func TestHarness(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	anna := w.signIn(t, "anna")
	if p := anna.get("/agenda"); p.status != http.StatusOK || !p.says("Agenda") {
		t.Fatalf("the Agenda: %d", p.status)
	}
	anna.newContact("Iolanda", "Chiede un posto per stanotte.")
	if p := anna.follow(); p.status != http.StatusOK || !p.says("Iolanda") {
		t.Fatalf("the new case: %d on %s", p.status, p.path)
	}
	w.stop(t)
	if said, code := w.run(t, "audit", "verify", "--records"); code != 0 {
		t.Fatalf("verify: %d %s", code, said)
	}
	must(t, w.start(t))
	if p := anna.get("/agenda"); p.status != http.StatusOK {
		t.Errorf("a restart lost a session: %d, leads to %q", p.status, p.leads)
	}
	w.kill(t)
	must(t, w.start(t))
	var n int
	must(t, w.sqlite(t, mainFile).QueryRow("SELECT count(*) FROM leaf").Scan(&n))
	if n < 10 {
		t.Errorf("only %d leaves", n)
	}
}
