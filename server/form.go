package server

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sportello/referrals/typed"
	"sportello/server/locale"
)

// A form struct keeps what was typed, as typed: its fields are strings and
// lists of strings, each with the input's name in a `form` tag, and the step
// that asks it in a `step` tag where the form has several.

// ReadForm copies typed values into a form struct. Fields that the form did
// not send are left empty; names that the struct does not know are ignored.
func ReadForm(values url.Values, form any) {
	readForm(values, reflect.ValueOf(form).Elem())
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
			v.Field(i).SetString(values.Get(name))
			continue
		}
		v.Field(i).Set(reflect.ValueOf(slices.Clone(values[name])))
	}
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

// field builds an input from options: label=KEY, hint=KEY, type=T, auto=TOKEN,
// mode=INPUTMODE, class=C, max=N, rows=N (a textarea), id=ID, required. Where
// several inputs have one name, row=N tells them apart in id and errors.
// Without auto, the browser is told to keep nothing.
func (r *Renderer) field(lang locale.Lang, p Shown, name, value string, opts []string) (Field, error) {
	f, place := Field{ID: name, Name: name, Value: value, Type: "text", Auto: "off", Max: 200}, name
	for _, opt := range opts {
		k, v, _ := strings.Cut(opt, "=")
		var err error
		switch k {
		case "label":
			f.Label, err = r.catalogue.T(lang, v)
		case "hint":
			f.Hint, err = r.catalogue.T(lang, v)
		case "type":
			f.Type = v
		case "auto":
			f.Auto = v
		case "mode":
			f.Mode = v
		case "class":
			f.Class = v
		case "id":
			f.ID = v
		case "row":
			f.ID, place = name+"-"+v, name+"-"+v
		case "max":
			f.Max, err = strconv.Atoi(v)
		case "rows":
			f.Rows, err = strconv.Atoi(v)
		case "required":
			f.Required = true
		default:
			err = fmt.Errorf("unknown option %q", k)
		}
		if err != nil {
			return f, fmt.Errorf("field %q: %w", name, err)
		}
	}
	if f.Label == "" {
		return f, fmt.Errorf("field %q has no label", name)
	}
	f.Free = f.Type == "text" || f.Type == "search"
	if key := p.base().ErrorOf(place); key != "" {
		text, err := r.catalogue.T(lang, key)
		if err != nil {
			return f, err
		}
		f.Error = text
	}
	return f, nil
}

// Choice is one radio button or tick box.
type Choice struct {
	Type, ID, Name, Value, Label, Hint string
	Checked                            bool
}

func choice(kind, name, value, label string, checked bool) Choice {
	return Choice{Type: kind, ID: name + "-" + value, Name: name, Value: value, Label: label, Checked: checked}
}

// Tick is a box of a list, for the form that does something with all that are
// ticked; that form stands elsewhere on the page.
type Tick struct {
	Choice
	Form string
}

func tick(form, id, label string, checked bool) Tick {
	c := choice("checkbox", "person", id, label, checked)
	c.ID = form + "-" + id
	return Tick{c, form}
}

// Choices is a question with its answers.
type Choices struct {
	Name, Legend, Hint, Error, Class string
	Items                            []Choice
}

// choices builds a question from a list of words: words=LIST, legend=KEY,
// hint=KEY, type=radio|checkbox, class=row|grid|"", hints (each answer has a
// hint under KEY_hint), skip=VALUES (answers not offered here, with spaces between).
func (r *Renderer) choices(lang locale.Lang, p Shown, name string, chosen any, opts []string) (Choices, error) {
	q := Choices{Name: name}
	kind, list, hints := "radio", "", false
	var skip []string
	for _, opt := range opts {
		k, v, _ := strings.Cut(opt, "=")
		var err error
		switch k {
		case "words":
			list = v
		case "legend":
			q.Legend, err = r.catalogue.T(lang, v)
		case "hint":
			q.Hint, err = r.catalogue.T(lang, v)
		case "type":
			kind = v
		case "class":
			q.Class = v
		case "hints":
			hints = true
		case "skip":
			skip = append(skip, strings.Fields(v)...)
		default:
			err = fmt.Errorf("unknown option %q", k)
		}
		if err != nil {
			return q, fmt.Errorf("choices %q: %w", name, err)
		}
	}
	for _, value := range Words(list) {
		if slices.Contains(skip, value) {
			continue
		}
		label, err := r.catalogue.T(lang, list+"."+value)
		if err != nil {
			return q, err
		}
		c := choice(kind, name, value, label, contains(chosen, value))
		if hints {
			if c.Hint, err = r.catalogue.T(lang, list+"_hint."+value); err != nil {
				return q, err
			}
		}
		q.Items = append(q.Items, c)
	}
	if len(q.Items) == 0 || q.Legend == "" {
		return q, fmt.Errorf("choices %q: no words or no legend", name)
	}
	if key := p.base().ErrorOf(name); key != "" {
		text, err := r.catalogue.T(lang, key)
		if err != nil {
			return q, err
		}
		q.Error = text
	}
	return q, nil
}

// contains tells whether a value is the chosen one, or among the chosen ones.
func contains(chosen any, value string) bool {
	switch c := chosen.(type) {
	case string:
		return c == value
	case []string:
		return slices.Contains(c, value)
	}
	return false
}

// fieldStep is the step of the new contact that asks a field; 0 when none does.
func fieldStep(name string) int { return stepIn(reflect.TypeOf(ContactForm{}), name) }

func stepIn(t reflect.Type, name string) int {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			if step := stepIn(f.Type, name); step != 0 {
				return step
			}
			continue
		}
		if f.Tag.Get("form") == name {
			step, err := strconv.Atoi(f.Tag.Get("step"))
			if err != nil {
				return 0
			}
			return step
		}
	}
	return 0
}

// formID is the id of the form that was sent, or a new one for what came without
// a page of ours; newForm is that of the form to be shown, the same while what
// was typed comes back.
func (q *request) formID() typed.Form { return typed.Form(q.newForm()) }

func (q *request) newForm() string {
	if id := q.form.Get("form"); id != "" {
		return id
	}
	return string(typed.NewForm())
}
