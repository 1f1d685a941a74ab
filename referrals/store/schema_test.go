package store

import (
	"path/filepath"
	"slices"
	"testing"
)

// TestExpectedSchema holds the schema of a new file to the one made in memory.
func TestExpectedSchema(t *testing.T) {
	for _, f := range []file{mainFile, secretsFile, sessionsFile} {
		folder := f.folder
		path := filepath.Join(t.TempDir(), folder+".db")
		db, err := openMigrated(t.Context(), path, f)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var version int64
		if err := db.QueryRow("SELECT max(version_id) FROM goose_db_version").Scan(&version); err != nil {
			t.Fatal(err)
		}
		have, err := readSchema(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		want, err := expectedSchema(folder, version)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(have, want) || len(want) < 3 {
			t.Errorf("the schema of %s has %d objects, expected %d", folder, len(have), len(want))
		}
		if empty, err := expectedSchema(folder, 0); err != nil || len(empty) >= len(want) || len(empty) == 0 {
			t.Errorf("the schema before the migrations of %s has %d objects: %v", folder, len(empty), err)
		}
		if _, err := expectedSchema(folder, version+1); err == nil {
			t.Errorf("a version of %s that nobody knows has a schema", folder)
		}
	}
}
