package server

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"time"

	"sportello/policies/accounts"
)

// What arrived while her screen was covered, or after her session had ended, may be
// hers, typed on a page that stood open, or somebody else's, who has her cookie. It
// is shown as text, with its day and time, and enters a form only when she says so.

// LatePage is "late". It posts late (the draft's id) and go (use, drop).
type LatePage struct {
	Page
	ID     string
	At     time.Time
	Fields []LateField
	Chosen []LateField // choices and ticks
}

// LateField is one value in words. Key is the message key of its label, or empty.
type LateField struct{ Key, Value string }

func (q *request) latePage() error {
	late, err := q.s.door.Late(q.ctx(), q.who)
	if errors.Is(err, accounts.ErrOver) {
		return q.redirect("/")
	}
	if err != nil {
		return err
	}
	page := &LatePage{Page: q.base(TitleLate), ID: late.ID, At: time.Unix(late.At, 0).In(q.s.door.Gate().Now().Location())}
	var d draft
	if json.Unmarshal(late.Text, &d) == nil {
		page.Fields, page.Chosen = q.lateFields(d)
	}
	return q.show(http.StatusOK, "late", page)
}

// settleLate takes the draft into its form, or forgets it.
func (q *request) settleLate() error {
	var d draft
	if late := q.who.Late(); late != nil {
		_ = json.Unmarshal(late.Text, &d) // what is no form leads home
	}
	if q.form.Get("go") == "use" {
		receipt, err := q.s.door.TakeLate(q.ctx(), q.who, q.form.Get("late"))
		if err != nil {
			return err
		}
		return q.done(receipt, "", q.localPath(d.From))
	}
	receipt, err := q.s.door.DropLate(q.ctx(), q.who, q.form.Get("late"))
	if err != nil {
		return err
	}
	return q.done(receipt, FlashLateDropped, "/")
}

// chosen is a value that was chosen rather than typed.
var chosen = regexp.MustCompile(`^[a-z][a-z_]*$`)

// lateFields lists everything that a draft would put into a form, but for what
// only the form itself reads.
func (q *request) lateFields(d draft) (typed, chose []LateField) {
	for _, name := range slices.Sorted(maps.Keys(d.Form)) {
		if contains(control, name) || name == "from" || name == "lang" {
			continue
		}
		n := q.s.names[name]
		for _, value := range d.Form[name] {
			switch {
			case chosen.MatchString(value):
				chose = append(chose, LateField{n.label, q.chosenWord(name, n.list, value)})
			case value != "":
				typed = append(typed, LateField{n.label, value})
			}
		}
	}
	return typed, chose
}

// chosenWord is a choice in words, or, where the words are not known, as the form
// has it.
func (q *request) chosenWord(name, list, value string) string {
	if IsWord(list, value) {
		if text, err := q.s.render.Catalogue().T(q.lang, wordKey(list, value)); err == nil {
			return text
		}
	}
	return name + " " + value
}

// inputName is what the pages say of inputs of one name: the message key of the
// label and the list of words, each empty where two pages differ.
type inputName struct{ label, list string }

var (
	labelled = regexp.MustCompile(`\((?:field|choices) \S+ "([a-z_]+)" [^()]*"(?:label|legend)=([a-z_.]+)"`)
	worded   = regexp.MustCompile(`\(choices \S+ "([a-z_]+)" [^()]*"words=([a-z_]+)"`)
)

// inputNames reads from the templates how the pages name their inputs.
func inputNames(files fs.FS) (map[string]inputName, error) {
	paths, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, err
	}
	var all []byte
	for _, path := range paths {
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return nil, err
		}
		all = append(all, text...)
	}
	names := map[string]inputName{}
	labels, lists := agreed(all, labelled), agreed(all, worded)
	for name := range labels {
		names[name] = inputName{labels[name], lists[name]}
	}
	return names, nil
}

// agreed maps names to what the pages say of them, empty where they differ.
func agreed(text []byte, says *regexp.Regexp) map[string]string {
	all := map[string]string{}
	for _, m := range says.FindAllSubmatch(text, -1) {
		name, value := string(m[1]), string(m[2])
		if known, ok := all[name]; ok && known != value {
			value = ""
		}
		all[name] = value
	}
	return all
}
