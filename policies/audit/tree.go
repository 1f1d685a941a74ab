package audit

import (
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// frontier is what an append needs of the tree: the roots of the complete subtrees of its first size leaves,
// largest first, one for each bit set in size.
type frontier struct {
	size  int64
	roots []tlog.Hash
}

// clone gives a copy that shares nothing.
func (f frontier) clone() frontier {
	return frontier{size: f.size, roots: append(make([]tlog.Hash, 0, len(f.roots)+1), f.roots...)}
}

// push adds the root of a complete subtree of 1<<level leaves, for a single leaf level 0, and calls each with
// the hashes that a log stores for it beyond the given one, lowest first. The size must be a multiple of the
// subtree's.
func (f *frontier) push(level int, h tlog.Hash, each func(tlog.Hash)) {
	for n := f.size >> level; n&1 != 0; n >>= 1 {
		last := len(f.roots) - 1
		h = tlog.NodeHash(f.roots[last], h)
		f.roots = f.roots[:last]
		if each != nil {
			each(h)
		}
	}
	f.roots = append(f.roots, h)
	f.size += 1 << level
}

// root is the RFC 6962 tree hash.
func (f frontier) root() tlog.Hash {
	if f.size == 0 {
		empty, _ := tlog.TreeHash(0, nil) // reads nothing, cannot fail
		return empty
	}
	last := len(f.roots) - 1
	h := f.roots[last]
	for i := last - 1; i >= 0; i-- {
		h = tlog.NodeHash(f.roots[i], h)
	}
	return h
}

// subtree is a complete subtree: the n-th of 1<<level leaves.
type subtree struct {
	level int
	n     int64
}

// subtrees covers the leaves lo to hi (hi excluded) with the fewest complete subtrees, left to right.
// Pushed onto the frontier of lo leaves they make the frontier of hi.
func subtrees(lo, hi int64) []subtree {
	var list []subtree
	for lo < hi {
		level := bits.Len64(uint64(hi-lo)) - 1
		if lo > 0 {
			level = min(level, bits.TrailingZeros64(uint64(lo)))
		}
		list = append(list, subtree{level, lo >> level})
		lo += 1 << level
	}
	return list
}

// storedIndexes says where the log stores the subtrees' roots.
func storedIndexes(list []subtree) []int64 {
	indexes := make([]int64, len(list))
	for i, s := range list {
		indexes[i] = tlog.StoredHashIndex(s.level, s.n)
	}
	return indexes
}

// storedFrontier reads the frontier of size leaves from the stored hashes.
func storedFrontier(size int64, read tlog.HashReader) (frontier, error) {
	var f frontier
	list := subtrees(0, size)
	if len(list) == 0 {
		return f, nil
	}
	hashes, err := read.ReadHashes(storedIndexes(list))
	if err != nil {
		return f, fmt.Errorf("reading stored hashes: %w", err)
	}
	if len(hashes) != len(list) {
		return f, &TamperError{Leaf: -1, What: "stored hashes are missing"}
	}
	for i, s := range list {
		f.push(s.level, hashes[i], nil)
	}
	return f, nil
}
