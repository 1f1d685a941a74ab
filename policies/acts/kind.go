package acts

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"sportello/crypto"
	"sportello/policies/audit"
)

// RowKey is the identity of a stored row: a random id and the version that
// every change raises by one. A new row has version 1.
type RowKey struct {
	ID      string
	Version int64
}

// Key returns id and version, for the row's digest.
func (k *RowKey) Key() (string, int64) { return k.ID, k.Version }

func (k *RowKey) key() *RowKey { return k }

// Next moves a row to its next version, before anything is sealed into it.
func (k *RowKey) Next() { k.Version++ }

// Row is a stored row: a pointer to a struct that begins with its RowKey. Its
// columns are the struct's fields in their order; see Declare.
type Row interface {
	Table() string
	Key() (id string, version int64)
	key() *RowKey
}

// Kind is one kind of row, as Declare read it from its struct.
type Kind struct {
	table   string
	of      reflect.Type
	columns []column
}

// column is one field of a row.
type column struct {
	name  string
	field []int
	text  bool // of a text type of its own, such as List
	later bool
}

var (
	kinds   = map[string]*Kind{}
	ofTypes = map[reflect.Type]*Kind{}
)

// Declare makes a kind of row out of its struct, once for each table, while the
// program starts; it panics at a struct that cannot be one.
//
// A column is called as its field, in snake case, or by the field's tag `row`.
// One that a later migration added stands last and says so, `row:",later"`: it is
// left out of the row's digest while it is zero (crypto.Later). A struct in the
// struct is its own columns, with the field's name before theirs; an embedded one
// has its own names. A field that
// moves, or changes its type or name, makes every stored row another than the log
// names: testdata/digests.txt of the store holds them.
func Declare[R any]() KindOf[R] {
	row, ok := any(new(R)).(Row)
	if !ok {
		panic(fmt.Sprintf("acts: %T is no row", *new(R)))
	}
	k := &Kind{table: row.Table(), of: reflect.TypeFor[R]()}
	k.fields(k.of, nil, "")
	if kinds[k.table] != nil {
		panic("acts: two kinds of row for the table " + k.table)
	}
	kinds[k.table], ofTypes[k.of] = k, k
	return KindOf[R]{k}
}

// KindOf is a kind of row with its type.
type KindOf[R any] struct{ *Kind }

// Find begins a finder: of all rows. It is called while the program starts.
func (k KindOf[R]) Find() Finder[R] {
	q := &Query{Kind: k.Kind}
	queries = append(queries, q)
	return Finder[R]{q}
}

// Kinds are all that were declared, by table.
func Kinds() []*Kind {
	var all []*Kind
	for _, k := range kinds {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b *Kind) int { return strings.Compare(a.table, b.table) })
	return all
}

// Table is the kind's table.
func (k *Kind) Table() string { return k.table }

// Package is the path of the package that declared the kind.
func (k *Kind) Package() string { return k.of.PkgPath() }

// Columns are the names of the columns after id and version, in their order.
func (k *Kind) Columns() []string {
	var names []string
	for _, c := range k.columns {
		names = append(names, c.name)
	}
	return names
}

// Make makes an empty row.
func (k *Kind) Make() Row { return reflect.New(k.of).Interface().(Row) }

// has tells whether the kind has a column.
func (k *Kind) has(name string) bool {
	return name == "id" || name == "version" || slices.Contains(k.Columns(), name)
}

// fields reads the columns of a struct, of a row or of a part of one.
func (k *Kind) fields(t reflect.Type, at []int, before string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, later, _ := strings.Cut(f.Tag.Get("row"), ",")
		c := column{name: before + name, field: append(slices.Clone(at), i), later: later == "later"}
		if name == "" {
			c.name = before + snake(f.Name)
		}
		switch kind := f.Type; {
		case kind == reflect.TypeFor[RowKey]():
			continue
		case kind.Kind() == reflect.Struct && f.Anonymous:
			k.fields(kind, c.field, before)
			continue
		case kind.Kind() == reflect.Struct:
			k.fields(kind, c.field, c.name+"_")
			continue
		case kind.Kind() == reflect.String:
			c.text = kind != reflect.TypeFor[string]()
		case !columnTypes[kind]:
			panic(fmt.Sprintf("acts: %s.%s is of a type that no column has", k.table, f.Name))
		}
		k.columns = append(k.columns, c)
	}
}

var columnTypes = map[reflect.Type]bool{reflect.TypeFor[int64](): true, reflect.TypeFor[bool](): true,
	reflect.TypeFor[[]byte](): true, reflect.TypeFor[crypto.Sealed](): true}

// snake writes a field's name as its column's: KeyBox is key_box, CaseID case_id.
func snake(name string) string {
	var b strings.Builder
	small := false
	for _, r := range name {
		if unicode.IsUpper(r) && small {
			b.WriteByte('_')
		}
		small = !unicode.IsUpper(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// pointer is where a row's column is.
func (c *column) pointer(row reflect.Value) any {
	p := row.FieldByIndex(c.field).Addr()
	if c.text {
		p = p.Convert(reflect.TypeFor[*string]())
	}
	return p.Interface()
}

// kindOf is the declared kind of a row. A row of no kind has no columns, and no
// store takes it.
func kindOf(row Row) (*Kind, reflect.Value) {
	v := reflect.ValueOf(row).Elem()
	if k := ofTypes[v.Type()]; k != nil {
		return k, v
	}
	return &Kind{}, v
}

// Values are pointers to a row's columns after id and version, for its digest.
func Values(row Row) []any {
	k, v := kindOf(row)
	all := make([]any, len(k.columns))
	for i := range k.columns {
		c := &k.columns[i]
		if all[i] = c.pointer(v); c.later {
			all[i] = crypto.Later{Name: c.name, Value: all[i]}
		}
	}
	return all
}

// Columns are where the store scans a row and what it writes of it: pointers to
// id, version and the values.
func Columns(row Row) []any {
	k, v := kindOf(row)
	all := make([]any, 2, len(k.columns)+2)
	all[0], all[1] = &row.key().ID, &row.key().Version
	for i := range k.columns {
		all = append(all, k.columns[i].pointer(v))
	}
	return all
}

// Record is a row as the log digests it.
type Record struct{ Row }

// Values are the row's.
func (r Record) Values() []any { return Values(r.Row) }

// MarkOf is the mark of a row as it stands.
func MarkOf(row Row) audit.RowMark { return audit.MarkOf(Record{row}) }
