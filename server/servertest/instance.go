package servertest

import (
	"database/sql"
	"path/filepath"
	"testing"

	"sportello/crypto"
	"sportello/policies/audit"
	"sportello/referrals/store"
)

// Identity is a new key of somebody outside the service.
func Identity(t *testing.T) crypto.Identity {
	t.Helper()
	id, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Acted lists the actions of the leaves after a place in the log that say that an
// act was done.
func (s *Site) Acted(t *testing.T, since int64) []string {
	t.Helper()
	var all []string
	err := s.Store.Source().EachLeaf(t.Context(), since, s.Store.Log().Size(), func(_ int64, body []byte) error {
		leaf, err := audit.ParseLeaf(append([]byte(nil), body...))
		if err == nil && leaf.Outcome == audit.Allowed {
			all = append(all, leaf.Action)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// CannotBeRead is what a page says in the place of what it cannot list.
const CannotBeRead = "Almeno una voce di questa pagina non si può leggere"

// InFile runs a statement of somebody who can write to the database: it changes one
// row.
func (s *Site) InFile(t *testing.T, text string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, store.MainFile)+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	res, err := db.Exec(text, args...)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%q changed %d rows: %v", text, n, err)
	}
}

// Failed counts the leaves of failed acts of a kind.
func (s *Site) Failed(t *testing.T, action string) (n int) {
	t.Helper()
	_, err := s.Store.Log().Select(t.Context(), func(l *audit.Leaf) bool {
		if l.Action == action && l.Outcome == audit.Failed {
			n++
		}
		return false
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
