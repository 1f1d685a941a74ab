package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"github.com/mattn/go-sqlite3"
	"github.com/pressly/goose/v3"
)

// What a file does with a row is said by its schema: a trigger, an index on an
// expression or a conflict clause in it works as code does. So a schema is held,
// text by text, to that of an empty file taken through the same migrations.

// schemaObject is one row of a file's schema. Where its pages lie is left out.
type schemaObject struct {
	Type, Name, Table string
	SQL               sql.NullString // none for an index that a constraint makes
}

// selectSchema reads the table itself: an index planted on it would show what its
// maker chose.
const selectSchema = "SELECT type, name, tbl_name, sql FROM main.sqlite_master NOT INDEXED"

// readSchema reads the schema of a file.
func readSchema(ctx context.Context, db *sql.DB) ([]schemaObject, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening a connection: %w", err)
	}
	defer c.Close()
	var all []schemaObject
	err = c.Raw(func(dc any) (err error) {
		all, err = schemaOf(ctx, dc.(driver.QueryerContext))
		return err
	})
	return all, err
}

// schemaOf reads the schema that one connection sees, in the order of its names.
func schemaOf(ctx context.Context, c driver.QueryerContext) ([]schemaObject, error) {
	rows, err := c.QueryContext(ctx, selectSchema, nil)
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	defer rows.Close()
	var all []schemaObject
	for values := make([]driver.Value, 4); ; {
		err := rows.Next(values)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading the schema: %w", err)
		}
		var o schemaObject
		if err := o.scan(values); err != nil {
			return nil, fmt.Errorf("reading the schema: %w", err)
		}
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b schemaObject) int { return slices.Compare(a.words(), b.words()) })
	return all, nil
}

func (o *schemaObject) scan(values []driver.Value) error {
	for i, to := range []*string{&o.Type, &o.Name, &o.Table, &o.SQL.String} {
		switch v := values[i].(type) {
		case string:
			*to = v
		case nil:
			if to != &o.SQL.String {
				return errors.New("an object without a name")
			}
			continue
		default:
			return errors.New("an object that is not described by text")
		}
		o.SQL.Valid = to == &o.SQL.String
	}
	return nil
}

func (o schemaObject) words() []string {
	return []string{o.Type, o.Name, o.Table, o.SQL.String}
}

// ErrSchema says that a file holds something that no migration made.
var ErrSchema = errors.New("its tables, indexes, triggers or views are not those that sportello makes")

// file says which of an instance's databases a file is, and what its keeper can do
// where it is another.
type file struct {
	folder string // of its migrations
	name   string
	advice string
	fresh  bool // it may be empty: its migrations follow
}

var (
	mainFile = file{folder: "main", name: MainFile, advice: "put a backup in its place with `sportello restore`"}
	// Today's secrets know what was erased, so they are not replaced unasked.
	secretsFile  = file{folder: "shred", name: ShredFile, advice: "move it aside and put a backup back with `sportello restore --main main.db --shred shred.db`"}
	sessionsFile = file{folder: "sessions", name: SessionFile, advice: "move it aside and start again: everybody has to sign in anew"}
)

// copied is a copy of the file, by the name it was given.
func (f file) copied(path string) file {
	f.name, f.advice = filepath.Base(path), "take another copy"
	return f
}

func (f file) unlike() error {
	return fmt.Errorf("%s is not opened: %w; a version made it that this program cannot bring up to date, or somebody changed it: %s", f.name, ErrSchema, f.advice)
}

// compare holds the schema that a connection sees to the one of the version that
// the file says it has.
func (f file) compare(ctx context.Context, c driver.QueryerContext) error {
	have, err := schemaOf(ctx, c)
	var e sqlite3.Error
	if asSQLite(err, &e) && e.Code == sqlite3.ErrCorrupt {
		return f.unlike() // a schema that SQLite cannot read either
	}
	if err != nil || len(have) == 0 && f.fresh {
		return err
	}
	bare, err := expectedSchema(f.folder, 0)
	if err != nil {
		return err
	}
	for _, o := range bare {
		if !slices.Contains(have, o) {
			return f.unlike()
		}
	}
	version, err := number(ctx, c, "SELECT coalesce(max(version_id), 0) FROM main.goose_db_version NOT INDEXED WHERE is_applied = 1")
	if err != nil {
		return fmt.Errorf("reading the schema version: %w", err)
	}
	known, err := versions(f.folder)
	if err != nil {
		return err
	}
	if version > known[len(known)-1] {
		return ErrNewerSchema
	}
	if !slices.Contains(known, version) {
		return f.unlike()
	}
	want, err := expectedSchema(f.folder, version)
	if err != nil {
		return err
	}
	steps, err := number(ctx, c, countSteps)
	if err != nil {
		return fmt.Errorf("reading the schema version: %w", err)
	}
	if !slices.Equal(have, want) || steps != int64(slices.Index(known, version)+1) {
		return f.unlike()
	}
	return nil
}

