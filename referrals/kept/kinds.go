package kept

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/rule"
)

// A story says once, beside the struct of a record, what it is: what it hangs on, how
// long it stays, whether it may carry her name, when its last purpose is over and what
// a changed rule of hers does to it. What goes over all records of a case - ending,
// forgetting, erasing, telling again, keeping by name - is a loop over these.

// Kind is what a story says of one kind of record, R being a pointer to its row.
type Kind[R acts.Row] struct {
	// Object is what the policy and the log call it, where an act can be on one alone.
	Object policies.Kind
	Hangs  []Hang // on which records; none for one that stands alone
	Class  string // of retention, a code of the data map; none enters the registry without
	Names  bool   // it may carry her name or how she is reached
	Heads  bool   // an act on one shows the head of its case
	Stays  bool   // emptied, not deleted, when what it hangs on is erased: another unit reads that it ended
	// Of is the case whose shred secret salts the detail of an act on a row; nil where
	// that is the row's own.
	Of func(R) string
	// Secrets are the shred secrets of a row, where it has more than one or keeps it
	// in a column of its own.
	Secrets func(R) []string
	// Empty takes out what a row holds, in its next version: the fact stays. Without
	// it, the row is deleted.
	Empty func(R)
	// Ended finds rows of all units that may be over on a day and still hold
	// something, and Over tells whether nobody needs what one holds; nil for what is
	// never over by itself.
	Ended func(r Reader, day string) ([]R, error)
	Over  func(r Reader, row R, day string) (bool, error)
	// Forget tells whether a row goes in the act that takes her back to her alias:
	// nothing of what carried her name and is over stays for the days in which the
	// desk would tell her.
	Forget func(row R, day string) bool
	// Retell makes a changed rule of hers hold in a row, as Telling says; nil for what
	// holds nothing of her rule.
	Retell func(r Reader, act *acts.Act, f *File, row R, t *Telling) (Change, error)
	// Calls is the unit that would contact her by what a row says of her rule, empty
	// where the row holds nothing; nil for a kind by which nobody is contacted. A rule
	// that changed reaches such a row, by Retell or by a stop (stop.go).
	Calls func(R) (unit string)
	// Past tells that it keeps what she said of her rule at an hour, and that nobody
	// contacts her by it.
	Past bool
	// Up names the record of hers that a row by which she may be contacted hangs on or
	// was made from, in whatever unit; Made are those of another unit that were made
	// from one: a rule goes there too, and neither ends with the other.
	Up   func(R) (table, id string)
	Made []Hang
}

// Hang is what a record hangs on: a table, and how those that hang on one of its rows
// are found. No key is needed for it.
type Hang struct {
	table string
	find  func(r Reader, on acts.Row) ([]acts.Row, error)
}

// On finds by the id of the row that they hang on.
func On[R any](table string, find acts.Finder[R]) Hang {
	return Hang{table, func(r Reader, on acts.Row) ([]acts.Row, error) {
		id, _ := on.Key()
		found, err := find.Rows(r, id)
		rows := make([]acts.Row, len(found))
		for i, row := range found {
			rows[i] = any(row).(acts.Row)
		}
		return rows, err
	}}
}

// OnOne finds the one row that another names in a column, or none.
func OnOne[R any, P interface {
	*R
	acts.Row
}, On acts.Row](table string, named func(On) string) Hang {
	return Hang{table, func(r Reader, on acts.Row) ([]acts.Row, error) {
		id := named(on.(On))
		if id == "" {
			return nil, nil
		}
		row := P(new(R))
		if err := r.Get(row, id); err != nil {
			return nil, err
		}
		return []acts.Row{row}, nil
	}}
}

// Entry is one kind as the registry holds it.
type Entry struct {
	Table, Class string
	Names, Stays bool
	Heads        bool
	Object       policies.Kind
	Hangs        []string
	Shared       bool // two units hold it
	Make         func() acts.Row
	hangs        []Hang
	of           func(acts.Row) string
	secrets      func(acts.Row) []string
	empty        func(acts.Row)
	ended        func(r Reader, day string) ([]acts.Row, error)
	over         func(r Reader, row acts.Row, day string) (bool, error)
	forget       func(row acts.Row, day string) bool
	retell       func(r Reader, act *acts.Act, f *File, row acts.Row, t *Telling) (Change, error)
	calls        func(acts.Row) string
	up           func(acts.Row) (table, id string)
	made         []Hang
	Past         bool // keeps what she said of her rule, and nobody contacts her by it
}

// Calls tells whether somebody may contact her by what a record of the kind says.
func (e *Entry) Calls() bool { return e.calls != nil }

// CalledBy is the unit that would contact her by a row of such a kind, or empty.
func (e *Entry) CalledBy(row acts.Row) string { return e.calls(row) }

var (
	registry = map[string]*Entry{}
	kinds    []*Entry // by table
)

