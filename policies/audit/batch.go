package audit

import (
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Batch is the leaves of one transaction. Only the writer goroutine uses it, from Begin to Committed or Aborted.
// Leaves go to the store as they are appended, their hashes and the checkpoint when it is signed.
type Batch struct {
	log     *Log
	tx      Tx
	tip     frontier
	hashes  []tlog.Hash // stored hashes of the batch's leaves, not yet inserted
	overlay overlay
	detail  detailKey // comes into force with the commit; zero if none
	signed  bool
	over    bool
	last    Checkpoint // the one signed here, or the log's while nothing is
}

// Mark is a place in a batch to come back to, with the transaction's savepoint.
type Mark struct {
	tip     frontier
	hashes  int
	journal int
	detail  detailKey
}

// Begin starts the one batch of a transaction. It recomputes the last signed root from the stored hashes that
// the transaction sees, and fails with ErrLogTampered when it is another; then nothing may be written.
func (l *Log) Begin(tx Tx) (*Batch, error) {
	b, err := l.reserve(tx)
	if err != nil {
		return nil, err
	}
	stored, err := storedFrontier(b.tip.size, tlog.HashReaderFunc(tx.ReadHashes))
	if err == nil && stored.root() != b.last.Root {
		err = &TamperError{Leaf: -1, What: "stored hashes do not make the last signed root"}
	}
	if err != nil {
		l.Aborted(b)
		return nil, fmt.Errorf("beginning a batch: %w", err)
	}
	return b, nil
}

func (l *Log) reserve(tx Tx) (*Batch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.signer == nil || l.closed {
		return nil, fmt.Errorf("beginning a batch: %w", ErrReadOnly)
	}
	if l.current != nil {
		return nil, fmt.Errorf("beginning a second batch: %w", ErrBatch)
	}
	l.current = &Batch{log: l, tx: tx, tip: l.tip.clone(), overlay: newOverlay(), last: l.last}
	return l.current, nil
}

// Append writes a leaf and, if there is one, its sealed detail, and gives the leaf's index. The leaf's DetailID
// and Detail are set here. On an error the batch is as before; the caller rolls back to its savepoint. ErrDetailKey
// if the detail was sealed before the audit unit drew its newest epoch.
func (b *Batch) Append(leaf Leaf, detail *SealedDetail) (int64, error) {
	if b.signed || b.over {
		return 0, fmt.Errorf("appending a leaf: %w", ErrBatch)
	}
	leaf.DetailID, leaf.Detail = "", nil
	if detail != nil && detail.epoch < b.Epoch(detail.unit) {
		return 0, fmt.Errorf("appending a leaf: %w", ErrDetailKey)
	}
	if detail != nil {
		leaf.DetailID, leaf.Detail = detail.ID, detail.commitment()
	}
	body, err := leaf.Marshal()
	if err != nil {
		return 0, fmt.Errorf("appending a leaf: %w", err)
	}
	index := b.tip.size
	if err := b.tx.InsertLeaf(index, body); err != nil {
		return 0, fmt.Errorf("storing a leaf: %w", err)
	}
	if detail != nil {
		if err := b.tx.InsertDetail(index, detail.ID, detail.KeyID, detail.Sealed); err != nil {
			return 0, fmt.Errorf("storing a detail: %w", err)
		}
	}
	hash := tlog.RecordHash(body)
	b.hashes = append(b.hashes, hash)
	b.tip.push(0, hash, func(h tlog.Hash) { b.hashes = append(b.hashes, h) })
	b.overlay.take(leaf.Rows)
	if o, ok := about(index, &leaf); ok {
		b.overlay.objects = append(b.overlay.objects, o)
	}
	b.overlay.codes = append(b.overlay.codes, coded(index, &leaf)...)
	return index, nil
}

// Newest is Log.Newest as it will be after this batch.
func (b *Batch) Newest(table, id string) (Digest16, bool) {
	if row, ok := b.overlay.newest[keyOf(table, id)]; ok {
		if row.gone {
			return Digest16{}, false
		}
		return row.digest, true
	}
	return b.log.Newest(table, id)
}

// Matches is Log.Matches as it will be after this batch.
func (b *Batch) Matches(r Record) bool {
	mark := MarkOf(r)
	newest, ok := b.Newest(mark.Table, mark.ID)
	return ok && newest == short(mark.Digest)
}

// Epoch is Log.Epoch as it will be after this batch.
func (b *Batch) Epoch(unit string) int64 {
	return max(b.overlay.epochs[unit], b.log.Epoch(unit))
}

// Mark belongs to a savepoint of the transaction.
func (b *Batch) Mark() Mark {
	return Mark{tip: b.tip.clone(), hashes: len(b.hashes), journal: len(b.overlay.journal), detail: b.detail}
}

// Rewind goes with the roll-back to the savepoint of m: the batch is as it was at Mark. Marks made after m are
// worthless then. A batch that is signed or over cannot be rewound; that is a mistake of the caller, and panics.
func (b *Batch) Rewind(m Mark) {
	if b.signed || b.over {
		panic("audit: rewinding a batch that is signed or over")
	}
	b.tip = m.tip.clone()
	b.hashes = b.hashes[:m.hashes]
	b.overlay.rewind(m.journal)
	b.overlay.rewindTo(m.tip.size)
	b.detail = m.detail
}

// Sign stores the batch's hashes and the checkpoint that covers its leaves. It is the last thing in a
// transaction. A batch without leaves keeps the last checkpoint.
func (b *Batch) Sign() (Checkpoint, error) {
	if b.signed || b.over {
		return Checkpoint{}, fmt.Errorf("signing a batch: %w", ErrBatch)
	}
	if len(b.hashes) == 0 {
		b.signed = true
		return b.last, nil
	}
	first := tlog.StoredHashCount(b.last.Size)
	if err := b.tx.InsertHashes(first, b.hashes); err != nil {
		return Checkpoint{}, fmt.Errorf("storing hashes: %w", err)
	}
	c, err := signCheckpoint(b.log.signer, b.tip.size, b.tip.root())
	if err != nil {
		return Checkpoint{}, err
	}
	if err := b.tx.InsertCheckpoint(c.Size, c.Note); err != nil {
		return Checkpoint{}, fmt.Errorf("storing the checkpoint: %w", err)
	}
	b.signed, b.last = true, c
	return c, nil
}

// Committed takes over a batch whose transaction is durable: from now on readers see its marks, and the state
// file follows. A batch with leaves that nobody signed must never be committed: that panics, since the next
// start would refuse the log.
func (l *Log) Committed(b *Batch) {
	if len(b.hashes) > 0 && !b.signed {
		panic("audit: a batch was committed without its checkpoint")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current != b || b.over {
		panic("audit: a batch was committed out of turn")
	}
	l.current, b.over = nil, true
	if len(b.hashes) == 0 {
		return
	}
	l.tip, l.last = b.tip, b.last
	l.marks.merge(b.overlay)
	if b.detail.id != "" {
		l.detail = b.detail
	}
	if now := l.now().UTC().Truncate(time.Second); now.After(l.seen) && !now.After(l.seen.Add(ClockAhead)) {
		l.seen = now
	}
	l.keeper.put(state{At: l.seen, Note: l.last.Note})
}

// Aborted forgets a batch whose transaction was rolled back. Aborting twice changes nothing. Where nobody knows
// whether a commit came through, the log must be closed and opened anew.
func (l *Log) Aborted(b *Batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.over = true
	if l.current == b {
		l.current = nil
	}
}
