package server_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/sharing"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/server/servertest"

	_ "github.com/mattn/go-sqlite3"
)

// badDay is a service with one case, and what was promised of it.
type badDay struct {
	*servertest.Site
	t      *testing.T
	caseID string
	alias  string

	mu    sync.Mutex
	acked []string // notes that were acknowledged
}

// cannotWrite is the sentence of the page.
const cannotWrite = "non riesce a scrivere sul suo disco"

// newBadDay serves a small instance; prepare may move its folder elsewhere while
// it is closed.
func newBadDay(t *testing.T, prepare func(dir string)) *badDay {
	t.Helper()
	w := storetest.New(t).Standard()
	w.Close()
	prepare(w.Dir)
	w.Open()
	d := &badDay{Site: site.Serve(t, w), t: t, alias: "alias" + strings.ToLower(crypto.NewID())}
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: crypto.NewID(), OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Alias: d.alias, Outcome: "info_only"}})
	if err != nil {
		t.Fatal(err)
	}
	d.caseID = out.CaseID
	return d
}

// note adds a note; an acknowledged one must never be lost.
func (d *badDay) note(text string) error {
	_, err := d.Desk.Cases.AddNote(context.Background(), d.Caller("anna"), d.caseID, typed.NewForm(), "other", text)
	if err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.acked = append(d.acked, text)
	}
	return err
}

func (d *badDay) page() string { return "/schede/" + d.caseID }

// refused asks for pages as somebody who is signed in, and types a note: each is
// refused in one sentence, shows nothing of hers, and gives back what was typed.
func (d *badDay) refused(b *servertest.Client, typed string) {
	d.t.Helper()
	got := b.Get(d.page())
	b.Says(b.Status(got, http.StatusServiceUnavailable), cannotWrite, "Riprovare tra qualche minuto")
	b.Silent(got, d.alias)
	b.Silent(b.Status(b.Get("/agenda"), http.StatusServiceUnavailable), d.alias)
	got = b.Post(d.page()+"/diario/nuova", "kind", "other", "text", typed, "from", d.page())
	b.Says(b.Status(got, http.StatusServiceUnavailable), cannotWrite, typed, "Niente di questa pagina è stato salvato", "Invia quello che era scritto")
	b.Silent(got, d.alias)
	if r := got.Header.Get("Sportello-Receipt"); r != "" {
		d.t.Error("what was refused has a receipt")
	}
}

// whole opens the instance again and looks for every note that was acknowledged,
// and in its files for words in clear.
func (d *badDay) whole(secrets ...string) {
	d.t.Helper()
	d.Close()
	d.Close()
	if err := d.TryOpen(); err != nil {
		d.t.Fatalf("opening the instance again: %v", err)
	}
	if r := d.CheckRecords(); len(r.Problems) != 0 || r.Checked < 20 {
		d.t.Errorf("checking the records: %d checked, %v", r.Checked, r.Problems)
	}
	v, _, err := d.Desk.OpenCase(d.t.Context(), d.Caller("anna"), d.caseID, storetest.Parts...)
	if err != nil {
		d.t.Fatal(err)
	}
	there := map[string]bool{}
	for _, n := range v.Notes {
		there[n.Text] = true
	}
	for _, text := range d.acked {
		if !there[text] {
			d.t.Error("an acknowledged note is lost")
		}
	}
	d.Close()
	secrets = append(secrets, d.alias)
	for _, text := range d.acked {
		secrets = append(secrets, text[:min(len(text), 20)])
	}
	noneInClear(d.t, d.Dir, secrets)
}

func noneInClear(t *testing.T, dir string, words []string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		for _, word := range words {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("%s holds what was typed", filepath.Base(path))
			}
		}
		return err
	})
	if err != nil || files < 3 {
		t.Fatalf("looking through %d files: %v", files, err)
	}
}

