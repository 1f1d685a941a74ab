package walls

import (
	"context"
	"errors"
	"slices"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
	"sportello/referrals/kept"
	"sportello/referrals/typed"
)

// Walls. For whom a case is walled off it does not exist, by rule and by key. Who
// answers for the case sets them, and gives no reason. A wall that concerns a lead
// takes two: one who may open the case asks one colleague, by name, who may open it
// too; nobody else is told, and one of the two stands for the lead there from then
// on. So the lead learns of it from nothing: it is on no list, page or Agenda but
// those of the two. Where no colleague is left to ask, the lead of another unit whom
// the unit named beforehand, its witness, gives the second word: she opens nothing and
// is told no code, and who asked carries it out.

// ProposalRow is a wall that waits for the second of two. It lasts wallWaits days.
type ProposalRow struct {
	acts.RowKey
	CaseID string
	Unit   string
	Author string
	Second string    // who is asked: a colleague, or the unit's witness
	Off    acts.List // to be walled off, beside whoever is
	Back   acts.List // to be let in again
	Stands string    // who answers for the case then; empty where no lead is walled off by it
	Day    string
	Agreed string `row:",later"` // the day on which a witness said yes
}

// Table is the name of the table of walls that wait for a second word.
func (*ProposalRow) Table() string { return "wall_proposal" }

const wallWaits = 14

var (
	proposalRows = acts.Declare[ProposalRow]()
	// proposalsOf lists what waits for a case.
	proposalsOf = proposalRows.Find().Is("case_id").By("id")
	// proposalsTo lists what waits for a colleague's word.
	proposalsTo = proposalRows.Find().Is("second").By("day", "id")
	// agreedBy lists what somebody asked and the witness agreed to.
	agreedBy = proposalRows.Find().Is("author").Not("agreed", "").By("day", "id")
	// proposalsUpTo lists what was proposed on or before a day.
	proposalsUpTo = proposalRows.Find().UpTo("day").By("day", "id")

	_ = kept.Register(proposalRows, kept.Kind[*ProposalRow]{Class: "case", Hangs: []kept.Hang{kept.On("case_file", proposalsOf)},
		Ended: func(r kept.Reader, day string) ([]*ProposalRow, error) {
			return proposalsUpTo.Rows(r, lastDay(day))
		},
		Over: func(_ kept.Reader, row *ProposalRow, day string) (bool, error) { return row.over(day), nil }})
)

// lastDay is the last day on which something could be proposed that is over on a day.
func lastDay(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return d.AddDate(0, 0, -wallWaits-1).Format(time.DateOnly)
}

func (w *ProposalRow) over(day string) bool { return w.Day <= lastDay(day) }

// What callers test for, about walls.
var (
	// ErrTwo says that a wall which concerns a lead takes two.
	ErrTwo = errors.New("a wall that concerns a lead takes two")
	// ErrOver says that what was asked waits no longer, or that the case has changed under it.
	ErrOver = errors.New("the wall is not proposed any more")
)

// Change is what is to change in a case's walls.
type Change struct {
	Off, Back acts.List // to wall off, to let in again
}

// Two is what two people do together.
type Two struct {
	Change
	Second string // the colleague who is asked
	Stands string // the caller, or the colleague
}

// View is the page of a case's walls.
type View struct {
	kept.CaseHead
	Knows    bool      // the caller is told what stands; else the lists are empty
	Off      acts.List // from whom it is walled off
	Stands   acts.List // who answers for it in place of a lead
	Named    acts.List // whom it is restricted to; empty where it is the unit's
	MayShare bool      // the caller says whom it is restricted to
	Waiting  *ProposalRow
	Recovery bool            // without one nothing is walled off
	People   []*acts.Person  // the members of the unit besides the caller, and those who audit
	Outside  map[string]bool // those for whom it is not kept, though nobody walled them off
	Shut     map[string]bool // those with whom it cannot be shared
	Leads    map[string]bool // those who lead it
}

