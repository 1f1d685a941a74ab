// Package merge brings together what two workers changed of one form, field by field.
package merge

import (
	"encoding/base64"
	"reflect"
	"slices"
	"strings"

	"sportello/crypto"
)

// Two workers have one form open. What each of them changed is told field by field,
// against what the form was made from: it carries a mark of every value it showed. What
// one alone changed is merged; what both did is asked.

// Was marks what a form shows before anything is typed into it: for each field a few
// signs made of its value, from which the value cannot be read.
func Was(form any) string {
	var marks []string
	each(reflect.Indirect(reflect.ValueOf(form)), func(name string, v reflect.Value) {
		marks = append(marks, name+":"+markOf(v))
	})
	return strings.Join(marks, " ")
}

// WasOne marks values that a form shows and does not ask.
func WasOne(values ...string) string {
	return markOf(reflect.ValueOf(values))
}

func markOf(v reflect.Value) string {
	values, ok := v.Interface().([]string)
	if !ok {
		values = []string{v.String()}
	}
	parts := make([][]byte, len(values))
	for i, text := range values {
		parts[i] = []byte(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")))
	}
	if ok {
		slices.SortFunc(parts, slices.Compare)
	}
	sum := crypto.Hash(parts...)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// Merge brings into mine, which was typed, what others stored meanwhile in theirs, of the
// same type: of the fields that mine did not touch. It returns the names of those that
// both changed, and not to the same, and of those that were typed. Of a form that does not
// say what it was made from, whatever differs was changed by both.
func Merge(was string, mine, theirs any) (both, typed []string) {
	marks := map[string]string{}
	for _, m := range strings.Fields(was) {
		name, mark, _ := strings.Cut(m, ":")
		marks[name] = mark
	}
	stored := map[string]reflect.Value{}
	each(reflect.Indirect(reflect.ValueOf(theirs)), func(name string, v reflect.Value) { stored[name] = v })
	each(reflect.Indirect(reflect.ValueOf(mine)), func(name string, v reflect.Value) {
		now, own, before := markOf(stored[name]), markOf(v), marks[name]
		switch {
		case own == now:
		case own == before:
			v.Set(stored[name])
		case now == before:
			typed = append(typed, name)
		default:
			typed = append(typed, name)
			both = append(both, name)
		}
	})
	return both, typed
}

// Take puts the fields of theirs that are named into mine.
func Take(names []string, mine, theirs any) {
	stored := map[string]reflect.Value{}
	each(reflect.Indirect(reflect.ValueOf(theirs)), func(name string, v reflect.Value) { stored[name] = v })
	each(reflect.Indirect(reflect.ValueOf(mine)), func(name string, v reflect.Value) {
		if slices.Contains(names, name) {
			v.Set(stored[name])
		}
	})
}

// each calls do with the fields of a form, by the names of their inputs.
func each(v reflect.Value, do func(name string, v reflect.Value)) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch name := f.Tag.Get("form"); {
		case f.Anonymous:
			each(v.Field(i), do)
		case name != "":
			do(name, v.Field(i))
		}
	}
}