// TestBadDisk: a disk that is full, at any time or at the start, or fails every
// write. Who is refused is told so and gets back what she typed; what was
// acknowledged is there when the disk takes writes again; nothing leaks.
func TestBadDisk(t *testing.T) {
	if storetest.Alone(t) {
		return
	}
	t.Run("full", diskFull)
	t.Run("full at the start", startOnAFullDisk)
	t.Run("failing", diskFails)
}

// diskFull: writers fill a small disk.
func diskFull(t *testing.T) {
	var disk *storetest.Disk
	d := newBadDay(t, func(dir string) { disk = storetest.NewDisk(t, dir, "5m") })
	b := d.SignedIn("anna")
	var writers sync.WaitGroup
	refusals := make(chan error, 6)
	for range cap(refusals) {
		writers.Go(func() {
			for {
				err := d.note(crypto.NewID() + strings.Repeat(" parola", 1000))
				if err != nil && !errors.Is(err, acts.ErrConflict) { // they write in one case
					refusals <- err
					return
				}
			}
		})
	}
	writers.Wait()
	close(refusals)
	for err := range refusals {
		if !errors.Is(err, acts.ErrUnwritable) {
			t.Errorf("a writer on a full disk: %v", err)
		}
	}
	t.Logf("%d notes were acknowledged before the disk was full", len(d.acked))
	if len(d.acked) < 20 {
		t.Fatal("too few notes: the disk was full from the start")
	}
	d.fill(disk)
	typed := "scritto a disco pieno " + crypto.NewID()
	d.refused(b, typed)
	c, got := d.entersUntilFull(disk)
	c.Says(c.Status(got, http.StatusServiceUnavailable), cannotWrite)
	d.fill(disk)
	d.Clock.Add(2 * time.Minute) // the session is to be touched, which the disk refuses too
	d.refused(b, typed)
	disk.Resize("64m")
	if got := b.Post(d.page()+"/diario/nuova", "kind", "other", "text", typed); got.Status != http.StatusSeeOther {
		t.Fatalf("sending it again once there is room: %d", got.Status)
	}
	d.acked = append(d.acked, typed)
	b.Says(b.Status(b.Get(d.page()+"/diario"), http.StatusOK), typed)
	if err := d.note("dopo"); err != nil {
		t.Errorf("a note once there is room: %v", err)
	}
	if err := os.Remove(filepath.Join(d.Dir, "ballast")); err != nil {
		t.Fatal(err)
	}
	d.whole(typed)
}

// fill leaves no room on the disk, nor inside the write-ahead log of the main file,
// which SQLite may have begun again from its start.
func (d *badDay) fill(disk *storetest.Disk) {
	d.t.Helper()
	for range 1000 {
		disk.Fill()
		_, _, err := d.Desk.OpenCase(d.t.Context(), d.Caller("anna"), d.caseID, storetest.Parts...)
		if errors.Is(err, acts.ErrUnwritable) {
			return
		}
		if err != nil {
			d.t.Fatalf("filling a disk: %v", err)
		}
	}
	d.t.Fatal("the disk does not get full")
}

// entersUntilFull signs in until the file of sessions has no room left either.
func (d *badDay) entersUntilFull(disk *storetest.Disk) (c *servertest.Client, got servertest.Answer) {
	d.t.Helper()
	for range 100 {
		c = d.Client(d.t)
		c.From = servertest.Elsewhere()
		c.Get("/entra")
		disk.Fill()
		if got = c.Post("/entra", "username", "anna", "passphrase", d.People["anna"].Passphrase); got.Status != http.StatusSeeOther {
			break
		}
	}
	return c, got
}

