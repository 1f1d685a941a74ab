package server

import (
	"encoding/json"
	"errors"
	"io/fs"
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
	Codes  []string // choices and ticks, as the form names them
}

// LateField is one typed text. Key is the message key of its label, or empty.
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
		page.Fields, page.Codes = q.s.lateFields(d)
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
func (s *Server) lateFields(d draft) (fields []LateField, codes []string) {
	var names []string
	for name := range d.Form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if contains(control, name) || name == "from" || name == "lang" {
			continue
		}
		for _, value := range d.Form[name] {
			switch {
			case chosen.MatchString(value):
				codes = append(codes, name+" "+value)
			case value != "":
				fields = append(fields, LateField{s.labels[name], value})
			}
		}
	}
	return fields, codes
}

var labelled = regexp.MustCompile(`\((?:field|choices) \S+ "([a-z_]+)" [^()]*"(?:label|legend)=([a-z_.]+)"`)

// fieldLabels are the labels of inputs whose name has the same one on every page.
func fieldLabels(files fs.FS) (map[string]string, error) {
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, err
	}
	labels := map[string]string{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		for _, m := range labelled.FindAllStringSubmatch(string(text), -1) {
			if known, ok := labels[m[1]]; ok && known != m[2] {
				m[2] = ""
			}
			labels[m[1]] = m[2]
		}
	}
	return labels, nil
}
