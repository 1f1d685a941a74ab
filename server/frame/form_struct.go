package frame

import (
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sportello/referrals/typed"
	"sportello/server/locale"
	"sportello/server/merge"
)

// IsSecretKey tells whether somebody pasted the half of an age key that never leaves
// its owner, whatever blanks and lines stand in it.
func IsSecretKey(text string) bool {
	return strings.Contains(strings.ToUpper(strings.Join(strings.Fields(text), "")), "AGE-SECRET-KEY-")
}

// A form struct keeps what was typed, as typed: its fields are strings and lists of
// strings, and their tags say what there is to know of the input, once:
//
//	form:"NAME"   the input's name
//	words:"LIST"  its values are codes of a list of words, or empty
//	max:"N"       what it takes, in UTF-16 units, as a browser counts (HTML, maxlength)
//	step:"N"      the step that asks it, where the form has several
//	as:"day"      it is a day, or an "hour", read however it is written (typed.Day, typed.Hour)
//	secret:"yes"  it is for this one request: in no draft, and carried to no next page

// Input is what the tags of a field say.
type Input struct {
	Name, Words string
	As          string // "day", "hour" or any text
	Max         int    // 0: whatever a page's fields take
	Secret      bool
}

// Inputs are the inputs of a form's struct, or of the forms that a page's has.
func Inputs(t reflect.Type) map[string]Input {
	if known, ok := inputs.Load(t); ok {
		return known.(map[string]Input)
	}
	all := map[string]Input{}
	for i := range t.NumField() {
		f := t.Field(i)
		switch name := f.Tag.Get("form"); {
		case name != "":
			n, _ := strconv.Atoi(f.Tag.Get("max"))
			all[name] = Input{name, f.Tag.Get("words"), f.Tag.Get("as"), n, f.Tag.Get("secret") != ""}
		case f.Type.Kind() == reflect.Struct && f.Type.PkgPath() != "time":
			maps.Copy(all, Inputs(f.Type))
		}
	}
	inputs.Store(t, all)
	return all
}

var inputs sync.Map // by type

// ReadForm copies typed values into a form struct. Fields that the form did
// not send are left empty; names that the struct does not know are ignored.
func ReadForm(values url.Values, form any) {
	readForm(values, reflect.ValueOf(form).Elem())
}

// Fill puts back into a page's form what was typed, where that comes back: from a
// draft, or because the form was not taken. A form of which nothing was sent is left
// as it is.
func (q *Request) Fill(form any) {
	if v := reflect.ValueOf(form).Elem(); len(q.form) > 0 && anySent(q.form, v) {
		readForm(q.form, v)
	}
}

func anySent(values url.Values, v reflect.Value) bool {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous && anySent(values, v.Field(i)) || f.Tag.Get("form") != "" && values.Has(f.Tag.Get("form")) {
			return true
		}
	}
	return false
}

// Hidden is a field of a form that nobody typed: one of Control.
func (q *Request) Hidden(name string) string {
	if !slices.Contains(Control, name) {
		panic("no such hidden field: " + name)
	}
	return q.form.Get(name)
}

// Sent tells whether a form had an input of a name.
func (q *Request) Sent(name string) bool { return q.form.Has(name) }

// Renew gives the form another id: what was sent under the one it has was kept.
func (q *Request) Renew() { q.form.Set("form", string(typed.NewForm())) }

// CameFrom is the page that a form was on, as it said, or the home page.
func (q *Request) CameFrom() string { return q.LocalPath(q.form.Get("from")) }

// HasMore tells whether a form holds more than its token and where it was: the form
// of a page that somebody covers, with what she typed.
func (q *Request) HasMore() bool { return q.form.Get("from") != "" && len(q.form) > 2 }

// Forget takes an input out of the form: it comes back nowhere.
func (q *Request) Forget(name string) { q.form.Del(name) }

// Pressed is the value of the button that sent the form, where it has several.
func (q *Request) Pressed() string { return q.form.Get("go") }

// Step is the step, 1 to 3, from which a form in steps was sent; 1 where it has none.
func (q *Request) Step() int {
	switch q.form.Get("step") {
	case "2":
		return 2
	case "3":
		return 3
	}
	return 1
}

