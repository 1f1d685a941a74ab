package audit

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// Records gives every row that leaves mark, once, all of one snapshot of the database, which is taken when
// EachRecord is called and not before. A Record is read before the next one comes.
type Records interface {
	EachRecord(ctx context.Context, f func(Record) error) error
}

// Fault says what is wrong with a row.
type Fault string

// The faults of rows. RolledBack rows are what an earlier leaf says, not what the newest says; Returned rows are
// there again though a leaf says they are gone.
const (
	Changed    Fault = "changed"
	Unlogged   Fault = "added without a leaf"
	RolledBack Fault = "rolled back"
	Returned   Fault = "there though gone"
	Missing    Fault = "missing"
)

// RecordProblem names one bad row. Leaf is the index of the newest leaf about the row, -1 for an unlogged one.
type RecordProblem struct {
	Table, ID string
	Version   int64
	Fault     Fault
	Leaf      int64
	Last      bool // of a Returned row: it is the one that was there last, as if it had never gone
}

// RecordReport is the result of a check of the records: how many rows were compared, the checkpoint they were held
// against, and the bad ones, by table and id. Unfinished are those that a crash leaves so, where the store tells them
// apart: the next start puts them right.
type RecordReport struct {
	Checked    int64
	Checkpoint Checkpoint
	Problems   []RecordProblem
	Unfinished []RecordProblem
}

// CheckRecords compares every row with its newest leaf and names each row that was changed, added without a leaf,
// rolled back, returned or lost. It needs no secret, takes a snapshot's time, and lets acts go on meanwhile: what
// a leaf changed during the check is not held against the row. While nothing is wrong no leaf is read; otherwise
// the leaves are replayed (and must still hash to the signed root, ErrLogTampered), to name rows exactly.
func (l *Log) CheckRecords(ctx context.Context, rows Records) (RecordReport, error) {
	c := recordCheck{log: l, since: l.Size(), seen: map[rowKey]struct{}{}}
	if err := rows.EachRecord(ctx, c.take); err != nil {
		return RecordReport{}, fmt.Errorf("checking records: %w", err)
	}
	report := RecordReport{Checked: int64(c.rows), Checkpoint: l.Checkpoint()}
	lost := c.lost()
	if len(c.suspects) == 0 && len(lost) == 0 {
		return report, nil
	}
	signed, err := l.extended(ctx, report.Checkpoint)
	if err != nil {
		return RecordReport{}, err
	}
	histories, err := c.histories(ctx, signed, report.Checkpoint, lost)
	if err != nil {
		return RecordReport{}, err
	}
	report.Checkpoint = signed
	report.Problems = c.judge(histories, lost)
	return report, nil
}

// extended gives the stored checkpoint, which may be newer than the known one, but never shorter.
func (l *Log) extended(ctx context.Context, known Checkpoint) (Checkpoint, error) {
	signed, err := l.storedCheckpoint(ctx)
	if err == nil && signed.Size < known.Size {
		err = &TamperError{Leaf: signed.Size, What: "is missing"}
	}
	return signed, err
}

// recordCheck holds what a check needs beside the marks: which rows it saw, and which did not match. The snapshot
// lies somewhere between since leaves and those of the replay.
type recordCheck struct {
	log      *Log
	since    int64
	rows     int
	seen     map[rowKey]struct{}
	suspects []RowMark
}

func (c *recordCheck) take(r Record) error {
	mark := MarkOf(r)
	c.rows++
	c.seen[keyOf(mark.Table, mark.ID)] = struct{}{}
	if newest, ok := c.log.Newest(mark.Table, mark.ID); !ok || newest != short(mark.Digest) {
		c.suspects = append(c.suspects, mark)
	}
	return nil
}

// lost gives the rows that leaves name and the snapshot lacks.
func (c *recordCheck) lost() map[rowKey]struct{} {
	c.log.mu.RLock()
	defer c.log.mu.RUnlock()
	lost := map[rowKey]struct{}{}
	for key := range c.log.marks.newest {
		if _, ok := c.seen[key]; !ok {
			lost[key] = struct{}{}
		}
	}
	return lost
}

// event is what one leaf says of a row.
type event struct {
	leaf int64
	mark RowMark
}

// histories replays the leaves for the rows in question.
func (c *recordCheck) histories(ctx context.Context, signed, known Checkpoint, lost map[rowKey]struct{}) (map[rowKey][]event, error) {
	wanted := make(map[rowKey]struct{}, len(lost)+len(c.suspects))
	for key := range lost {
		wanted[key] = struct{}{}
	}
	for _, mark := range c.suspects {
		wanted[keyOf(mark.Table, mark.ID)] = struct{}{}
	}
	histories := map[rowKey][]event{}
	_, err := c.log.walk(ctx, signed, []Checkpoint{known}, func(index int64, leaf Leaf) {
		for _, mark := range leaf.Rows {
			key := keyOf(mark.Table, mark.ID)
			if _, ok := wanted[key]; ok {
				histories[key] = append(histories[key], event{index, mark})
			}
		}
	})
	return histories, err
}

