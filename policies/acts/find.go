package acts

import (
	"errors"
	"fmt"
	"strings"
)

// Query selects rows of one kind: those for which every condition holds, in an
// order. It is declared once, beside the kind, as a Finder, and each store carries
// it out as it can.
type Query struct {
	Kind  *Kind
	Where []Condition
	Order []string // names of columns, each with " desc" or without
	args  int
}

// queries are all that were begun.
var queries []*Query

// Queries are all finders that were declared.
func Queries() []*Query { return queries }

// Condition is one condition on a column.
type Condition struct {
	Column string
	Is     Comparison
	Arg    int         // from 1: which argument it is compared with
	Values []string    // or with which of these texts
	Among  []Selection // or with what these queries find
}

// Selection is a column of the rows that a query finds.
type Selection struct {
	*Query
	Column string
}

// Comparison is how a condition compares.
type Comparison string

// What conditions say of a column: that it equals the argument, is no later than
// it or earlier; that it is one of the texts or none of them; that it is set or not,
// of a column that is true or false; that it holds something, of a sealed one; that
// it is among what other queries find.
const (
	Equals  Comparison = "="
	UpTo    Comparison = "<="
	Before  Comparison = "<"
	OneOf   Comparison = "one of"
	NoneOf  Comparison = "none of"
	IsSet   Comparison = "set"
	IsUnset Comparison = "unset"
	Holds   Comparison = "holds"
	Among   Comparison = "among"
)

// Finder finds rows of one kind. The methods that build it are called where it is
// declared, and panic at a column that the kind does not have.
type Finder[R any] struct{ *Query }

func (f Finder[R]) with(c Condition) Finder[R] {
	f.Kind.must(c.Column)
	f.Where = append(f.Where, c)
	return f
}

func (f Finder[R]) withArg(column string, is Comparison) Finder[R] {
	f.args++
	return f.with(Condition{Column: column, Is: is, Arg: f.args})
}

func (k *Kind) must(column string) {
	if !k.has(column) {
		panic("acts: no column " + column + " in " + k.table)
	}
}

// Is compares a column with the next argument.
func (f Finder[R]) Is(column string) Finder[R] { return f.withArg(column, Equals) }

// UpTo wants a column to be no later than the next argument.
func (f Finder[R]) UpTo(column string) Finder[R] { return f.withArg(column, UpTo) }

// Before wants a column to be earlier than the next argument.
func (f Finder[R]) Before(column string) Finder[R] { return f.withArg(column, Before) }

// In wants a column to be one of some texts.
func (f Finder[R]) In(column string, values ...string) Finder[R] {
	return f.with(Condition{Column: column, Is: OneOf, Values: values})
}

// Not wants a column to be none of some texts.
func (f Finder[R]) Not(column string, values ...string) Finder[R] {
	return f.with(Condition{Column: column, Is: NoneOf, Values: values})
}

// Set wants a column to be true.
func (f Finder[R]) Set(column string) Finder[R] { return f.with(Condition{Column: column, Is: IsSet}) }

// Unset wants a column to be false.
func (f Finder[R]) Unset(column string) Finder[R] {
	return f.with(Condition{Column: column, Is: IsUnset})
}

// Holds wants a sealed column to hold something.
func (f Finder[R]) Holds(column string) Finder[R] {
	return f.with(Condition{Column: column, Is: Holds})
}

// Among wants a column to be among what other queries, of the same arguments, find.
func (f Finder[R]) Among(column string, found ...Selection) Finder[R] {
	for _, s := range found {
		s.Kind.must(s.Column)
		f.args = max(f.args, s.args)
	}
	return f.with(Condition{Column: column, Is: Among, Among: found})
}

// Of is a column of what the finder finds, for Among.
func (f Finder[R]) Of(column string) Selection { return Selection{f.Query, column} }

// By orders by columns, each with " desc" or without.
func (f Finder[R]) By(columns ...string) Finder[R] {
	for _, c := range columns {
		f.Kind.must(strings.TrimSuffix(c, " desc"))
	}
	f.Order = append(f.Order, columns...)
	return f
}

// Rows finds all rows. Where some are not what the log names, the others come beside
// ErrTampered.
func (f Finder[R]) Rows(r Reader, args ...any) ([]*R, error) {
	var all []*R
	err := f.Each(r, func(row *R) { all = append(all, row) }, args...)
	if err != nil && !errors.Is(err, ErrTampered) {
		return nil, err
	}
	return all, err
}

// Each is Rows, one row after the other.
func (f Finder[R]) Each(r Reader, each func(*R), args ...any) error {
	if len(args) != f.args {
		return fmt.Errorf("finding rows of %s: %d arguments for %d", f.Kind.table, len(args), f.args)
	}
	return r.Rows(f.Query, args, func(row Row) error {
		each(any(row).(*R))
		return nil
	})
}

// One finds one row; ErrNoRow without any.
func (f Finder[R]) One(r Reader, args ...any) (*R, error) {
	all, err := f.Rows(r, args...)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ErrNoRow
	}
	return all[0], nil
}

// Count counts the rows, without a look at them.
func (f Finder[R]) Count(r Reader, args ...any) (int, error) {
	return r.Count(f.Query, args)
}
