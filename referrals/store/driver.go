package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"sportello/policies/acts"

	"github.com/mattn/go-sqlite3"
)

// All SQL of this package is written with $1, $2 and reads the same on
// PostgreSQL. What only SQLite understands stands in this file and in the
// migrations.

// oldest is the first SQLite without the WAL-reset fault.
const oldest = 3_051_003

// beginWrite takes the write lock at once: a group never fails half way for
// a lock it could not upgrade.
const beginWrite = "BEGIN IMMEDIATE"

// beginRead begins a snapshot with its first statement.
const beginRead = "BEGIN"

// patient is how the scrubber's connection waits for others.
const patient = "PRAGMA busy_timeout=" + scrubPatience

// openFile opens one SQLite file. synchronous=FULL is set, not assumed: the
// driver's default in WAL loses acknowledged writes at a power cut. Deleted
// text is overwritten; nothing is spilled to temporary files.
func openFile(path string, f file, readOnly bool) (*sql.DB, error) {
	if _, n, _ := sqlite3.Version(); n < oldest {
		return nil, fmt.Errorf("opening the database: SQLite %d is older than %d", n, oldest)
	}
	q := settings("FULL")
	if readOnly {
		q.Set("_query_only", "1")
	}
	f.fresh = !readOnly
	return open(path, q, f)
}

// openTally opens a file once more for what a power cut may take back: writes
// survive the end of the process, and wait for no disk.
func openTally(path string, f file) (*sql.DB, error) {
	f.fresh = true
	db, err := open(path, settings("NORMAL"), f)
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

func settings(synchronous string) url.Values {
	q := url.Values{}
	q.Set("_journal_mode", "WAL")
	q.Set("_synchronous", synchronous)
	q.Set("_foreign_keys", "1")
	q.Set("_secure_delete", "1")
	q.Set("_busy_timeout", "10000")
	q.Set("_stmt_cache_size", "200")
	q.Set("_cache_size", "-16000")
	return q
}

// open makes the connections of one file. Its schema is compared by each.
func open(path string, q url.Values, f file) (*sql.DB, error) {
	db := sql.OpenDB(connector{"file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode(), f})
	if err := db.Ping(); err != nil {
		db.Close()
		if errors.Is(err, ErrSchema) {
			return nil, err // which says it all
		}
		return nil, fmt.Errorf("opening a database file: %w", err)
	}
	return db, nil
}

// checkpointPages is how many pages the write-ahead log gathers before it is
// copied into the database: 16 MB, so that a busy group does not pay for it.
const checkpointPages = "4000"

type connector struct {
	dsn  string
	file file // none for a database in memory
}

func (c connector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	d := &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		if err := defend(conn); err != nil {
			return err
		}
		_, err := conn.Exec("PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint="+checkpointPages, nil)
		return err
	}}
	conn, err := d.Open(c.dsn)
	if err != nil || c.file.folder == "" {
		return conn, err
	}
	h, err := hold(conn.(*sqlite3.SQLiteConn), c.file)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return h, nil
}

var (
	numbered  = regexp.MustCompile(`\$(\d+)`)
	rewritten sync.Map
)

// onBind is told of every statement, by a test that tries them on another database.
var onBind func(text string)

// bind rewrites $n to ?n: SQLite takes $n for a name and binds names in the
// order they appear, so "$2 … $1" would be silently wrong.
func bind(text string) string {
	if onBind != nil {
		onBind(text)
	}
	if t, ok := rewritten.Load(text); ok {
		return t.(string)
	}
	t := numbered.ReplaceAllString(text, "?$1")
	rewritten.Store(text, t)
	return t
}

// integrityCheck holds every index to its table, among other things; it answers
// one row, sound, where nothing is wrong.
const (
	integrityCheck = "PRAGMA integrity_check(100)"
	sound          = "ok"
)

// inTransaction asks the driver whether the connection still has one: some
// errors end it behind database/sql's back.
func inTransaction(ctx context.Context, c *sql.Conn) bool {
	in := false
	err := c.Raw(func(dc any) error {
		in = !dc.(interface{ AutoCommit() bool }).AutoCommit()
		return nil
	})
	return err == nil && in
}

// truncate empties the write-ahead log of what was deleted. It fails when
// a reader still holds it.
func truncate(ctx context.Context, db *sql.DB) error { return checkpoint(ctx, db) }

// checkpoint is truncate, on one connection or on any.
func checkpoint(ctx context.Context, db interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}) error {
	var busy, log, done int
	if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done); err != nil {
		return fmt.Errorf("truncating the write-ahead log: %w", err)
	}
	if busy != 0 {
		return errBusy
	}
	return nil
}

