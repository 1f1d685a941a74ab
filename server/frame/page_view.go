package frame

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"sportello/referrals/sharing"
	"sportello/server/locale"
	"sportello/server/words"

	"github.com/a-h/templ"
)

// PageView is what a template knows besides its page: texts in the reader's language, ages
// and days as seen at the moment of the page, and how the inputs of the page's form are
// asked. A text that does not exist is said after rendering, and the page does not go out.
type PageView struct {
	r     *Renderer
	page  *Page
	shown Shown
	err   error // the first text that does not exist
}

// failed keeps the first error.
func (v *PageView) failed(err error) {
	if v.err == nil {
		v.err = err
	}
}

func (v *PageView) text(key string, args ...any) string {
	text, err := v.r.catalogue.T(v.page.Lang, key, args...)
	if err != nil {
		v.failed(err)
	}
	return text
}

// T is a text of the catalogue; args are names of its places, each with what stands there.
func (v *PageView) T(key string, args ...any) string {
	for i := range args {
		args[i] = locale.Apart(args[i])
	}
	return v.text(key, args...)
}

// Texts are several texts, one after the other.
func (v *PageView) Texts(keys []string) string {
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = v.text(key)
	}
	return strings.Join(texts, " ")
}

// Word is a code of a list in words.
func (v *PageView) Word(list, code string) string { return v.text(WordKey(list, code)) }

// FoundBy says how like a card is to what was looked for.
func (v *PageView) FoundBy(c Card) string {
	if c.Never {
		return v.Word("found_by", c.Found) + ", " + v.T("search.number_never")
	}
	return v.Word("found_by", c.Found)
}

// Words are several codes of a list in words, with sep between them.
func (v *PageView) Words(list string, codes []string, sep string) string {
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = v.Word(list, code)
	}
	return strings.Join(words, sep)
}

// Age is how long ago a moment was.
func (v *PageView) Age(t time.Time) string { return v.r.catalogue.Age(v.page.Lang, v.page.Now, t) }

// AgeDay is how many days ago a day was.
func (v *PageView) AgeDay(t time.Time) string {
	return v.r.catalogue.AgeDay(v.page.Lang, v.page.Now, t)
}

// DaysAgo is how many days ago a day was, without its date.
func (v *PageView) DaysAgo(t time.Time) string {
	return v.r.catalogue.DaysAgo(v.page.Lang, v.page.Now, t)
}

// Moment is a day with its hour.
func (v *PageView) Moment(t time.Time) string {
	return v.r.catalogue.Moment(v.page.Lang, v.page.Now, t)
}

// Day is a day, without its year where it is the page's.
func (v *PageView) Day(t time.Time) string { return v.dayFrom(v.page.Now, t) }

// Today is the day of the page, written out, as its heading.
func (v *PageView) Today() string { return v.r.catalogue.LongDay(v.page.Lang, v.page.Now) }

func (v *PageView) dayFrom(now, t time.Time) string { return v.r.catalogue.Day(v.page.Lang, now, t) }

// Clock is an hour of the day.
func (v *PageView) Clock(t time.Time) string { return v.r.catalogue.Clock(t) }

// Until is the hour at which something ends.
func (v *PageView) Until(t time.Time) string { return v.r.catalogue.Until(v.page.Lang, t) }

// UntilFrom is until when something is open, with the day where that is not today.
func (v *PageView) UntilFrom(t time.Time) string {
	return v.r.catalogue.UntilFrom(v.page.Lang, v.page.Now, t)
}

// hours are stretches of safe hours in words.
func (v *PageView) hours(list []HoursRule) string {
	texts := make([]string, len(list))
	for i, h := range list {
		texts[i] = v.r.hours(v.page.Lang, h)
	}
	return strings.Join(texts, "; ")
}

// DayOf is a day that is kept as YYYY-MM-DD, with its year, in a language of the pages; in
// that of this page where it is none of them.
func (v *PageView) DayOf(language, day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, v.page.Now.Location())
	if err != nil {
		return day // no day: it is shown as it is
	}
	lang := v.page.Lang
	if l := locale.Lang(language); l == locale.Italian || l == locale.English {
		lang = l
	}
	return v.r.catalogue.Date(lang, t)
}

// Language is the name of a language of the pages.
func (v *PageView) Language(code string) string { return v.Word("language", code) }

// Reference is what two people say on the telephone of a referral.
func (v *PageView) Reference(id string) string { return sharing.Reference(id) }

// If is a text where something holds, and another where it does not.
func If(holds bool, text, otherwise string) string {
	if holds {
		return text
	}
	return otherwise
}

// At is an address of this site; args stand in the places of path, each as one part of it.
func At(path string, args ...string) string {
	parts := make([]any, len(args))
	for i, part := range args {
		parts[i] = url.PathEscape(part)
	}
	return fmt.Sprintf(path, parts...)
}

// asked is an answer in words, or that nobody asked.
func (v *PageView) asked(list, code string) string {
	if code == "" {
		return v.text("strip.unasked")
	}
	return v.Word(list, code)
}

// Status is a state as a word, then a shape, then a colour.
func (v *PageView) Status(list, code string) templ.Component {
	key := WordKey(list, code)
	class := words.Class(key)
	if class == "" {
		class = "plain"
	}
	return status(v.text(key), class)
}

