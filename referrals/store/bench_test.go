package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies/accounts"
	"sportello/referrals"
	"sportello/referrals/store/storetest"
)

// The benches measure the desk beside a plain twin: the same acts on the same
// SQLite with the same settings, but tables of its own with the fields in
// clear, no leaf, no digest and no policy.
//
// The twin commits in groups too, with one writer and a savepoint an act: a
// twin that pays one fsync an act would be slower than the desk, and flatter
// it. Its reads write nothing.

const benchClients = 64

// plain is the twin.
type plain struct {
	db   *sql.DB // writer
	read *sql.DB
	jobs chan plainJob
	done chan struct{}
}

type plainJob struct {
	do    func(*plainTx) error
	ready chan error
}

type plainTx struct {
	c     *sql.Conn
	stmts map[string]*sql.Stmt
}

func (t *plainTx) exec(text string, args ...any) error {
	st, ok := t.stmts[text]
	if !ok {
		var err error
		if st, err = t.c.PrepareContext(context.Background(), text); err != nil {
			return err
		}
		t.stmts[text] = st
	}
	_, err := st.Exec(args...)
	return err
}

const plainSchema = `
CREATE TABLE contact (id TEXT PRIMARY KEY, unit TEXT NOT NULL, author TEXT NOT NULL, day TEXT NOT NULL, state TEXT NOT NULL, case_id TEXT NOT NULL,
  speaker TEXT, channel TEXT, at TEXT, danger TEXT, alias TEXT, request TEXT, needs TEXT, safe TEXT, note TEXT, form TEXT UNIQUE) STRICT;
CREATE TABLE case_file (id TEXT PRIMARY KEY, version INTEGER NOT NULL, unit TEXT NOT NULL, state TEXT NOT NULL, opened_day TEXT NOT NULL, last_day TEXT NOT NULL,
  code TEXT, alias TEXT, names TEXT, phones TEXT, safe TEXT, told TEXT) STRICT;
CREATE TABLE identity (id TEXT PRIMARY KEY, name TEXT, surname TEXT, born TEXT) STRICT;
CREATE TABLE note (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, author TEXT, day TEXT, text TEXT) STRICT;
CREATE INDEX contact_case ON contact (case_id);
CREATE INDEX case_unit ON case_file (unit);
CREATE INDEX note_case ON note (case_id);`

