package server_test

import (
	"crypto/tls"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/referrals/rule"
	"sportello/referrals/store/storetest"
	"sportello/server"
	"sportello/server/casework"
	"sportello/server/desk"
	"sportello/server/frame"
	"sportello/server/locale"

	_ "github.com/mattn/go-sqlite3"
)

// The benches compare the product with a plain twin that neither seals nor
// logs, over the same transport, form and template, with the same SQLite
// settings. The twin keeps what the product keeps, in clear: a session that each
// request looks up, and for a contact that opens a case a row of each, with the
// indexes that the pages need. Its writes are grouped into shared commits too:
// what is compared is sealing and logging, not the price of one fsync a request.
// They print ratios, medians of five; they are not timed tests.
const (
	benchClients = 64
	benchRounds  = 5
	benchEach    = 2 * time.Second
)

// plain is the twin: its own tables, handlers and writer.
type plain struct {
	db, read *sql.DB
	render   *frame.Renderer
	jobs     chan plainJob
}

type plainJob struct {
	contact, file []any // the two rows
	done          chan error
}

const plainSchema = `
CREATE TABLE session (hash TEXT PRIMARY KEY, person TEXT NOT NULL, role TEXT NOT NULL, unit TEXT NOT NULL, ends INTEGER NOT NULL) STRICT;
CREATE TABLE contact (id TEXT PRIMARY KEY, unit TEXT NOT NULL, author TEXT NOT NULL, day TEXT NOT NULL, state TEXT NOT NULL,
	case_id TEXT NOT NULL, speaker TEXT, request TEXT, needs TEXT, children TEXT, children_count TEXT, outcome TEXT) STRICT;
CREATE TABLE case_file (id TEXT PRIMARY KEY, version INTEGER NOT NULL, unit TEXT NOT NULL, state TEXT NOT NULL, opened_day TEXT NOT NULL,
	last_day TEXT NOT NULL, code TEXT, alias TEXT, number TEXT, mail TEXT, say TEXT, hours TEXT, code_word TEXT, answerer TEXT) STRICT;
CREATE INDEX contact_case ON contact (case_id);
CREATE INDEX case_unit ON case_file (unit);`

// plainSession is the twin's one session.
const plainSession = "plain"

func newPlain(b *testing.B) *plain {
	b.Helper()
	dsn := "file:" + filepath.Join(b.TempDir(), "plain.db") + "?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_secure_delete=1&_busy_timeout=10000&_stmt_cache_size=200&_cache_size=-16000"
	p := &plain{jobs: make(chan plainJob, 1024)}
	var err error
	if p.db, err = sql.Open("sqlite3", dsn); err != nil {
		b.Fatal(err)
	}
	p.db.SetMaxOpenConns(1)
	if _, err := p.db.Exec(plainSchema); err != nil {
		b.Fatal(err)
	}
	if _, err := p.db.Exec("INSERT INTO session VALUES (?1, 'anna', 'intake_worker', 'desk', ?2)", plainSession, time.Now().Add(time.Hour).Unix()); err != nil {
		b.Fatal(err)
	}
	if p.read, err = sql.Open("sqlite3", dsn); err != nil {
		b.Fatal(err)
	}
	p.read.SetMaxOpenConns(4)
	if p.render, err = frame.NewRenderer(); err != nil {
		b.Fatal(err)
	}
	go p.write()
	b.Cleanup(func() { close(p.jobs); p.db.Close(); p.read.Close() })
	return p
}

// write commits what waits together.
func (p *plain) write() {
	for j := range p.jobs {
		group := []plainJob{j}
	more:
		for len(group) < 256 {
			select {
			case next, ok := <-p.jobs:
				if !ok {
					break more
				}
				group = append(group, next)
			default:
				break more
			}
		}
		err := p.commit(group)
		for _, j := range group {
			j.done <- err
		}
	}
}

func (p *plain) commit(group []plainJob) error {
	tx, err := p.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, j := range group {
		if _, err := tx.Exec("INSERT INTO contact VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", j.contact...); err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO case_file VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)", j.file...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (p *plain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var person, role, unit string
	var ends int64
	cookie, _ := r.Cookie("session")
	if cookie == nil || p.read.QueryRow("SELECT person, role, unit, ends FROM session WHERE hash = ?1", cookie.Value).Scan(&person, &role, &unit, &ends) != nil ||
		ends < time.Now().Unix() {
		http.Error(w, "signed out", http.StatusForbidden)
		return
	}
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/contatti/nuovo":
		p.create(w, r)
	case r.URL.Path == "/cerca":
		p.search(w, r)
	default:
		p.open(w, r, strings.TrimPrefix(r.URL.Path, "/schede/"))
	}
}