func readForm(values url.Values, v reflect.Value) {
	for i := range v.NumField() {
		if v.Type().Field(i).Anonymous {
			readForm(values, v.Field(i))
			continue
		}
		name := v.Type().Field(i).Tag.Get("form")
		if name == "" {
			continue
		}
		if v.Field(i).Kind() == reflect.String {
			v.Field(i).SetString(readAs(v.Type().Field(i).Tag.Get("as"), values.Get(name)))
			continue
		}
		v.Field(i).Set(reflect.ValueOf(slices.Clone(values[name])))
	}
}

// readAs brings a day or an hour to the one form that the program keeps; what is none
// stays as it was typed, to be said and corrected.
func readAs(as, value string) string {
	switch as {
	case "day":
		value, _ = typed.Day(value)
	case "hour":
		value, _ = typed.Hour(value)
	}
	return value
}

// writtenAs is how a page in that language writes a day: 27/11/2026, or 27 Nov 2026.
func writtenAs(as, value string, lang locale.Lang) string {
	t, err := time.Parse(time.DateOnly, value)
	switch {
	case as != "day" || err != nil:
		return value
	case lang == locale.English:
		return t.Format("2 Jan 2006")
	}
	return t.Format("02/01/2006")
}

// PairsOf lists the values of a form struct as hidden fields, without those of
// the step that is on the page now. Step 0 lists all. Empty values are left
// out: an untouched field is not asked.
func PairsOf(form any, step int) []Pair {
	return pairsOf(reflect.Indirect(reflect.ValueOf(form)), step)
}

func pairsOf(v reflect.Value, step int) []Pair {
	var pairs []Pair
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		if v.Type().Field(i).Anonymous {
			pairs = append(pairs, pairsOf(v.Field(i), step)...)
			continue
		}
		name := tag.Get("form")
		if name == "" || step != 0 && tag.Get("step") == strconv.Itoa(step) {
			continue
		}
		values, ok := v.Field(i).Interface().([]string)
		if !ok {
			values = []string{v.Field(i).String()}
		}
		for _, value := range values {
			if value != "" {
				pairs = append(pairs, Pair{name, value})
			}
		}
	}
	return pairs
}

// Field is one labelled input.
type Field struct {
	ID, Name, Label, Hint, Value, Error string
	Type, Auto, Mode, Class             string
	Max, Rows                           int
	Required, Free                      bool
}

// Described lists the ids of hint and error for aria-describedby.
func (f Field) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	return strings.Join(ids, " ")
}

// Choice is one radio button or tick box.
type Choice struct {
	Type, ID, Name, Value, Label, Hint string
	Checked                            bool
}

// NewChoice is a radio button or a tick box; its id is made of name and value.
func NewChoice(kind, name, value, label string, checked bool) Choice {
	return Choice{Type: kind, ID: name + "-" + value, Name: name, Value: value, Label: label, Checked: checked}
}

// Choices is a question with its answers.
type Choices struct {
	Name, Legend, Hint, Error, Class string
	Items                            []Choice
}

// Contains tells whether a value is the chosen one, or among the chosen ones.
func Contains(chosen any, value string) bool {
	switch c := chosen.(type) {
	case string:
		return c == value
	case []string:
		return slices.Contains(c, value)
	}
	return false
}

// FormID is the id of the form that was sent, or a new one for what came without
// a page of ours; newForm is that of the form to be shown, the same while what
// was typed comes back.
func (q *Request) FormID() typed.Form { return typed.Form(q.NewForm()) }

// NewForm is the id of the form to be shown: the same while what was typed comes back.
func (q *Request) NewForm() string {
	if id := q.form.Get("form"); id != "" {
		return id
	}
	return string(typed.NewForm())
}

// RecognisedForm is how the worker knew that it was she.
type RecognisedForm struct {
	Recognised string `form:"recognised" words:"recognised"`
}

// MadeFrom is the version and the marks of a form that is shown: those with which what
// was typed comes back, or of what is stored now.
func MadeFrom(q *Request, version int64, stored any) (at, was string) {
	if q.Filled || q.posted {
		if at := q.form.Get("version"); at != "" && at != "0" {
			return at, q.form.Get("was")
		}
	}
	return Version(version), merge.Was(stored)
}
