package audit

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Continues says how an earlier checkpoint relates to a bundle.
type Continues string

// NotCovered means that the bundle's leaves do not reach back to it: export from its size or before. Longer means
// that the bundle is older than it, or that leaves were cut off.
const (
	Extended   Continues = "extended"
	Forked     Continues = "forked"
	NotCovered Continues = "not covered"
	Longer     Continues = "longer than the bundle"
)

// Continuity is the answer for one earlier checkpoint.
type Continuity struct {
	Size  int64
	State Continues
}

// Report is what a bundle shows. It is believed only if VerifyBundle gave no error, except for FirstBad, Problem
// and Continuity, which explain the error.
type Report struct {
	Checkpoint Checkpoint
	From, To   int64 // the first leaf of the bundle, and the one after its last
	Leaves     int64 // how many it holds
	Whole      bool  // it holds every leaf of the log
	FirstDay   string
	LastDay    string
	Outcomes   map[Outcome]int64
	FirstBad   int64 // index of the first bad leaf, -1 if none or if it cannot be named
	Problem    string
	Continuity []Continuity
}

// VerifyBundle checks an exported bundle with the log's public key and nothing else: that its checkpoint is signed
// by it, that its leaves are leaf by leaf those under the checkpoint, and that it extends each earlier checkpoint
// (signed notes) that is given. It cannot tell that the log was not rewritten by who holds its secret key, unless
// an earlier checkpoint shows it.
//
// ErrBundle if one of the files cannot be read as what it should be, ErrCheckpoint if a checkpoint is not the log's, ErrLogTampered (a TamperError
// names the first bad leaf) if leaves or earlier checkpoint do not fit, ErrBehindState if an earlier checkpoint is
// longer than the bundle's.
func VerifyBundle(r io.ReaderAt, size int64, verifierKey string, earlier ...[]byte) (Report, error) {
	v := bundleVerifier{report: Report{FirstBad: -1, Outcomes: map[Outcome]int64{}}, earlier: map[int64][]Checkpoint{}}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(carried([]byte(verifierKey)))))
	if err != nil {
		return v.report, fmt.Errorf("reading the log's public key: %w", errors.Join(ErrBundle, err))
	}
	for _, msg := range earlier {
		c, err := openCheckpoint(carried(msg), verifier)
		if isNoNote(msg) {
			err = ErrBundle
		}
		if err != nil {
			return v.report, fmt.Errorf("reading the earlier checkpoint: %w", err)
		}
		v.earlier[c.Size] = append(v.earlier[c.Size], c)
		v.report.Continuity = append(v.report.Continuity, Continuity{c.Size, NotCovered})
	}
	files, err := bundleFiles(r, size)
	if err != nil {
		return v.report, err
	}
	if err := v.open(files, verifier); err != nil {
		return v.report, err
	}
	err = v.verify(files[2])
	return v.report, err
}

// bundleVerifier pushes what it reads onto a frontier and compares roots on the way.
type bundleVerifier struct {
	report  Report
	span    span
	earlier map[int64][]Checkpoint
	tip     frontier
}

// bundleFiles opens the zip and holds it to its three files.
func bundleFiles(r io.ReaderAt, size int64) ([]*zip.File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("opening the bundle: %w", ErrBundle)
	}
	names := []string{checkpointFile, proofFile, leavesFile}
	files := make([]*zip.File, len(names))
	for _, f := range z.File {
		i := slices.Index(names, path.Base(f.Name))
		switch {
		case strings.HasSuffix(f.Name, "/"), strings.HasPrefix(f.Name, "__MACOSX/"), path.Base(f.Name) == ".DS_Store":
			continue // what a program adds that packs the files again
		case i < 0, files[i] != nil:
			return nil, fmt.Errorf("listing the bundle: %w", ErrBundle)
		}
		files[i] = f
	}
	if slices.Contains(files, nil) {
		return nil, fmt.Errorf("listing the bundle: %w", ErrBundle)
	}
	return files, nil
}