func (p *plain) create(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var f casework.ContactForm
	frame.ReadForm(r.PostForm, &f)
	id := crypto.NewID()
	day := time.Now().Format(time.DateOnly)
	j := plainJob{done: make(chan error, 1),
		contact: []any{crypto.NewID(), "desk", "anna", day, f.Outcome, id, f.Speaker, f.Request, strings.Join(f.Needs, " "),
			f.Children, f.ChildrenCount, f.Outcome},
		file: []any{id, 1, "desk", "open", day, day, id[:8], f.Name, f.Number, f.Mail, f.Say, f.From0 + "-" + f.To0, f.CodeWord, f.Answerer}}
	p.jobs <- j
	if err := <-j.done; err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, "/schede/"+id, http.StatusSeeOther)
}

func plainDay(day string) time.Time {
	t, _ := time.Parse(time.DateOnly, day)
	return t
}

// plainPage is what every page has, as the product fills it.
func plainPage(title, here string) frame.Page {
	return frame.Page{Lang: locale.Italian, Now: time.Now(), Title: title, Here: here, User: "anna", Works: "desk", Unit: "desk", FormToken: plainToken}
}

// plainToken is as long as the product's.
var plainToken = strings.Repeat("x", 125)

func (p *plain) open(w http.ResponseWriter, r *http.Request, id string) {
	page := &casework.CasePage{Page: plainPage(casework.TitleCase, r.URL.Path), Identity: "alias", Next: "choose_centre", NextHref: "/"}
	var needs, hours, opened, last string
	s := &page.Strip
	err := p.read.QueryRow(`SELECT code, alias, state, opened_day, last_day, number, mail, say, hours, code_word, answerer FROM case_file WHERE id = ?1`, id).
		Scan(&s.Who.Code, &s.Who.Alias, &s.State, &opened, &last, &s.Number, &s.Mail, &s.Say, &hours, &s.CodeWord, &s.Answerer)
	if err == nil {
		err = p.read.QueryRow("SELECT request, needs FROM contact WHERE case_id = ?1 ORDER BY day DESC, id LIMIT 1", id).Scan(&page.Request, &needs)
	}
	if err != nil {
		http.NotFound(w, r)
		return
	}
	s.CaseID, s.Recorded, s.MayEdit, page.Needs = id, true, true, strings.Fields(needs)
	page.Opened, page.LastContact = plainDay(opened), plainDay(last)
	for _, c := range rule.ChannelKinds {
		s.Channels = append(s.Channels, frame.ChannelRule{Channel: c, Allow: "yes"})
	}
	from, to, _ := strings.Cut(hours, "-")
	s.Hours = []frame.HoursRule{{From: from, To: to}}
	p.render.Render(w, http.StatusOK, page)
}

func (p *plain) search(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	page := &desk.SearchPage{Page: plainPage(desk.TitleSearch, "/cerca"), SearchForm: desk.SearchForm{Query: r.PostForm.Get("q")}, Asked: true}
	rows, err := p.read.Query("SELECT id, code, alias, state, last_day FROM case_file WHERE unit = 'desk' AND (alias LIKE '%' || ?1 || '%' OR code LIKE '%' || ?1 || '%') ORDER BY last_day DESC LIMIT 50", page.Query)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer rows.Close()
	for rows.Next() {
		var c frame.Card
		var last string
		if err := rows.Scan(&c.ID, &c.Who.Code, &c.Who.Alias, &c.State, &last); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		c.LastContact, c.Found = plainDay(last), "name"
		page.Cards = append(page.Cards, c)
	}
	p.render.Render(w, http.StatusOK, page)
}

// edge is one of the two sites under the same transport.
type edge struct {
	url    string
	client *http.Client
	cookie string
	token  string
}

func newEdge(b *testing.B, h http.Handler) *edge {
	b.Helper()
	site := httptest.NewTLSServer(h)
	b.Cleanup(site.Close)
	return &edge{url: site.URL, client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, MaxIdleConnsPerHost: benchClients}}}
}

// do sends one request and returns where it leads.
func (e *edge) do(method, path string, form url.Values, want int) (string, error) {
	var body io.Reader
	if form != nil {
		form.Set("token", e.token)
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, e.url+path, body)
	if err != nil {
		return "", err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Cookie", e.cookie)
	res, err := e.client.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return "", err
	}
	if res.StatusCode != want {
		return "", fmt.Errorf("%s %s: status %d", method, path, res.StatusCode)
	}
	return res.Header.Get("Location"), nil
}

