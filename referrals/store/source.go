package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"sportello/policies/acts"
	"sportello/policies/audit"

	"golang.org/x/mod/sumdb/tlog"
)

// source reads the stored log.
type source struct{ s *Store }

var _ audit.Source = source{}

// LastCheckpoint is the newest signed checkpoint; size 0 in an empty log.
func (r source) LastCheckpoint(ctx context.Context) (size int64, note []byte, err error) {
	err = r.s.read.QueryRowContext(ctx, bind("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1")).Scan(&size, &note)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("reading the last checkpoint: %w", err)
	}
	return size, note, nil
}

// LeafCount counts the stored leaves.
func (r source) LeafCount(ctx context.Context) (n int64, err error) {
	if err = r.s.read.QueryRowContext(ctx, bind("SELECT count(*) FROM leaf")).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting the leaves: %w", err)
	}
	return n, nil
}

// EachLeaf hands out leaves from (included) to to (excluded), in order. The
// bytes are valid only inside the call.
func (r source) EachLeaf(ctx context.Context, from, to int64, f func(int64, []byte) error) error {
	rows, err := r.s.read.QueryContext(ctx, bind("SELECT idx, body FROM leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx"), from, to)
	if err != nil {
		return fmt.Errorf("reading the leaves: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var index int64
		var body sql.RawBytes
		if err := rows.Scan(&index, &body); err != nil {
			return fmt.Errorf("reading the leaves: %w", err)
		}
		if err := f(index, body); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Hashes reads stored hashes of the tree.
func (r source) Hashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error) {
	c, err := newConn(ctx, r.s.read, r.s.hooks)
	if err != nil {
		return nil, err
	}
	defer c.close()
	return readHashes(ctx, c, indexes)
}

// readHashes reads hashes of the tree in one statement for each hashesAtOnce.
func readHashes(ctx context.Context, c *conn, indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, 0, len(indexes))
	for chunk := range slices.Chunk(indexes, hashesAtOnce) {
		args := make([]any, hashesAtOnce)
		for i := range args {
			args[i] = chunk[min(i, len(chunk)-1)]
		}
		rows, err := c.query(ctx, selectHashes, args...)
		if err != nil {
			return nil, fmt.Errorf("reading hashes of the tree: %w", err)
		}
		found, err := scanHashes(rows)
		if err != nil {
			return nil, err
		}
		for _, index := range chunk {
			h, ok := found[index]
			if !ok {
				return nil, errors.New("reading hashes of the tree: one is missing")
			}
			hashes = append(hashes, h)
		}
	}
	return hashes, nil
}

// hashesAtOnce is more than the right edge of a tree of a million leaves has.
const hashesAtOnce = 24

var selectHashes = "SELECT idx, hash FROM leaf_hash WHERE idx IN (" + placeholders(1, hashesAtOnce) + ")"

func scanHashes(rows *sql.Rows) (map[int64]tlog.Hash, error) {
	defer rows.Close()
	found := make(map[int64]tlog.Hash, hashesAtOnce)
	for rows.Next() {
		var index int64
		var b sql.RawBytes
		if err := rows.Scan(&index, &b); err != nil {
			return nil, fmt.Errorf("reading hashes of the tree: %w", err)
		}
		if len(b) != tlog.HashSize {
			return nil, errors.New("reading hashes of the tree: one has the wrong size")
		}
		found[index] = tlog.Hash(b)
	}
	return found, rows.Err()
}

// Source reads the log, for export.
func (s *Store) Source() audit.Source { return source{s} }

// EachRecord hands out every stored row, shred secrets included, for the check
// of all records against the log.
//
// An index that does not hold its table's rows hides them from every page while
// each row is what the log says. Whatever the engine's own check names is handed
// out as a record that no leaf knows.
func (s *Store) EachRecord(ctx context.Context, f func(audit.Record) error) error {
	if err := s.eachFault(ctx, f); err != nil {
		return err
	}
	for _, t := range tables {
		if err := s.eachRow(ctx, t, f); err != nil {
			return err
		}
	}
	if err := s.eachDetailKey(ctx, f); err != nil {
		return err
	}
	if s.secrets == nil {
		return nil // a copy inspected without its secrets
	}
	return s.eachSecret(ctx, f)
}

// eachFault hands out what the engine finds wrong in the main file.
func (s *Store) eachFault(ctx context.Context, f func(audit.Record) error) error {
	rows, err := s.read.QueryContext(ctx, integrityCheck)
	if err != nil {
		return fmt.Errorf("checking the file: %w", err)
	}
	defer rows.Close()
	for n := 1; rows.Next(); n++ {
		var text string
		if err := rows.Scan(&text); err != nil {
			return fmt.Errorf("checking the file: %w", err)
		}
		if text == sound {
			continue
		}
		if err := f(fileFault(MainFile + "/" + strconv.Itoa(n))); err != nil {
			return err
		}
	}
	return rows.Err()
}

// fileFault is something that is wrong in a file itself, as a record of no leaf.
type fileFault string

func (fileFault) Table() string          { return "file" }
func (f fileFault) Key() (string, int64) { return string(f), 0 }
func (fileFault) Values() []any          { return nil }

// Details gives every stored detail, for the check of all details against the
// commitments in their leaves.
func (s *Store) Details() audit.Records { return details{s} }

type details struct{ s *Store }

// EachRecord hands out every sealed detail.
func (d details) EachRecord(ctx context.Context, f func(audit.Record) error) error {
	rows, err := d.s.read.QueryContext(ctx, bind("SELECT idx, id, key_id, sealed FROM detail ORDER BY idx"))
	if err != nil {
		return fmt.Errorf("reading all details: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r audit.SealedDetail
		if err := rows.Scan(&r.Leaf, &r.ID, &r.KeyID, &r.Sealed); err != nil {
			return fmt.Errorf("reading all details: %w", err)
		}
		if err := f(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Store) eachDetailKey(ctx context.Context, f func(audit.Record) error) error {
	rows, err := s.read.QueryContext(ctx, bind("SELECT id, day, unit, epoch, wrapped FROM detail_key ORDER BY id"))
	if err != nil {
		return fmt.Errorf("reading all detail keys: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r audit.DetailKeyRow
		if err := rows.Scan(&r.ID, &r.Day, &r.Unit, &r.Epoch, &r.Wrapped); err != nil {
			return fmt.Errorf("reading all detail keys: %w", err)
		}
		if err := f(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Store) eachRow(ctx context.Context, t *table, f func(audit.Record) error) error {
	rows, err := s.read.QueryContext(ctx, bind(t.selects+"ORDER BY id"))
	if err != nil {
		return fmt.Errorf("reading all rows of %s: %w", t.name, err)
	}
	defer rows.Close()
	for rows.Next() {
		row := t.Make()
		if err := rows.Scan(acts.Columns(row)...); err != nil {
			return fmt.Errorf("reading all rows of %s: %w", t.name, err)
		}
		if err := f(acts.Record{Row: row}); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Store) eachSecret(ctx context.Context, f func(audit.Record) error) error {
	s.secrets.erasing.RLock()
	defer s.secrets.erasing.RUnlock()
	rows, err := s.secrets.db.QueryContext(ctx, bind("SELECT id, secret FROM shred ORDER BY id"))
	if err != nil {
		return fmt.Errorf("reading all secrets: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r secretRecord
		if err := rows.Scan(&r.id, &r.secret); err != nil {
			return fmt.Errorf("reading all secrets: %w", err)
		}
		if s.secrets.early(r.id) {
			continue
		}
		if err := f(&r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// secretRecord is a shred secret as a record of the log.
type secretRecord struct {
	id     string
	secret []byte
}

func (r *secretRecord) Table() string        { return shredTable }
func (r *secretRecord) Key() (string, int64) { return r.id, 1 }
func (r *secretRecord) Values() []any        { return []any{&r.secret} }

// LeavesOf reads the newest leaves about records, each KIND:ID. Which they are the log
// knows; each is proved under the last signed checkpoint: one that is changed, or is
// not there, is ErrTampered.
func (s *snapshot) LeavesOf(limit int, objects ...string) ([]audit.Leaf, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	var all []audit.Leaf
	for _, index := range s.log.LeavesOf(limit, objects...) {
		if index >= s.size {
			continue // written since the snapshot began
		}
		var body []byte
		err := s.row("SELECT body FROM leaf WHERE idx = $1", index).Scan(&body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, fmt.Errorf("%w: leaf %d", acts.ErrTampered, index)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the leaves of a record: %w", err)
		}
		leaf, err := s.log.CheckLeaf(s.ctx, index, body)
		if err != nil {
			return nil, tampered(err)
		}
		if slices.Contains(objects, leaf.Object) {
			all = append(all, leaf)
		}
	}
	return all, nil
}

// tampered makes of the log's own word for a difference the one of the records.
func tampered(err error) error {
	if errors.Is(err, audit.ErrLogTampered) {
		return fmt.Errorf("%w: %w", acts.ErrTampered, err)
	}
	return err
}

// LeavesBackward hands out leaves newest first. What it handed out may be
// believed only when it returns no error: then the leaves it read, one after
// the other, are those under the last signed checkpoint.
func (s *snapshot) LeavesBackward(before int64, f func(int64, *audit.Leaf) (bool, error)) error {
	if before <= 0 || before > s.size {
		before = s.size
	}
	hashes, err := s.leavesBackward(before, f)
	if err != nil {
		return err
	}
	slices.Reverse(hashes)
	return tampered(s.log.CheckRange(s.ctx, before-int64(len(hashes)), hashes))
}

func (s *snapshot) leavesBackward(before int64, f func(int64, *audit.Leaf) (bool, error)) ([]tlog.Hash, error) {
	rows, err := s.query("SELECT idx, body FROM leaf WHERE idx < $1 ORDER BY idx DESC", before)
	if err != nil {
		return nil, fmt.Errorf("reading the leaves: %w", err)
	}
	defer rows.Close()
	var hashes []tlog.Hash
	for more := true; more && rows.Next(); {
		var index int64
		var body sql.RawBytes
		if err := rows.Scan(&index, &body); err != nil {
			return nil, fmt.Errorf("reading the leaves: %w", err)
		}
		leaf, err := audit.ParseLeaf(body)
		if before--; err != nil || index != before {
			return nil, fmt.Errorf("%w: leaf %d", acts.ErrTampered, before)
		}
		hashes = append(hashes, tlog.RecordHash(body))
		if more, err = f(index, &leaf); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil || len(hashes) > 0 || before == 0 {
		return hashes, err
	}
	return nil, fmt.Errorf("%w: leaf %d", acts.ErrTampered, before-1)
}

// DetailOf reads the sealed detail of the leaf at index and the wrapped key it
// is under. No detail is ever deleted: one that is not there is ErrTampered.
func (s *snapshot) DetailOf(index int64) (*audit.SealedDetail, *audit.DetailKeyRow, error) {
	d := &audit.SealedDetail{Leaf: index}
	k := &audit.DetailKeyRow{}
	err := s.row(`SELECT d.id, d.key_id, d.sealed, k.id, k.day, k.unit, k.epoch, k.wrapped
		FROM detail d JOIN detail_key k ON k.id = d.key_id WHERE d.idx = $1`, index).
		Scan(&d.ID, &d.KeyID, &d.Sealed, &k.ID, &k.Day, &k.Unit, &k.Epoch, &k.Wrapped)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, s.doubt(audit.DetailTable, strconv.FormatInt(index, 10))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading a detail: %w", err)
	}
	if !s.log.Matches(k) {
		return nil, nil, s.doubt(audit.DetailKeyTable, k.ID)
	}
	return d, k, nil
}
