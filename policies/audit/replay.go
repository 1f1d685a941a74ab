package audit

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// replay reads every leaf below the signed checkpoint and gives the frontier and the marks they make, if they
// hash to its root, to the root of each known earlier checkpoint, and to the stored hashes' right edge.
func (l *Log) replay(ctx context.Context, signed Checkpoint, known []Checkpoint) (frontier, marks, error) {
	m := newMarks()
	tip, err := l.walk(ctx, signed, known, func(index int64, leaf Leaf) {
		m.take(leaf.Rows)
		if o, ok := about(index, &leaf); ok {
			m.note(o)
		}
		m.noteCodes(coded(index, &leaf))
	})
	if err != nil {
		return frontier{}, marks{}, err
	}
	stored, err := storedFrontier(signed.Size, l.hashReader(ctx))
	if err != nil {
		return frontier{}, marks{}, err
	}
	for i := range tip.roots {
		if stored.roots[i] != tip.roots[i] {
			return frontier{}, marks{}, &TamperError{Leaf: -1, What: "stored hashes are not those of the leaves"}
		}
	}
	return tip, m, nil
}

// Select names the leaves of the log, below the last checkpoint's size, that keep says yes to. It reads them all and
// holds them to the checkpoint, so that none that answers can be missing or altered: ErrLogTampered then, and no list.
func (l *Log) Select(ctx context.Context, keep func(*Leaf) bool) ([]int64, error) {
	var chosen []int64
	_, err := l.walk(ctx, l.Checkpoint(), nil, func(index int64, leaf Leaf) {
		if keep(&leaf) {
			chosen = append(chosen, index)
		}
	})
	if err != nil {
		return nil, err
	}
	return chosen, nil
}

// walk reads the leaves below signed, calls each with them, and compares the roots at signed and known.
// What each was told is to be believed only if walk returns no error.
func (l *Log) walk(ctx context.Context, signed Checkpoint, known []Checkpoint, each func(int64, Leaf)) (frontier, error) {
	want := map[int64][]tlog.Hash{signed.Size: {signed.Root}}
	for _, c := range known {
		if c.Size > 0 {
			want[c.Size] = append(want[c.Size], c.Root)
		}
	}
	var tip frontier
	err := l.source.EachLeaf(ctx, 0, signed.Size, func(index int64, body []byte) error {
		if index != tip.size || index >= signed.Size {
			return &TamperError{Leaf: tip.size, What: "is missing or out of order"}
		}
		leaf, err := ParseLeaf(body)
		if err != nil {
			return &TamperError{Leaf: index, What: "cannot be read"}
		}
		tip.push(0, tlog.RecordHash(body), nil)
		each(index, leaf)
		for _, root := range want[tip.size] {
			if tip.root() != root {
				return errRoot
			}
		}
		return nil
	})
	if errors.Is(err, errRoot) {
		err = l.accuse(ctx, tip.size) // after the reading, not in it: a source may have one connection
	}
	if err == nil && tip.size != signed.Size {
		err = &TamperError{Leaf: tip.size, What: "is missing"}
	}
	if err != nil {
		return frontier{}, fmt.Errorf("replaying the log: %w", err)
	}
	return tip, nil
}

// errRoot ends a walk whose leaves do not hash to a known root.
var errRoot = errors.New("another root")

// leafStep is how many leaves are read at once where their stored hashes are wanted too.
const leafStep = 4096

// leafHashes reads the stored hashes of the leaves lo to hi (excluded).
func leafHashes(ctx context.Context, src Source, lo, hi int64) ([]tlog.Hash, error) {
	indexes := make([]int64, 0, hi-lo)
	for i := lo; i < hi; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, i))
	}
	return readHashes(ctx, src, indexes)
}

// accuse looks for the first leaf whose body is not that of its stored hash. Who changed both is still found
// out, but the leaf cannot be named.
func (l *Log) accuse(ctx context.Context, size int64) error {
	for from := int64(0); from < size; from += leafStep {
		to := min(from+leafStep, size)
		stored, err := leafHashes(ctx, l.source, from, to)
		if err != nil {
			break
		}
		err = l.source.EachLeaf(ctx, from, to, func(index int64, body []byte) error {
			if index < from || index >= to || stored[index-from] != tlog.RecordHash(body) {
				return &TamperError{Leaf: index, What: "is not the one that was signed"}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return &TamperError{Leaf: -1, What: fmt.Sprintf("the first %d leaves are not the signed ones", size)}
}

func (l *Log) hashReader(ctx context.Context) tlog.HashReader { return sourceHashes(ctx, l.source) }

func sourceHashes(ctx context.Context, s Source) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) { return s.Hashes(ctx, indexes) })
}
