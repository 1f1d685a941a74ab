// Package datafile reads the data files that a municipality may add, an instrument for
// example: JSON (RFC 8259) held to a schema (JSON Schema 2020-12), with each fault at its
// line. It reads no file itself, and knows no record.
package datafile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// MaxBytes and maxDepth bound what is read.
const (
	MaxBytes = 1 << 20
	maxDepth = 32
)

// Fault is what is wrong with a file, at a line, from 1.
type Fault struct {
	File string
	Line int
	At   string // the place as a JSON pointer (RFC 6901); empty for the whole file
	Text string
}

// String is FILE:LINE: PLACE: TEXT.
func (f Fault) String() string {
	at := f.At
	if at != "" {
		at += ": "
	}
	return fmt.Sprintf("%s:%d: %s%s", f.File, f.Line, at, f.Text)
}

// File is a file that was read.
type File struct {
	Name  string
	bytes []byte
	lines map[string]int // by pointer
}

// Read reads a JSON object. A byte order mark, bytes that are not UTF-8, a key given
// twice and what stands behind the object are faults; with one, there is no file.
func Read(name string, b []byte) (*File, []Fault) {
	f := &File{Name: name, bytes: b, lines: map[string]int{"": 1}}
	fault := func(offset int64, at, text string) []Fault {
		return []Fault{{name, f.lineAt(offset), at, text}}
	}
	switch {
	case len(b) > MaxBytes:
		return nil, fault(0, "", fmt.Sprintf("the file is longer than %d bytes", MaxBytes))
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return nil, fault(0, "", "the file begins with a byte order mark: save it as UTF-8 without one")
	case !utf8.Valid(b):
		at := 0
		for at < len(b) {
			r, size := utf8.DecodeRune(b[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
		return nil, fault(int64(at), "", "the file is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if at, err := f.value(d, "", 0); err != nil {
		return nil, fault(d.InputOffset(), at, syntax(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fault(d.InputOffset(), "", "something stands behind the end")
	}
	if first := bytes.TrimLeft(b, " \t\r\n"); len(first) == 0 || first[0] != '{' {
		return nil, fault(0, "", "the file is not a JSON object")
	}
	return f, nil
}

func syntax(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the file ends too early"
	}
	return err.Error()
}

func (f *File) lineAt(offset int64) int {
	return 1 + bytes.Count(f.bytes[:min(int(offset), len(f.bytes))], []byte("\n"))
}

// value walks one value and notes the line of each place in it.
func (f *File) value(d *json.Decoder, at string, depth int) (string, error) {
	if depth > maxDepth {
		return at, fmt.Errorf("more than %d levels", maxDepth)
	}
	t, err := d.Token()
	if err != nil {
		return at, err
	}
	if _, ok := f.lines[at]; !ok {
		f.lines[at] = f.lineAt(d.InputOffset())
	}
	switch t {
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			t, err := d.Token()
			if err != nil {
				return at, err
			}
			key := t.(string)
			below := at + "/" + escaped(key)
			if seen[key] {
				return below, errors.New("the key is given twice")
			}
			seen[key] = true
			f.lines[below] = f.lineAt(d.InputOffset())
			if at, err := f.value(d, below, depth+1); err != nil {
				return at, err
			}
		}
	case json.Delim('['):
		for i := 0; d.More(); i++ {
			if at, err := f.value(d, at+"/"+strconv.Itoa(i), depth+1); err != nil {
				return at, err
			}
		}
	default:
		return at, nil
	}
	_, err = d.Token() // the end of it
	return at, err
}

// escaped is a key as a part of a pointer (RFC 6901, 3).
func escaped(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// Fault is a fault at a place, given by its keys and indexes. Of a place that is not
// there it has the line of the nearest one around it.
func (f *File) Fault(text string, path ...any) Fault {
	at := ""
	for _, p := range path {
		at += "/" + escaped(fmt.Sprint(p))
	}
	return Fault{f.Name, f.line(at), at, text}
}

func (f *File) line(at string) int {
	for {
		if line, ok := f.lines[at]; ok {
			return line
		}
		at = at[:strings.LastIndexByte(at, '/')]
	}
}

// Schema is a schema that files are held to.
type Schema struct{ compiled *jsonschema.Schema }

// Compile reads a schema; at is the place in it of the part that counts, as a pointer
// with "#" before it.
func Compile(text []byte, at string) (*Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("reading a schema: %w", err)
	}
	const address = "schema.json"
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(address, doc); err != nil {
		return nil, fmt.Errorf("reading a schema: %w", err)
	}
	s, err := c.Compile(address + at)
	if err != nil {
		return nil, fmt.Errorf("reading a schema: %w", err)
	}
	return &Schema{s}, nil
}

var english = message.NewPrinter(language.English)

// Faults are what in a file does not fit a schema, by line.
func (f *File) Faults(s *Schema) []Fault {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(f.bytes))
	if err != nil {
		return []Fault{f.Fault(err.Error())}
	}
	var bad *jsonschema.ValidationError
	if err := s.compiled.Validate(doc); err == nil {
		return nil
	} else if !errors.As(err, &bad) {
		return []Fault{f.Fault(err.Error())}
	}
	var all []Fault
	f.leaves(bad, &all)
	Sort(all)
	return slices.Compact(all)
}

// leaves collects the causes that have no further cause. An unknown key is named, at
// its own line.
func (f *File) leaves(e *jsonschema.ValidationError, all *[]Fault) {
	for _, c := range e.Causes {
		f.leaves(c, all)
	}
	if len(e.Causes) > 0 {
		return
	}
	var path []any
	for _, p := range e.InstanceLocation {
		path = append(path, p)
	}
	if unknown, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		for _, k := range unknown.Properties {
			*all = append(*all, f.Fault("unknown key", append(slices.Clone(path), k)...))
		}
		return
	}
	*all = append(*all, f.Fault(e.ErrorKind.LocalizedString(english), path...))
}

// Sort orders faults by file, line and place.
func Sort(all []Fault) {
	slices.SortFunc(all, func(a, b Fault) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.At+a.Text, b.At+b.Text)
	})
}

// Into decodes a file that fits its schema.
func (f *File) Into(v any) error {
	d := json.NewDecoder(bytes.NewReader(f.bytes))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// Peek decodes what v asks for, of a file that may not fit its schema.
func (f *File) Peek(v any) error { return json.Unmarshal(f.bytes, v) }
