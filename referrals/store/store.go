package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"sportello/policies/acts"
	"sportello/policies/audit"
	_ "sportello/referrals" // its kinds of row
	"sportello/referrals/kept"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

var errBusy = errors.New("a reader still holds the write-ahead log")

// The files of an instance below its folder. What lies in Secrets is excluded
// from machine images and kept in a short-lived backup of its own, or in none.
const (
	MainFile    = "sportello.db"
	SecretsDir  = "secrets"
	ShredFile   = "shred.db"
	SessionFile = "sessions.db"
)

// readers bounds the snapshots open at once.
const readers = 4

// stateEvery keeps the two flushes of the log's state file, of itself and of its
// folder, out of the way of a busy log's own. What a crash takes with it is
// a state that start-up makes again from a longer log.
const stateEvery = 50 * time.Millisecond

// Store is the database of one instance.
type Store struct {
	dir      string
	main     *sql.DB
	read     *sql.DB
	secrets  *shredFile
	sessions *sessionFile
	log      *audit.Log
	cards    knownCards

	pool    chan *conn
	jobs    chan *job   // what the writer does next
	keeping chan *job   // what has secrets to be made durable first
	handed  chan []*job // acts whose secrets are durable now
	kept    chan struct{}
	closing chan struct{}
	done    chan struct{}
	scrub   *scrubber // the writer's
	writing atomic.Bool
	roster  *roster
	hooks   hooks
}

// hooks let a test stop the process between two steps; nil in the product. The
// points of a group are, in order: written (after each act), before secrets,
// between files, before commit, committed; where it erases, truncated.
type hooks struct {
	point     func(name string)
	statement func(text string)
	fault     func(text string, args []any, end func()) error
}

func (h hooks) at(name string) {
	if h.point != nil {
		h.point(name)
	}
}

// refuses is the error of a statement that a test wants to fail. end ends its
// transaction, as SQLite does at some errors.
func (h hooks) refuses(text string, args []any, end func()) error {
	if h.fault == nil {
		return nil
	}
	return h.fault(text, args, end)
}

// Options say how to open a store.
type Options struct {
	Dir   string
	Audit audit.Options // Source is filled in
	Point func(name string)
	// Statement is called with each statement of the main file and of the
	// shred secrets, for the test that what is denied costs what is absent.
	Statement func(text string)
	// Fault is asked before each statement that writes; its error is the
	// statement's. It stands in for a database that refuses; end ends the
	// transaction behind the writer's back.
	Fault func(text string, args []any, end func()) error
}

// Open opens or makes the database in a folder, brings its schema up to date,
// replays the log, and finishes or undoes what a crash cut short. It refuses a
// log that does not verify, and a schema newer than this program.
func Open(ctx context.Context, o Options) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(o.Dir, SecretsDir), 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	s := &Store{dir: o.Dir, hooks: hooks{o.Point, o.Statement, o.Fault}, roster: newRoster(),
		jobs: make(chan *job, 1024), keeping: make(chan *job, 1024), handed: make(chan []*job),
		kept: make(chan struct{}), closing: make(chan struct{}), done: make(chan struct{})}
	if err := Known(ctx, o.Dir, MainFile, ShredFile, SessionFile); err != nil {
		return nil, err
	}
	if err := s.openFiles(ctx); err != nil {
		s.closeFiles()
		return nil, err
	}
	o.Audit.Source = source{s}
	o.Audit.Rest = func() <-chan time.Time { return time.After(stateEvery) }
	var err error
	if s.log, err = audit.Open(ctx, o.Audit); err != nil {
		s.closeFiles()
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	if err := s.finishErasures(ctx); err != nil {
		s.closeFiles()
		return nil, err
	}
	// What a process that ended took out may still be in the log it left.
	if err := truncate(ctx, s.main); err != nil && !errors.Is(err, errBusy) {
		s.closeFiles()
		return nil, err
	}
	writer, err := newConn(ctx, s.main, s.hooks)
	if err != nil {
		s.closeFiles()
		return nil, err
	}
	keeper, err := newConn(ctx, s.secrets.db, hooks{fault: o.Fault})
	if err != nil {
		s.closeFiles()
		return nil, err
	}
	if s.scrub, err = newScrubber(ctx, s); err != nil {
		s.closeFiles()
		return nil, err
	}
	go s.writeSecrets(keeper)
	go s.write(writer)
	return s, nil
}

func (s *Store) openFiles(ctx context.Context) (err error) {
	if s.main, err = openMigrated(ctx, filepath.Join(s.dir, MainFile), mainFile); err != nil {
		return err
	}
	secrets := filepath.Join(s.dir, SecretsDir, ShredFile)
	shred, err := openMigrated(ctx, secrets, secretsFile)
	if err != nil {
		return err
	}
	s.secrets = newShredFile(secrets, shred, s.hooks)
	file := filepath.Join(s.dir, SecretsDir, SessionFile)
	sessions, err := openMigrated(ctx, file, sessionsFile)
	if err != nil {
		return err
	}
	tally, err := openTally(file, sessionsFile)
	if err != nil {
		return errors.Join(err, sessions.Close())
	}
	s.sessions = newSessionFile(sessions, tally, s.hooks)
	if s.read, err = openFile(filepath.Join(s.dir, MainFile), mainFile, true); err != nil {
		return err
	}
	s.pool = make(chan *conn, readers)
	for range readers {
		c, err := newConn(ctx, s.read, s.hooks)
		if err != nil {
			return err
		}
		s.pool <- c
	}
	return nil
}