func (c *recordCheck) judge(histories map[rowKey][]event, lost map[rowKey]struct{}) []RecordProblem {
	var problems []RecordProblem
	for _, mark := range c.suspects {
		history := histories[keyOf(mark.Table, mark.ID)]
		fault := faultOf(mark, history, c.since)
		if fault == "" {
			continue
		}
		p := RecordProblem{Table: mark.Table, ID: mark.ID, Version: mark.Version, Fault: fault, Leaf: -1}
		if n := len(history); n > 0 {
			p.Leaf = history[n-1].leaf
			p.Last = fault == Returned && n > 1 && !history[n-2].mark.Gone && short(history[n-2].mark.Digest) == short(mark.Digest)
		}
		problems = append(problems, p)
	}
	for key := range lost {
		if last, ok := missing(histories[key], c.since); ok {
			problems = append(problems, RecordProblem{
				Table: last.mark.Table, ID: last.mark.ID, Version: last.mark.Version, Fault: Missing, Leaf: last.leaf,
			})
		}
	}
	sortProblems(problems)
	return problems
}

// faultOf compares a row of the snapshot with what leaves say of it; "" if the row was right at some time from
// since leaves on.
func faultOf(row RowMark, history []event, since int64) Fault {
	for i := len(history) - 1; i >= 0; i-- {
		said := history[i].mark
		if said.Gone || short(said.Digest) != short(row.Digest) {
			continue
		}
		if i == len(history)-1 || history[i+1].leaf >= since {
			return ""
		}
		if history[len(history)-1].mark.Gone {
			return Returned
		}
		return RolledBack
	}
	switch {
	case len(history) == 0:
		return Unlogged
	case history[len(history)-1].mark.Gone:
		return Returned
	}
	return Changed
}

// missing holds for a row that was there all the time from since leaves on; last is its newest leaf.
func missing(history []event, since int64) (last event, ok bool) {
	there := false
	for _, e := range history {
		if e.leaf >= since && (!there || e.mark.Gone) {
			return event{}, false // made or removed during the check
		}
		there, last = !e.mark.Gone, e
	}
	return last, there
}

// CheckDetails compares every stored detail (SealedDetail) with the commitment of the leaf beside which it lies, and
// names those that were changed, moved, lost or added, copies included. It reads all leaves, which must hash to the
// signed root, and holds some 150 bytes in memory for each detail. What is sealed stays sealed.
func (l *Log) CheckDetails(ctx context.Context, details Records) (RecordReport, error) {
	since := l.Size()
	var report RecordReport
	stored := map[int64]RowMark{} // by leaf: an id can be copied, a leaf has one place
	err := details.EachRecord(ctx, func(r Record) error {
		d, ok := r.(SealedDetail)
		if !ok {
			return errors.New("a record that is no detail")
		}
		report.Checked++
		if _, twice := stored[d.Leaf]; twice {
			report.fault(MarkOf(d), Unlogged, -1)
			return nil
		}
		stored[d.Leaf] = MarkOf(d)
		return nil
	})
	if err != nil {
		return RecordReport{}, fmt.Errorf("checking details: %w", err)
	}
	known := l.Checkpoint()
	if report.Checkpoint, err = l.extended(ctx, known); err != nil {
		return RecordReport{}, err
	}
	_, err = l.walk(ctx, report.Checkpoint, []Checkpoint{known}, func(index int64, leaf Leaf) {
		d, ok := stored[index]
		if leaf.DetailID == "" || !ok && index >= since { // written after the snapshot
			return
		}
		delete(stored, index)
		own := RowMark{Table: DetailTable, ID: leaf.DetailID, Version: detailVersion}
		switch {
		case !ok:
			report.fault(own, Missing, index)
		case d.ID != leaf.DetailID || !bytes.Equal(d.Digest[:], leaf.Detail):
			report.fault(own, Changed, index)
		}
	})
	if err != nil {
		return RecordReport{}, err
	}
	for _, d := range stored {
		report.fault(d, Unlogged, -1)
	}
	sortProblems(report.Problems)
	return report, nil
}

func (r *RecordReport) fault(mark RowMark, f Fault, leaf int64) {
	r.Problems = append(r.Problems, RecordProblem{Table: mark.Table, ID: mark.ID, Version: mark.Version, Fault: f, Leaf: leaf})
}

func sortProblems(problems []RecordProblem) {
	slices.SortFunc(problems, func(a, b RecordProblem) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Leaf, b.Leaf))
	})
}
