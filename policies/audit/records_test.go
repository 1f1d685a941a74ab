package audit_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"sportello/policies/audit"
)

// recorded is a log with rows of two tables, some of them changed and some gone, and the rows as they are.
func recorded(t *testing.T) (*site, rows) {
	t.Helper()
	s := newSite(t)
	s.do(write(row{"case", "C1", 1, "red"}, row{"note", "N1", 1, "a"}, row{"note", "N2", 1, "b"}))
	s.do(write(row{"case", "C1", 2, "green"}), write(row{"case", "C2", 1, "blue"}))
	s.do(remove(row{"note", "N2", 1, "b"}))
	s.do(write(row{"case", "C1", 3, "grey"}))
	all := rows{row{"case", "C1", 3, "grey"}, row{"case", "C2", 1, "blue"}, row{"note", "N1", 1, "a"}}
	report, err := s.log.CheckRecords(t.Context(), all) // the untampered twin
	if err != nil || report.Checked != 3 || len(report.Problems) != 0 || report.Checkpoint.Size != 5 {
		t.Fatalf("got %v, %+v", err, report)
	}
	return s, all
}

func TestCheckRecordsNamesEveryFault(t *testing.T) {
	for name, c := range map[string]struct {
		tamper func(rows) rows
		want   []audit.RecordProblem
	}{
		"changed": {func(r rows) rows { r[0] = row{"case", "C1", 3, "white"}; return r },
			[]audit.RecordProblem{{Table: "case", ID: "C1", Version: 3, Fault: audit.Changed, Leaf: 4}}},
		"version changed": {func(r rows) rows { r[0] = row{"case", "C1", 4, "grey"}; return r },
			[]audit.RecordProblem{{Table: "case", ID: "C1", Version: 4, Fault: audit.Changed, Leaf: 4}}},
		"rolled back": {func(r rows) rows { r[0] = row{"case", "C1", 1, "red"}; return r },
			[]audit.RecordProblem{{Table: "case", ID: "C1", Version: 1, Fault: audit.RolledBack, Leaf: 4}}},
		"added": {func(r rows) rows { return append(r, row{"case", "C9", 1, "new"}) },
			[]audit.RecordProblem{{Table: "case", ID: "C9", Version: 1, Fault: audit.Unlogged, Leaf: -1}}},
		"put back": {func(r rows) rows { return append(r, row{"note", "N2", 1, "b"}) },
			[]audit.RecordProblem{{Table: "note", ID: "N2", Version: 1, Fault: audit.Returned, Leaf: 3, Last: true}}},
		"put back changed": {func(r rows) rows { return append(r, row{"note", "N2", 2, "z"}) },
			[]audit.RecordProblem{{Table: "note", ID: "N2", Version: 2, Fault: audit.Returned, Leaf: 3}}},
		"deleted": {func(r rows) rows { return r[:2] },
			[]audit.RecordProblem{{Table: "note", ID: "N1", Version: 1, Fault: audit.Missing, Leaf: 0}}},
		"two exchanged": {func(r rows) rows {
			r[0], r[1] = row{"case", "C2", 3, "grey"}, row{"case", "C1", 1, "blue"}
			return r
		}, []audit.RecordProblem{
			{Table: "case", ID: "C1", Version: 1, Fault: audit.Changed, Leaf: 4},
			{Table: "case", ID: "C2", Version: 3, Fault: audit.Changed, Leaf: 2},
		}},
		"all deleted": {func(rows) rows { return nil }, []audit.RecordProblem{
			{Table: "case", ID: "C1", Version: 3, Fault: audit.Missing, Leaf: 4},
			{Table: "case", ID: "C2", Version: 1, Fault: audit.Missing, Leaf: 2},
			{Table: "note", ID: "N1", Version: 1, Fault: audit.Missing, Leaf: 0},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s, all := recorded(t)
			report, err := s.log.CheckRecords(t.Context(), c.tamper(all))
			if err != nil || !reflect.DeepEqual(report.Problems, c.want) {
				t.Fatalf("got %v, %+v, want %+v", err, report.Problems, c.want)
			}
		})
	}
}

