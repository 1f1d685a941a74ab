package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"sportello/policies/acts"
	"sportello/policies/audit"

	"golang.org/x/mod/sumdb/tlog"
)

// groupMax bounds how many acts share one commit.
const groupMax = 256

// ErrClosed says that the store is shutting down; nothing was written.
var ErrClosed = errors.New("the store is closing")

type job struct {
	work    acts.Work
	receipt audit.Receipt
	erases  bool
	durable bool // its leaf is, whatever becomes of what it erases
	err     error
	ready   chan struct{}
}

// Do runs work in the writer and answers once its leaf is durable. The writer
// uses its own context: a closed tab must not cancel a whole group.
//
// Work with new shred secrets first passes the keeper, which makes them durable
// for many acts at once while the writer commits the group before: order is the
// protocol, and the two files' commits overlap.
func (s *Store) Do(ctx context.Context, w acts.Work) (audit.Receipt, error) {
	j := &job{work: w, ready: make(chan struct{})}
	queue := s.jobs
	if len(w.Secrets) > 0 {
		queue = s.keeping
	}
	select {
	case <-s.closing:
		return audit.Receipt{}, ErrClosed
	case <-ctx.Done():
		return audit.Receipt{}, ctx.Err()
	case queue <- j:
	}
	select {
	case <-j.ready:
		return j.receipt, unwritable(j.err)
	case <-s.done:
		select {
		case <-j.ready:
			return j.receipt, unwritable(j.err)
		default:
			return audit.Receipt{}, ErrClosed
		}
	}
}

// writeSecrets is the goroutine that makes secrets durable before their acts.
func (s *Store) writeSecrets(c *conn) {
	defer close(s.kept)
	defer c.close()
	for {
		select {
		case j := <-s.keeping:
			s.writeSecretsOf(c, settle([]*job{j}, s.moreSecrets))
		case <-s.closing:
			for {
				select {
				case j := <-s.keeping:
					s.writeSecretsOf(c, s.moreSecrets([]*job{j}))
				default:
					return
				}
			}
		}
	}
}

// writeSecretsOf makes the secrets of some acts durable and hands the acts on.
func (s *Store) writeSecretsOf(c *conn, jobs []*job) {
	var secrets []acts.Secret
	for _, j := range jobs {
		secrets = append(secrets, j.work.Secrets...)
	}
	s.hooks.at("before secrets")
	err := s.secrets.insert(context.Background(), c, secrets)
	s.hooks.at("between files")
	if err != nil {
		for _, j := range jobs {
			j.err = err
			s.answer(j)
		}
		return
	}
	s.handed <- jobs
}

// write is the one goroutine that writes the main file. It ends after the
// keeper has.
func (s *Store) write(c *conn) {
	defer close(s.done)
	defer c.close()
	defer s.scrub.end(s.answer)
	for {
		select {
		case <-s.scrub.again():
			s.scrub.try(s.answer)
		case j := <-s.jobs:
			s.group(c, settle([]*job{j}, s.moreWork))
		case jobs := <-s.handed:
			s.group(c, settle(jobs, s.moreWork))
		case <-s.kept:
			for {
				select {
				case j := <-s.jobs:
					s.group(c, s.moreWork([]*job{j}))
				default:
					return
				}
			}
		}
	}
}

// settle lets a group grow for as long as other requests use the processor: it
// stands back behind whatever can run, and ends once that brought nothing new
// twice. A commit costs the same for one act as for thirty; on an idle machine
// nothing is waited for.
func settle(group []*job, more func([]*job) []*job) []*job {
	for quiet := 0; quiet < 2 && len(group) < groupMax; quiet++ {
		n := len(group)
		if group = more(group); len(group) > n {
			quiet = 0
		}
		runtime.Gosched()
	}
	return group
}

// moreSecrets adds to a group what waits for the keeper.
func (s *Store) moreSecrets(group []*job) []*job {
	for len(group) < groupMax {
		select {
		case j := <-s.keeping:
			group = append(group, j)
		default:
			return group
		}
	}
	return group
}

// moreWork adds to a group what waits for the writer.
func (s *Store) moreWork(group []*job) []*job {
	for len(group) < groupMax {
		select {
		case j := <-s.jobs:
			group = append(group, j)
		case jobs := <-s.handed:
			group = append(group, jobs...)
		default:
			return group
		}
	}
	return group
}