func newPlain(b *testing.B) *plain {
	b.Helper()
	dsn := "file:" + filepath.Join(b.TempDir(), "plain.db") +
		"?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_secure_delete=1&_busy_timeout=10000&_stmt_cache_size=200&_cache_size=-16000"
	p := &plain{jobs: make(chan plainJob, 1024), done: make(chan struct{})}
	var err error
	if p.db, err = sql.Open("sqlite3", dsn); err != nil {
		b.Fatal(err)
	}
	if p.read, err = sql.Open("sqlite3", dsn+"&_query_only=1"); err != nil {
		b.Fatal(err)
	}
	p.read.SetMaxOpenConns(4)
	if _, err := p.db.Exec(plainSchema); err != nil {
		b.Fatal(err)
	}
	c, err := p.db.Conn(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	go p.write(&plainTx{c, map[string]*sql.Stmt{}})
	b.Cleanup(func() {
		close(p.jobs)
		<-p.done
		c.Close()
		p.db.Close()
		p.read.Close()
	})
	return p
}

func (p *plain) write(t *plainTx) {
	defer close(p.done)
	for j := range p.jobs {
		group := []plainJob{j}
		for len(group) < 256 && len(p.jobs) > 0 {
			group = append(group, <-p.jobs)
		}
		err := t.exec("BEGIN IMMEDIATE")
		for _, j := range group {
			if err == nil {
				err = t.exec("SAVEPOINT act")
			}
			if err == nil {
				err = j.do(t)
			}
			if err == nil {
				err = t.exec("RELEASE act")
			}
		}
		if err == nil {
			err = t.exec("COMMIT")
		}
		for _, j := range group {
			j.ready <- err
		}
	}
}

func (p *plain) do(f func(*plainTx) error) error {
	j := plainJob{f, make(chan error, 1)}
	p.jobs <- j
	return <-j.ready
}

func benchContact(alias string) referrals.NewContact {
	return referrals.NewContact{Form: crypto.NewID(), OpenCase: true, Contact: referrals.Contact{Speaker: "she", Channel: "phone", Danger: "no",
		Alias: alias, Request: strings.Repeat("chiede dove dormire stanotte, ", 8), Needs: []string{"listen", "bed"}, Outcome: "stay_in_touch",
		Note: strings.Repeat("racconta con calma, ", 10), Safe: referrals.SafeContact{Channels: map[string]string{"call": "yes", "sms": "never"},
			Number: "333 1234567", Hours: []referrals.Hours{{From: "08:00", To: "09:00"}}, CodeWord: "girasole"}}}
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (p *plain) contact(in referrals.NewContact) (string, error) {
	id, caseID := crypto.NewID(), crypto.NewID()
	c := in.Contact
	return caseID, p.do(func(t *plainTx) error {
		if err := t.exec("INSERT INTO case_file VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", caseID, 1, "unit", "open", "2026-11-20", "2026-11-20",
			crypto.NewID()[:8], c.Alias, "", c.Safe.Number, text(c.Safe), text(referrals.Told{Request: c.Request, Needs: c.Needs})); err != nil {
			return err
		}
		return t.exec("INSERT INTO contact VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", id, "unit", "author", "2026-11-20", c.Outcome, caseID,
			c.Speaker, c.Channel, time.Now().String(), c.Danger, c.Alias, c.Request, text(c.Needs), text(c.Safe), c.Note, in.Form)
	})
}

// file reads a whole case file, as the desk's page does.
func (p *plain) file(id string) (referrals.CaseView, error) {
	var v referrals.CaseView
	var safe, told, names, phones string
	ctx := context.Background()
	tx, err := p.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return v, err
	}
	defer tx.Rollback()
	if err := tx.QueryRow("SELECT id, version, state, opened_day, last_day, code, alias, names, phones, safe, told FROM case_file WHERE id = ?", id).
		Scan(&v.ID, &v.Version, &v.State, &v.OpenedDay, &v.LastDay, &v.Card.Code, &v.Card.Alias, &names, &phones, &safe, &told); err != nil {
		return v, err
	}
	if err := json.Unmarshal([]byte(safe), &v.Safe); err != nil {
		return v, err
	}
	if err := json.Unmarshal([]byte(told), &v.Told); err != nil {
		return v, err
	}
	v.Identity = &referrals.Identity{}
	if err := tx.QueryRow("SELECT name, surname, born FROM identity WHERE id = ?", id).Scan(&v.Identity.Name, &v.Identity.Surname, &v.Identity.Born); err != nil {
		return v, err
	}
	rows, err := tx.Query("SELECT id, author, day, text FROM note WHERE case_id = ? ORDER BY day DESC, id", id)
	if err != nil {
		return v, err
	}
	for rows.Next() {
		var n referrals.NoteView
		if err := rows.Scan(&n.ID, &n.Author, &n.Day, &n.Text); err != nil {
			return v, err
		}
		v.Notes = append(v.Notes, n)
	}
	rows.Close()
	if rows, err = tx.Query("SELECT id, author, day, speaker, channel, alias, request, needs, safe, note FROM contact WHERE case_id = ?", id); err != nil {
		return v, err
	}
	defer rows.Close()
	for rows.Next() {
		var c referrals.ContactView
		var needs, safe string
		if err := rows.Scan(&c.ID, &c.Author, &c.Day, &c.Speaker, &c.Channel, &c.Alias, &c.Request, &needs, &safe, &c.Note); err != nil {
			return v, err
		}
		if err := json.Unmarshal([]byte(needs), &c.Needs); err != nil {
			return v, err
		}
		if err := json.Unmarshal([]byte(safe), &c.Safe); err != nil {
			return v, err
		}
		v.Contacts = append(v.Contacts, c)
	}
	return v, rows.Err()
}

// list reads the fifty cards that match a term.
func (p *plain) list(term string) (int, error) {
	rows, err := p.read.Query("SELECT id, state, last_day, code, alias FROM case_file WHERE unit = 'unit' AND (alias LIKE ? OR names LIKE ?) ORDER BY last_day DESC LIMIT 50",
		"%"+term+"%", "%"+term+"%")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var c referrals.SearchCard
		if err := rows.Scan(&c.ID, &c.State, &c.LastDay, &c.Code, &c.Alias); err != nil {
			return 0, err
		}
		n++
	}
	return n, rows.Err()
}

