package audit

import (
	"archive/zip"
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// The files of a bundle, in this order. A bundle is one zip without times, so the same leaves under the same
// checkpoint give the same bytes.
//
//	checkpoint.txt  the signed note
//	proof.txt       which leaves, and the roots of the complete subtrees left and right of them
//	leaves.txt      for each leaf "leaf INDEX LENGTH HASH", its LENGTH bytes of line text, a blank line
const (
	checkpointFile = "checkpoint.txt"
	proofFile      = "proof.txt"
	leavesFile     = "leaves.txt"

	proofHeader  = "sportello log bundle v1"
	maxProof     = 16 << 10
	maxEntryLine = 128
)

// span is what proof.txt says: leaves From to To (excluded), and the subtree roots around them.
type span struct {
	From, To    int64
	Left, Right []tlog.Hash
}

func (s span) marshal() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nfrom %d\nto %d\n", proofHeader, s.From, s.To)
	for _, h := range s.Left {
		fmt.Fprintf(&b, "left %s\n", strictBase64.EncodeToString(h[:]))
	}
	for _, h := range s.Right {
		fmt.Fprintf(&b, "right %s\n", strictBase64.EncodeToString(h[:]))
	}
	return []byte(b.String())
}

// parseSpan reads what marshal writes and nothing else.
func parseSpan(b []byte) (span, error) {
	bad := fmt.Errorf("reading a bundle's proof: %w", ErrBundle)
	if len(b) > maxProof {
		return span{}, bad
	}
	p := leafParser{rest: string(b)}
	p.header(proofHeader)
	var s span
	s.From, s.To = p.number(p.line("from ")), p.number(p.line("to "))
	s.Left, s.Right = p.hashes("left "), p.hashes("right ")
	if p.bad || p.rest != "" || s.From >= s.To {
		return span{}, bad
	}
	return s, nil
}

func (p *leafParser) hashes(key string) (list []tlog.Hash) {
	for !p.bad && strings.HasPrefix(p.rest, key) {
		var h tlog.Hash
		p.bad = !parseHash(h[:], p.line(key))
		list = append(list, h)
	}
	return list
}

// Export writes the leaves from (included) to (excluded; below 0 all there are) as a bundle under the last
// checkpoint. It judges nothing: leaves that were tampered with are exported as they lie there, and VerifyBundle
// names them. ErrNoLeaf for an empty or impossible range.
func Export(ctx context.Context, src Source, from, to int64, w io.Writer) error {
	size, msg, err := src.LastCheckpoint(ctx)
	if err != nil {
		return fmt.Errorf("reading the last checkpoint: %w", err)
	}
	if to < 0 {
		to = size
	}
	if from < 0 || from >= to || to > size {
		return fmt.Errorf("exporting leaves: %w", ErrNoLeaf)
	}
	s := span{From: from, To: to}
	if s.Left, err = storedRoots(ctx, src, 0, from); err != nil {
		return err
	}
	if s.Right, err = storedRoots(ctx, src, to, size); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	if err := addFile(z, checkpointFile, msg); err != nil {
		return err
	}
	if err := addFile(z, proofFile, s.marshal()); err != nil {
		return err
	}
	if err := exportLeaves(ctx, src, from, to, z); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	return nil
}

func storedRoots(ctx context.Context, src Source, lo, hi int64) ([]tlog.Hash, error) {
	list := subtrees(lo, hi)
	if len(list) == 0 {
		return nil, nil
	}
	return readHashes(ctx, src, storedIndexes(list))
}

func readHashes(ctx context.Context, src Source, indexes []int64) ([]tlog.Hash, error) {
	hashes, err := src.Hashes(ctx, indexes)
	if err != nil {
		return nil, fmt.Errorf("reading stored hashes: %w", err)
	}
	if len(hashes) != len(indexes) {
		return nil, fmt.Errorf("reading stored hashes: %w", &TamperError{Leaf: -1, What: "stored hashes are missing"})
	}
	return hashes, nil
}

func addFile(z *zip.Writer, name string, data []byte) error {
	f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err == nil {
		_, err = f.Write(data)
	}
	if err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	return nil
}

func exportLeaves(ctx context.Context, src Source, from, to int64, z *zip.Writer) error {
	f, err := z.CreateHeader(&zip.FileHeader{Name: leavesFile, Method: zip.Deflate})
	if err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	w := bufio.NewWriter(f)
	for lo := from; lo < to; lo += leafStep {
		hi := min(lo+leafStep, to)
		hashes, err := leafHashes(ctx, src, lo, hi)
		if err != nil {
			return err
		}
		err = src.EachLeaf(ctx, lo, hi, func(index int64, body []byte) error {
			if index < lo || index >= hi {
				return &TamperError{Leaf: index, What: "is out of order"}
			}
			fmt.Fprintf(w, "leaf %d %d %s\n", index, len(body), strictBase64.EncodeToString(hashes[index-lo][:]))
			w.Write(body)
			return w.WriteByte('\n') // a bufio.Writer keeps its first error
		})
		if err != nil {
			return fmt.Errorf("exporting leaves: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	return nil
}
