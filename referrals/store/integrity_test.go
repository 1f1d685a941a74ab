package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"sportello/referrals/store/storetest"
)

// TestEmptiedIndexIsNamed: whoever can write to the file takes the rows out of an
// index and leaves its text as it was, so that pages miss what each row still says.
func TestEmptiedIndexIsNamed(t *testing.T) {
	f := storetest.NewFlow(t)
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("before: %v", r.Problems)
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(f.Dir, "sportello.db")+"?_busy_timeout=10000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, change := range []string{
		"PRAGMA writable_schema=ON",
		"UPDATE sqlite_master SET sql = sql || ' WHERE unit = ''x''' WHERE name = 'case_unit'",
		"PRAGMA writable_schema=RESET",
		"REINDEX case_unit",
		"PRAGMA writable_schema=ON",
		"UPDATE sqlite_master SET sql = replace(sql, ' WHERE unit = ''x''', '') WHERE name = 'case_unit'",
		"PRAGMA writable_schema=RESET",
	} {
		if _, err := db.Exec(change); err != nil {
			t.Fatalf("%s: %v", change, err)
		}
	}
	r := f.CheckRecords()
	if len(r.Problems) == 0 || r.Problems[0].Table != "file" {
		t.Errorf("an index that hides the cases is not named: %v", r.Problems)
	}
}
