package audit_test

import (
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"sportello/policies/audit"
)

// plainTree is the tree as tlog writes it, one record at a time.
func plainTree(t testing.TB, records [][]byte) (stored []tlog.Hash, root tlog.Hash) {
	t.Helper()
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) { return pick(stored, indexes) })
	for i, r := range records {
		hashes, err := tlog.StoredHashes(int64(i), r, read)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(int64(len(records)), read)
	if err != nil {
		t.Fatal(err)
	}
	return stored, root
}

func TestFrontierIsTheTree(t *testing.T) {
	var records [][]byte
	var leaves []tlog.Hash
	for i := range 130 {
		records = append(records, fmt.Appendf(nil, "record %d", i))
		leaves = append(leaves, tlog.RecordHash(records[i]))
	}
	stored, roots := audit.FrontierHashes(leaves)
	for n := 1; n <= len(records); n++ {
		want, root := plainTree(t, records[:n])
		if !slices.Equal(stored[:len(want)], want) || roots[n-1] != root {
			t.Fatalf("after %d records the frontier is not the tree", n)
		}
		for cut := range n + 1 {
			if audit.JoinedRoot(int64(n), int64(cut), want) != root {
				t.Fatalf("subtrees around %d of %d give another root", cut, n)
			}
		}
	}
}
