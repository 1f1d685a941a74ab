package kept

import (
	"errors"
	"iter"

	"sportello/policies"
	"sportello/policies/acts"
)

// She has one rule, and several units may keep something of her. A new rule is written
// wherever the acting session holds the key (Retell). Everywhere else that ids lead to,
// in whatever unit, contacts stop until the unit between has passed the rule on or she
// has said there herself what holds: nobody goes on calling by a rule that is not hers
// any more. A stop says that, and neither who nor what.

// CallStopRow stops every contact by one record: a case, a task, a referral. Its id is
// that record's: a case of another unit cannot be written without its key.
type CallStopRow struct {
	acts.RowKey
	Unit    string // that would contact her by the record
	Day     string // on which it stopped
	Stopped bool
}

// Table is the name of the table of stops.
func (*CallStopRow) Table() string { return "call_stop" }

var (
	callStopRows = acts.Declare[CallStopRow]()
	// StoppedIn lists the records by which a unit contacts nobody, longest first.
	StoppedIn = callStopRows.Find().Is("unit").Set("stopped").By("day", "id")

	_ = Register(callStopRows, Kind[*CallStopRow]{Class: "case", Hangs: []Hang{stopOf("case_file"), stopOf("task"), stopOf("referral")}})
)

func stopOf(table string) Hang {
	return Hang{table, func(r Reader, on acts.Row) ([]acts.Row, error) {
		id, _ := on.Key()
		row, err := stopFor(r, id)
		if row == nil || err != nil {
			return nil, err
		}
		return []acts.Row{row}, nil
	}}
}

// stopFor is the stop of a record, or nil where there never was one.
func stopFor(r Reader, id string) (*CallStopRow, error) {
	row := &CallStopRow{}
	err := r.Get(row, id)
	if errors.Is(err, acts.ErrNoRow) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return row, nil
}

// Stopped tells whether nobody contacts her by a record until she was asked.
func Stopped(r Reader, id string) (bool, error) {
	row, err := stopFor(r, id)
	return row != nil && row.Stopped, err
}

// lift ends a stop, if there is one.
func lift(r Reader, id string) ([]acts.Row, error) {
	row, err := stopFor(r, id)
	if err != nil || row == nil || !row.Stopped {
		return nil, err
	}
	row.Version++
	row.Stopped = false
	return []acts.Row{row}, nil
}

// stop makes contacts by a record stop, for the unit that would make them.
func stop(r Reader, day, unit, id string) ([]acts.Row, error) {
	row, err := stopFor(r, id)
	if err != nil || row != nil && row.Stopped {
		return nil, err
	}
	if row == nil {
		row = &CallStopRow{RowKey: acts.RowKey{ID: id}}
	}
	row.Version++
	row.Unit, row.Day, row.Stopped = unit, day, true
	return []acts.Row{row}, nil
}

// A RuleChange is what an act does to the rule of a case.
type RuleChange struct {
	Said    bool // she said it herself, recognised: it holds here, and stops of before end
	Changed bool // something is not as it was: whoever else keeps something of her stops
	Hers    bool // it is her word, recognised: in the file that is joined with this one it stands too
}

// TellRule makes the rule of a case hold wherever something of hers is kept: what
// hangs on the case is told anew, the file that is joined with it follows, and every other
// record that ids lead to stops.
func TellRule(r Reader, act *acts.Act, f *File, how RuleChange) (Change, error) {
	out, err := tellRule(r, act, f, how)
	if err != nil {
		return out, err
	}
	other, err := tellOther(r, act, f, how)
	out.Add(other)
	out.Put = onceEach(out.Put, nil)
	return out, err
}

func tellRule(r Reader, act *acts.Act, f *File, how RuleChange) (Change, error) {
	stopped := f.Safe.Stopped
	f.Safe.Stopped = false // what hangs here follows what the rule says
	out, err := Retell(r, act, f, &Telling{})
	f.Safe.Stopped = stopped && !how.Said
	if err != nil {
		return out, err
	}
	told := map[string]bool{f.Row.ID: true}
	for h, err := range directly(r, f.Row, func(e *Entry) bool { return e.retell != nil }) {
		if err != nil {
			return out, err
		}
		id, _ := h.Row.Key()
		told[id] = true
	}
	if how.Said {
		for id := range told {
			rows, err := lift(r, id)
			if err != nil {
				return out, err
			}
			out.Put = append(out.Put, rows...)
		}
	}
	if !how.Changed {
		return out, nil
	}
	for row, err := range Joined(r, f.Row) {
		if err != nil {
			return out, err
		}
		id, _ := row.Key()
		unit := KindOf(row).CalledBy(row)
		if told[id] || unit == "" {
			continue
		}
		rows, err := stop(r, act.Day, unit, id)
		if err != nil {
			return out, err
		}
		if len(rows) > 0 {
			if err := act.Also(policies.CallStop, CaseObject(act.Who, f.Row)); err != nil {
				return out, err
			}
		}
		out.Put = append(out.Put, rows...)
	}
	return out, nil
}

// Joined finds, by plaintext ids and without any key, every other record of the same
// woman from which she may be contacted, in whatever unit: what hangs on one, what it
// hangs on or was made from, what was made from it, and so on.
func Joined(r Reader, of acts.Row) iter.Seq2[acts.Row, error] {
	return func(yield func(acts.Row, error) bool) {
		seen := map[string]bool{named(of): true}
		for next := []acts.Row{of}; len(next) > 0; next = next[1:] {
			near, err := beside(r, next[0])
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range near {
				if seen[named(row)] {
					continue
				}
				seen[named(row)] = true
				next = append(next, row)
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

func named(row acts.Row) string {
	id, _ := row.Key()
	return row.Table() + ":" + id
}

// beside are the records one step away from one.
func beside(r Reader, row acts.Row) (all []acts.Row, err error) {
	for h, err := range directly(r, row, func(e *Entry) bool { return e.calls != nil }) {
		if err != nil {
			return nil, err
		}
		all = append(all, h.Row)
	}
	for _, e := range Kinds() {
		for _, h := range e.made {
			if h.table != row.Table() {
				continue
			}
			rows, err := h.find(r, row)
			if err != nil {
				return nil, err
			}
			all = append(all, rows...)
		}
	}
	e := KindOf(row)
	if e.up == nil {
		return all, nil
	}
	table, id := e.up(row)
	if id == "" {
		return all, nil
	}
	up := registry[table].Make()
	if err := r.Get(up, id); errors.Is(err, acts.ErrNoRow) {
		return all, nil // it was erased
	} else if err != nil {
		return nil, err
	}
	return append(all, up), nil
}
