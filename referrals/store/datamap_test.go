package store

import (
	"path/filepath"
	"slices"
	"testing"

	"sportello/policies"
)

// schema reads the tables of the three files as the migrations make them.
func schema(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, f := range []file{mainFile, secretsFile, sessionsFile} {
		db, err := openMigrated(t.Context(), filepath.Join(t.TempDir(), f.name), f)
		if err != nil {
			t.Fatal(err)
		}
		tables, err := schemaColumns(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		for name, columns := range tables {
			if have, ok := all[name]; ok && name != "goose_db_version" {
				t.Fatalf("table %s is in two files: %v", name, have)
			}
			all[name] = columns
		}
	}
	return all
}

// TestDataMapIsTheSchema: every column of every table has a class, a purpose
// and a retention, and the map names nothing that is not there.
func TestDataMapIsTheSchema(t *testing.T) {
	m, err := policies.DataMap()
	if err != nil {
		t.Fatal(err)
	}
	tables := schema(t)
	if len(tables) < 30 {
		t.Fatalf("only %d tables were found", len(tables))
	}
	for _, difference := range m.Differences(tables) {
		t.Error(difference)
	}
}

// TestTablesAreTheSchema: the fields of every row are the columns of the
// schema, in the same order.
func TestTablesAreTheSchema(t *testing.T) {
	all := schema(t)
	for name, table := range tables {
		want := append([]string{"id", "version"}, table.Columns()...)
		if got := all[name]; !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %v, its row %v", name, got, want)
		}
	}
	others := []string{"leaf", "leaf_hash", "checkpoint", "detail", "detail_key", "shred", "session", "pending", "throttle", "device", "draft", "goose_db_version"}
	for name := range all {
		if tables[name] == nil && !slices.Contains(others, name) {
			t.Errorf("table %s is in no list of rows", name)
		}
	}
}