// countSteps counts the rows that goose wrote, one a migration and one before them;
// less than none where there is a row of another form. No leaf vouches for its
// table, which would be a place to keep something in.
const countSteps = `SELECT CASE WHEN count(*) = count(DISTINCT version_id)
		AND total(typeof(version_id) <> 'integer' OR is_applied <> 1 OR typeof(tstamp) <> 'text' OR length(tstamp) <> 19) = 0
	THEN count(*) ELSE -1 END FROM main.goose_db_version NOT INDEXED`

// number reads one whole number.
func number(ctx context.Context, c driver.QueryerContext, text string) (int64, error) {
	rows, err := c.QueryContext(ctx, text, nil)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	value := make([]driver.Value, 1)
	if err := rows.Next(value); err != nil {
		return 0, err
	}
	n, ok := value[0].(int64)
	if !ok {
		return 0, errors.New("a number that is none")
	}
	return n, nil
}

// held is a connection to a file whose schema was compared. Another connection, of
// this process or not, may change it later: then SQLite counts on, and it is
// compared again before anything else is done.
type held struct {
	*sqlite3.SQLiteConn
	file  file
	count int64
}

// hold compares the schema that a new connection sees.
func hold(c *sqlite3.SQLiteConn, f file) (*held, error) {
	h := &held{SQLiteConn: c, file: f, count: -1}
	if err := h.look(); err != nil {
		return nil, err
	}
	return h, nil
}

// look compares the schema if it moved since the last look.
func (h *held) look() error {
	ctx := context.Background()
	count, err := number(ctx, h, "PRAGMA schema_version")
	if err != nil {
		return fmt.Errorf("looking whether the schema moved: %w", err)
	}
	if count == h.count {
		return nil
	}
	h.count = -1
	if err := h.file.compare(ctx, h); err != nil {
		return err
	}
	h.count = count
	return nil
}

// ResetSession is what database/sql asks before it hands out a connection again. The
// one it makes instead says what is wrong.
func (h *held) ResetSession(context.Context) error {
	if h.look() != nil {
		return driver.ErrBadConn
	}
	return nil
}

// lookAgain is look for a connection that database/sql does not hand out again.
func lookAgain(c *sql.Conn) error {
	return c.Raw(func(dc any) error { return dc.(*held).look() })
}

// expected keeps schemas that were made: they depend on this program alone.
var expected struct {
	sync.Mutex
	schemas map[schemaVersion][]schemaObject
}

type schemaVersion struct {
	folder  string
	version int64
}

// expectedSchema is the schema of an empty file taken through the migrations of a
// folder up to a version, goose's own table included. Version 0 is a file in which
// goose made its table and nothing else.
func expectedSchema(folder string, version int64) ([]schemaObject, error) {
	expected.Lock()
	defer expected.Unlock()
	key := schemaVersion{folder, version}
	if s, ok := expected.schemas[key]; ok {
		return s, nil
	}
	s, err := makeSchema(folder, version)
	if err != nil {
		return nil, fmt.Errorf("making the schema to compare with: %w", err)
	}
	if expected.schemas == nil {
		expected.schemas = map[schemaVersion][]schemaObject{}
	}
	expected.schemas[key] = s
	return s, nil
}

// makeSchema runs the migrations in memory; nothing touches the disk.
func makeSchema(folder string, version int64) (all []schemaObject, err error) {
	ctx := context.Background()
	db := sql.OpenDB(connector{dsn: "file::memory:"})
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // another connection would have another memory
	p, err := migrationsOf(db, folder)
	if err != nil {
		return nil, err
	}
	if _, err := p.GetDBVersion(ctx); err != nil {
		return nil, err
	}
	if version > 0 {
		if _, err := p.UpTo(ctx, version); err != nil {
			return nil, err
		}
	}
	if have, err := p.GetDBVersion(ctx); err != nil || have != version {
		return nil, errors.Join(errors.New("no such version"), err)
	}
	return readSchema(ctx, db)
}

// versions are the numbers of a folder's migrations, and 0, upwards.
func versions(folder string) ([]int64, error) {
	names, err := fs.Glob(migrations, "migrations/"+folder+"/*.sql")
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	all := []int64{0}
	for _, name := range names {
		n, err := goose.NumericComponent(filepath.Base(name))
		if err != nil {
			return nil, fmt.Errorf("reading the migrations: %w", err)
		}
		all = append(all, n)
	}
	slices.Sort(all)
	return all, nil
}

// migrationsOf applies what a folder of migrations holds to a file.
func migrationsOf(db *sql.DB, folder string) (*goose.Provider, error) {
	sub, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, sub)
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	return p, nil
}
