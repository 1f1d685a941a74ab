package audit

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Proof shows with the log's public key alone that a leaf is in the log: its body, the signed checkpoint and the
// RFC 6962 audit path between them.
type Proof struct {
	Index      int64
	Leaf       []byte
	Checkpoint []byte
	Hashes     []tlog.Hash
}

// Prove gives the proof of one leaf under the last checkpoint. It verifies the proof before it gives it away, so
// a changed leaf or a changed stored hash is an ErrLogTampered here. ErrNoLeaf beyond the end.
func (l *Log) Prove(ctx context.Context, index int64) (Proof, error) {
	c := l.Checkpoint()
	if index < 0 || index >= c.Size {
		return Proof{}, fmt.Errorf("proving a leaf: %w", ErrNoLeaf)
	}
	p := Proof{Index: index, Checkpoint: c.Note}
	err := l.source.EachLeaf(ctx, index, index+1, func(_ int64, body []byte) error {
		p.Leaf = append([]byte(nil), body...)
		return nil
	})
	if err != nil {
		return Proof{}, fmt.Errorf("reading the leaf: %w", err)
	}
	if p.Hashes, err = tlog.ProveRecord(c.Size, index, l.hashReader(ctx)); err != nil {
		return Proof{}, fmt.Errorf("reading stored hashes: %w", err)
	}
	if _, err := CheckProof(p, l.public); err != nil {
		return Proof{}, fmt.Errorf("proving a leaf: %w", err)
	}
	return p, nil
}

// CheckProof gives the leaf that the proof is about if it is in the log of this public key. ErrCheckpoint if the
// checkpoint is not the log's, ErrLogTampered if the leaf is not under it.
func CheckProof(p Proof, verifierKey string) (Leaf, error) {
	c, err := OpenCheckpoint(p.Checkpoint, verifierKey)
	if err != nil {
		return Leaf{}, err
	}
	if p.Index < 0 || p.Index >= c.Size {
		return Leaf{}, fmt.Errorf("checking a proof: %w", ErrNoLeaf)
	}
	if tlog.CheckRecord(p.Hashes, c.Size, c.Root, p.Index, tlog.RecordHash(p.Leaf)) != nil {
		return Leaf{}, &TamperError{Leaf: p.Index, What: "is not under the checkpoint, or its stored hashes were changed"}
	}
	return ParseLeaf(p.Leaf)
}

// CheckLeaf gives the leaf of a body that the store read, if it is the one at this index under the last checkpoint.
func (l *Log) CheckLeaf(ctx context.Context, index int64, body []byte) (Leaf, error) {
	c := l.Checkpoint()
	if index < 0 || index >= c.Size {
		return Leaf{}, fmt.Errorf("checking a leaf: %w", ErrNoLeaf)
	}
	proof, err := tlog.ProveRecord(c.Size, index, l.hashReader(ctx))
	if err != nil {
		return Leaf{}, fmt.Errorf("reading stored hashes: %w", err)
	}
	if tlog.CheckRecord(proof, c.Size, c.Root, index, tlog.RecordHash(body)) != nil {
		return Leaf{}, &TamperError{Leaf: index, What: "is not the one that was signed"}
	}
	return ParseLeaf(body)
}

// CheckRange holds the record hashes of consecutive leaves, the first at index from, to the last checkpoint.
func (l *Log) CheckRange(ctx context.Context, from int64, hashes []tlog.Hash) error {
	c := l.Checkpoint()
	to := from + int64(len(hashes))
	if from < 0 || to > c.Size {
		return fmt.Errorf("checking leaves: %w", ErrNoLeaf)
	}
	tip, err := storedFrontier(from, l.hashReader(ctx))
	if err != nil {
		return err
	}
	for _, h := range hashes {
		tip.push(0, h, nil)
	}
	rest := subtrees(to, c.Size)
	stored, err := readHashes(ctx, l.source, storedIndexes(rest))
	if err != nil {
		return err
	}
	for i, s := range rest {
		tip.push(s.level, stored[i], nil)
	}
	if tip.root() != c.Root {
		return &TamperError{Leaf: -1, What: "leaves that were read are not the signed ones"}
	}
	return nil
}
