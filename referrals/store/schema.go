package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"

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