// startOnAFullDisk: a service that is stopped on a full disk loses nothing, and
// starts when there is room.
func startOnAFullDisk(t *testing.T) {
	var disk *storetest.Disk
	d := newBadDay(t, func(dir string) { disk = storetest.NewDisk(t, dir, "6m") })
	for range 5 {
		if err := d.note("prima " + crypto.NewID()); err != nil {
			t.Fatal(err)
		}
	}
	disk.Fill()
	if err := d.note("troppo"); !errors.Is(err, acts.ErrUnwritable) {
		t.Fatalf("a note on a full disk: %v", err)
	}
	d.Close()
	d.Close()
	disk.Fill() // closing made room: SQLite folds its write-ahead log into the database
	if err := d.TryOpen(); err != nil {
		t.Logf("a start on a full disk is refused: %v", err)
	} else if err := d.note("troppo"); !errors.Is(err, acts.ErrUnwritable) {
		t.Errorf("a note on a full disk after a start: %v", err)
	}
	disk.Resize("64m")
	if d.Store == nil {
		d.Open()
	}
	d.whole()
}

// diskFails: every write fails while the service runs, as on a disk that went bad
// or read-only; then it is mended.
func diskFails(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ) // what the kernel sends with each refused write
	d := newBadDay(t, func(string) {})
	b := d.SignedIn("anna")
	for range 3 {
		if err := d.note("prima " + crypto.NewID()); err != nil {
			t.Fatal(err)
		}
	}
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 0, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(t.TempDir(), "try"), []byte("x"), 0o600); !errors.Is(err, syscall.EFBIG) {
		t.Fatalf("the disk takes a write: %v", err)
	}
	typed := "scritto a disco guasto " + crypto.NewID()
	for range 3 {
		d.refused(b, typed)
		if err := d.note("mai"); !errors.Is(err, acts.ErrUnwritable) {
			t.Errorf("a note on a failing disk: %v", err)
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if got := b.Post(d.page()+"/diario/nuova", "kind", "other", "text", typed); got.Status != http.StatusSeeOther {
		t.Fatalf("sending it again on a mended disk: %d", got.Status)
	}
	d.acked = append(d.acked, typed)
	d.whole(typed)
}

// rows counts the rows of a table.
func (d *badDay) rows(file, table string) int { return d.count(file, "SELECT count(*) FROM "+table) }

// count reads one number from a database file, with a connection of its own.
func (d *badDay) count(file, text string, args ...any) (n int) {
	d.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(d.Dir, file))
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(text, args...).Scan(&n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

// TestLogNotWritable: if the log cannot be written, nothing is read or changed.
func TestLogNotWritable(t *testing.T) {
	d := newBadDay(t, func(string) {})
	b := d.SignedIn("anna")
	for _, table := range []string{"leaf", "leaf_hash", "checkpoint"} {
		if err := d.note("prima " + crypto.NewID()); err != nil {
			t.Fatal(err)
		}
		notes, secrets, leaves := d.rows(store.MainFile, "note"), d.rows(secretsFile(store.ShredFile), "shred"), d.Store.Log().Size()
		mend := d.BreakTable("INSERT", table)
		for _, path := range []string{d.page(), "/agenda", "/ammissioni", "/credenziali"} {
			got := b.Status(b.Get(path), http.StatusInternalServerError)
			b.Says(got, "Il servizio si è fermato mentre lavorava a questa pagina")
			b.Silent(got, d.alias)
		}
		b.Silent(b.Status(b.Post("/cerca", "q", d.alias[:12]), http.StatusInternalServerError), d.alias)
		b.Status(b.Post(d.page()+"/diario/nuova", "kind", "other", "text", "mai"), http.StatusInternalServerError)
		if _, err := d.TrySignIn(d.People["bruna"]); err == nil {
			t.Errorf("without %s somebody signs in", table)
		}
		if got := d.rows(store.MainFile, "note"); got != notes || d.Store.Log().Size() != leaves {
			t.Errorf("without %s: %d notes, want %d; %d leaves, want %d", table, got, notes, d.Store.Log().Size(), leaves)
		}
		mend()
		b.Says(b.Status(b.Get(d.page()), http.StatusOK), d.alias)
		if err := d.note("dopo " + crypto.NewID()); err != nil {
			t.Errorf("once %s is mended: %v", table, err)
		}
		// The secret of the refused note goes with the next one.
		if got := d.rows(secretsFile(store.ShredFile), "shred"); got > secrets+2 {
			t.Errorf("without %s: %d secrets, want at most %d", table, got, secrets+2)
		}
	}
	d.whole()
}

func secretsFile(name string) string { return filepath.Join(store.SecretsDir, name) }

// TestSessionsNotWritable: nobody signs in, and what covers or ends a session does so
// all the same: it is the log that says how a session stands.
func TestSessionsNotWritable(t *testing.T) {
	d := newBadDay(t, func(string) {})
	b, c, e := d.SignedIn("anna"), d.SignedIn("anna"), d.SignedIn("anna")
	for _, table := range []string{"session", "pending", "throttle", "draft"} {
		for _, change := range []string{"INSERT", "UPDATE", "DELETE"} {
			defer d.BreakTable(change, table)()
		}
	}
	b.Says(b.Status(b.Get(d.page()), http.StatusOK), d.alias) // which writes no session
	stranger := d.Client(d.t)
	stranger.Get("/entra")
	got := stranger.Status(stranger.Post("/entra", "username", "anna", "passphrase", d.People["anna"].Passphrase), http.StatusInternalServerError)
	if strings.Contains(strings.Join(got.Header.Values("Set-Cookie"), " "), "__Host-pending=") {
		t.Error("a sign-in that could not be kept has a cookie")
	}
	cookie := e.CookieNow()
	e.Leads(e.Post("/copri"), "/riprendi")
	e.Silent(e.Status(e.Get("/riprendi"), http.StatusOK), d.alias, "annotar")
	d.ended(cookie, "/riprendi")
	for path, who := range map[string]*servertest.Client{"/uscita": b, "/esci": c} {
		cookie := who.CookieNow()
		got = who.Get(path)
		if path == "/esci" {
			who.Get("/agenda")
			who.Leads(who.Post(path), "/entra")
			got = who.Page
			who.Silent(who.Status(who.Get("/entra"), http.StatusOK), "annotar")
		} else {
			who.Silent(who.Status(got, http.StatusOK), d.alias, "annotar")
		}
		if !strings.Contains(strings.Join(got.Header.Values("Set-Cookie"), " "), "__Host-session=;") {
			t.Errorf("%s leaves the session's cookie in the browser", path)
		}
		d.ended(cookie, "/entra")
	}
}

// TestEndsOnAFullDisk: while the log takes no leaf, covering, leaving and signing out
// hold in this process, for whoever has the cookie, and the page says that this is
// all. Once it takes leaves again the sweep writes them down, and a start keeps them.
func TestEndsOnAFullDisk(t *testing.T) {
	d := newBadDay(t, func(string) {})
	covers, leaves, signsOut, idle := d.SignedIn("anna"), d.SignedIn("anna"), d.SignedIn("bruna"), d.SignedIn("clara")
	cookies := map[*servertest.Client]string{covers: covers.CookieNow(), leaves: leaves.CookieNow(), signsOut: signsOut.CookieNow(), idle: idle.CookieNow()}
	covers.Get("/schede")
	signsOut.Get("/arrivi")
	size := d.Store.Log().Size()
	mend := d.BreakTable("INSERT", "leaf")
	mend2 := d.BreakTable("INSERT", "draft")
	covers.Leads(covers.Post("/copri", "from", "/contatti/nuovo", "name", "Irene Prova", "step", "1"), "/riprendi")
	sheet := covers.Status(covers.Get("/riprendi"), http.StatusOK)
	covers.Says(sheet, "non è stato possibile annotarla")
	covers.Silent(sheet, "Irene", "Sportello")
	leaves.Says(leaves.Status(leaves.Get("/uscita"), http.StatusOK), "L’uscita vale da subito, ma non è stato possibile annotarla")
	leaves.Silent(leaves.Page, "Sportello", "Entra")
	signsOut.Leads(signsOut.Post("/esci"), "/entra")
	signsOut.Says(signsOut.Status(signsOut.Get("/entra"), http.StatusOK), "La sessione è chiusa da subito, ma il disco non ha accettato di annotarlo")
	d.ended(cookies[covers], "/riprendi")
	d.ended(cookies[leaves], "/entra")
	d.ended(cookies[signsOut], "/entra")
	if err := d.Door.Sweep(t.Context()); err == nil {
		t.Error("a sweep that cannot be recorded does not say so")
	}
	if got := d.Store.Log().Size(); got != size {
		t.Fatalf("the fault did not fire: %d leaves, want %d", got, size)
	}
	mend()
	mend2()
	if err := d.Door.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := d.Store.Log().Size(); got != size+1 {
		t.Errorf("the sweep left %d leaves, want one", got-size)
	}
	covers.Leads(covers.Post("/riprendi", "passphrase", d.People["anna"].Passphrase), "/contatti/nuovo")
	covers.Says(covers.Follow(), `value="Irene Prova"`) // kept in memory alone
	covers.Leads(covers.Post("/copri"), "/riprendi")
	d.again()
	d.ended(cookies[covers], "/riprendi")
	d.ended(cookies[leaves], "/entra")
	d.ended(cookies[signsOut], "/entra")
	idle.Status(idle.Get("/registro"), http.StatusOK)
}

// ended fails the test unless a browser with this cookie is led away.
func (d *badDay) ended(cookie, to string) {
	d.t.Helper()
	b := d.Client(d.t)
	b.SetCookie("__Host-session", cookie)
	b.Leads(b.Get("/agenda"), to)
}

// again stops the service and starts it on the same folder.
func (d *badDay) again() {
	d.t.Helper()
	d.World.Close()
	d.World.Open()
	*d.Site = *site.Serve(d.t, d.World)
}

// TestSecretsNotWritable: without a shred secret nothing is recorded; and nobody is
// told that something is erased while its secret is still there.
func TestSecretsNotWritable(t *testing.T) {
	d := newBadDay(t, func(string) {})
	w, ctx := d.World, t.Context()
	shred := secretsFile(store.ShredFile)
	notes := d.rows(store.MainFile, "note")
	mend := d.BreakTable("INSERT", "shred")
	if err := d.note("mai"); err == nil || d.rows(store.MainFile, "note") != notes {
		t.Errorf("a note without its secret: %v", err)
	}
	mend()
	goes := "va via " + crypto.NewID()
	if err := d.note(goes); err != nil {
		t.Fatal(err)
	}
	d.acked = nil // it is to be erased
	consent, _, err := w.Desk.Sharing.GiveConsent(ctx, w.Caller("anna"), d.caseID, sharing.Authorisation{Centre: w.Units["centre"], Purpose: "support",
		Fields: []string{"alias"}, Feedback: "more", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Desk.Sharing.SendReferral(ctx, w.StepUp("anna", policies.ReferralSend, consent), consent); err != nil {
		t.Fatal(err)
	}
	var secret string
	if err := w.Store.View(ctx, func(r kept.Reader) error {
		var row sharing.ReferralRow
		err := r.Get(&row, consent)
		secret = row.Secret
		return err
	}); err != nil {
		t.Fatal(err)
	}
	is := func() int { return d.count(shred, "SELECT count(*) FROM shred WHERE id = ?", secret) }
	mend = d.BreakTable("DELETE", "shred")
	if _, err := w.Desk.Sharing.Revoke(ctx, w.Caller("anna"), consent, "known_voice"); err == nil {
		t.Error("a revocation is answered while its secret is there")
	}
	if is() != 1 {
		t.Error("the fault did not fire: the secret is gone")
	}
	if _, _, err := w.Desk.Sharing.OpenReferral(ctx, w.Caller("bruna"), consent); err == nil {
		t.Error("the centre opens what she took back")
	}
	w.Close()
	if err := w.TryOpen(); err == nil {
		t.Error("an instance starts that cannot finish an erasure")
	}
	mend()
	d.whole(goes)
	if is() != 0 {
		t.Error("after a start the secret of what she took back is still there")
	}
}