func benchForm(n int64) url.Values {
	return url.Values{"step": {"3"}, "go": {"open_case"}, "id": {crypto.NewID()}, "from": {"/contatti/nuovo"}, "speaker": {"she"},
		"name": {fmt.Sprintf("Rosa %d", n)}, "request": {"Chiede dove può dormire stanotte con il bambino, e che cosa succede dopo."},
		"needs": {"bed", "legal", "child"}, "children": {"with_her"}, "children_count": {"1"}, "ch_call": {"yes"}, "ch_sms": {"never"},
		"number": {fmt.Sprintf("333 %07d", n)}, "mail": {"r@example.org"}, "from0": {"08:00"}, "to0": {"09:00"}, "answerer": {"only_she"},
		"say": {"Sono della biblioteca"}, "code_word": {"girasole"}, "outcome": {"info_only"}}
}

// rate runs f from all clients for a while and returns requests a second.
func rate(b *testing.B, f func(n int64) error) float64 {
	b.Helper()
	var n, failed atomic.Int64
	var first atomic.Value
	start := time.Now()
	var all sync.WaitGroup
	for range benchClients {
		all.Go(func() {
			for time.Since(start) < benchEach {
				if err := f(n.Add(1)); err != nil {
					failed.Add(1)
					first.CompareAndSwap(nil, err)
				}
			}
		})
	}
	all.Wait()
	if failed.Load() > 0 {
		b.Fatalf("%d requests failed, the first: %v", failed.Load(), first.Load())
	}
	return float64(n.Load()) / time.Since(start).Seconds()
}

// compare alternates the two sites and prints medians and their ratio.
func compare(b *testing.B, bar float64, sealed, twin func(n int64) error) {
	b.Helper()
	var s, p []float64
	for range benchRounds {
		p = append(p, rate(b, twin))
		s = append(s, rate(b, sealed))
	}
	sort.Float64s(s)
	sort.Float64s(p)
	b.ReportMetric(s[benchRounds/2], "sealed/s")
	b.ReportMetric(p[benchRounds/2], "plain/s")
	b.ReportMetric(s[benchRounds/2]/p[benchRounds/2], "ratio")
	b.ReportMetric(bar, "bar")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkEdge measures creating, opening and listing over HTTPS with 64
// clients, each beside its plain twin.
func BenchmarkEdge(b *testing.B) {
	w := storetest.New(b).Standard()
	site, err := server.New(frame.Config{Desk: w.Desk, Door: w.Door, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	sealed, twin := newEdge(b, site.Handler()), newEdge(b, newPlain(b))
	anna, err := w.TrySignIn(w.People["anna"])
	if err != nil {
		b.Fatal(err)
	}
	twin.cookie = "session=" + plainSession
	sealed.cookie, sealed.token = "__Host-session="+anna.Cookie, w.Door.FormToken(anna.Caller)

	b.Run("list50", func(b *testing.B) {
		for i := range int64(50) {
			for _, e := range []*edge{sealed, twin} {
				if _, err := e.do("POST", "/contatti/nuovo", benchForm(i), http.StatusSeeOther); err != nil {
					b.Fatal(err)
				}
			}
		}
		list := func(e *edge) func(int64) error {
			return func(int64) error {
				_, err := e.do("POST", "/cerca", url.Values{"q": {"Rosa"}}, http.StatusOK)
				return err
			}
		}
		compare(b, 0.7, list(sealed), list(twin))
	})
	b.Run("open", func(b *testing.B) {
		page := map[*edge]string{}
		for _, e := range []*edge{sealed, twin} {
			to, err := e.do("POST", "/contatti/nuovo", benchForm(1), http.StatusSeeOther)
			if err != nil {
				b.Fatal(err)
			}
			page[e] = to
		}
		cards, _, err := w.Desk.Cases.Search(b.Context(), w.SignIn("anna"), "Rosa 1")
		if err != nil || len(cards) == 0 {
			b.Fatalf("finding the case: %v", err)
		}
		page[sealed] = "/schede/" + cards[0].ID
		open := func(e *edge) func(int64) error {
			return func(int64) error {
				_, err := e.do("GET", page[e], nil, http.StatusOK)
				return err
			}
		}
		compare(b, 0.4, open(sealed), open(twin))
	})
	b.Run("create", func(b *testing.B) {
		create := func(e *edge) func(int64) error {
			return func(n int64) error {
				_, err := e.do("POST", "/contatti/nuovo", benchForm(n), http.StatusSeeOther)
				return err
			}
		}
		compare(b, 0.5, create(sealed), create(twin))
	})
}
