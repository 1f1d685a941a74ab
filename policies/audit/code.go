package audit

import (
	"slices"
	"strings"

	"sportello/crypto"
)

// CodeTable is the table under which a leaf says that the code of a record, KIND:ID, is marked in the leaf's own sealed
// detail: the salt of that detail is the record's shred secret, whatever the leaf is about, and the mark's id names
// both. Like a session's it is a mark without a row. Its digest names the key of the marks and nothing of the code.
const CodeTable = "code"

// CodeMark is what a leaf says of a record whose code its detail marks under a key. Secret is the id of the record's
// shred secret.
func CodeMark(object, secret string, key crypto.Digest) RowMark {
	return RowMark{Table: CodeTable, ID: object + "/" + secret, Version: 1, Digest: key}
}

// CodeOf is the record, KIND:ID, whose code a leaf's detail marks, and the id of its shred secret; or empty.
func (l *Leaf) CodeOf() (object, secret string) {
	for _, r := range l.Rows {
		if r.Table == CodeTable {
			object, secret, _ = strings.Cut(r.ID, "/")
			return object, secret
		}
	}
	return "", ""
}

// Coded tells whether a committed leaf marks a record's code under that key.
func (l *Log) Coded(mark RowMark) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	c, ok := l.marks.codes[codeKey(mark)]
	return ok && c.key == short(mark.Digest)
}

// Codes lists, in the order of the log, the newest leaf of each record whose code a detail marks. It takes some fifty
// bytes for a record.
func (l *Log) Codes() []int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	all := make([]int64, 0, len(l.marks.codes))
	for _, c := range l.marks.codes {
		all = append(all, c.index)
	}
	slices.Sort(all)
	return all
}

// codeLeaf is the leaf that marks a record's code, under a key.
type codeLeaf struct {
	record rowKey
	index  int64
	key    Digest16
}

// codeKey is the record of a mark, whatever its secret.
func codeKey(mark RowMark) rowKey {
	object, _, _ := strings.Cut(mark.ID, "/")
	return keyOf(CodeTable, object)
}

// coded are the codes that a leaf marks: one, or none.
func coded(index int64, leaf *Leaf) (all []codeLeaf) {
	for _, r := range leaf.Rows {
		if r.Table == CodeTable {
			all = append(all, codeLeaf{codeKey(r), index, short(r.Digest)})
		}
	}
	return all
}

func (m marks) noteCodes(all []codeLeaf) {
	for _, c := range all {
		m.codes[c.record] = c
	}
}
