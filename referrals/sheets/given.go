package sheets

import (
	"context"
	"slices"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// GivenRow is one sheet that a woman was read or given, so that a colleague knows what she
// has. Which one it was is sealed: what she asked for is nobody's to count.
type GivenRow struct {
	acts.RowKey
	CaseID string
	Author string
	Day    string
	kept.Part
}

// Table is the name of the table of sheets that were given.
func (*GivenRow) Table() string { return "sheet_given" }

var (
	givenRows = acts.Declare[GivenRow]()
	// givenOfCase lists what was given in a case, newest first.
	givenOfCase = givenRows.Find().Is("case_id").By("day desc", "id")

	_ = kept.Register(givenRows, kept.Kind[*GivenRow]{Class: "case", Hangs: []kept.Hang{kept.On("case_file", givenOfCase)}})
)

// Ways are how she got to know a sheet.
var Ways = []string{Aloud, OnPaper}

// It was read to her, or she took it along.
const (
	Aloud   = "read"
	OnPaper = "paper"
)

// Given is a sheet as it was given.
type Given struct {
	Sheet    string    `json:"sheet"`
	Version  string    `json:"version"`
	Language string    `json:"language"`
	How      string    `json:"how"`
	At       time.Time `json:"at"`
}

// GivenView is what was given as its unit reads it.
type GivenView struct {
	ID, Author, Day string
	Given
}

// Desk keeps what was given.
type Desk struct{ work kept.Work }

// New makes the desk of sheets.
func New(work kept.Work) *Desk { return &Desk{work} }

// PaperRefused is why paper may not go home with her now, as a message key; empty where
// it may. What she was not asked is no leave.
func PaperRefused(safe rule.SafeContact, at time.Time) string {
	switch {
	case safe.Allows("paper", at) == rule.Permitted:
		return ""
	case safe.Channels["paper"] == "never":
		return "sheets.paper_never"
	case safe.Shut("paper") != rule.Permitted:
		return "sheets.paper_shut"
	}
	return "sheets.paper_unasked"
}

// Give notes in a case that she was read a sheet or took it along. Paper that her rule
// does not let go home is refused. The same form twice is one; ErrRepeated where it says
// something else.
func (d *Desk) Give(ctx context.Context, who acts.Caller, caseID string, form typed.Form, sheet *Sheet, how string) (audit.Receipt, error) {
	bad := typed.Check{}
	form.Check(bad)
	bad.OneOf("how", how, typed.Codes(Ways...))
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.SheetGive, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, caseID)
		if err != nil {
			return err
		}
		given := Given{Sheet: sheet.Code, Version: sheet.Version, Language: sheet.Language, How: how, At: act.Now}
		row := &GivenRow{RowKey: acts.RowKey{ID: form.Row(act.Who, "sheet_given", caseID), Version: 1}, CaseID: c.Row.ID, Author: act.Who.Person(), Day: act.Day}
		if done, err := made(r, c, row.ID, given); done || err != nil {
			return err
		}
		if why := PaperRefused(c.Safe, act.Now); how == OnPaper && why != "" {
			return typed.Bad("how", why)
		}
		alone := c.Row.LastDay == act.Day && c.Card.Last == act.Day
		rows, err := c.Advance(r, act.Who)
		if err != nil {
			return err
		}
		if alone && len(rows) == 1 { // no new key and no new day: it is in nobody's way
			act.Commit = kept.PutAll(row)
			return c.Put(r, act, row, given)
		}
		c.Row.LastDay, c.Card.Last = act.Day, act.Day
		if err := c.Put(r, act, row, given); err != nil {
			return err
		}
		if err := c.Seal(act.Who); err != nil {
			return err
		}
		act.Commit = kept.PutAll(append(rows, row)...)
		return nil
	})
}

// made tells whether a form noted its sheet already.
func made(r kept.Reader, c *kept.File, id string, given Given) (bool, error) {
	row := &GivenRow{}
	there, err := typed.Made(r, row, id)
	if !there || err != nil {
		return there, err
	}
	var old Given
	if err := c.Get(r, row, &old); err != nil {
		return true, err
	}
	if old.Sheet != given.Sheet || old.Language != given.Language || old.How != given.How {
		return true, typed.ErrRepeated
	}
	return true, nil
}

// GivenIn lists what she was read or given in a case, newest first.
func GivenIn(r kept.Reader, c *kept.File) ([]GivenView, error) {
	rows, err := givenOfCase.Rows(r, c.Row.ID)
	if err != nil {
		return nil, err
	}
	var all []GivenView
	for _, row := range rows {
		v := GivenView{ID: row.ID, Author: row.Author, Day: row.Day}
		if err := c.Get(r, row, &v.Given); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	slices.SortStableFunc(all, func(a, b GivenView) int { return b.At.Compare(a.At) })
	return all, nil
}
