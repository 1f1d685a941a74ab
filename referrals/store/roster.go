package store

import (
	"reflect"
	"sync"

	"sportello/policies/acts"
	"sportello/policies/audit"
)

// roster remembers verified rows of who asks, in which unit and agency: every
// request reads them. A remembered row is used only while its digest is the newest that
// the log names, so it is never older than the database. What an act is about is
// always read from the database.
type roster struct {
	mu   sync.RWMutex
	rows map[string]remembered
}

type remembered struct {
	digest audit.Digest16
	row    reflect.Value // of the struct; never written again
}

// rosterTables are the tables whose rows are remembered.
var rosterTables = map[string]bool{"person": true, "unit": true, "agency": true}

// rosterMax bounds the rows remembered.
const rosterMax = 20_000

func newRoster() *roster { return &roster{rows: map[string]remembered{}} }

func (o *roster) cache(row acts.Row, id string, digest audit.Digest16) {
	if !rosterTables[row.Table()] {
		return
	}
	copied := reflect.New(reflect.TypeOf(row).Elem()).Elem()
	copied.Set(reflect.ValueOf(row).Elem())
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.rows) >= rosterMax {
		clear(o.rows)
	}
	o.rows[row.Table()+" "+id] = remembered{digest, copied}
}

// Recall reads a row as Get does, from memory if what is remembered is what the
// log names now.
func (s *snapshot) Recall(row acts.Row, id string) error {
	if s.remembered(row, id) {
		return nil
	}
	return s.Get(row, id)
}

// remembered fills a row from memory, if what is remembered is what the log
// names now.
func (s *snapshot) remembered(row acts.Row, id string) bool {
	if !rosterTables[row.Table()] {
		return false
	}
	s.store.roster.mu.RLock()
	m, ok := s.store.roster.rows[row.Table()+" "+id]
	s.store.roster.mu.RUnlock()
	if !ok {
		return false
	}
	if want, known := s.log.Newest(row.Table(), id); !known || want != m.digest {
		return false
	}
	reflect.ValueOf(row).Elem().Set(m.row)
	s.seen = append(s.seen, acts.Seen{Table: row.Table(), ID: id, Digest: m.digest, Present: true})
	return true
}
