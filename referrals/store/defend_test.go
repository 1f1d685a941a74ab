package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"strings"
	"testing"
)

// TestDefences: on every kind of connection a trigger and a view of the file do
// nothing, and the schema cannot be written as text, nor its count put back.
func TestDefences(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sessions.db")
	db, err := openMigrated(t.Context(), path, sessionsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	memory := sql.OpenDB(connector{dsn: "file::memory:"})
	memory.SetMaxOpenConns(1)
	defer memory.Close()
	if _, err := memory.Exec("CREATE TABLE throttle (hash BLOB, slot INTEGER, hits INTEGER, ends INTEGER)"); err != nil {
		t.Fatal(err)
	}
	for name, db := range map[string]*sql.DB{"a file": db, "memory": memory} {
		c, err := db.Conn(t.Context()) // looked at before it is handed out: what follows is not
		if err != nil {
			t.Fatal(err)
		}
		exec := func(text string) error { _, err := c.ExecContext(t.Context(), text); return err }
		if err := exec("CREATE TRIGGER planted BEFORE INSERT ON throttle BEGIN SELECT RAISE(ABORT, 'it acts'); END"); err != nil {
			t.Fatal(err)
		}
		if err := exec("INSERT INTO throttle VALUES (x'00', 1, 1, 1)"); err != nil {
			t.Errorf("%s: a trigger acts: %v", name, err)
		}
		if err := exec("CREATE VIEW planted_view AS SELECT * FROM throttle"); err != nil {
			t.Fatal(err)
		}
		if err := exec("SELECT * FROM planted_view"); err == nil || !strings.Contains(err.Error(), "view") {
			t.Errorf("%s: a view is read: %v", name, err)
		}
		if err := exec("PRAGMA writable_schema = ON"); err == nil {
			err = exec("DELETE FROM sqlite_master WHERE name = 'planted'")
			if err == nil {
				t.Errorf("%s: the schema is written as text", name)
			}
		}
		before := int64(0)
		if err := c.QueryRowContext(t.Context(), "PRAGMA schema_version").Scan(&before); err != nil {
			t.Fatal(err)
		}
		exec("PRAGMA schema_version = 1")
		after := int64(0)
		if err := c.QueryRowContext(t.Context(), "PRAGMA schema_version").Scan(&after); err != nil || after != before {
			t.Errorf("%s: the count of the schema was put back from %d to %d: %v", name, before, after, err)
		}
		c.Close()
	}
	if _, err := db.Exec("DELETE FROM throttle"); err == nil {
		t.Error("a connection is handed out again after the schema moved")
	}
}

// TestMigrationsCanStillBeWritten: what a migration may want to do to a schema goes
// past the defences.
func TestMigrationsCanStillBeWritten(t *testing.T) {
	db := sql.OpenDB(connector{dsn: "file::memory:"})
	db.SetMaxOpenConns(1)
	defer db.Close()
	for _, text := range []string{
		"CREATE TABLE a (id TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT",
		"INSERT INTO a VALUES ('x', 1)",
		"ALTER TABLE a ADD COLUMN later TEXT NOT NULL DEFAULT ''",
		"ALTER TABLE a ADD COLUMN more BLOB",
		"ALTER TABLE a RENAME COLUMN more TO most",
		"ALTER TABLE a DROP COLUMN n",
		"ALTER TABLE a RENAME TO b",
		"CREATE UNIQUE INDEX b_later ON b (later) WHERE later <> ''",
		"DROP INDEX b_later",
		"CREATE TABLE c AS SELECT * FROM b",
		"DROP TABLE b",
		"VACUUM",
	} {
		if _, err := db.Exec(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestHandleElsewhere: a driver that keeps its handle elsewhere opens nothing.
func TestHandleElsewhere(t *testing.T) {
	n := 0
	for name, c := range map[string]any{
		"nothing":         nil,
		"no pointer":      struct{ db *int }{&n},
		"another name":    &struct{ handle *int }{&n},
		"another kind":    &struct{ db uintptr }{1},
		"another pointer": &struct{ db *int }{&n},
		"no struct":       &n,
	} {
		if p, err := handle(c); err == nil {
			t.Errorf("%s: got the handle %v", name, p)
		}
	}
}

// TestMovedSchema: a connection that is pinned sees what another did to the schema,
// and sees that it was taken back.
func TestMovedSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shred.db")
	db, err := openMigrated(t.Context(), path, secretsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	other, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for _, step := range []struct {
		text string
		good bool
	}{
		{"SELECT 1", true},
		{"CREATE TABLE planted (n INTEGER)", false},
		{"SELECT 1", false}, // a difference that was seen is not forgotten
		{"DROP TABLE planted", true},
		{"CREATE TRIGGER planted AFTER DELETE ON shred BEGIN SELECT 1; END", false},
		{"DROP TRIGGER planted", true},
	} {
		if _, err := other.Exec(step.text); err != nil {
			t.Fatal(err)
		}
		if err := lookAgain(c); (err == nil) != step.good {
			t.Errorf("after %q: %v", step.text, err)
		}
	}
}

// BenchmarkLook is what each group and each use of a pooled connection pays, and
// what a new connection pays to compare the whole schema.
func BenchmarkLook(b *testing.B) {
	db, err := openMigrated(b.Context(), filepath.Join(b.TempDir(), "main.db"), mainFile)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	c, err := db.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	b.Run("unmoved", func(b *testing.B) {
		for b.Loop() {
			if err := lookAgain(c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("compared", func(b *testing.B) {
		for b.Loop() {
			if err := c.Raw(func(dc any) error { return mainFile.compare(context.Background(), dc.(driver.QueryerContext)) }); err != nil {
				b.Fatal(err)
			}
		}
	})
}