// Of reads the walls of a case, as far as the caller is told, and what she asked.
func (d *Desk) Of(ctx context.Context, who acts.Caller, id string) (View, audit.Receipt, error) {
	var v View
	receipt, err := d.work.Do(ctx, who, policies.CaseOpen, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		v = View{CaseHead: c.Head(), Knows: kept.KnowsWalls(act.Who, c.Row), Leads: map[string]bool{}, Outside: map[string]bool{}, Shut: map[string]bool{}}
		if v.Restricted {
			v.Named = c.Row.Named
		}
		v.MayShare = v.Restricted || v.Answers
		if v.Knows {
			act.Shows("walls")
			v.Off, v.Stands = c.Row.Walled, c.Row.Stands
		}
		recovery, err := units.RecoveryOf(r, c.Row.Unit)
		if err != nil {
			return err
		}
		v.Recovery = !recovery.None()
		mine, err := proposalsOf.Rows(r, id)
		if err != nil {
			return err
		}
		for _, w := range mine {
			if w.Author == act.Who.Person() && !w.over(act.Day) {
				v.Waiting = w
			}
		}
		return v.people(r, act, c.Row)
	})
	return v, receipt, err
}

// people are the other members of the unit, and those who audit, for the page.
func (v *View) people(r kept.Reader, act *acts.Act, c *kept.CaseRow) error {
	people, err := acts.PeopleOfUnit.Rows(r, c.Unit)
	if err != nil {
		return err
	}
	all, err := acts.AllUnits.Rows(r)
	if err != nil {
		return err
	}
	for _, u := range all {
		if u.Is().Audits {
			auditors, err := acts.PeopleOfUnit.Rows(r, u.ID)
			if err != nil {
				return err
			}
			people = append(people, auditors...)
		}
	}
	outside, err := kept.Outside(r, c)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.ID == act.Who.Person() || p.State != string(acts.Active) && p.State != string(acts.Suspended) {
			continue
		}
		v.People = append(v.People, p)
		v.Leads[p.ID] = isLead(p)
		v.Outside[p.ID] = v.Knows && outside.Has(p.ID)
		v.Shut[p.ID] = kept.WalledFrom(p.ID, c)
	}
	return nil
}

// isAuditor tells whether somebody reads the log: whoever has reason to keep a case from
// her walls it off as from a colleague.
func isAuditor(r kept.Reader, p *acts.Person) (bool, error) {
	if p.Unit == "" {
		return false, nil
	}
	var u acts.Unit
	err := r.Get(&u, p.Unit)
	return u.Is().Audits, err
}

func isLead(p *acts.Person) bool { return policies.Role(p.Role) == policies.Lead }

// Set changes the walls of a case by the word of who answers for it. ErrTwo where
// they concern a lead; kept.ErrNoRecovery where the unit has none.
func (d *Desk) Set(ctx context.Context, who acts.Caller, id string, version int64, change Change) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.CaseWall, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		if err := c.AtVersion(version); err != nil {
			return err
		}
		leads, err := change.check(r, act.Who, c.Row)
		if err != nil {
			return err
		}
		if leads {
			return ErrTwo
		}
		out, err := wall(r, act, c, change, acts.List(act.Who.Person()), "")
		act.Commit = out.Write
		return err
	})
}

// check refuses what cannot be asked, and tells whether a lead is concerned.
func (w *Change) check(r kept.Reader, who acts.Caller, c *kept.CaseRow) (leads bool, err error) {
	nobody := &typed.Invalid{Fields: map[string]string{"off": "error.not_colleague"}}
	if w.Off.Has(who.Person()) {
		return false, nobody
	}
	for _, id := range append(w.Off.IDs(), w.Back.IDs()...) {
		var p acts.Person
		if err := r.Get(&p, id); errors.Is(err, acts.ErrNoRow) {
			return false, nobody
		} else if err != nil {
			return false, err
		}
		if audits, err := isAuditor(r, &p); err != nil {
			return false, err
		} else if p.Unit != c.Unit && !audits {
			return false, nobody
		}
		leads = leads || isLead(&p)
	}
	return leads, nil
}

