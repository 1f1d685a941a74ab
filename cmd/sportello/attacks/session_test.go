package attacks

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Who has stolen the cookie of a session must lose it with the session, whatever he
// posts at that moment and whatever he writes into the sessions file.

// opens tells whether a cookie gets the Agenda without a passphrase.
func (b *browser) opens() bool {
	b.t.Helper()
	p, err := b.ask(http.MethodGet, "/agenda", nil)
	must(b.t, err)
	return p.status == http.StatusOK
}

// storm posts forms whose text is held in the session, from many at once, until
// stop; sent counts how many the service took.
func (b *browser) storm(stop <-chan struct{}, posters int) (sent *atomic.Int64, all *sync.WaitGroup) {
	sent, all = new(atomic.Int64), new(sync.WaitGroup)
	for range posters {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				p, err := b.ask(http.MethodPost, "/lingua", url.Values{"token": {b.token}, "lang": {"it"}, "from": {"/agenda"}, "text": {strings.Repeat("mezza frase ", 400)}})
				if err == nil && p.leads == "/agenda" {
					sent.Add(1)
				}
			}
		})
	}
	return sent, all
}

func TestAttackDraftsBringASessionBack(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for what, path := range map[string]string{"signed out": "/esci", "covered": "/copri"} {
		for _, name := range []string{"anna", "lucia", "sofia"} { // a fourth code of one person would wait
			worker := w.signIn(t, name)
			worker.get("/agenda")
			thief := worker.stolen()
			stop := make(chan struct{})
			sent, all := thief.storm(stop, 12)
			for range 600 {
				if sent.Load() >= 20 {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			p, err := worker.ask(http.MethodPost, path, url.Values{"token": {worker.token}})
			time.Sleep(300 * time.Millisecond)
			close(stop)
			all.Wait()
			must(t, err)
			if p.status != http.StatusSeeOther || sent.Load() < 20 {
				t.Fatalf("ending a session: %d, after %d drafts", p.status, sent.Load())
			}
			if thief.opens() {
				fell(t, "the stolen cookie of a session that was %s opens the Agenda again", what)
				return
			}
		}
	}
}

// copyOf reads the sessions file with its write-ahead log, while nobody serves.
func (w *town) copyOf(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{sessionsFile, sessionsFile + "-wal"} {
		b, err := os.ReadFile(filepath.Join(w.dir, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		files[name] = b
	}
	return files
}

func (w *town) putBack(t *testing.T, files map[string][]byte) {
	t.Helper()
	for name, b := range files {
		path := filepath.Join(w.dir, name)
		if b == nil {
			if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			continue
		}
		must(t, os.WriteFile(path, b, 0o600))
	}
}

func TestAttackSessionsFileIsPutBack(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	out, covered, closed, stepped := w.signIn(t, "anna"), w.signIn(t, "anna"), w.signIn(t, "lucia"), w.signIn(t, "lucia")
	ends := map[string]*browser{"signed out": out.stolen(), "covered": covered.stolen(), "closed from another browser": closed.stolen(), "stepped up from": stepped.stolen()}
	w.stop(t)
	before := w.copyOf(t)
	must(t, w.start(t))
	for what, b := range ends {
		if !b.opens() {
			t.Fatalf("the session to be %s does not open", what)
		}
	}
	out.get("/agenda")
	out.post("/esci")
	covered.get("/agenda")
	covered.post("/copri")
	stepped.get("/credenziali")
	if p := stepped.stepUp(w.people["lucia"], "/credenziali/codici", "from", "/credenziali"); p.status != http.StatusOK {
		t.Fatalf("stepping up: %d", p.status)
	}
	stepped.get("/credenziali")
	stepped.post("/credenziali/sessioni", "session", "others")
	for what, b := range ends {
		if b.opens() {
			t.Fatalf("the session that was %s opens before anything was put back", what)
		}
	}
	w.stop(t)
	w.putBack(t, before)
	must(t, w.start(t))
	for what, b := range ends {
		if b.opens() {
			fell(t, "after the sessions file was put back, a session that was %s opens again", what)
		}
	}
}

func TestAttackSessionRowIsWrittenBack(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	anna := w.signIn(t, "anna")
	thief := anna.stolen()
	db := w.sqlite(t, sessionsFile)
	for _, text := range []string{"CREATE TEMP TABLE kept AS SELECT * FROM main.session", "SELECT 1"} {
		db.SetMaxOpenConns(1) // a temporary table belongs to one connection
		_, err := db.Exec(text)
		must(t, err)
	}
	anna.get("/agenda")
	anna.post("/esci")
	if thief.opens() {
		t.Fatal("a session that was signed out opens before anything was written")
	}
	_, err := db.Exec("INSERT OR REPLACE INTO main.session SELECT * FROM kept")
	must(t, err)
	if thief.opens() {
		fell(t, "a row written back brings a session back that was signed out")
	}
}

func TestAttackTriggerKeepsASession(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	anna, lucia := w.signIn(t, "anna"), w.signIn(t, "lucia")
	thief, other := anna.stolen(), lucia.stolen()
	db := w.sqlite(t, sessionsFile)
	for _, text := range []string{"CREATE TRIGGER eats1 BEFORE DELETE ON session BEGIN SELECT RAISE(IGNORE); END",
		"CREATE TRIGGER eats2 BEFORE UPDATE ON session BEGIN SELECT RAISE(IGNORE); END"} {
		_, err := db.Exec(text)
		must(t, err)
	}
	anna.get("/agenda")
	anna.post("/esci")
	lucia.get("/agenda")
	lucia.post("/copri")
	for what, b := range map[string]*browser{"signed out": thief, "covered": other} {
		if b.opens() {
			fell(t, "a trigger in the sessions file keeps a session that was %s", what)
		}
	}
}

// TestAttackEndedSessionInTheFile: what was sealed for a session is searched for,
// byte by byte, in everything that a copy of its file would hold.
func TestAttackEndedSessionInTheFile(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for what, path := range map[string]string{"signed out": "/esci", "covered": "/copri"} {
		before := w.sealedSessions(t)
		anna := w.signIn(t, "anna")
		anna.get("/agenda")
		var pieces [][]byte
		for sealed := range w.sealedSessions(t) {
			if !before[sealed] {
				pieces = append(pieces, []byte(sealed[50:114]))
			}
		}
		if len(pieces) != 1 {
			t.Fatalf("%d new sessions", len(pieces))
		}
		anna.post(path)
		held := ""
		for range 20 { // a write-ahead log is emptied a moment later
			if held = w.holds(t, pieces[0]); held == "" {
				break
			}
			time.Sleep(time.Second)
		}
		if held != "" {
			fell(t, "%s still holds the keys of a session that was %s", held, what)
		}
	}
}

// holds names the sessions file, or its write-ahead log, that holds these bytes.
func (w *town) holds(t *testing.T, piece []byte) string {
	t.Helper()
	for name, b := range w.copyOf(t) {
		if bytes.Contains(b, piece) {
			return name
		}
	}
	return ""
}

// sealedSessions are the sealed keys of all sessions. The file stays open here, so
// that nobody's closing empties its write-ahead log.
func (w *town) sealedSessions(t *testing.T) map[string]bool {
	t.Helper()
	rows, err := w.sqlite(t, sessionsFile).Query("SELECT sealed FROM session WHERE sealed IS NOT NULL")
	must(t, err)
	defer rows.Close()
	all := map[string]bool{}
	for rows.Next() {
		var b []byte
		must(t, rows.Scan(&b))
		all[string(b)] = true
	}
	must(t, rows.Err())
	return all
}

// TestAttackPlantedDraft: with the cookie of a covered session somebody sends a form
// with another number, and the worker who comes back would send it on unread.
func TestAttackPlantedDraft(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	anna := w.signIn(t, "anna")
	anna.get("/agenda")
	thief := anna.stolen()
	anna.get("/agenda")
	anna.post("/copri")
	thief.get("/riprendi")
	number := "333 0000017"
	thief.post("/contatti/nuovo", "from", "/contatti/nuovo", "step", "1", "speaker", "she", "name", "Iolanda", "call_back", "yes", "call_number", number, "request", "Chiede di essere richiamata.")
	anna.get("/riprendi")
	anna.post("/riprendi", "passphrase", w.people["anna"].Passphrase)
	anna.follow()
	if anna.page.status != http.StatusOK {
		t.Fatalf("uncovering: %d on %s", anna.page.status, anna.page.path)
	}
	planted := func() bool { return strings.Contains(anna.page.body, `value="`+number+`"`) }
	first := planted()
	anna.get("/contatti/nuovo")
	if first || planted() {
		fell(t, "what was sent under a covered screen fills a worker's form")
	}
}
