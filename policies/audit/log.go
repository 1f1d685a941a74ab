package audit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Tx is the store's writer side, inside the transaction of the acts. What it is given is durable with them or
// not at all. It is used by one goroutine.
type Tx interface {
	InsertLeaf(index int64, body []byte) error
	// InsertHashes stores hashes under consecutive stored-hash indexes (golang.org/x/mod/sumdb/tlog).
	InsertHashes(first int64, hashes []tlog.Hash) error
	// ReadHashes gives the hashes in the order asked, or an error if one is missing.
	ReadHashes(indexes []int64) ([]tlog.Hash, error)
	InsertCheckpoint(size int64, note []byte) error
	// InsertDetail stores the sealed detail of the leaf at index.
	InsertDetail(index int64, id, keyID string, sealed []byte) error
	InsertDetailKey(id, day, unit string, epoch int64, wrapped []byte) error
}

// Source is the store's reader side: what is committed. Many goroutines use it at once.
type Source interface {
	// LastCheckpoint is the one of the greatest size; 0, nil, nil when there is none.
	LastCheckpoint(ctx context.Context) (size int64, note []byte, err error)
	LeafCount(ctx context.Context) (int64, error)
	// EachLeaf calls f for the stored leaves from (included) to (excluded) in order of their index. The body is
	// f's only until it returns.
	EachLeaf(ctx context.Context, from, to int64, f func(index int64, body []byte) error) error
	// Hashes gives the hashes in the order asked, or an error if one is missing.
	Hashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error)
}

// Options of Open. With VerifierKey instead of SignerKey the log can be read and checked, takes no leaf and
// leaves the state file alone; the state file may then be empty (not compared).
type Options struct {
	Source       Source
	SignerKey    string // secret text of NewSigner
	VerifierKey  string // public text of NewSigner
	StateFile    string // path beside the keys, outside backups of the database
	Now          func() time.Time
	Rest         func() <-chan time.Time // what the state file waits for after each write; nil for nothing
	AcceptOlder  bool                    // restore only: a log shorter than the state file's, or no state file
	ClockChecked bool                    // somebody looked at the clock: ErrClock is not raised, and its time becomes the last one
}

// Log is the open log. Its readers may be many; its batches are one at a time, by one goroutine.
type Log struct {
	source   Source
	signer   note.Signer // nil when read only
	verifier note.Verifier
	public   string
	now      func() time.Time
	keeper   *keeper // nil when read only

	mu      sync.RWMutex // guards what follows; only Begin, Committed, Aborted and Close write
	tip     frontier
	last    Checkpoint
	marks   marks
	seen    time.Time // of the last write, never going back
	detail  detailKey // in force; zero while there is none
	current *Batch
	closed  bool
}

// Open replays the log. It recomputes the whole tree from the leaf bodies and serves only if it is the signed
// one, no leaf lies beyond it, the stored hashes' right edge fits, and it extends the state file's checkpoint.
// Newest digests and epochs come from the same leaves. A million leaves take some seconds.
//
// It fails with ErrLogTampered (a TamperError says where), ErrStateFile, ErrBehindState, ErrClock, or what the
// source or a key's parser failed with. When it returns, the state file is written.
func Open(ctx context.Context, o Options) (*Log, error) {
	l, err := newLog(o)
	if err != nil {
		return nil, err
	}
	st, stated, err := l.readStateFile(o)
	if err != nil {
		return nil, err
	}
	known := []Checkpoint{stated}
	if l.last, err = l.signedLeaves(ctx); err != nil {
		return nil, err
	}
	if stated.Size > l.last.Size {
		if !o.AcceptOlder {
			return nil, fmt.Errorf("comparing with the state file: %w", ErrBehindState)
		}
		known = nil
	}
	if st == nil && o.StateFile != "" && l.last.Size > 0 && !o.AcceptOlder {
		return nil, fmt.Errorf("looking for the state file: %w", ErrStateFile)
	}
	if l.tip, l.marks, err = l.replay(ctx, l.last, known); err != nil {
		return nil, err
	}
	if err := l.start(o, st); err != nil {
		return nil, err
	}
	return l, nil
}

func newLog(o Options) (*Log, error) {
	if o.Source == nil || o.Now == nil || (o.SignerKey == "") == (o.VerifierKey == "") {
		return nil, errors.New("opening the log: a source, a clock and one key are needed")
	}
	l := &Log{source: o.Source, now: o.Now, public: o.VerifierKey}
	var err error
	if o.SignerKey != "" {
		if o.StateFile == "" {
			return nil, errors.New("opening the log: a state file is needed")
		}
		if l.signer, err = note.NewSigner(o.SignerKey); err != nil {
			return nil, fmt.Errorf("reading the log's key: %w", err)
		}
		if l.public, err = VerifierKey(o.SignerKey); err != nil {
			return nil, err
		}
	}
	if l.verifier, err = note.NewVerifier(l.public); err != nil {
		return nil, fmt.Errorf("reading the log's public key: %w", err)
	}
	return l, nil
}