// wall makes a change of walls, by those who set it, with who stands for a lead.
func wall(r kept.Reader, act *acts.Act, c *kept.File, change Change, by acts.List, stands string) (kept.Change, error) {
	w := kept.Walls{Off: c.Row.Walled, Stands: c.Row.Stands, By: c.Row.WalledBy}
	for _, id := range change.Off.IDs() {
		w.Off, w.Stands = w.Off.With(id), w.Stands.Without(id)
	}
	for _, id := range change.Back.IDs() {
		w.Off = w.Off.Without(id)
	}
	for _, id := range by.IDs() {
		w.By = w.By.With(id)
	}
	if stands != "" {
		w.Stands = w.Stands.With(stands)
	}
	hidden, err := leadsAmong(r, w.Off)
	if err != nil {
		return kept.Change{}, err
	}
	if !hidden {
		w.Stands = ""
	}
	if w.Off == "" {
		w.By = ""
	}
	act.Detail.IDs = append(append([]string{}, change.Off.IDs()...), change.Back.IDs()...)
	return c.Wall(r, act, w)
}

func leadsAmong(r kept.Reader, people acts.List) (bool, error) {
	for _, id := range people.IDs() {
		var p acts.Person
		if err := r.Get(&p, id); err != nil {
			return false, err
		}
		if isLead(&p) {
			return true, nil
		}
	}
	return false, nil
}

// Propose asks a colleague to change with the caller the walls of a case where
// they concern a lead. Nothing is hidden before she confirms it; what the caller asked
// before is replaced. Only who is told of the walls asks for one to be taken down.
func (d *Desk) Propose(ctx context.Context, who acts.Caller, id string, in Two) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.WallPropose, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		leads, err := in.check(r, act.Who, c.Row)
		if err != nil {
			return err
		}
		bad := typed.Check{}
		switch {
		case !leads || in.Back != "" && !kept.KnowsWalls(act.Who, c.Row):
			bad["off"] = "error.not_lead"
		case in.Off.Has(in.Second) || in.Second == act.Who.Person():
			bad["second"] = "error.not_colleague"
		case in.Off != "" && in.Stands != act.Who.Person() && in.Stands != in.Second:
			bad["stands"] = "error.not_colleague"
		default:
			ok, witness, err := secondOf(r, in.Second, c.Row.Unit)
			if err != nil {
				return err
			}
			if !ok {
				bad["second"] = "error.not_colleague"
			}
			if witness && in.Off != "" && in.Stands != act.Who.Person() {
				bad["stands"] = "error.witness_stands" // she opens nothing
			}
		}
		if err := bad.Err(); err != nil {
			return err
		}
		recovery, err := units.RecoveryOf(r, c.Row.Unit)
		if err != nil {
			return err
		}
		if recovery.None() {
			return kept.ErrNoRecovery
		}
		out := kept.Change{Put: []acts.Row{&ProposalRow{RowKey: kept.NewRow(), CaseID: id, Unit: c.Row.Unit, Author: act.Who.Person(), Second: in.Second,
			Off: in.Off, Back: in.Back, Stands: in.Stands, Day: act.Day}}}
		before, err := proposalsOf.Rows(r, id)
		for _, w := range before {
			if w.Author == act.Who.Person() {
				out.Delete = append(out.Delete, w)
			}
		}
		act.Commit = out.Write
		return err
	})
}

// secondOf tells whether somebody can be asked for the second word, and whether as the
// witness of the unit.
func secondOf(r kept.Reader, id, unit string) (ok, witness bool, err error) {
	var p acts.Person
	if err := r.Get(&p, id); err != nil {
		return false, false, kept.NotNoRow(err)
	}
	if p.Unit == unit {
		return p.State == string(acts.Active), false, nil
	}
	var u acts.Unit
	if err := r.Get(&u, unit); err != nil || u.Witness != id {
		return false, false, err
	}
	ok, err = units.IsWitness(r, id, unit)
	return ok, true, err
}

// asked reads what waits for a second word, with its case, and asks the policy. For
// everybody but the two it is not there.
func asked(r kept.Reader, act *acts.Act, id string) (*ProposalRow, *kept.CaseRow, error) {
	w, row := &ProposalRow{}, &kept.CaseRow{}
	if err := r.Get(w, id); err != nil {
		return nil, nil, kept.LikeThere(r, err, row)
	}
	if err := r.Get(row, w.CaseID); err != nil {
		return nil, nil, err
	}
	o := kept.CaseObject(act.Who, row)
	o.Author, o.Person = w.Author, w.Second
	if err := act.Allow(o); err != nil {
		return nil, nil, err
	}
	if w.over(act.Day) {
		return nil, nil, ErrOver
	}
	return w, row, nil
}

