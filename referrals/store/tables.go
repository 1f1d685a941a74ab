package store

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"sportello/policies/acts"
	"sportello/policies/audit"
)

// table is the SQL of one kind of row.
type table struct {
	*acts.Kind
	name                    string
	selects, insert, update string
}

var tables = prepareTables(acts.Kinds())

func prepareTables(kinds []*acts.Kind) map[string]*table {
	m := make(map[string]*table, len(kinds))
	for _, k := range kinds {
		names := k.Columns()
		t := &table{Kind: k, name: k.Table()}
		t.selects = "SELECT id, version, " + strings.Join(names, ", ") + " FROM " + t.name + " "
		t.insert = bind("INSERT INTO " + t.name + " (id, version, " + strings.Join(names, ", ") + ") VALUES (" + placeholders(1, len(names)+2) + ")")
		set := make([]string, len(names))
		for i, n := range names {
			set[i] = fmt.Sprintf("%s = $%d", n, i+3)
		}
		t.update = bind("UPDATE " + t.name + " SET version = $2, " + strings.Join(set, ", ") + " WHERE id = $1 AND version = $2 - 1")
		m[t.name] = t
	}
	return m
}

// Get reads one row by id. A row that differs from the newest digest the log
// names, or lacks a leaf, or is missing against the log, is not handed out:
// the snapshot may be older than the log, so the caller prepares again, and
// what stays different is ErrTampered.
func (s *snapshot) Get(row acts.Row, id string) error {
	t, ok := tables[row.Table()]
	if !ok {
		return errors.New("reading a row: unknown table")
	}
	err := s.row(t.selects+"WHERE id = $1", id).Scan(acts.Columns(row)...)
	if errors.Is(err, sql.ErrNoRows) {
		return s.absent(row.Table(), id)
	}
	if err != nil {
		return fmt.Errorf("reading a row of %s: %w", t.name, err)
	}
	return s.verify(row)
}

// absent says that a row is not there, if the log agrees.
func (s *snapshot) absent(table, id string) error {
	if !s.Unnamed(table, id) {
		return s.doubt(table, id)
	}
	return acts.ErrNoRow
}

// verify compares a row with the log and remembers it for the commit.
func (s *snapshot) verify(row acts.Row) error {
	got := digestOf(row)
	id, _ := row.Key()
	want, ok := s.log.Newest(row.Table(), id)
	if !ok || want != got {
		return s.doubt(row.Table(), id)
	}
	s.seen = append(s.seen, acts.Seen{Table: row.Table(), ID: id, Digest: got, Present: true})
	s.store.roster.cache(row, id, got)
	return nil
}

func digestOf(row acts.Row) (d audit.Digest16) {
	m := acts.MarkOf(row)
	copy(d[:], m.Digest[:])
	return d
}

// doubt is a row that does not fit the log: stale while writes are under way,
// tampered with when the log has not moved since the snapshot began.
func (s *snapshot) doubt(table, id string) error {
	if s.unsettled() || s.log.Size() != s.size { // in this order: the flag falls after the log has grown
		return acts.ErrStale
	}
	return fmt.Errorf("%w: %s %s", acts.ErrTampered, table, id)
}

// Rows reads the rows that a query selects, each verified. It hands out those that are
// what the log names, and returns ErrTampered after them when there were others.
func (s *snapshot) Rows(q *acts.Query, args []any, each func(acts.Row) error) error {
	return s.rows(tables[q.Kind.Table()], condition(q), args, each)
}

// Count counts the rows that a query selects.
func (s *snapshot) Count(q *acts.Query, args []any) (n int, err error) {
	name := q.Kind.Table()
	if err := s.row("SELECT count(*) FROM "+name+" "+condition(q), args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting rows of %s: %w", name, err)
	}
	return n, nil
}

func (s *snapshot) rows(t *table, condition string, args []any, each func(acts.Row) error) error {
	rows, err := s.query(t.selects+condition, args...)
	if err != nil {
		return fmt.Errorf("reading rows of %s: %w", t.name, err)
	}
	defer rows.Close()
	var bad error // the first that is not what the log names
	for rows.Next() {
		row := t.Make()
		if err := rows.Scan(acts.Columns(row)...); err != nil {
			return fmt.Errorf("reading rows of %s: %w", t.name, err)
		}
		err := s.verify(row)
		if errors.Is(err, acts.ErrTampered) {
			if bad == nil {
				bad = err
			}
			continue
		}
		if err != nil {
			return err
		}
		if err := each(row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading rows of %s: %w", t.name, err)
	}
	return bad
}
