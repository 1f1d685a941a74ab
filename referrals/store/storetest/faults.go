package storetest

import (
	"database/sql"
	"errors"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sportello/referrals/store"
)

// ErrBroken is what a statement fails with that a test broke.
var ErrBroken = errors.New("broken")

// Fault looks at a statement that is about to write, and gives the error that it
// fails with. end ends its transaction first, as SQLite does at some errors.
type Fault func(text string, args []any, end func()) error

// faults are those at work. A schema is compared with what the migrations make, so
// no trigger can stand in for a database that refuses.
type faults struct {
	mu  sync.Mutex
	all map[int]Fault
	n   int
}

func (f *faults) meet(text string, args []any, end func()) error {
	f.mu.Lock()
	all := maps.Clone(f.all)
	f.mu.Unlock()
	for _, fault := range all {
		if err := fault(text, args, end); err != nil {
			return err
		}
	}
	return nil
}

// Break puts a fault to work, until the function it returns.
func (w *World) Break(fault Fault) (mend func()) {
	f := &w.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	n := f.n
	if f.all == nil {
		f.all = map[int]Fault{}
	}
	f.all[n] = fault
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.all, n)
	}
}

// BreakTable makes every change of a kind to a table fail: INSERT, UPDATE or
// DELETE. An INSERT that finds its row there and changes it is an UPDATE too.
func (w *World) BreakTable(change, table string) (mend func()) {
	return w.Break(func(text string, args []any, _ func()) error {
		kind, on := Change(text)
		if on == table && (kind == change || change == "UPDATE" && kind == "INSERT" && w.meets(text, args)) {
			return ErrBroken
		}
		return nil
	})
}

var writing = regexp.MustCompile(`^(INSERT|UPDATE|DELETE)(?: INTO| FROM)? (\w+)`)

// Change says what a statement does to which table; nothing where it only reads.
func Change(text string) (kind, table string) {
	m := writing.FindStringSubmatch(text)
	if m == nil {
		return "", ""
	}
	return m[1], m[2]
}

var updating = regexp.MustCompile(`^INSERT INTO (\w+) \(([^)]*)\)[^(]*\([^)]*\)\s*ON CONFLICT \(([^)]*)\) DO UPDATE`)

// meets tells whether an INSERT into the file of sessions finds its row there.
func (w *World) meets(text string, args []any) bool {
	m := updating.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.Dir, store.SecretsDir, store.SessionFile)+"?mode=ro")
	if err != nil {
		w.T.Fatal(err)
	}
	defer db.Close()
	columns, where := strings.Split(m[2], ", "), []string{"1"}
	var key []any
	for _, column := range strings.Split(m[3], ", ") {
		where = append(where, column+" = ?")
		key = append(key, args[slices.Index(columns, column)])
	}
	var n int
	if err := db.QueryRow("SELECT count(*) FROM "+m[1]+" WHERE "+strings.Join(where, " AND "), key...).Scan(&n); err != nil {
		w.T.Errorf("looking for a row: %v", err)
	}
	return n > 0
}