// Ask says how one labelled input is asked; what it takes is said by the page's form, or,
// where the page has none, by Max (200 characters if that says nothing either). Label and
// Hint are message keys. Where several inputs have one name, Row tells them apart in id and
// errors. Without Auto, the browser is told to keep nothing. Rows makes it a textarea.
// Type is an input's, or "day" or "hour".
type Ask struct {
	Label, Hint          string
	ID, Type, Auto, Mode string
	Class                string
	Rows, Max, Row       int
	Required             bool
	Bare                 bool // the field beside it says how it is written
}

// dayHints are how days and hours are written, by an input's Type.
var dayHints = map[string]string{"day": "form.day_hint", "hour": "form.hour_hint"}

// Field asks for a text.
func (v *PageView) Field(name, value string, in Ask) templ.Component {
	f, place := Field{ID: name, Name: name, Value: value, Label: v.text(in.Label), Type: in.Type, Auto: in.Auto, Mode: in.Mode, Class: in.Class,
		Max: 200, Rows: in.Rows, Required: in.Required}, name
	if form := Inputs(reflect.TypeOf(v.shown).Elem())[name]; form.Max > 0 {
		f.Max = form.Max
	}
	if in.Max > 0 {
		f.Max = in.Max
	}
	if in.ID != "" {
		f.ID = in.ID
	}
	if in.Row > 0 {
		place = fmt.Sprint(name, "-", in.Row)
		f.ID = place
	}
	if in.Hint != "" {
		f.Hint = v.text(in.Hint)
	}
	if hint := dayHints[in.Type]; hint != "" { // a day or an hour is typed as the page writes it, not as the browser does
		f.Type, f.Value = "text", writtenAs(in.Type, readAs(in.Type, value), v.page.Lang)
		if !in.Bare {
			f.Hint = strings.TrimSpace(f.Hint + " " + v.text(hint))
		}
	}
	if f.Type == "" {
		f.Type = "text"
	}
	if f.Auto == "" {
		f.Auto = "off"
	}
	f.Free = f.Type == "text" || f.Type == "search"
	if key := v.page.ErrorOf(place); key != "" {
		f.Error = v.text(key)
	}
	return field(f)
}

// Which asks which of several municipalities is meant, if there are several (towns.Asked).
func (v *PageView) Which(name string, several []string) templ.Component {
	if len(several) == 0 {
		return templ.NopComponent
	}
	c := Choices{Name: name + "_pick", Legend: v.text("town.which")}
	for _, place := range several {
		c.Items = append(c.Items, NewChoice("radio", c.Name, place, place, false))
	}
	return choices(c)
}

// Question says how a question with given answers is asked. Its answers are the list of
// words that the page's form says, or Words where it is not on the page, without those in
// Skip. Legend and Hint are message keys; with Hints each answer has a hint of its own.
// Type is radio, if it says nothing, or checkbox; Class is row, grid or empty. What is
// asked aloud can go back to not asked, unless it is a Must.
type Question struct {
	Legend, Hint       string
	Type, Class, Words string
	Hints              bool
	Skip               []string
	Must               bool // it has to be answered
}

// spoken are the lists of answers to questions that are said aloud.
var spoken = map[string]bool{"yesno": true, "said_aloud": true, "where": true, "children": true, "who_calls": true, "answerer": true}

// Choices asks a question with given answers; chosen is one of them, or several.
func (v *PageView) Choices(name string, chosen any, q Question) templ.Component {
	c := Choices{Name: name, Legend: v.text(q.Legend), Class: q.Class}
	kind, list := q.Type, q.Words
	if kind == "" {
		kind = "radio"
	}
	if list == "" {
		list = Inputs(reflect.TypeOf(v.shown).Elem())[name].Words
	}
	if q.Hint != "" {
		c.Hint = v.text(q.Hint)
	}
	for _, code := range Words(list) {
		if slices.Contains(q.Skip, code) {
			continue
		}
		item := NewChoice(kind, name, code, v.text(list+"."+code), Contains(chosen, code))
		if q.Hints {
			item.Hint = v.text(list + "_hint." + code)
		}
		c.Items = append(c.Items, item)
	}
	if spoken[list] && kind == "radio" && !q.Must { // without script nothing else takes an answer back
		item := NewChoice(kind, name, "", v.text("strip.unasked"), Contains(chosen, ""))
		item.ID = name + "-unasked"
		c.Items = append(c.Items, item)
	}
	if len(c.Items) == 0 {
		v.failed(fmt.Errorf("choices %q: no words", name))
	}
	if key := v.page.ErrorOf(name); key != "" {
		c.Error = v.text(key)
	}
	return choices(c)
}

// ErrorOf is the message key of what is wrong with a field, or empty.
func (v *PageView) ErrorOf(field string) string { return v.page.ErrorOf(field) }

// Choice is a radio button or a tick box with its label.
func (v *PageView) Choice(kind, name, value, label string, checked bool) templ.Component {
	return choice(NewChoice(kind, name, value, label, checked))
}

// shapes are the signs beside the words of states, in a square of 10 by 10.
var shapes = map[string]string{
	"good":  "M1 5l1.6-1.6L4.2 5 7.6 1 9.2 2.4 4.3 8.6z",
	"alarm": "M5 0l5 10H0z",
	"wait":  "M5 0a5 5 0 1 0 0 10A5 5 0 0 0 5 0zm0 1.4a3.6 3.6 0 0 1 0 7.2z",
	"stop":  "M1 1h8v8H1z",
	"plain": "M5 0a5 5 0 1 0 0 10A5 5 0 0 0 5 0zm0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
}
