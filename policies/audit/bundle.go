package audit

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// The files of a bundle, in this order. A bundle is one zip without times, so the same leaves under the same
// checkpoint give the same bytes.
//
//	checkpoint.txt  the signed note
//	proof.txt       which leaves, and what stands in the tree beside them; see span
//	leaves.txt      for each leaf "leaf INDEX LENGTH HASH", its LENGTH bytes of line text, a blank line
const (
	checkpointFile = "checkpoint.txt"
	proofFile      = "proof.txt"
	leavesFile     = "leaves.txt"

	proofHeader  = "sportello log bundle v1"
	maxProof     = 32 << 20
	maxEntryLine = 128
)

// ErrScattered says that so many leaves were chosen, so far apart, that their proof would be larger than a verifier
// reads. A narrower choice, or the whole log, is exported instead.
var ErrScattered = errors.New("the chosen leaves are too many and too far apart for one bundle")

// run is leaves that stand together: From to To (excluded).
type run struct{ From, To int64 }

// span is what proof.txt says: runs of leaves from left to right, never touching, and before, between and after
// them the roots of the fewest complete subtrees that cover the gap, in the tree's order. As text, a line each:
//
//	sportello log bundle v1
//	hash BASE64          a subtree of the gap before the first run, if it does not begin at 0
//	leaves FROM TO       a run
//	hash BASE64          … and so on, to the end of the tree
//
// The number of hashes in each gap follows from the numbers beside it.
type span struct {
	Runs []run
	Gaps [][]tlog.Hash // one more than runs; the first and the last may be empty
}

func (s span) marshal() []byte {
	b := []byte(proofHeader + "\n")
	hashes := func(list []tlog.Hash) {
		for _, h := range list {
			b = append(strictBase64.AppendEncode(append(b, "hash "...), h[:]), '\n')
		}
	}
	for i, r := range s.Runs {
		hashes(s.Gaps[i])
		b = fmt.Appendf(b, "leaves %d %d\n", r.From, r.To)
	}
	hashes(s.Gaps[len(s.Runs)])
	return b
}

// parseSpan reads what marshal writes and nothing else. That the hashes are as many as their gaps ask for is seen
// against the checkpoint.
func parseSpan(b []byte) (span, error) {
	bad := fmt.Errorf("reading a bundle's proof: %w", ErrBundle)
	if len(b) > maxProof {
		return span{}, bad
	}
	p := leafParser{rest: string(b)}
	p.header(proofHeader)
	var s span
	end := int64(-1) // runs never touch
	for {
		s.Gaps = append(s.Gaps, p.hashes("hash "))
		if p.bad || p.rest == "" {
			break
		}
		from, to, _ := strings.Cut(p.line("leaves "), " ")
		r := run{p.number(from), p.number(to)}
		if p.bad || r.From <= end || r.To <= r.From {
			return span{}, bad
		}
		end = r.To
		s.Runs = append(s.Runs, r)
	}
	if p.bad || len(s.Runs) == 0 {
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

// gap is what lies before run i, or after the last, in a tree of size leaves: from lo to hi (excluded).
func (s span) gap(i int, size int64) (lo, hi int64) {
	if i > 0 {
		lo = s.Runs[i-1].To
	}
	if i < len(s.Runs) {
		return lo, s.Runs[i].From
	}
	return lo, size
}

// Export writes the leaves from (included) to (excluded; below 0 all there are) as a bundle under the last
// checkpoint. It judges nothing: leaves that were tampered with are exported as they lie there, and VerifyBundle
// names them. ErrNoLeaf for an empty or impossible range.
func Export(ctx context.Context, src Source, from, to int64, w io.Writer) error {
	return export(ctx, src, w, func(size int64) []run {
		if to < 0 {
			to = size
		}
		return []run{{from, to}}
	})
}

// ExportOnly writes the leaves with these indexes, in ascending order, as a bundle. It shows that each of them is in
// the signed log. It does not show that no other leaf answers to what they were chosen by: only the whole log does.
// ErrNoLeaf for none, one beyond the end, or another order; ErrScattered for too many.
func ExportOnly(ctx context.Context, src Source, indexes []int64, w io.Writer) error {
	var runs []run
	for _, i := range indexes {
		if n := len(runs); n > 0 && runs[n-1].To == i {
			runs[n-1].To++
			continue
		}
		runs = append(runs, run{i, i + 1})
	}
	return export(ctx, src, w, func(int64) []run { return runs })
}

func export(ctx context.Context, src Source, w io.Writer, choose func(size int64) []run) error {
	size, msg, err := src.LastCheckpoint(ctx)
	if err != nil {
		return fmt.Errorf("reading the last checkpoint: %w", err)
	}
	s := span{Runs: choose(size)}
	end := int64(-1)
	for _, r := range s.Runs {
		if r.From <= end || r.From >= r.To || r.To > size {
			return fmt.Errorf("exporting leaves: %w", ErrNoLeaf)
		}
		end = r.To
	}
	if len(s.Runs) == 0 {
		return fmt.Errorf("exporting leaves: %w", ErrNoLeaf)
	}
	proof, err := proofOf(ctx, src, s, size)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	if err := addFile(z, checkpointFile, msg); err != nil {
		return err
	}
	if err := addFile(z, proofFile, proof); err != nil {
		return err
	}
	if err := exportLeaves(ctx, src, s.Runs, z); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	return nil
}

// proofOf is proof.txt, made of the stored hashes, read a thousand at a time.
func proofOf(ctx context.Context, src Source, s span, size int64) ([]byte, error) {
	const step = 1000
	var wanted []subtree
	for i := range len(s.Runs) + 1 {
		lo, hi := s.gap(i, size)
		wanted = append(wanted, subtrees(lo, hi)...)
		if len(wanted)*50+len(s.Runs)*48 > maxProof {
			return nil, fmt.Errorf("exporting leaves: %w", ErrScattered)
		}
	}
	var hashes []tlog.Hash
	for lo := 0; lo < len(wanted); lo += step {
		part, err := readHashes(ctx, src, storedIndexes(wanted[lo:min(lo+step, len(wanted))]))
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, part...)
	}
	for i := range len(s.Runs) + 1 {
		n := len(subtrees(s.gap(i, size)))
		s.Gaps = append(s.Gaps, hashes[:n])
		hashes = hashes[n:]
	}
	return s.marshal(), nil
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

func exportLeaves(ctx context.Context, src Source, runs []run, z *zip.Writer) error {
	f, err := z.CreateHeader(&zip.FileHeader{Name: leavesFile, Method: zip.Deflate})
	if err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	w := bufio.NewWriter(f)
	for _, r := range runs {
		if err := exportRun(ctx, src, r, w); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	return nil
}

func exportRun(ctx context.Context, src Source, r run, w *bufio.Writer) error {
	for lo := r.From; lo < r.To; lo += leafStep {
		hi := min(lo+leafStep, r.To)
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
	return nil
}
