package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// plantIn changes a file of an instance as whoever can write to it does.
func plantIn(t *testing.T, w *storetest.World, file, text string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.Dir, file)+"?_busy_timeout=10000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(text); err != nil {
		t.Fatalf("planting: %v", err)
	}
}

// opensAgain tells that an instance opens; a file that is refused is what must happen.
func opensAgain(w *storetest.World) bool { return w.TryOpen() == nil }

const keepSecrets = `CREATE TABLE kept (id TEXT, secret BLOB);
	CREATE TRIGGER keep BEFORE DELETE ON shred BEGIN INSERT INTO kept VALUES (OLD.id, OLD.secret); END`

// keptIn counts the erased secrets that a file still has in the planted table.
func keptIn(t *testing.T, path string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT count(*) FROM kept").Scan(&n); err != nil {
		return 0 // the copy has no such table
	}
	return n
}

// TestAttackTriggerKeepsErasedSecrets: a trigger planted in shred.db copies what is
// erased to a table of its own; the check of all records sees nothing, and what it
// kept travels in the backup.
func TestAttackTriggerKeepsErasedSecrets(t *testing.T) {
	for _, when := range []string{"while it is stopped", "while it runs"} {
		t.Run(when, func(t *testing.T) {
			f := storetest.NewFlow(t)
			shred := filepath.Join(store.SecretsDir, store.ShredFile)
			if when == "while it runs" {
				plantIn(t, f.World, shred, keepSecrets)
			} else {
				f.Close()
				plantIn(t, f.World, shred, keepSecrets)
				if !opensAgain(f.World) {
					return
				}
			}
			_, err := f.Desk.Cases.MoveNote(ctx, f.StepUp("anna", policies.NoteMove, f.Note), f.Note, f.Other, "")
			if n := keptIn(t, filepath.Join(f.Dir, shred)); n > 0 {
				t.Errorf("FELL: planted %s, the trigger kept %d erased secrets (the act's error: %v)", when, n, err)
			}
			if r, bad := f.Store.Log().CheckRecords(ctx, f.Store); bad == nil && len(r.Problems) == 0 {
				t.Errorf("FELL: planted %s, the check of all records sees nothing", when)
			}
			copied := filepath.Join(t.TempDir(), "shred.db")
			if err := store.CopyShred(ctx, f.Dir, copied); err == nil {
				t.Errorf("FELL: planted %s, the backup took the file, with %d erased secrets", when, keptIn(t, copied))
			}
		})
	}
}

// TestAttackTriggerKeepsSessions: a trigger planted in sessions.db makes of every
// sign-out nothing.
func TestAttackTriggerKeepsSessions(t *testing.T) {
	for _, when := range []string{"while it is stopped", "while it runs"} {
		t.Run(when, func(t *testing.T) {
			w := storetest.New(t)
			sessions := filepath.Join(store.SecretsDir, store.SessionFile)
			trigger := "CREATE TRIGGER stay BEFORE DELETE ON session BEGIN SELECT RAISE(IGNORE); END"
			now := time.Now().Unix()
			row := &acts.SessionRow{Hash: []byte("0123456789abcdef"), Person: "p", Created: now, Seen: now, Ends: now + 3600, Sealed: []byte("keys")}
			if err := w.Store.PutSession(ctx, row); err != nil {
				t.Fatal(err)
			}
			if when == "while it runs" {
				plantIn(t, w, sessions, trigger)
			} else {
				w.Close()
				plantIn(t, w, sessions, trigger)
				if !opensAgain(w) {
					return
				}
			}
			if err := w.Store.EndSession(ctx, row.Hash); err != nil {
				return // and she is told so
			}
			if _, err := w.Store.Session(ctx, row.Hash); err == nil {
				t.Errorf("FELL: planted %s, the trigger kept a session that was ended", when)
			}
		})
	}
}

// asText plants a schema text that SQL itself does not let stand.
func asText(change string) string {
	return "PRAGMA writable_schema = ON; " + change + "; PRAGMA writable_schema = RESET"
}

// TestAttackPlantedSchema: whatever can be said in a schema is planted while the
// service is stopped; it starts all the same.
func TestAttackPlantedSchema(t *testing.T) {
	shred := filepath.Join(store.SecretsDir, store.ShredFile)
	sessions := filepath.Join(store.SecretsDir, store.SessionFile)
	note := "CREATE TRIGGER planted AFTER INSERT ON leaf BEGIN DELETE FROM leaf WHERE idx < 0; END"
	for name, plant := range map[string]struct{ file, text string }{
		"a trigger":                  {store.MainFile, note},
		"a table":                    {shred, "CREATE TABLE planted (n INTEGER)"},
		"a view":                     {store.MainFile, "CREATE VIEW planted AS SELECT * FROM leaf"},
		"a column":                   {sessions, "ALTER TABLE session ADD COLUMN planted TEXT"},
		"a generated column":         {shred, "ALTER TABLE shred ADD COLUMN planted TEXT AS (hex(secret)) VIRTUAL"},
		"an index":                   {shred, "CREATE INDEX planted ON shred (hex(secret))"},
		"a condition":                {shred, asText("UPDATE sqlite_master SET sql = replace(sql, 'secret BLOB NOT NULL', 'secret BLOB NOT NULL CHECK (length(secret) > 0)') WHERE name = 'shred'")},
		"a conflict clause":          {shred, asText("UPDATE sqlite_master SET sql = replace(sql, 'id TEXT PRIMARY KEY', 'id TEXT PRIMARY KEY ON CONFLICT IGNORE') WHERE name = 'shred'")},
		"a comment":                  {store.MainFile, asText("UPDATE sqlite_master SET sql = replace(sql, 'body BLOB NOT NULL', 'body BLOB NOT NULL /* */') WHERE name = 'leaf'")},
		"a row of the version table": {shred, "INSERT INTO goose_db_version (version_id, is_applied, tstamp) SELECT 1, 1, group_concat(hex(secret)) FROM shred"},
		"its count put back":         {store.MainFile, note + "; PRAGMA schema_version = 0"},
		"on the version table":       {store.MainFile, "CREATE TRIGGER planted AFTER INSERT ON goose_db_version BEGIN SELECT 1; END"},
		"no index that it had":       {store.MainFile, "DROP INDEX person_username"},
		"statistics":                 {store.MainFile, "ANALYZE"},
		"a table of the engine":      {store.MainFile, "CREATE VIRTUAL TABLE planted USING fts3(body)"},
		// The index holds the rows of an honest schema: who reads the schema by way
		// of it sees no trigger.
		"a trigger behind an index on the schema": {store.MainFile, "CREATE TABLE shade (type, name, tbl_name, sql); " +
			"INSERT INTO shade SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> 'shade'; " +
			"CREATE INDEX shaded ON shade (type, name, tbl_name, sql); " + note + "; " +
			asText("UPDATE sqlite_master SET tbl_name = 'sqlite_master', sql = replace(sql, 'ON shade', 'ON sqlite_master') WHERE name = 'shaded'; "+
				"DELETE FROM sqlite_master WHERE name = 'shade'")},
	} {
		t.Run(name, func(t *testing.T) {
			w := storetest.New(t)
			w.Close()
			plantIn(t, w, plant.file, plant.text)
			if opensAgain(w) {
				t.Errorf("FELL: with %s planted in %s the instance opens", name, plant.file)
			}
		})
	}
}