// rewrite writes a file anew from its rows, into the write-ahead log: nothing but
// rows is in its pages then.
func rewrite(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("writing a database file anew: %w", err)
	}
	return nil
}

// openStill opens a file and changes nothing in it. A copy that nobody writes
// is opened without locks and without files beside it.
func openStill(path string, f file, live bool) (*sql.DB, error) {
	q := url.Values{}
	q.Set("mode", "ro")
	q.Set("_query_only", "1")
	q.Set("_busy_timeout", "10000")
	if !live {
		f = f.copied(path)
	}
	if !live || frozen(path) {
		q.Set("immutable", "1")
	}
	return open(path, q, f)
}

// openSource opens a file that others write, to copy it. It changes nothing in it;
// query_only would refuse to write the copy as well.
func openSource(path string, f file) (*sql.DB, error) {
	return open(path, url.Values{"mode": {"ro"}, "_busy_timeout": {"10000"}}, f)
}

// frozen tells that a file lies on a read-only disk with nothing left in a
// write-ahead log: SQLite cannot share it there, and nobody can write it.
func frozen(path string) bool {
	wal, err := os.Stat(path + "-wal")
	return syscall.Access(filepath.Dir(path), 2) == syscall.EROFS && (err != nil || wal.Size() == 0)
}

// copyTo writes a consistent copy of a database to a new file.
func copyTo(ctx context.Context, db *sql.DB, path string) error {
	_, err := db.ExecContext(ctx, "VACUUM INTO "+quote(path))
	if err != nil {
		return fmt.Errorf("copying the database: %w", err)
	}
	return nil
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// schemaColumns lists the tables and columns of the file, for the test of the
// data map.
func schemaColumns(ctx context.Context, db *sql.DB) (map[string][]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid`)
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	defer rows.Close()
	tables := map[string][]string{}
	for rows.Next() {
		var t, c string
		if err := rows.Scan(&t, &c); err != nil {
			return nil, fmt.Errorf("reading the schema: %w", err)
		}
		tables[t] = append(tables[t], c)
	}
	return tables, rows.Err()
}

// isUnique tells that a write met a row with the same key.
func isUnique(err error) bool {
	var e sqlite3.Error
	return asSQLite(err, &e) && (e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}

// unwritable names what a full, read-only or failing disk makes of a write.
func unwritable(err error) error {
	var e sqlite3.Error
	if !asSQLite(err, &e) {
		return err
	}
	switch e.Code {
	case sqlite3.ErrFull, sqlite3.ErrReadonly, sqlite3.ErrIoErr, sqlite3.ErrCantOpen:
		return fmt.Errorf("%w: %w", acts.ErrUnwritable, err)
	}
	return err
}

func asSQLite(err error, to *sqlite3.Error) bool {
	for err != nil {
		if e, ok := err.(sqlite3.Error); ok {
			*to = e
			return true
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return false
		}
		err = u.Unwrap()
	}
	return false
}

func placeholders(from, n int) string {
	p := make([]string, n)
	for i := range p {
		p[i] = "$" + strconv.Itoa(from+i)
	}
	return strings.Join(p, ", ")
}
