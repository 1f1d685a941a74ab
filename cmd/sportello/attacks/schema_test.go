package attacks

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// plant changes a database of the stopped folder as whoever can write to it does.
func (w *town) plant(t testing.TB, file, text string) {
	t.Helper()
	db := w.sqlite(t, file)
	_, err := db.Exec(text)
	must(t, err)
	must(t, db.Close())
}

// refuses checks that the program neither starts on the folder, nor copies it, nor
// finds its records whole, and says why in one sentence.
func (w *town) refuses(t testing.TB, what, name string) (started bool) {
	t.Helper()
	if said, code := w.run(t, "audit", "verify", "--records"); code == 0 {
		fell(t, "%s: verify says: %s", what, said)
	}
	said, code := w.run(t, "backup", "--without-keys", "--to", filepath.Join(t.TempDir(), "copy"))
	if code == 0 {
		fell(t, "%s: the folder is copied", what)
	} else if !strings.Contains(said, name) || strings.Count(strings.TrimSpace(said), "\n") != 0 {
		t.Errorf("%s: backup says: %s", what, said)
	}
	err := w.start(t)
	if err == nil {
		fell(t, "%s: the service starts", what)
		return true
	}
	if !strings.Contains(err.Error(), name) {
		t.Errorf("%s: the start says: %v", what, err)
	}
	return false
}

// TestAttackPlantedTriggerInSecrets: a trigger in shred.db keeps what is erased.
func TestAttackPlantedTriggerInSecrets(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.stop(t)
	w.plant(t, shredFile, `CREATE TABLE kept (id TEXT, secret BLOB);
		CREATE TRIGGER keep BEFORE DELETE ON shred BEGIN INSERT INTO kept VALUES (OLD.id, OLD.secret); END`)
	w.refuses(t, "a trigger that keeps erased secrets", "shred.db")
}

// TestAttackPlantedTriggerInSessions: a trigger in sessions.db makes of signing out
// nothing, so that a stolen cookie goes on.
func TestAttackPlantedTriggerInSessions(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.stop(t)
	w.plant(t, sessionsFile, "CREATE TRIGGER stay BEFORE DELETE ON session BEGIN SELECT RAISE(IGNORE); END")
	err := w.start(t)
	if err != nil {
		if !strings.Contains(err.Error(), "sessions.db") {
			t.Errorf("the start says: %v", err)
		}
		return
	}
	anna := w.signIn(t, "anna")
	thief := anna.stolen()
	anna.get("/agenda")
	if p := anna.post("/esci"); p.status != http.StatusSeeOther {
		t.Fatalf("signing out: %d", p.status)
	}
	if p := thief.get("/agenda"); p.status == http.StatusOK {
		fell(t, "after signing out the cookie still opens %s", p.path)
	}
}

// TestAttackPlantedWhileItRuns: what is planted beside the running service acts on
// none of its writes.
func TestAttackPlantedWhileItRuns(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	anna := w.signIn(t, "anna")
	w.plant(t, mainFile, `CREATE TABLE kept (text TEXT);
		CREATE TRIGGER keep AFTER INSERT ON leaf BEGIN INSERT INTO kept VALUES (CAST(NEW.body AS TEXT)); END`)
	w.plant(t, sessionsFile, "CREATE TRIGGER stay BEFORE DELETE ON session BEGIN SELECT RAISE(IGNORE); END")
	thief := anna.stolen()
	anna.get("/agenda")
	anna.post("/esci")
	if p := thief.get("/agenda"); p.status == http.StatusOK {
		fell(t, "after signing out the cookie still opens %s", p.path)
	}
	var n int
	must(t, w.sqlite(t, mainFile).QueryRow("SELECT count(*) FROM kept").Scan(&n))
	if n > 0 {
		fell(t, "the trigger kept %d leaves", n)
	}
}

// TestAttackCrashLooksLikeTampering: after a kill in the middle of work, and nothing
// else, the check of the records cries wolf: who hears it often hears it no more.
func TestAttackCrashLooksLikeTampering(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	anna := w.signIn(t, "anna")
	unfinished := 0
	for range 6 {
		anna.get("/contatti/nuovo")
		var writers sync.WaitGroup
		for range 4 {
			b := anna.stolen()
			writers.Go(func() {
				for {
					_, err := b.ask(http.MethodPost, "/contatti/nuovo", url.Values{"token": {b.token}, "step": {"3"}, "go": {"open_case"}, "id": {randomID()},
						"from": {"/contatti/nuovo"}, "speaker": {"she"}, "name": {"Iolanda"}, "request": {"Chiede."}, "outcome": {"thinking"}})
					if err != nil {
						return // it is dead
					}
				}
			})
		}
		time.Sleep(1500 * time.Millisecond)
		w.kill(t)
		writers.Wait()
		said, code := w.run(t, "audit", "verify", "--records")
		switch code {
		case 4:
			fell(t, "a crash is called tampering: %s", said)
		case 5:
			unfinished++
			if !strings.Contains(said, "tart the service once") {
				t.Errorf("it says: %s", said)
			}
		case 0:
		default:
			t.Fatalf("verify: %d %s", code, said)
		}
		must(t, w.start(t))
		if said, code := w.run(t, "audit", "verify", "--records"); code != 0 {
			t.Errorf("verify after a start: %d %s", code, said)
		}
	}
	t.Logf("%d of 6 kills left something unfinished", unfinished)
}