func (l *Log) readStateFile(o Options) (*state, Checkpoint, error) {
	if o.StateFile == "" {
		return nil, Checkpoint{}, nil
	}
	st, c, found, err := readState(o.StateFile, l.verifier)
	if err != nil || !found {
		return nil, Checkpoint{}, err
	}
	if o.ClockChecked {
		return &st, c, nil
	}
	return &st, c, checkClock(o.Now(), st.At)
}

// signedLeaves gives the stored checkpoint if it is genuine and the stored leaves are as many as it says. The
// count is believed only between two equal checkpoints, since a server may be writing (Open with a VerifierKey).
func (l *Log) signedLeaves(ctx context.Context) (Checkpoint, error) {
	c, err := l.storedCheckpoint(ctx)
	if err != nil {
		return Checkpoint{}, err
	}
	for {
		count, err := l.source.LeafCount(ctx)
		if err != nil {
			return Checkpoint{}, fmt.Errorf("counting leaves: %w", err)
		}
		again, err := l.storedCheckpoint(ctx)
		if err != nil {
			return Checkpoint{}, err
		}
		if again.Size > c.Size {
			c = again
			continue
		}
		if count != c.Size {
			return Checkpoint{}, &TamperError{Leaf: min(count, c.Size), What: fmt.Sprintf("%d leaves are stored, %d are signed", count, c.Size)}
		}
		return c, nil
	}
}

// storedCheckpoint gives the stored checkpoint if it is genuine; that of the empty tree if there is none.
func (l *Log) storedCheckpoint(ctx context.Context) (Checkpoint, error) {
	size, msg, err := l.source.LastCheckpoint(ctx)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("reading the last checkpoint: %w", err)
	}
	if size == 0 && msg == nil {
		return Checkpoint{Origin: l.verifier.Name(), Root: frontier{}.root()}, nil
	}
	c, err := openCheckpoint(msg, l.verifier)
	if err != nil || c.Size != size {
		return Checkpoint{}, &TamperError{Leaf: -1, What: "the last checkpoint is not genuine"}
	}
	return c, nil
}

// start takes the clock and, unless read only, writes the state file and starts its keeper.
func (l *Log) start(o Options, st *state) error {
	now := o.Now().UTC().Truncate(time.Second)
	l.seen = now
	if st != nil && !o.ClockChecked && st.At.After(now) {
		l.seen = st.At
	}
	if l.signer == nil {
		return nil
	}
	if err := writeState(o.StateFile, state{At: l.seen, Note: l.last.Note}); err != nil {
		return err
	}
	l.keeper = startKeeper(o.StateFile, o.Rest)
	return nil
}

// Checkpoint is the last one that was signed and committed.
func (l *Log) Checkpoint() Checkpoint {
	l.mu.RLock()
	defer l.mu.RUnlock()
	c := l.last
	c.Note = append([]byte(nil), c.Note...)
	return c
}

// Size is the number of committed leaves.
func (l *Log) Size() int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.last.Size
}

// VerifierKey is the public text of the log's key.
func (l *Log) VerifierKey() string { return l.public }

// Newest is the digest of the row's newest committed mark; a row that is gone, or never was, has none.
func (l *Log) Newest(table, id string) (Digest16, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	d, ok := l.marks.newest[keyOf(table, id)]
	return d, ok
}

// Matches holds if the row is the one that its newest committed mark names: not changed, not rolled back.
func (l *Log) Matches(r Record) bool {
	mark := MarkOf(r)
	newest, ok := l.Newest(mark.Table, mark.ID)
	return ok && newest == short(mark.Digest)
}

// Epoch is the highest epoch of the unit that a committed leaf names, 0 if none does.
func (l *Log) Epoch(unit string) int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.marks.epochs[unit]
}

// CheckClock is Open's test of the clock, for sign-in: ErrClock while the clock is behind the last write or
// ClockAhead after it. Only Open with ClockChecked gets out of it.
func (l *Log) CheckClock() error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return checkClock(l.now(), l.seen)
}

// StateError says why the state file could not be written last, nil if it was.
func (l *Log) StateError() error {
	if l.keeper == nil {
		return nil
	}
	return l.keeper.lastError()
}

// Close writes the state file finally. The log takes no leaves afterwards, and can still be read.
func (l *Log) Close() error {
	l.mu.Lock()
	l.closed = true
	l.detail = detailKey{}
	l.mu.Unlock()
	if l.keeper == nil {
		return nil
	}
	return l.keeper.close()
}
