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

// Known refuses a folder in which one of the named files is of a newer or of no known
// version, before any of them is written. What is not there yet is left to be made.
func Known(ctx context.Context, dir string, names ...string) error {
	for path, f := range map[string]file{MainFile: mainFile, filepath.Join(SecretsDir, ShredFile): secretsFile,
		filepath.Join(SecretsDir, SessionFile): sessionsFile} {
		if !slices.Contains(names, f.name) {
			continue
		}
		if err := knownFile(ctx, filepath.Join(dir, path), f); err != nil {
			return err
		}
	}
	return nil
}

func knownFile(ctx context.Context, path string, f file) (err error) {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	} else if err != nil {
		return fmt.Errorf("looking for a database file: %w", err)
	}
	db, err := openFile(path, f, false) // a crash may have left its write-ahead log
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if f.folder == secretsFile.folder {
		return markedSecrets(ctx, db)
	}
	return nil
}

// markedSecrets refuses secrets of the time when boxes held another encoding.
func markedSecrets(ctx context.Context, db *sql.DB) error {
	all, err := readSchema(ctx, db)
	if err != nil || !slices.ContainsFunc(all, func(o schemaObject) bool { return o.Name == "shred" }) {
		return err // a crash cut its first migration
	}
	var older bool
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM shred WHERE length(id) < 36)
		AND (SELECT max(version_id) FROM goose_db_version WHERE is_applied = 1) = 1`).Scan(&older)
	if err != nil {
		return fmt.Errorf("reading the form of the secrets: %w", err)
	}
	if older {
		return secretsFile.unlike()
	}
	return nil
}
