package casework

import (
	"slices"
	"strings"
	"time"

	"sportello/policies/units"
	"sportello/referrals"
	"sportello/server/frame"
)

// ConflictPage is "conflict": two people changed the same field. Both versions side by
// side, with who changed it and when; choosing posts what was typed again to Action, with
// Version the one now stored, and says for which fields (At) theirs is kept.
type ConflictPage struct {
	frame.Page
	frame.CaseHead
	HasCase bool // there is a case to head the page with
	Action  string
	Version string
	Was     string
	At      string // the fields that both changed
	Fields  []ConflictField
	Carried []frame.Pair // my version as typed, with what others changed elsewhere
	roster  *units.Roster
}

// ConflictField is one field in both versions.
type ConflictField struct {
	Name         string // in the page's language
	Mine, Theirs string
	Both         bool // both changed it: it is asked
	Hidden       bool // a number or a word: shown when it is asked for
	By           string
	When         time.Time
}

// conflictPage is the page of a case's form of which both changed some fields.
func conflictPage(q *frame.Request, v referrals.CaseView, tab string, both []string, carried []frame.Pair) (*ConflictPage, error) {
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	return &ConflictPage{Page: q.Base(TitleConflict), CaseHead: frame.HeadOf(q, v.CaseHead, tab), HasCase: true, Action: q.R.URL.Path,
		Version: frame.Version(v.Version), At: strings.Join(both, ","), Carried: carried, roster: roster}, nil
}

// add puts a field on the page that differs, what both changed first.
func (p *ConflictPage) add(v referrals.CaseView, field, name, mine, theirs string) {
	if mine == theirs {
		return
	}
	f := ConflictField{Name: name, Mine: mine, Theirs: theirs, Both: slices.Contains(strings.Split(p.At, ","), field)}
	f.Hidden = slices.Contains([]string{"number", "mail", "code_word"}, field)
	if e, ok := v.Told.Edits[field]; ok {
		f.By, f.When = p.roster.Username(e.By), e.At
	}
	at := slices.IndexFunc(p.Fields, func(f ConflictField) bool { return !f.Both })
	if !f.Both || at < 0 {
		at = len(p.Fields)
	}
	p.Fields = slices.Insert(p.Fields, at, f)
}