// Register enters a kind, once for each table, while the program starts; it panics at
// one that has no class of retention.
func Register[R any, P interface {
	*R
	acts.Row
}](rows acts.KindOf[R], k Kind[P]) *Entry {
	if k.Class == "" || registry[rows.Table()] != nil {
		panic("kept: a kind without a class of retention, or a second one, for " + rows.Table())
	}
	e := &Entry{Table: rows.Table(), Class: k.Class, Names: k.Names, Stays: k.Stays, Heads: k.Heads, Object: k.Object, hangs: k.Hangs, made: k.Made, Past: k.Past, Make: rows.Make}
	for _, h := range k.Hangs {
		e.Hangs = append(e.Hangs, h.table)
	}
	_, e.Shared = any(P(new(R))).(SharedRow)
	e.secrets = ownSecrets
	if k.Secrets != nil {
		e.secrets = func(row acts.Row) []string { return k.Secrets(row.(P)) }
	}
	if k.Of != nil {
		e.of = func(row acts.Row) string { return k.Of(row.(P)) }
	}
	if k.Empty != nil {
		e.empty = func(row acts.Row) { k.Empty(row.(P)) }
	}
	if k.Ended != nil {
		e.ended = func(r Reader, day string) ([]acts.Row, error) {
			found, err := k.Ended(r, day)
			var all []acts.Row
			for _, row := range found {
				all = append(all, row)
			}
			return all, err
		}
		e.over = func(r Reader, row acts.Row, day string) (bool, error) { return k.Over(r, row.(P), day) }
	}
	if k.Forget != nil {
		e.forget = func(row acts.Row, day string) bool { return k.Forget(row.(P), day) }
	}
	if k.Retell != nil {
		e.retell = func(r Reader, act *acts.Act, f *File, row acts.Row, t *Telling) (Change, error) {
			return k.Retell(r, act, f, row.(P), t)
		}
	}
	if k.Calls != nil {
		e.calls = func(row acts.Row) string { return k.Calls(row.(P)) }
	}
	if k.Up != nil {
		e.up = func(row acts.Row) (string, string) { return k.Up(row.(P)) }
	}
	registry[e.Table] = e
	kinds = append(kinds, e)
	slices.SortFunc(kinds, func(a, b *Entry) int { return strings.Compare(a.Table, b.Table) })
	return e
}

// Kinds are all that were registered, by table.
func Kinds() []*Entry { return kinds }

// KindOf is the kind of a row.
func KindOf(row acts.Row) *Entry { return registry[row.Table()] }

// ownSecrets is the shred secret of a row that has one.
func ownSecrets(row acts.Row) []string {
	switch p := row.(type) {
	case interface{ Own() *OwnPart }:
		return []string{p.Own().Secret}
	case AloneRow:
		return []string{p.Lone().Secret}
	case SharedRow:
		return []string{p.Held().Secret}
	}
	return nil
}

// SaltOf is the shred secret under which the detail of an act on a record is sealed,
// by what the log calls it; nil for what has none.
func SaltOf(r Reader, object policies.Kind, id string) ([]byte, error) {
	for _, e := range registry {
		if e.Object != object || object == "" {
			continue
		}
		row := e.Make()
		if err := r.Get(row, id); err != nil {
			return nil, err
		}
		if e.of != nil {
			c := &CaseRow{}
			if err := r.Get(c, e.of(row)); err != nil {
				return nil, err
			}
			return r.Secret(c.Secret)
		}
		return r.Secret(e.secrets(row)[0])
	}
	return nil, nil
}

// Headed names what is opened with a case's head, as the log names it: the case, and
// what of it shows the head too.
func Headed(r Reader, c *CaseRow) ([]string, error) {
	objects := []string{string(policies.KindCase) + ":" + c.ID}
	if j, err := JoinOf(r, c.ID); err != nil {
		return nil, err
	} else if j != nil { // its page shows this one too
		objects = append(objects, string(policies.KindCase)+":"+j.Other(c.ID))
	}
	for h, err := range directly(r, c, func(e *Entry) bool { return e.Heads }) {
		if err != nil {
			return nil, err
		}
		id, _ := h.Row.Key()
		objects = append(objects, string(h.Object)+":"+id)
	}
	return objects, nil
}

// Secrets names the shred secrets of a row of the kind.
func (e *Entry) Secrets(row acts.Row) []string { return e.secrets(row) }

// Hung is a record that hangs on another.
type Hung struct {
	*Entry
	Row, On acts.Row
}

// Hanging finds, by plaintext ids and without any key, what hangs on a record, and
// what hangs on that. What hangs on something comes before it.
func Hanging(r Reader, on acts.Row) iter.Seq2[Hung, error] {
	return func(yield func(Hung, error) bool) { hanging(r, on, yield) }
}

func hanging(r Reader, on acts.Row, yield func(Hung, error) bool) bool {
	for h, err := range directly(r, on, func(*Entry) bool { return true }) {
		if err != nil {
			yield(h, err)
			return false
		}
		if !hanging(r, h.Row, yield) || !yield(h, nil) {
			return false
		}
	}
	return true
}