// meanwhile is a snapshot of the rows beside which acts go on.
type meanwhile struct {
	rows rows
	acts func()
}

func (m meanwhile) EachRecord(ctx context.Context, f func(audit.Record) error) error {
	m.acts()
	return m.rows.EachRecord(ctx, f)
}

func TestCheckRecordsWhileActsGoOn(t *testing.T) {
	s, all := recorded(t)
	before := slices.Clone(all)
	acts := func() {
		s.do(write(row{"case", "C1", 4, "pink"}), write(row{"case", "C3", 1, "new"}), remove(row{"note", "N1", 1, "a"}))
	}
	report, err := s.log.CheckRecords(t.Context(), meanwhile{before, acts})
	if err != nil || len(report.Problems) != 0 {
		t.Fatalf("a snapshot from before the acts: %v, %+v", err, report.Problems)
	}
	after := rows{row{"case", "C1", 4, "pink"}, row{"case", "C2", 1, "blue"}, row{"case", "C3", 1, "new"}}
	if report, err = s.log.CheckRecords(t.Context(), after); err != nil || len(report.Problems) != 0 {
		t.Fatalf("a snapshot from after the acts: %v, %+v", err, report.Problems)
	}
	report, err = s.log.CheckRecords(t.Context(), meanwhile{before, func() { s.do(write(row{"case", "C4", 1, "x"})) }})
	if err != nil || len(report.Problems) != 3 {
		t.Fatalf("an old snapshot: %v, %+v", err, report.Problems)
	}
}

// A snapshot may hold what is durable before Committed has told the log.
func TestCheckRecordsBetweenCommitAndCommitted(t *testing.T) {
	s, all := recorded(t)
	newer := row{"case", "C1", 4, "pink"}
	tx := s.db.begin()
	b, err := s.log.Begin(tx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Append(write(newer), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Sign(); err != nil {
		t.Fatal(err)
	}
	tx.commit()
	all[0] = newer
	report, err := s.log.CheckRecords(t.Context(), all)
	if err != nil || len(report.Problems) != 0 || report.Checkpoint.Size != 6 {
		t.Fatalf("got %v, %+v", err, report)
	}
	s.log.Committed(b)
}

func TestCheckRecordsDoesNotBelieveForgedLeaves(t *testing.T) {
	s, all := recorded(t)
	forged := row{"case", "C1", 3, "white"}
	all[0] = forged
	body, err := write(forged).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	s.db.leaves[4] = body
	if _, err := s.log.CheckRecords(t.Context(), all); !errors.Is(err, audit.ErrLogTampered) {
		t.Fatalf("got %v", err)
	}
	broken := errors.New("reading rows: cut off")
	if _, err := s.log.CheckRecords(t.Context(), failingRecords{broken}); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
}

type failingRecords struct{ err error }

func (f failingRecords) EachRecord(context.Context, func(audit.Record) error) error { return f.err }

// TestCheckRecordsPassesOverSessions: what leaves say of sessions is a state that the log keeps. It lies in no table,
// and is neither lost nor unlogged; a start finds it again, and forgets one that is gone.
func TestCheckRecordsPassesOverSessions(t *testing.T) {
	s, all := recorded(t)
	here, gone := row{audit.SessionTable, "P.1", 2, "open"}, row{audit.SessionTable, "P.2", 1, "open"}
	s.do(write(here, gone), remove(gone))
	for range 2 {
		if report, err := s.log.CheckRecords(t.Context(), all); err != nil || len(report.Problems) != 0 {
			t.Errorf("checking beside sessions: %v, %v", report.Problems, err)
		}
		if m, ok := s.log.Session("P.1"); !ok || m.Version != 2 {
			t.Errorf("the session that stands: %v, %t", m, ok)
		}
		if got := s.log.Sessions(""); len(got) != 1 {
			t.Errorf("sessions %v, want one", got)
		}
		s.stop()
		s.mustOpen()
	}
}