// group commits jobs together. When the transaction is lost, nobody in it was
// answered and each is tried alone.
func (s *Store) group(c *conn, jobs []*job) {
	err := s.commit(c, jobs)
	if err != nil && len(jobs) > 1 {
		for _, j := range jobs {
			j.err, j.erases, j.receipt = nil, false, audit.Receipt{}
			if err := s.commit(c, []*job{j}); err != nil {
				j.err = err
			}
			s.finish(j)
		}
		s.scrub.try(s.answer)
		return
	}
	for _, j := range jobs {
		if err != nil {
			j.err = err
		}
		s.finish(j)
	}
	s.scrub.try(s.answer)
}

// finish answers an act, once what it took out of the main file is out of its
// write-ahead log too.
func (s *Store) finish(j *job) {
	if j.erases && j.err == nil {
		s.scrub.later(j)
		return
	}
	s.answer(j)
}

// answer tells the caller how its act ended. Secrets of an act that did not
// commit belong to no record; those of one that did stay, even where it is
// answered with an error because something it erased could not be deleted.
func (s *Store) answer(j *job) {
	if j.err != nil && !j.durable {
		s.secrets.orphan(j.work.Secrets)
	}
	close(j.ready)
}

// commit runs a group in one transaction: rows, leaves and the signed checkpoint
// together, then the deletion of what has a tombstone. The secrets that the rows
// need are durable already.
//
// Most groups need no savepoints: an act that fails looks before it writes. When
// one fails after it wrote, the group starts anew with a savepoint an act.
func (s *Store) commit(c *conn, jobs []*job) error {
	err := s.transact(c, jobs, false)
	if errors.Is(err, errHalfDone) {
		for _, j := range jobs {
			j.err, j.erases, j.receipt = nil, false, audit.Receipt{}
		}
		err = s.transact(c, jobs, true)
	}
	return err
}

// errHalfDone says that an act failed after it wrote, without a savepoint.
var errHalfDone = errors.New("an act failed half way")

func (s *Store) transact(c *conn, jobs []*job, savepoints bool) error {
	ctx := context.Background()
	if err := c.exec(ctx, beginWrite); err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	if err := lookAgain(c.c); err != nil {
		return errors.Join(err, c.exec(ctx, "ROLLBACK"))
	}
	t := &tx{ctx: ctx, c: c, savepoints: savepoints}
	batch, err := s.log.Begin(t)
	if err != nil {
		c.exec(ctx, "ROLLBACK")
		return fmt.Errorf("beginning the log's batch: %w", err)
	}
	t.batch = batch
	if err = s.runAll(t, jobs); err == nil {
		if len(t.erased) > 0 {
			s.secrets.erasing.Lock()
			defer s.secrets.erasing.Unlock()
		}
		err = s.seal(t, jobs)
	}
	if err != nil {
		s.log.Aborted(batch)
		if inTransaction(ctx, c.c) {
			c.exec(ctx, "ROLLBACK")
		}
		return err
	}
	s.hooks.at("committed")
	if err := s.secrets.delete(ctx, t.erased); err != nil {
		// The tombstones are durable and start-up deletes again, but nobody is
		// told that something is erased while it is not.
		for _, j := range jobs {
			if j.erases && j.err == nil {
				j.err = &acts.Unfinished{Receipt: j.receipt, Erasing: true, Cause: err}
			}
		}
	}
	return nil
}

// runAll runs the jobs in order.
func (s *Store) runAll(t *tx, jobs []*job) error {
	for _, j := range jobs {
		if err := t.run(j); err != nil {
			return err
		}
		s.hooks.at("written")
	}
	return nil
}

// seal makes the group durable: the checkpoint, then the commit.
func (s *Store) seal(t *tx, jobs []*job) error {
	leaves := 0
	for _, j := range jobs {
		if j.err == nil {
			leaves++
		}
	}
	if leaves == 0 {
		s.log.Aborted(t.batch)
		return t.c.exec(t.ctx, "ROLLBACK")
	}
	checkpoint, err := t.batch.Sign()
	if err != nil {
		return fmt.Errorf("signing the checkpoint: %w", err)
	}
	s.writing.Store(true)
	defer s.writing.Store(false)
	s.hooks.at("before commit")
	if err := t.c.exec(t.ctx, "COMMIT"); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	s.log.Committed(t.batch)
	for _, j := range jobs {
		if j.err == nil {
			j.durable, j.receipt.Checkpoint = true, checkpoint.Note
			s.secrets.logged(j.work.Secrets)
		}
	}
	return nil
}