// directly finds what hangs on a record itself, of some kinds.
func directly(r Reader, on acts.Row, of func(*Entry) bool) iter.Seq2[Hung, error] {
	return func(yield func(Hung, error) bool) {
		for _, e := range Kinds() {
			for _, h := range e.hangs {
				if h.table != on.Table() || !of(e) {
					continue
				}
				rows, err := h.find(r, on)
				if err != nil {
					yield(Hung{}, err)
					return
				}
				for _, row := range rows {
					if !yield(Hung{e, row, on}, nil) {
						return
					}
				}
			}
		}
	}
}

// end takes out what a row holds, or deletes it, and names its secrets.
func (e *Entry) end(row acts.Row, out *Change) {
	out.Erase = append(out.Erase, e.secrets(row)...)
	if e.empty == nil {
		out.Delete = append(out.Delete, row)
		return
	}
	e.empty(row)
	out.Put = append(out.Put, row)
}

// Erase makes a record, and what hangs on it, unreadable in any copy of the main
// file: secrets get their tombstone, rows are emptied or deleted. It needs no key.
func Erase(r Reader, row acts.Row) (out Change, err error) {
	for h, err := range Hanging(r, row) {
		switch {
		case err != nil:
			return out, err
		case h.Stays && h.empty == nil: // it says of what hangs on it that it was
		case h.Stays:
			h.end(h.Row, &out)
		default:
			out.Erase, out.Delete = append(out.Erase, h.secrets(h.Row)...), append(out.Delete, h.Row)
		}
	}
	KindOf(row).end(row, &out)
	return out, nil
}

// Forget ends what of a case is not to stay when she goes back to her alias.
func Forget(r Reader, c *CaseRow, day string) (out Change, err error) {
	for h, err := range directly(r, c, func(e *Entry) bool { return e.forget != nil }) {
		if err != nil {
			return out, err
		}
		if h.forget(h.Row, day) {
			h.end(h.Row, &out)
		}
	}
	return out, nil
}

// Due ends what is over on a day, as much as one act ends: at most most rows, with what
// hangs on those that are deleted. A row that is not what the log names is left as it
// is, and hides no other: unread names them.
func Due(r Reader, day string, most int) (out Change, unread, err error) {
	spare := func(err error) error {
		if !errors.Is(err, acts.ErrTampered) {
			return err
		}
		unread = errors.Join(unread, err)
		return nil
	}
	taken := map[string]bool{}
	for _, e := range Kinds() {
		if e.ended == nil {
			continue
		}
		rows, err := e.ended(r, day)
		if err := spare(err); err != nil {
			return out, unread, err
		}
		for _, row := range rows {
			change, err := e.due(r, row, day)
			if err := spare(err); err != nil {
				return out, unread, err
			}
			n := len(out.Put) + len(out.Delete)
			if err == nil && (n == 0 || n+len(change.Put)+len(change.Delete) <= most) && change.first(taken) {
				out.Add(change)
			}
		}
	}
	return out, unread, nil
}

// due is the end of a row, where nobody needs it on a day.
func (e *Entry) due(r Reader, row acts.Row, day string) (out Change, err error) {
	over, err := e.over(r, row, day)
	if err != nil || !over {
		return out, err
	}
	if e.empty == nil {
		return Erase(r, row)
	}
	e.end(row, &out)
	return out, nil
}

// first tells that no row of a change was taken before, and takes them.
func (c Change) first(taken map[string]bool) bool {
	rows := slices.Concat(c.Put, c.Delete)
	name := func(row acts.Row) string {
		id, _ := row.Key()
		return row.Table() + " " + id
	}
	if len(rows) == 0 || slices.ContainsFunc(rows, func(row acts.Row) bool { return taken[name(row)] }) {
		return false
	}
	for _, row := range rows {
		taken[name(row)] = true
	}
	return true
}

// YearBefore is the last day from which on a day a year has gone by: what keeps the
// twelve months of the data map.
func YearBefore(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(-1, 0, 0).Format(time.DateOnly)
}

// Retell makes the rule of a case hold for every unit that she is known to.
func Retell(r Reader, act *acts.Act, f *File, t *Telling) (out Change, err error) {
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	for h, err := range directly(r, f.Row, func(e *Entry) bool { return e.retell != nil }) {
		if err != nil {
			return out, err
		}
		change, err := h.retell(r, act, f, h.Row, t)
		if err != nil {
			return out, err
		}
		out.Add(change)
	}
	return out, nil
}

// Telling are the recipients, by the id of the record that each has, to whom she lets
// what is new in her rule be told, and those of them who were found.
type Telling struct{ To, Done []string }

// Rule is what a recipient gets in place of what it had: all that it may have now
// if she lets it be told, else what still holds. News tells that it is all.
func (t *Telling) Rule(id string, had, now rule.PackageSafe) (safe rule.PackageSafe, news bool) {
	if slices.Contains(t.To, id) {
		t.Done = append(t.Done, id)
		return now, true
	}
	return rule.Narrowed(had, now), false
}