// Confirm is the second word: what was asked is done, at once. Who asked must
// still be a member who may open the case, and so must whoever is to stand for a lead.
func (d *Desk) Confirm(ctx context.Context, who acts.Caller, id, proposal string) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.WallConfirm, func(r kept.Reader, act *acts.Act) error {
		w, row, err := asked(r, act, proposal)
		if err != nil {
			return err
		}
		if w.CaseID != id { // the step-up was for another case
			return acts.ErrDenied
		}
		change := Change{w.Off, w.Back}
		if _, err := change.check(r, act.Who, row); err != nil {
			return err
		}
		var author acts.Person
		if err := r.Get(&author, w.Author); err != nil {
			return err
		}
		if author.Unit != row.Unit || author.State != string(acts.Active) || kept.ShutFor(&author, row) {
			return ErrOver
		}
		c, err := kept.Open(r, act, row)
		if err != nil {
			return err
		}
		out, err := wall(r, act, c, change, acts.List(w.Author).With(w.Second), w.Stands)
		out.Delete = append(out.Delete, w)
		act.Commit = out.Write
		return err
	})
}

// Stop ends what was asked: the one who asked takes it back, or the colleague
// says no.
func (d *Desk) Stop(ctx context.Context, who acts.Caller, proposal string) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.WallStop, func(r kept.Reader, act *acts.Act) error {
		w, _, err := asked(r, act, proposal)
		if err != nil {
			return err
		}
		act.Commit = kept.Change{Delete: []acts.Row{w}}.Write
		return nil
	})
}

// Asked reads what waits for the caller's word about a case that she may open.
func (d *Desk) Asked(ctx context.Context, who acts.Caller, id, proposal string) (Asked, kept.CaseHead, audit.Receipt, error) {
	var v Asked
	var head kept.CaseHead
	receipt, err := d.work.Do(ctx, who, policies.CaseOpen, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		w := &ProposalRow{}
		if err := r.Get(w, proposal); err != nil {
			return err
		}
		mine := w.Second == act.Who.Person() || w.Agreed != "" && w.Author == act.Who.Person()
		if w.CaseID != id || !mine || w.over(act.Day) {
			return acts.ErrDenied
		}
		head = c.Head()
		v = askedOf(w)
		v.Who = c.Card.Who()
		return nil
	})
	return v, head, receipt, err
}

func askedOf(w *ProposalRow) Asked {
	return Asked{ID: w.ID, CaseID: w.CaseID, By: w.Author, Second: w.Second, Agreed: w.Agreed, Day: w.Day, Off: w.Off, Back: w.Back, Stands: w.Stands}
}

// Asked is what a colleague asks the caller to hide with her; where Agreed is a day,
// what the caller asked and the witness agreed to on it.
type Asked struct {
	ID, CaseID string
	By, Second string // pseudonyms
	Agreed     string
	Day        string
	Who        kept.CaseWho
	Off, Back  acts.List
	Stands     string
}

// AskedOf are the walls that wait for the caller: for her word, or for her hand once
// the witness agreed; of cases that she may open. It is part of an act that was allowed to read her Agenda.
func AskedOf(r kept.Reader, act *acts.Act) ([]Asked, error) {
	rows, err := proposalsTo.Rows(r, act.Who.Person())
	if err != nil {
		return nil, err
	}
	agreed, err := agreedBy.Rows(r, act.Who.Person())
	rows = append(slices.DeleteFunc(rows, func(w *ProposalRow) bool { return w.Unit != act.Who.Unit() }), agreed...)
	return kept.Lines(act, rows, err, func(w *ProposalRow) (Asked, bool, error) {
		v := askedOf(w)
		row := &kept.CaseRow{}
		if err := r.Get(row, w.CaseID); err != nil {
			return v, false, err
		}
		if w.over(act.Day) || kept.ShutTo(act.Who, row) {
			return v, false, nil
		}
		salt := act.Salt
		c, err := kept.Open(r, act, row)
		act.Salt = salt
		if err != nil {
			return v, false, err
		}
		v.Who = c.Card.Who()
		act.Detail.IDs = append(act.Detail.IDs, row.ID)
		return v, true, nil
	})
}
