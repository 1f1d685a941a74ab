package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Until the commit whose schema is version 1, the first migration was changed in
// place, and boxes changed their encoding, without a mark: such a file says version
// 1 too. It is told apart by its schema and by the form of its secrets' ids, which
// came with the encoding. From then on a migration that landed is never edited, and
// what changes without a column gets a migration of its own.

// ErrUnknownSchema says that a file is of no version that this program knows.
var ErrUnknownSchema = errors.New("the database is of a version that this program cannot bring up to date, or its schema was changed: " +
	"open it with the version that made it, or restore a backup; nothing was changed")

// knownFolder refuses a folder in which one file is of a newer or of no known
// version, before any of them is written. What is not there yet is left to be made.
func knownFolder(ctx context.Context, dir string) error {
	for folder, path := range map[string]string{"main": MainFile, "shred": filepath.Join(SecretsDir, ShredFile),
		"sessions": filepath.Join(SecretsDir, SessionFile)} {
		if err := knownFile(ctx, filepath.Join(dir, path), folder); err != nil {
			return err
		}
	}
	return nil
}

func knownFile(ctx context.Context, path, folder string) (err error) {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	} else if err != nil {
		return fmt.Errorf("looking for a database file: %w", err)
	}
	db, err := openFile(path, false) // a crash may have left its write-ahead log
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return known(ctx, db, folder)
}

// known holds a file to the schema of the version it says it has.
func known(ctx context.Context, db *sql.DB, folder string) error {
	got, err := readSchema(ctx, db)
	if err != nil || len(got) == 0 {
		return err
	}
	version, err := versionOf(ctx, db, got)
	if err != nil {
		return err
	}
	p, err := migrationsOf(db, folder)
	if err != nil {
		return err
	}
	if all := p.ListSources(); version > all[len(all)-1].Version {
		return ErrNewerSchema
	}
	want, err := expectedSchema(folder, version)
	if err != nil || !slices.Equal(got, want) {
		return ErrUnknownSchema
	}
	if folder == "shred" && version == 1 {
		return markedSecrets(ctx, db)
	}
	return nil
}

// versionOf reads which migrations a file says it went through. It changes nothing,
// as goose would where its table is missing.
func versionOf(ctx context.Context, db *sql.DB, schema []schemaObject) (int64, error) {
	if !slices.ContainsFunc(schema, func(o schemaObject) bool { return o.Type == "table" && o.Name == "goose_db_version" }) {
		return 0, ErrUnknownSchema
	}
	var version sql.NullInt64
	err := db.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied = 1").Scan(&version)
	if err != nil || !version.Valid {
		return 0, ErrUnknownSchema
	}
	return version.Int64, nil
}

// markedSecrets refuses secrets of the time when boxes held another encoding.
func markedSecrets(ctx context.Context, db *sql.DB) error {
	var older bool
	err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM shred WHERE length(id) < 36)").Scan(&older)
	if err != nil {
		return fmt.Errorf("reading the form of the secrets: %w", err)
	}
	if older {
		return ErrUnknownSchema
	}
	return nil
}