// rate runs an act from 64 clients for a while and returns how many a second.
func rate(b *testing.B, act func(client int) error) float64 {
	b.Helper()
	const long = 1200 * time.Millisecond
	var group sync.WaitGroup
	var mu sync.Mutex
	total, start := 0, time.Now()
	for client := range benchClients {
		group.Go(func() {
			n := 0
			for time.Since(start) < long {
				if err := act(client); err != nil {
					b.Errorf("an act of the bench: %v", err)
					return
				}
				n++
			}
			mu.Lock()
			defer mu.Unlock()
			total += n
		})
	}
	group.Wait()
	return float64(total) / time.Since(start).Seconds()
}

// compare measures desk and twin by turns, five times, and reports medians.
func compare(b *testing.B, bar float64, desk, twin func(client int) error) {
	b.Helper()
	var a, p []float64
	for range 5 {
		p = append(p, rate(b, twin))
		a = append(a, rate(b, desk))
	}
	slices.Sort(a)
	slices.Sort(p)
	ratio := a[2] / p[2]
	b.ReportMetric(a[2], "desk/s")
	b.ReportMetric(p[2], "plain/s")
	b.ReportMetric(ratio, "ratio")
	b.ReportMetric(bar, "bar")
	b.ReportMetric(0, "ns/op")
	if ratio < bar {
		b.Logf("the bar of %.1f is missed: %.2f", bar, ratio)
	}
}

// once keeps Go's bench loop from repeating what measures itself.
func once(b *testing.B) bool {
	b.Helper()
	if b.N > 1 {
		b.Fatal("run with -benchtime 1x: these benches measure themselves")
	}
	return true
}

func BenchmarkCreateContact(b *testing.B) {
	once(b)
	w, p := storetest.New(b).Standard(), newPlain(b)
	anna := w.Caller("anna")
	compare(b, 0.5, func(int) error {
		_, _, err := w.Desk.RecordContact(ctx, anna, benchContact("Rosa"))
		return err
	}, func(int) error {
		_, err := p.contact(benchContact("Rosa"))
		return err
	})
}

// benchFiles makes case files with twelve fields and four notes on both sides.
func benchFiles(b *testing.B, w *storetest.World, p *plain, who accounts.Caller, n int) (desk, twin []string) {
	b.Helper()
	ok := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	for i := range n {
		alias := fmt.Sprintf("Rosa %d", i)
		out, _, err := w.Desk.RecordContact(ctx, who, benchContact(alias))
		ok(err)
		told := referrals.Told{Request: "dove dormire", Needs: []string{"bed"}, Where: "with_her", HowMany: "2", Ages: "3, 15", Children: "a scuola", Language: "it", Mediator: "no", Town: "Prato"}
		id := referrals.Identity{Name: "Rosalia", Surname: "Verdi", Born: "1990"}
		_, err = w.Desk.SavePerson(ctx, who, out.CaseID, 1, referrals.PersonForm{Alias: alias, Identity: id, Told: told})
		ok(err)
		twinID, err := p.contact(benchContact(alias))
		ok(err)
		ok(p.do(func(t *plainTx) error {
			if err := t.exec("UPDATE case_file SET told = ?, names = ? WHERE id = ?", text(told), "Rosalia Verdi", twinID); err != nil {
				return err
			}
			return t.exec("INSERT INTO identity VALUES (?,?,?,?)", twinID, id.Name, id.Surname, id.Born)
		}))
		for range 4 {
			note := strings.Repeat("colloquio lungo e tranquillo, ", 6)
			_, err = w.Desk.AddNote(ctx, who, out.CaseID, referrals.NewForm(), "interview", note)
			ok(err)
			ok(p.do(func(t *plainTx) error {
				return t.exec("INSERT INTO note VALUES (?,?,?,?,?)", crypto.NewID(), twinID, "author", "2026-11-20", note)
			}))
		}
		desk, twin = append(desk, out.CaseID), append(twin, twinID)
	}
	return desk, twin
}