// tx is the writer's side of one group; its job fields are of the act at work.
type tx struct {
	ctx    context.Context
	c      *conn
	batch  *audit.Batch
	marks  []audit.RowMark
	erased []erasure

	savepoints bool

	wrote    bool // whether the act at work changed anything yet
	recorded bool
	index    int64
}

var (
	_ acts.Tx  = (*tx)(nil)
	_ audit.Tx = (*tx)(nil)
)

// run does one act. The error it returns is one of the transaction; the act's
// own error stays with the job.
func (t *tx) run(j *job) error {
	if t.savepoints {
		if err := t.c.exec(t.ctx, "SAVEPOINT act"); err != nil {
			return fmt.Errorf("setting a savepoint: %w", err)
		}
	}
	mark, erased := t.batch.Mark(), len(t.erased)
	t.marks, t.wrote, t.recorded = t.marks[:0], false, false
	if j.err = t.attempt(j); j.err != nil {
		return t.undo(j, mark, erased)
	}
	j.receipt.Index, j.erases = t.index, len(t.erased) > erased
	if !t.savepoints {
		return nil
	}
	if err := t.c.exec(t.ctx, "RELEASE act"); err != nil {
		return fmt.Errorf("releasing a savepoint: %w", err)
	}
	return nil
}

// undo takes back what a failed act did.
func (t *tx) undo(j *job, mark audit.Mark, erased int) error {
	t.batch.Rewind(mark)
	t.erased, j.erases = t.erased[:erased], false
	switch {
	case !inTransaction(t.ctx, t.c.c):
		return fmt.Errorf("the transaction ended: %w", j.err)
	case !t.savepoints && t.wrote:
		return errHalfDone
	case !t.savepoints:
		return nil
	}
	if err := t.c.exec(t.ctx, "ROLLBACK TO act"); err != nil {
		return fmt.Errorf("rolling back an act: %w", err)
	}
	return t.c.exec(t.ctx, "RELEASE act")
}

// exec runs a statement that writes. One that fails has changed nothing.
func (t *tx) exec(text string, args ...any) (sql.Result, error) {
	res, err := t.c.execResult(t.ctx, text, args...)
	if err != nil {
		return nil, err
	}
	n, err := res.RowsAffected()
	t.wrote = t.wrote || n > 0 || err != nil
	return res, err
}

func (t *tx) attempt(j *job) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("an act stopped unexpectedly in the writer")
		}
	}()
	for _, s := range j.work.Secrets {
		t.marks = append(t.marks, s.Mark())
	}
	if err := j.work.Do(t); err != nil {
		return err
	}
	if !t.recorded {
		return errors.New("an act left no leaf")
	}
	return nil
}

// Newest is the digest of a row, the group's earlier acts included.
func (t *tx) Newest(table, id string) (audit.Digest16, bool) { return t.batch.Newest(table, id) }

// Epoch is the highest epoch of a unit, the group's earlier acts included.
func (t *tx) Epoch(unit string) int64 { return t.batch.Epoch(unit) }