// carried is a small text as it was written, where an editor or a mail program put a
// byte order mark before it or ended its lines its own way. Its signature says whether
// it is that.
func carried(text []byte) []byte {
	return bytes.ReplaceAll(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
}

// isNoNote tells that a text has not the form of a signed note, whoever signed it.
func isNoNote(msg []byte) bool {
	_, err := note.Open(carried(msg), note.VerifierList())
	var unverified *note.UnverifiedNoteError
	return !errors.As(err, &unverified)
}

// open reads checkpoint and proof, and holds them to each other.
func (v *bundleVerifier) open(files []*zip.File, verifier note.Verifier) error {
	msg, err := readSmall(files[0], maxCheckpoint)
	if err != nil {
		return err
	}
	if isNoNote(msg) {
		return fmt.Errorf("reading the bundle's checkpoint: %w", ErrBundle)
	}
	if v.report.Checkpoint, err = openCheckpoint(carried(msg), verifier); err != nil {
		return err
	}
	proof, err := readSmall(files[1], maxProof)
	if err != nil {
		return err
	}
	if v.span, err = parseSpan(carried(proof)); err != nil {
		return err
	}
	s, size := v.span, v.report.Checkpoint.Size
	v.report.From, v.report.To = s.Runs[0].From, s.Runs[len(s.Runs)-1].To
	for i, hashes := range s.Gaps {
		lo, hi := s.gap(i, size)
		if hi < lo || len(hashes) != len(subtrees(lo, hi)) {
			return fmt.Errorf("comparing proof and checkpoint: %w", ErrBundle)
		}
	}
	for _, r := range s.Runs {
		v.report.Leaves += r.To - r.From
	}
	v.report.Whole = v.report.Leaves == size
	return nil
}

func readSmall(f *zip.File, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("opening a file of the bundle: %w", ErrBundle)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil || int64(len(b)) > limit {
		return nil, fmt.Errorf("reading a file of the bundle: %w", ErrBundle)
	}
	return b, nil
}

// verify walks the whole tree from left to right. A leaf whose body is not that of its hash is named; the hashes
// themselves are held to the signed root at the end.
func (v *bundleVerifier) verify(leaves *zip.File) error {
	if err := v.readLeaves(leaves); err != nil {
		return err
	}
	if v.report.FirstBad >= 0 {
		return &TamperError{Leaf: v.report.FirstBad, What: v.report.Problem}
	}
	if v.tip.root() != v.report.Checkpoint.Root {
		v.report.Problem = "leaves and hashes of the bundle are not those of its checkpoint"
		return &TamperError{Leaf: -1, What: v.report.Problem}
	}
	return v.judgeContinuity()
}

// pass pushes the hashes of the gap before run i, or after the last.
func (v *bundleVerifier) pass(i int) {
	for n, s := range subtrees(v.span.gap(i, v.report.Checkpoint.Size)) {
		v.push(s.level, v.span.Gaps[i][n])
	}
}

// push also compares with the earlier checkpoints of the size reached.
func (v *bundleVerifier) push(level int, h tlog.Hash) {
	v.tip.push(level, h, nil)
	for _, c := range v.earlier[v.tip.size] {
		state := Extended
		if v.tip.root() != c.Root {
			state = Forked
		}
		v.note(c.Size, state)
	}
}

// note records the answer for a size; of two checkpoints of one size a fork outweighs.
func (v *bundleVerifier) note(size int64, state Continues) {
	for i := range v.report.Continuity {
		c := &v.report.Continuity[i]
		if c.Size == size && c.State != Forked {
			c.State = state
		}
	}
}

func (v *bundleVerifier) judgeContinuity() error {
	var err error
	for i := range v.report.Continuity {
		c := &v.report.Continuity[i]
		switch {
		case c.State == Forked:
			v.report.Problem = fmt.Sprintf("the log does not extend its earlier checkpoint of %d leaves", c.Size)
			return &TamperError{Leaf: -1, What: v.report.Problem}
		case c.Size > v.report.Checkpoint.Size:
			c.State = Longer
			v.report.Problem = "the bundle is older than an earlier checkpoint"
			err = fmt.Errorf("comparing with an earlier checkpoint: %w", ErrBehindState)
		}
	}
	return err
}

func (v *bundleVerifier) readLeaves(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("opening the bundle's leaves: %w", ErrBundle)
	}
	defer r.Close()
	in := bufio.NewReaderSize(r, 64<<10)
	var body []byte
	last := int64(-1)
	for i, r := range v.span.Runs {
		v.pass(i)
		for index := r.From; index < r.To; index++ {
			e, err := readEntry(in, body)
			if errors.Is(err, io.EOF) {
				v.bad(index, "is missing")
				return nil
			}
			if err != nil {
				return err
			}
			body = e.body
			if e.index != index {
				v.bad(index, "is missing, out of order or one too many")
				return nil
			}
			v.leaf(index, e)
			last = index
		}
	}
	switch _, err := readEntry(in, body); {
	case err == nil:
		v.bad(last+1, "is one too many, or out of order")
	case !errors.Is(err, io.EOF):
		return err
	default:
		v.pass(len(v.span.Runs))
	}
	return nil
}

// leaf judges one leaf and pushes the hash that the bundle gives for it.
func (v *bundleVerifier) leaf(index int64, e entry) {
	v.push(0, e.hash)
	if tlog.RecordHash(e.body) != e.hash {
		v.bad(index, "is not the one that was signed")
		return
	}
	l, err := ParseLeaf(e.body)
	if err != nil {
		v.bad(index, "cannot be read")
		return
	}
	if v.report.FirstDay == "" {
		v.report.FirstDay = l.Day
	}
	v.report.LastDay = l.Day
	v.report.Outcomes[l.Outcome]++
}

// bad keeps the first complaint.
func (v *bundleVerifier) bad(index int64, what string) {
	if v.report.FirstBad < 0 {
		v.report.FirstBad, v.report.Problem = index, what
	}
}

// entry is one leaf of leaves.txt.
type entry struct {
	index int64
	hash  tlog.Hash
	body  []byte
}

// readEntry reads the next entry, its body into buf if that is large enough; io.EOF after the last.
func readEntry(in *bufio.Reader, buf []byte) (entry, error) {
	bad := fmt.Errorf("reading the bundle's leaves: %w", ErrBundle)
	line, err := in.ReadSlice('\n')
	if err == io.EOF && len(line) == 0 {
		return entry{}, io.EOF
	}
	if err != nil || len(line) > maxEntryLine {
		return entry{}, bad
	}
	e, length, ok := parseEntryLine(string(line))
	if !ok {
		return entry{}, bad
	}
	if int64(cap(buf)) < length+1 {
		buf = make([]byte, length+1)
	}
	buf = buf[:length+1]
	if _, err := io.ReadFull(in, buf); err != nil || buf[length] != '\n' {
		return entry{}, bad
	}
	e.body = buf[:length]
	return e, nil
}

// parseEntryLine reads "leaf INDEX LENGTH HASH\n".
func parseEntryLine(line string) (e entry, length int64, ok bool) {
	line, ended := strings.CutSuffix(line, "\n")
	fields := strings.Split(line, " ")
	if !ended || len(fields) != 4 || fields[0] != "leaf" {
		return entry{}, 0, false
	}
	index, ok1 := parseNumber(fields[1])
	length, ok2 := parseNumber(fields[2])
	e.index = index
	ok = ok1 && ok2 && length <= maxLeaf && parseHash(e.hash[:], fields[3])
	return e, length, ok
}
