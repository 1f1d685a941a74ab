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
	"sportello/referrals/kept"

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
func (s *snapshot) LeavesOf(limit int, objects ...string) ([]kept.Leaf, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	var all []kept.Leaf
	for _, index := range s.log.LeavesOf(limit, objects...) {
		if index >= s.size {
			continue // written since the snapshot began
		}
		leaf, err := s.Leaf(index)
		if err != nil {
			return nil, err
		}
		if slices.Contains(objects, leaf.Object) {
			all = append(all, kept.Leaf{Index: index, Leaf: leaf})
		}
	}
	return all, nil
}

// Leaf reads one leaf and proves it under the last signed checkpoint. ErrNoRow where
// the snapshot's log has none of that index.
func (s *snapshot) Leaf(index int64) (leaf audit.Leaf, err error) {
	if err := s.begin(); err != nil {
		return leaf, err
	}
	if index < 0 || index >= s.size {
		return leaf, acts.ErrNoRow
	}
	var body []byte
	err = s.row("SELECT body FROM leaf WHERE idx = $1", index).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return leaf, fmt.Errorf("%w: leaf %d", acts.ErrTampered, index)
	}
	if err != nil {
		return leaf, fmt.Errorf("reading a leaf: %w", err)
	}
	leaf, err = s.log.CheckLeaf(s.ctx, index, body)
	return leaf, tampered(err)
}

// codesAtOnce is how many leaves that mark a code are read in one statement.
const codesAtOnce = 64

var selectCodes = `SELECT l.idx, l.body, d.id, d.key_id, d.sealed FROM leaf l JOIN detail d ON d.idx = l.idx
	WHERE l.idx IN (` + placeholders(1, codesAtOnce) + ")"

// EachCode hands out the newest leaf of each record whose code a detail marks, with that
// detail. Neither is compared with the log: who finds what it looks for reads the leaf by
// Leaf and compares both.
func (s *snapshot) EachCode(f func(index int64, l *audit.Leaf, d *audit.SealedDetail) error) error {
	if err := s.begin(); err != nil {
		return err
	}
	for chunk := range slices.Chunk(s.log.Codes(), codesAtOnce) {
		chunk = slices.DeleteFunc(chunk, func(index int64) bool { return index >= s.size })
		if len(chunk) == 0 {
			return nil
		}
		read, err := s.codes(chunk)
		if err == nil && len(read) != len(chunk) {
			err = fmt.Errorf("%w: detail", acts.ErrTampered) // none is ever deleted
		}
		if err != nil {
			return err
		}
		for i := range read { // not while the rows are open: a connection answers one question at a time
			if err := f(read[i].detail.Leaf, &read[i].leaf, &read[i].detail); err != nil {
				return err
			}
		}
	}
	return nil
}

// codeRead is a leaf that marks a code, with its detail.
type codeRead struct {
	leaf   audit.Leaf
	detail audit.SealedDetail
}

func (s *snapshot) codes(chunk []int64) (all []codeRead, err error) {
	args := make([]any, codesAtOnce)
	for i := range args {
		args[i] = chunk[min(i, len(chunk)-1)]
	}
	rows, err := s.query(selectCodes, args...)
	if err != nil {
		return nil, fmt.Errorf("reading marks of codes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var one codeRead
		var body sql.RawBytes
		if err := rows.Scan(&one.detail.Leaf, &body, &one.detail.ID, &one.detail.KeyID, &one.detail.Sealed); err != nil {
			return nil, fmt.Errorf("reading marks of codes: %w", err)
		}
		if one.leaf, err = audit.ParseLeaf(body); err != nil {
			return nil, fmt.Errorf("%w: leaf %d", acts.ErrTampered, one.detail.Leaf)
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// DetailKey reads a wrapped key of details.
func (s *snapshot) DetailKey(id string) (*audit.DetailKeyRow, error) {
	k := &audit.DetailKeyRow{ID: id}
	err := s.row("SELECT day, unit, epoch, wrapped FROM detail_key WHERE id = $1", id).Scan(&k.Day, &k.Unit, &k.Epoch, &k.Wrapped)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("reading a key of details: %w", err)
	}
	if err != nil || !s.log.Matches(k) {
		return nil, s.doubt(audit.DetailKeyTable, id)
	}
	return k, nil
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

// DetailOf reads the sealed detail of the leaf at index. No detail is ever deleted: one
// that is not there is ErrTampered.
func (s *snapshot) DetailOf(index int64) (*audit.SealedDetail, error) {
	d := &audit.SealedDetail{Leaf: index}
	err := s.row("SELECT id, key_id, sealed FROM detail WHERE idx = $1", index).Scan(&d.ID, &d.KeyID, &d.Sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, s.doubt(audit.DetailTable, strconv.FormatInt(index, 10))
	}
	if err != nil {
		return nil, fmt.Errorf("reading a detail: %w", err)
	}
	return d, nil
}