func BenchmarkOpenCase(b *testing.B) {
	once(b)
	w, p := storetest.New(b).Standard(), newPlain(b)
	anna := w.Caller("anna")
	mine, its := benchFiles(b, w, p, anna, benchClients)
	compare(b, 0.4, func(client int) error {
		v, _, err := w.Desk.OpenCase(ctx, anna, mine[client])
		if err == nil && (v.Identity == nil || len(v.Notes) != 4) {
			return fmt.Errorf("not the whole file")
		}
		return err
	}, func(client int) error {
		v, err := p.file(its[client])
		if err == nil && len(v.Notes) != 4 {
			return fmt.Errorf("not the whole file")
		}
		return err
	})
}

func BenchmarkListOfFifty(b *testing.B) {
	once(b)
	w, p := storetest.New(b).Standard(), newPlain(b)
	anna := w.Caller("anna")
	benchFiles(b, w, p, anna, 50)
	compare(b, 0.7, func(int) error {
		cards, _, err := w.Desk.Search(ctx, anna, "rosa")
		if err == nil && len(cards) != 50 {
			return fmt.Errorf("%d cards", len(cards))
		}
		return err
	}, func(int) error {
		n, err := p.list("rosa")
		if err == nil && n != 50 {
			return fmt.Errorf("%d cards", n)
		}
		return err
	})
}

// BenchmarkSearch looks for one name among many cards of a unit.
func BenchmarkSearch(b *testing.B) {
	for _, cards := range []int{5_000, 50_000} {
		b.Run(fmt.Sprint(cards), func(b *testing.B) {
			w := searchWorld(b, cards)
			anna := w.Caller("anna")
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				found, _, err := w.Desk.Search(ctx, anna, "teodolinda")
				if err != nil || len(found) != 1 {
					b.Fatalf("searching: %d, %v", len(found), err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms")
			b.ReportMetric(float64(cards)/125, "bar-ms")
		})
	}
}

// searchWorld makes a unit with that many cards.
func searchWorld(b *testing.B, cards int) *storetest.World {
	b.Helper()
	w := storetest.New(b).Standard()
	anna := w.Caller("anna")
	next := make(chan string, benchClients)
	var group sync.WaitGroup
	for range benchClients {
		group.Go(func() {
			for alias := range next {
				in := referrals.NewContact{Form: crypto.NewID(), OpenCase: true, Contact: referrals.Contact{Speaker: "she", Alias: alias, Outcome: "info_only"}}
				if _, _, err := w.Desk.RecordContact(ctx, anna, in); err != nil {
					b.Error(err)
				}
			}
		})
	}
	names := []string{"Rosa", "Chiara", "Oksana", "Fatima", "Giulia", "Xhesika", "Anna Maria", "Ngozi"}
	for i := range cards - 1 {
		next <- fmt.Sprintf("%s %d", names[i%len(names)], i)
	}
	next <- "Teodolinda"
	close(next)
	group.Wait()
	return w
}

// BenchmarkMemory tells what the process holds: idle, and under 64 clients.
func BenchmarkMemory(b *testing.B) {
	once(b)
	w := storetest.New(b).Standard()
	anna := w.Caller("anna")
	runtime.GC()
	b.ReportMetric(resident(b), "idle-MB")
	rate(b, func(int) error {
		out, _, err := w.Desk.RecordContact(ctx, anna, benchContact("Rosa"))
		if err == nil {
			_, _, err = w.Desk.OpenCase(ctx, anna, out.CaseID)
		}
		return err
	})
	b.ReportMetric(resident(b), "busy-MB")
	b.ReportMetric(0, "ns/op")
}

// resident is the process's resident set in MB, from /proc.
func resident(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Fatal(err)
	}
	var size, pages float64
	if _, err := fmt.Sscan(string(status), &size, &pages); err != nil {
		b.Fatal(err)
	}
	return pages * float64(os.Getpagesize()) / 1e6
}