// Put writes a row: version 1 inserts, any other replaces the one before it.
// ErrConflict says that somebody else wrote that version first.
func (t *tx) Put(r acts.Row) error {
	tb, ok := tables[r.Table()]
	if !ok {
		return errors.New("writing a row: unknown table")
	}
	_, version := r.Key()
	text := tb.update
	if version == 1 {
		text = tb.insert
	}
	res, err := t.exec(text, acts.Columns(r)...)
	if err != nil {
		if isUnique(err) {
			return acts.ErrConflict
		}
		return fmt.Errorf("writing a row of %s: %w", tb.name, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return acts.ErrConflict
	}
	t.marks = append(t.marks, acts.MarkOf(r))
	return nil
}

// Delete removes a row; its mark in the leaf says that it is gone.
func (t *tx) Delete(r acts.Row) error {
	tb, ok := tables[r.Table()]
	if !ok {
		return errors.New("deleting a row: unknown table")
	}
	id, version := r.Key()
	res, err := t.exec("DELETE FROM "+tb.name+" WHERE id = $1 AND version = $2", id, version)
	if err != nil {
		return fmt.Errorf("deleting a row of %s: %w", tb.name, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return acts.ErrConflict
	}
	t.marks = append(t.marks, audit.RowMark{Table: tb.name, ID: id, Version: version, Gone: true})
	return nil
}

// Erase makes a secret's tombstone; the secret goes once the leaf is durable.
func (t *tx) Erase(secret string) error {
	digest, ok := t.batch.Newest("shred", secret)
	if !ok {
		return acts.ErrErased
	}
	t.marks = append(t.marks, audit.RowMark{Table: "shred", ID: secret, Version: 1, Gone: true})
	t.erased = append(t.erased, erasure{secret, digest})
	return nil
}

// Session is the newest mark of a session, the group's earlier acts included.
func (t *tx) Session(id string) (audit.SessionMark, bool) { return t.batch.Session(id) }

// Sessions lists the sessions of a person, or of everybody, likewise.
func (t *tx) Sessions(person string) []string { return t.batch.Sessions(person) }

// Mark names a session in the act's leaf.
func (t *tx) Mark(session audit.RowMark) { t.marks = append(t.marks, session) }

// UseDetailKey puts a new detail key in force; the batch appends its leaf.
func (t *tx) UseDetailKey(p audit.PendingDetailKey) error {
	if err := t.batch.UseDetailKey(p); err != nil {
		return err
	}
	t.recorded = true
	return nil
}

// Record appends the act's leaf with the digests of what it changed.
func (t *tx) Record(leaf audit.Leaf, detail *audit.SealedDetail) error {
	if t.recorded {
		return errors.New("an act recorded two leaves")
	}
	leaf.Rows = append([]audit.RowMark(nil), t.marks...)
	index, err := t.batch.Append(leaf, detail)
	if err != nil {
		return fmt.Errorf("appending the leaf: %w", err)
	}
	t.index, t.recorded = index, true
	return nil
}

// InsertLeaf stores a leaf's bytes.
func (t *tx) InsertLeaf(index int64, body []byte) error {
	_, err := t.exec("INSERT INTO leaf (idx, body) VALUES ($1, $2)", index, body)
	return err
}

// InsertHashes stores consecutive hashes of the tree.
func (t *tx) InsertHashes(first int64, hashes []tlog.Hash) error {
	return inBatches(len(hashes), func(i, n int) error {
		args := make([]any, 0, 2*batch)
		for j := i; j < i+n; j++ {
			args = append(args, first+int64(j), hashes[j][:])
		}
		_, err := t.exec(insertHash[n], args...)
		return err
	})
}

// batch is how many small rows one statement stores.
const batch = 16

// inBatches calls f for each run of batch rows from i, then for each row that is
// left: two texts are enough for any number.
func inBatches(rows int, f func(i, n int) error) error {
	for i := 0; i < rows; {
		n := batch
		if rows-i < batch {
			n = 1
		}
		if err := f(i, n); err != nil {
			return err
		}
		i += n
	}
	return nil
}

// batched are the texts of a statement that inserts pairs, by number of rows.
func batched(before, after string) map[int]string {
	pairs := make([]string, batch)
	for i := range pairs {
		pairs[i] = "(" + placeholders(2*i+1, 2) + ")"
	}
	return map[int]string{1: before + pairs[0] + after, batch: before + strings.Join(pairs, ", ") + after}
}

var insertHash = batched("INSERT INTO leaf_hash (idx, hash) VALUES ", "")

// ReadHashes reads stored hashes by index.
func (t *tx) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	return readHashes(t.ctx, t.c, indexes)
}

// InsertCheckpoint stores a signed checkpoint.
func (t *tx) InsertCheckpoint(size int64, note []byte) error {
	_, err := t.exec("INSERT INTO checkpoint (size, note) VALUES ($1, $2)", size, note)
	return err
}

// InsertDetail stores the sealed detail of a leaf.
func (t *tx) InsertDetail(index int64, id, keyID string, sealed []byte) error {
	_, err := t.exec("INSERT INTO detail (idx, id, key_id, sealed) VALUES ($1, $2, $3, $4)", index, id, keyID, sealed)
	return err
}

// InsertDetailKey stores a wrapped detail key.
func (t *tx) InsertDetailKey(id, day, unit string, epoch int64, wrapped []byte) error {
	_, err := t.exec("INSERT INTO detail_key (id, day, unit, epoch, wrapped) VALUES ($1, $2, $3, $4, $5)",
		id, day, unit, epoch, wrapped)
	return err
}
