package datafile_test

import (
	"strings"
	"testing"

	"sportello/referrals/datafile"
)

const schema = `{"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": {"thing": {"type": "object", "additionalProperties": false, "required": ["name"],
 "properties": {"name": {"type": "string", "minLength": 1}, "day": {"type": "string", "format": "date"}, "parts": {"type": "array", "items": {"type": "integer"}}}}}}`

// TestLines: each fault stands at its line, and has its place.
func TestLines(t *testing.T) {
	s, err := datafile.Compile([]byte(schema), "#/$defs/thing")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"{\n \"name\": \"x\"\n}":                          "",
		"{\n \"name\": \"\"\n}":                           "f:2: /name: minLength: got 0, want 1",
		"{\n \"name\": \"x\",\n\n \"nam\": 1\n}":          "f:4: /nam: unknown key",
		"{\n \"a/b~c\": 1,\n \"name\": \"x\"\n}":          "f:2: /a~1b~0c: unknown key",
		"{\n \"day\": \"2026-11-27\"\n}":                  "f:1: missing property 'name'",
		"{\"name\": \"x\",\n \"day\": \"27 novembre\"\n}": "f:2: /day: ",
		"{\"name\": \"x\",\n \"parts\": [\n1,\n\"2\"\n]}": "f:4: /parts/1: got string, want integer",
		"{\"name\": \"x\",\n \"name\": \"y\"}":            "f:2: /name: the key is given twice",
		"{\"name\":\n \"x\"}\n{}":                         "f:3: something stands behind the end",
		"{\"name\": \"x\",\n}":                            "f:2: ",
		"{\"name\":\n \"\xff\"}":                          "f:2: the file is not UTF-8",
		"\n[1]":                                           "f:1: the file is not a JSON object",
		"null":                                            "f:1: the file is not a JSON object",
		strings.Repeat(`{"name":`, 40):                    "f:1: ",
		strings.Repeat(" ", datafile.MaxBytes) + "{}":     "f:1: the file is longer than",
		"{\"name\": \"x\"":                                "f:1: the file ends too early",
		"\xef\xbb\xbf{}":                                  "f:1: the file begins with a byte order mark",
	} {
		f, faults := datafile.Read("f", []byte(text))
		if len(faults) == 0 {
			faults = f.Faults(s)
		}
		got := ""
		if len(faults) > 0 {
			got = faults[0].String()
		}
		if want == "" && got != "" || !strings.HasPrefix(got, want) {
			t.Errorf("%.60q: got %q, want %q", text, got, want)
		}
	}
}