// openMigrated opens one file and applies what its folder of migrations holds.
func openMigrated(ctx context.Context, path string, f file) (*sql.DB, error) {
	if err := touch(path); err != nil {
		return nil, err
	}
	db, err := openFile(path, f, false)
	if err != nil {
		return nil, err
	}
	p, err := migrationsOf(db, f.folder)
	if err != nil {
		db.Close()
		return nil, err
	}
	if err := migrate(ctx, p); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// ErrNewerSchema says that the data was written by a newer program.
var ErrNewerSchema = errors.New("the database was written by a newer version of sportello: install that version, nothing was changed")

// migrate brings a file up to date.
func migrate(ctx context.Context, p *goose.Provider) error {
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bringing the schema up to date: %w", err)
	}
	return nil
}

// touch makes the file readable by its owner only before SQLite makes it for
// everybody.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("making a database file: %w", err)
	}
	return f.Close()
}

// Close stops the writer after the work it has and closes the files.
func (s *Store) Close() error {
	close(s.closing)
	<-s.done
	err := s.log.Close()
	return errors.Join(err, s.closeFiles())
}

func (s *Store) closeFiles() error {
	var errs []error
	if s.pool != nil {
		for range len(s.pool) {
			errs = append(errs, (<-s.pool).close())
		}
	}
	for _, db := range []*sql.DB{s.read, s.main} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.secrets != nil {
		errs = append(errs, s.secrets.db.Close())
	}
	if s.sessions != nil {
		errs = append(errs, s.sessions.close())
	}
	return errors.Join(errs...)
}

// Log is the log of the instance.
func (s *Store) Log() *audit.Log { return s.log }

// View runs f on one snapshot.
func (s *Store) View(ctx context.Context, f func(kept.Reader) error) error {
	return s.snapshot(ctx, func(v *snapshot) error { return f(v) })
}

// Look runs f on one snapshot.
func (s *Store) Look(ctx context.Context, f func(acts.Reader) error) error {
	return s.snapshot(ctx, func(v *snapshot) error { return f(v) })
}

func (s *Store) snapshot(ctx context.Context, f func(*snapshot) error) (err error) {
	var c *conn
	select {
	case c = <-s.pool:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.pool <- c }()
	// The snapshot uses its own context: an interrupted statement would leave
	// the connection in a state that nobody asked for.
	ctx = context.WithoutCancel(ctx)
	v := &snapshot{ctx: ctx, c: c, log: s.log, store: s, size: s.log.Size()}
	// Deferred, since f may panic: a connection must not go back with its
	// transaction open.
	defer func() {
		if end := v.end(); end != nil && err == nil {
			err = fmt.Errorf("ending a snapshot: %w", end)
		}
	}()
	return f(v)
}

// Settle waits until what was committed before the call can be read.
func (s *Store) Settle(ctx context.Context) error {
	for s.writing.Load() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Microsecond):
		}
	}
	return nil
}

// conn is one connection with its prepared statements.
type conn struct {
	c     *sql.Conn
	stmts map[string]*sql.Stmt
	hooks hooks
}

func newConn(ctx context.Context, db *sql.DB, h hooks) (*conn, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening a connection: %w", err)
	}
	return &conn{c: c, stmts: map[string]*sql.Stmt{}, hooks: h}, nil
}

func (c *conn) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if c.hooks.statement != nil {
		c.hooks.statement(text)
	}
	if st, ok := c.stmts[text]; ok {
		return st, nil
	}
	st, err := c.c.PrepareContext(ctx, bind(text))
	if err != nil {
		return nil, err
	}
	c.stmts[text] = st
	return st, nil
}

func (c *conn) exec(ctx context.Context, text string, args ...any) error {
	_, err := c.execResult(ctx, text, args...)
	return err
}

func (c *conn) execResult(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if err := c.hooks.refuses(text, args, func() { c.c.ExecContext(ctx, "ROLLBACK") }); err != nil {
		return nil, err
	}
	st, err := c.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

func (c *conn) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	st, err := c.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// row is one result, or the error of asking for it.
type row struct {
	r   *sql.Row
	err error
}

func (r row) Scan(to ...any) error {
	if r.err != nil {
		return r.err
	}
	return r.r.Scan(to...)
}

func (c *conn) queryRow(ctx context.Context, text string, args ...any) row {
	st, err := c.stmt(ctx, text)
	if err != nil {
		return row{err: err}
	}
	return row{r: st.QueryRowContext(ctx, args...)}
}

func (c *conn) close() error {
	for _, st := range c.stmts {
		st.Close()
	}
	return c.c.Close()
}
