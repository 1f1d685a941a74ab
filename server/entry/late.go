package entry

import (
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"time"

	"sportello/policies/accounts"
	"sportello/server/frame"
)

// What arrived while her screen was covered, or after her session had ended, may be
// hers, typed on a page that stood open, or somebody else's, who has her cookie. It
// is shown as text, with its day and time, and enters a form only when she says so.

// LatePage is "late". It posts late (the draft's id) and go (use, drop).
type LatePage struct {
	frame.Page
	ID     string
	At     time.Time
	Fields []LateField
	Chosen []LateField // choices and ticks
}

// LateForm names the draft that is settled.
type LateForm struct {
	Late string `form:"late"`
}

// LateField is one value in words. Key is the message key of its label, or empty.
type LateField struct{ Key, Value string }

// Late answers GET /bozza.
func Late(q *frame.Request) (frame.Shown, error) {
	late, err := q.Door.Late(q.Context(), q.Who)
	if errors.Is(err, accounts.ErrOver) {
		return nil, q.Redirect("/")
	}
	if err != nil {
		return nil, err
	}
	page := &LatePage{Page: q.Base(TitleLate), ID: late.ID, At: time.Unix(late.At, 0).In(q.Door.Gate().Now().Location())}
	var d frame.Draft
	if json.Unmarshal(late.Text, &d) == nil {
		page.Fields, page.Chosen = lateFields(q, d)
	}
	return page, nil
}

// SettleLate takes the draft into its form, or forgets it.
func SettleLate(q *frame.Request, f *LateForm) error {
	var d frame.Draft
	if late := q.Who.Late(); late != nil {
		_ = json.Unmarshal(late.Text, &d) // what is no form leads home
	}
	if q.Pressed() == "use" {
		receipt, err := q.Door.TakeLate(q.Context(), q.Who, f.Late)
		if err != nil {
			return err
		}
		return q.Done(receipt, "", q.LocalPath(d.From))
	}
	receipt, err := q.Door.DropLate(q.Context(), q.Who, f.Late)
	if err != nil {
		return err
	}
	if q.Who.LateCount() > 1 {
		return q.Done(receipt, FlashLateDropped, "/bozza")
	}
	return q.Done(receipt, FlashLateDropped, "/")
}

// chosen is a value that was chosen rather than typed.
var chosen = regexp.MustCompile(`^[a-z][a-z_]*$`)

// lateFields lists everything that a draft would put into a form, but for what
// only the form itself reads.
func lateFields(q *frame.Request, d frame.Draft) (typed, chose []LateField) {
	for _, name := range slices.Sorted(maps.Keys(d.Form)) {
		if frame.Contains(frame.Control, name) || name == "from" || name == "lang" {
			continue
		}
		n := q.Inputs[name]
		for _, value := range d.Form[name] {
			switch {
			case chosen.MatchString(value):
				chose = append(chose, LateField{n.Label, chosenWord(q, name, n.List, value)})
			case value != "":
				typed = append(typed, LateField{n.Label, value})
			}
		}
	}
	return typed, chose
}

// chosenWord is a choice in words, or, where the words are not known, as the form
// has it.
func chosenWord(q *frame.Request, name, list, value string) string {
	if frame.IsWord(list, value) {
		if text, err := q.Render.Catalogue().T(q.Lang, frame.WordKey(list, value)); err == nil {
			return text
		}
	}
	return name + " " + value
}

// What the page says.
const (
	FlashLateDropped = "late.dropped"
	TitleLate        = "late.title"
)
