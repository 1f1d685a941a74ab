package policies

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed datamap.txt
var dataMap string

// A Class says what a column gives away to somebody who has a copy of the database.
type Class string

const (
	ClassOpaque Class = "opaque" // random ids, hashes: nothing by itself
	ClassCode   Class = "code"   // a value from a known list, a number, a version
	ClassDay    Class = "day"    // a day, never a time
	ClassPublic Class = "public" // what everybody knows anyway
	ClassSealed Class = "sealed" // ciphertext
)

// A Term is a code with its words in the two languages.
type Term struct{ Code, English, Italian string }

// In gives the words in Italian for "it", and in English otherwise.
func (t Term) In(lang string) string {
	if lang == "it" {
		return t.Italian
	}
	return t.English
}

// A Retention says how long something is kept.
type Retention struct {
	Term
	Years, Months, Days, Hours int    // all 0: without end
	Start                      string // from when it counts: written, closed, birth, ended; empty without end
}

// Ends gives the moment until which what started then is kept; false if it is kept without end.
func (r Retention) Ends(start time.Time) (time.Time, bool) {
	if r.Start == "" {
		return time.Time{}, false
	}
	return start.AddDate(r.Years, r.Months, r.Days).Add(time.Duration(r.Hours) * time.Hour), true
}

// A Purpose says why data is there, whose it is and who may come to see it.
type Purpose struct {
	Term
	Subjects, Recipients []string // codes
}

// A Column is one column of one table.
type Column struct {
	Table, Name string
	Class       Class
	Purpose     string // code
	Retention   string // code
}

// A Map says of every column what it is, why it is there and how long it stays.
// It describes; that nothing else is stored is held by the test that compares it with the schema.
type Map struct {
	columns              []Column
	subjects, recipients []Term
	retentions           []Retention
	purposes             []Purpose
	taken                map[string]bool // "keyword code", for refusing what is said twice
}

// DataMap reads the map that is built into the program.
func DataMap() (Map, error) { return ParseDataMap(dataMap) }

// ParseDataMap reads a map from its text. It refuses an unknown word, class or code, and anything said twice.
func ParseDataMap(text string) (Map, error) {
	m := Map{taken: map[string]bool{}}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := m.read(line); err != nil {
			return Map{}, fmt.Errorf("reading the data map, line %d: %w", i+1, err)
		}
	}
	return m, nil
}

// read takes in one line.
func (m *Map) read(line string) error {
	keyword, rest, _ := strings.Cut(line, " ")
	fields := strings.Split(rest, "|")
	for i, f := range fields {
		fields[i] = strings.TrimSpace(f)
		if fields[i] == "" {
			return errors.New("a field is empty")
		}
	}
	want, known := map[string]int{"subjects": 3, "recipients": 3, "retention": 4, "purpose": 5, "column": 4}[keyword]
	if !known {
		return fmt.Errorf("%q is not a word of the map", keyword)
	}
	if len(fields) != want {
		return fmt.Errorf("%s needs %d fields", keyword, want)
	}
	code := keyword + " " + fields[0]
	if m.taken[code] {
		return fmt.Errorf("%s is there twice", code)
	}
	m.taken[code] = true
	switch keyword {
	case "subjects":
		m.subjects = append(m.subjects, Term{fields[0], fields[1], fields[2]})
	case "recipients":
		m.recipients = append(m.recipients, Term{fields[0], fields[1], fields[2]})
	case "retention":
		return m.readRetention(fields)
	case "purpose":
		return m.readPurpose(fields)
	case "column":
		return m.readColumn(fields)
	}
	return nil
}

func (m *Map) readRetention(f []string) error {
	r := Retention{Term: Term{f[0], f[2], f[3]}}
	if f[1] != "unlimited" {
		period, start, _ := strings.Cut(f[1], " ")
		if !slices.Contains([]string{"written", "closed", "birth", "ended"}, start) {
			return fmt.Errorf("retention %s does not say from when it counts", f[0])
		}
		r.Start = start
		if err := r.count(period); err != nil {
			return err
		}
	}
	m.retentions = append(m.retentions, r)
	return nil
}

// count reads a period such as 10y, 12m, 30d, 8h.
func (r *Retention) count(period string) error {
	units := map[string]*int{"y": &r.Years, "m": &r.Months, "d": &r.Days, "h": &r.Hours}
	for unit, into := range units {
		number, ok := strings.CutSuffix(period, unit)
		if n, err := strconv.Atoi(number); ok && err == nil && n > 0 && n <= 1000 {
			*into = n
			return nil
		}
	}
	return fmt.Errorf("retention %s has no period such as 10y, 12m, 30d or 8h", r.Code)
}

func (m *Map) readPurpose(f []string) error {
	p := Purpose{Term: Term{f[0], f[3], f[4]}, Subjects: strings.Fields(f[1]), Recipients: strings.Fields(f[2])}
	for _, s := range p.Subjects {
		if !m.taken["subjects "+s] {
			return fmt.Errorf("purpose %s names unknown subjects", p.Code)
		}
	}
	for _, r := range p.Recipients {
		if !m.taken["recipients "+r] {
			return fmt.Errorf("purpose %s names unknown recipients", p.Code)
		}
	}
	m.purposes = append(m.purposes, p)
	return nil
}

func (m *Map) readColumn(f []string) error {
	table, name, ok := strings.Cut(f[0], ".")
	if !ok || table == "" || name == "" || strings.ContainsAny(f[0], " \t") {
		return errors.New("a column is written TABLE.COLUMN")
	}
	c := Column{Table: table, Name: name, Class: Class(f[1]), Purpose: f[2], Retention: f[3]}
	switch c.Class {
	case ClassOpaque, ClassCode, ClassDay, ClassPublic, ClassSealed:
	default:
		return fmt.Errorf("%s has an unknown class", f[0])
	}
	if !m.taken["purpose "+c.Purpose] {
		return fmt.Errorf("%s has an unknown purpose", f[0])
	}
	if !m.taken["retention "+c.Retention] {
		return fmt.Errorf("%s has an unknown retention", f[0])
	}
	m.columns = append(m.columns, c)
	return nil
}

// Columns lists every column in the order of the file. The slice is the caller's own.
func (m Map) Columns() []Column { return slices.Clone(m.columns) }

// Column looks one column up.
func (m Map) Column(table, name string) (Column, bool) {
	for _, c := range m.columns {
		if c.Table == table && c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// Retention looks a retention up by its code.
func (m Map) Retention(code string) (Retention, bool) {
	for _, r := range m.retentions {
		if r.Code == code {
			return r, true
		}
	}
	return Retention{}, false
}

// Differences compares the map with the columns of a real schema, table by table, and says in one
// sentence each what only one of them has. Empty means that they agree.
func (m Map) Differences(schema map[string][]string) []string {
	var out []string
	for table, names := range schema {
		for _, name := range names {
			if _, ok := m.Column(table, name); !ok {
				out = append(out, fmt.Sprintf("the data map does not know %s.%s", table, name))
			}
		}
	}
	for _, c := range m.columns {
		if !slices.Contains(schema[c.Table], c.Name) {
			out = append(out, fmt.Sprintf("the schema has no %s.%s", c.Table, c.Name))
		}
	}
	slices.Sort(out)
	return out
}
