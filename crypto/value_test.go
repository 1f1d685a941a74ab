package crypto

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type value struct {
	Name  string            `json:"name"`
	Key   []byte            `json:"key,omitempty"`
	At    time.Time         `json:"at"`
	List  []string          `json:"list,omitempty"`
	Words map[string]string `json:"words,omitempty"`
}

func TestValuesComeBack(t *testing.T) {
	key, b := NewKey(), Binding{"note", "ID", "body", 3}
	for _, in := range []value{
		{},
		{Name: "Rosa", Key: []byte{0, 1}, At: time.Date(2026, 11, 20, 20, 40, 0, 7, time.UTC), List: []string{"a", ""}, Words: map[string]string{"b": "c", "a": "d"}},
		{Name: "not UTF-8: \xff\xfe, \u202e reversed, \x00"},
	} {
		box, err := key.SealValue(b, in)
		if err != nil {
			t.Fatal(err)
		}
		var out value
		if err := key.OpenValue(b, box, &out); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(in, out); d != "" {
			t.Errorf("a value came back changed:\n%s", d)
		}
	}
}

func TestValuesThatDoNotOpen(t *testing.T) {
	key, b := NewKey(), Binding{"note", "ID", "body", 3}
	elsewhere := b
	elsewhere.Version++
	for name, box := range map[string]Sealed{
		"another place":           mustSeal(t, key, elsewhere, value{Name: "Rosa"}),
		"another shape":           mustSeal(t, key, b, []string{"Rosa"}),
		"a field of another kind": mustSeal(t, key, b, map[string]any{"name": []int{7}}),
		"a field twice":           key.Seal(b, []byte("\xa2\x64name\x61a\x64name\x61b")),
		"more after it":           key.Seal(b, []byte("\xa1\x64name\x61aX")),
		"an empty text":           key.Seal(b, nil),
		"no box":                  nil,
	} {
		var out value
		err := key.OpenValue(b, box, &out)
		if !errors.Is(err, ErrOpen) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "Rosa") {
			t.Errorf("%s: the error says what was sealed", name)
		}
	}
	if _, err := key.SealValue(b, make(chan int)); err == nil {
		t.Error("a channel was sealed")
	}
}

func mustSeal(t *testing.T, key Key, b Binding, v any) Sealed {
	t.Helper()
	box, err := key.SealValue(b, v)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// FuzzValue reads what only somebody with the key could have sealed: it is
// refused or read, and what was read is sealed again as itself.
func FuzzValue(f *testing.F) {
	for _, v := range []value{{}, {Name: "Rosa", Key: []byte{1}, List: []string{"a"}, Words: map[string]string{"a": "b"}}} {
		text, err := encoding.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("\xbf\x64name\x61a\xff")) // of unknown length
	f.Add([]byte("\x9b\xff\xff\xff\xff\xff\xff\xff\xff"))
	key, b := NewKey(), Binding{"note", "ID", "body", 3}
	f.Fuzz(func(t *testing.T, text []byte) {
		var v, again value
		if key.OpenValue(b, key.Seal(b, text), &v) != nil || v.At.Year() < 0 || v.At.Year() > 9999 {
			return // a number of seconds may be of a year that RFC 3339 cannot write
		}
		if err := key.OpenValue(b, mustSeal(t, key, b, v), &again); err != nil {
			t.Fatal(err)
		}
		if !v.At.Equal(again.At) {
			t.Error("the time changed")
		}
		v.At, again.At = time.Time{}, time.Time{}
		if d := cmp.Diff(v, again); d != "" {
			t.Error(d)
		}
	})
}
