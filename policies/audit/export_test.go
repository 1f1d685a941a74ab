package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// The parsers and the tree, for the tests of this folder.
var (
	ParseState          = parseState
	ParseSpan           = parseSpan
	ParseCheckpointText = parseCheckpointText
	FormatCheckpoint    = formatCheckpoint
	ParseDetail         = parseDetail
	WriteState          = writeState
)

type (
	State = state
	Span  = span
	Run   = run
)

func (s state) Marshal() []byte              { return s.marshal() }
func (s span) Marshal() []byte               { return s.marshal() }
func (d Detail) Marshal() ([]byte, error)    { return d.marshal() }
func (p PendingDetailKey) Row() DetailKeyRow { return p.row }

// FrontierHashes pushes leaf hashes one by one and gives the stored hashes and the root after each.
func FrontierHashes(leaves []tlog.Hash) (stored, roots []tlog.Hash) {
	var f frontier
	for _, h := range leaves {
		stored = append(stored, h)
		f.push(0, h, func(h tlog.Hash) { stored = append(stored, h) })
		roots = append(roots, f.root())
	}
	return stored, roots
}

// JoinedRoot rebuilds a root from complete subtrees on both sides of cut.
func JoinedRoot(size, cut int64, stored []tlog.Hash) tlog.Hash {
	var f frontier
	for _, s := range append(subtrees(0, cut), subtrees(cut, size)...) {
		f.push(s.level, stored[tlog.StoredHashIndex(s.level, s.n)], nil)
	}
	return f.root()
}

// ReformatEntries reads leaves.txt and writes it again.
func ReformatEntries(b []byte) ([]byte, error) {
	in := bufio.NewReader(bytes.NewReader(b))
	var out bytes.Buffer
	for {
		e, err := readEntry(in, nil)
		if errors.Is(err, io.EOF) {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "leaf %d %d %s\n%s\n", e.index, len(e.body), strictBase64.EncodeToString(e.hash[:]), e.body)
	}
}
