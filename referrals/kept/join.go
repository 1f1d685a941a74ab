package kept

import (
	"errors"
	"slices"
	"time"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/referrals/rule"
)

// A woman may have two files in one unit. With her agreement they are joined: the second
// is linked to the first, and for joinDays the link can be taken away again. Nothing is
// sealed anew: each file keeps its parts, its code, its authorisations and the key that
// it has. What the link says, the second file's key among it, is sealed under the first
// file's: who opens the first reads the second by it. A key that the second draws later,
// because the unit has a new epoch or somebody left, is not put there: the one it is under
// may be known to whoever left. That file is opened as itself then, by the same people.
//
// From whom one was walled off, the other is; those who may open both are left, or they
// are not joined. Walls and names that are set later on one are set on both, in the same
// act. The narrower rule holds on each channel until she says another, which is written to
// both. What cannot wait, and the call that is planned, stand on the first. Lists and
// search show one card, found by the code, the names and the numbers of both.
//
// Of three files no two pairs are made: what is joined is not joined again.
// Undoing gives each file back whom it was kept for, with what was set meanwhile, and its
// rule, unless she said another: then that stands, and the one of before is asked about.
// What cannot wait stands on both then. Erasing one file takes the link along, and leaves
// the other as it is; either stays as long as it would alone.

// JoinRow links the second file of a woman to the first. Its id is the second's.
type JoinRow struct {
	acts.RowKey
	First string
	Unit  string
	Day   string
	OwnPart
}

// Table is the name of the table of joined files.
func (*JoinRow) Table() string { return "case_join" }

const joinDays = 30

var (
	joinRows = acts.Declare[JoinRow]()
	// joinsTo lists what is joined to a first file.
	joinsTo = joinRows.Find().Is("first").By("id")
	// JoinsIn lists what is joined in a unit.
	JoinsIn = joinRows.Find().Is("unit").By("id")

	_ = Register(joinRows, Kind[*JoinRow]{Class: "case", Past: true, Hangs: []Hang{On("case_file", joinsTo), {"case_file", func(r Reader, on acts.Row) ([]acts.Row, error) {
		id, _ := on.Key()
		j, err := joinOfSecond(r, id)
		if j == nil || err != nil {
			return nil, err
		}
		return []acts.Row{j}, nil
	}}}})
)

// joinedBody is what a link says.
type joinedBody struct {
	Key     []byte    `json:"key"`         // the second file's
	Version int64     `json:"key_version"` // of it
	By      string    `json:"by"`          // who joined them
	Said    string    `json:"said"`        // what the woman said
	Before  [2]before `json:"before"`      // the first and the second, as they were
	Walled  acts.List `json:"walled"`      // from whom both were walled off then
	Named   acts.List `json:"named"`       // to whom both were restricted then
}

// before is what undoing gives back to a file.
type before struct {
	Keep acts.List        `json:"named"` // whom it was restricted to; empty for its unit
	Off  acts.List        `json:"walled"`
	St   acts.List        `json:"stands"`
	By   acts.List        `json:"walled_by"`
	Rule rule.SafeContact `json:"rule"`
	Then rule.SafeContact `json:"then"` // the rule as joining left it
}

// What callers test for, about joining.
var (
	ErrJoined   = errors.New("one of the files is joined already")
	ErrSameFile = errors.New("a file is not joined to itself")
	// ErrJoinLead says that joining would take a file from a lead by one person's word.
	ErrJoinLead = errors.New("a file would be hidden from a lead")
)

// joinOfSecond is the link of a second file, or nil.
func joinOfSecond(r Reader, id string) (*JoinRow, error) {
	j := &JoinRow{}
	err := r.Get(j, id)
	if errors.Is(err, acts.ErrNoRow) {
		return nil, nil
	}
	return j, err
}

// JoinOf is the link in which a file stands, or nil.
func JoinOf(r Reader, id string) (*JoinRow, error) {
	if j, err := joinOfSecond(r, id); j != nil || err != nil {
		return j, err
	}
	all, err := joinsTo.Rows(r, id)
	if len(all) == 0 || err != nil {
		return nil, err
	}
	return all[0], nil
}

// Other is the file that is joined with one.
func (j *JoinRow) Other(id string) string {
	if id == j.ID {
		return j.First
	}
	return j.ID
}

// Undoable tells whether a link can still be taken away.
func (j *JoinRow) Undoable(day string) bool { return day <= j.LastDay() }

// LastDay is the last day on which it can.
func (j *JoinRow) LastDay() string {
	d, err := time.Parse(time.DateOnly, j.Day)
	if err != nil {
		return ""
	}
	return d.AddDate(0, 0, joinDays).Format(time.DateOnly)
}

// OtherOf opens the file that is joined with one that is open, or nil: by the link, where
// it is the second. It is nil too for whom the other does not exist.
func (c *File) OtherOf(r Reader, act *acts.Act) (*File, *JoinRow, error) {
	j, err := JoinOf(r, c.Row.ID)
	if j == nil || err != nil {
		return nil, nil, err
	}
	row := &CaseRow{}
	if err := r.Get(row, j.Other(c.Row.ID)); err != nil {
		return nil, nil, err
	}
	if ShutTo(act.Who, row) {
		return nil, nil, nil
	}
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	o, err := c.openOther(r, act, j, row)
	if errors.Is(err, acts.ErrErased) {
		return nil, nil, nil // a restored copy: one of the two is gone
	}
	return o, j, err
}

func (c *File) openOther(r Reader, act *acts.Act, j *JoinRow, row *CaseRow) (*File, error) {
	if c.Row.ID != j.First {
		return Open(r, act, row)
	}
	var b joinedBody
	if err := c.Get(r, j, &b); err != nil {
		return nil, err
	}
	if b.Version != row.KeyVersion { // it has drawn a key since, kept for the same people
		return Open(r, act, row)
	}
	key, err := crypto.KeyFromBytes(b.Key)
	if err != nil {
		return nil, err
	}
	return openWith(r, act, row, key)
}

// both makes a change of whom a file is kept for, and the same one on the file that is
// joined with it.
func (c *File) both(r Reader, act *acts.Act, change func(*File) (Change, error)) (out Change, err error) {
	other, _, err := c.OtherOf(r, act)
	if err != nil {
		return out, err
	}
	if out, err = change(c); other == nil || err != nil {
		return out, err
	}
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	more, err := change(other)
	out.Add(more)
	return out, err
}

// tellOther writes a rule that changed in a file to the one that is joined with it: what
// she said, whole; what shut a channel, on the same channels.
func tellOther(r Reader, act *acts.Act, c *File, how RuleChange) (out Change, err error) {
	o, _, err := c.OtherOf(r, act)
	if o == nil || err != nil {
		return out, err
	}
	rows, err := o.Advance(r, act.Who)
	if err != nil {
		return out, err
	}
	stopped := o.Safe.Stopped
	if how.Hers {
		o.Safe, o.Waits = c.Safe, slices.Clone(c.Waits)
		if len(o.Waits) == 0 {
			o.Card.Marks = o.Card.Marks.Without(MarkRuleWaits)
		}
	} else {
		o.Safe = o.Safe.NarrowedBy(c.Safe)
	}
	o.Safe.Stopped = stopped
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	if out, err = tellRule(r, act, o, how); err != nil {
		return out, err
	}
	o.KeepRecall(act.Now.Location())
	out.Put = append(rows, out.Put...)
	return out, o.Seal(act.Who)
}

// audience is for whom a file is kept.
type audience struct{ named, off, stands, by acts.List }

func (c *CaseRow) audience() audience {
	a := audience{"", c.Walled, c.Stands, c.WalledBy}
	if c.Restricted && !c.AllBut {
		a.named = c.Named
	}
	return a
}

// meet is for whom two files that are joined are kept.
func (a audience) meet(b audience, by string) (audience, error) {
	m := audience{named: a.named, off: a.off, stands: a.stands, by: a.by}
	if m.named == "" {
		m.named = b.named
	} else if b.named != "" {
		m.named = a.named.Both(b.named)
	}
	restricted := a.named != "" || b.named != ""
	m.off, m.stands, m.by = a.off.And(b.off), a.stands.And(b.stands), a.by.And(b.by)
	m.named, m.stands = m.named.But(m.off), m.stands.But(m.off)
	if restricted && m.named == "" {
		return m, ErrNobodyLeft
	}
	if m.stands == "" && a.stands+b.stands != "" {
		m.stands = acts.List(by)
	}
	return m, nil
}

// keepAs keeps a file for others from now on, under a new key, or moves it to its next
// version where nothing changes.
func (c *File) keepAs(r Reader, act *acts.Act, to audience) (Change, error) {
	if c.Row.audience() == to {
		rows, err := c.Advance(r, act.Who)
		return Change{Put: rows}, err
	}
	c.Row.Walled, c.Row.Stands, c.Row.WalledBy = to.off, to.stands, to.by
	c.Row.AllBut = to.named == "" && to.off != ""
	if c.Row.AllBut {
		named, err := allBut(r, c.Row.Unit, to.off)
		if err != nil {
			return Change{}, err
		}
		return c.keepRow(r, act, named)
	}
	return c.keepRow(r, act, to.named)
}

// Meeting is what follows where two files are joined.
type Meeting struct {
	Named    acts.List           // to whom both are restricted then; empty where they are their unit's
	Off      acts.List           // from whom both are walled off then
	Rules    [2]rule.SafeContact // as they are, the first and the second
	Then     [2]rule.SafeContact // as they are then
	audience audience
}

// Meet tells what follows where two files are joined, or why they are not.
func Meet(r Reader, act *acts.Act, a, b *File) (m Meeting, err error) {
	if a.Row.ID == b.Row.ID {
		return m, ErrSameFile
	}
	for _, c := range []*File{a, b} {
		if j, err := JoinOf(r, c.Row.ID); err != nil {
			return m, err
		} else if j != nil {
			return m, ErrJoined
		}
	}
	if a.Row.State == "closed" {
		return m, ErrState
	}
	if m.audience, err = a.Row.audience().meet(b.Row.audience(), act.Who.Person()); err != nil {
		return m, err
	}
	people, err := acts.PeopleOfUnit.Rows(r, a.Row.Unit)
	if err != nil {
		return m, err
	}
	then := wall{m.audience.named != "", m.audience.named, m.audience.off}
	if takenFromLead(people, a.Row, then) || takenFromLead(people, b.Row, then) {
		return m, ErrJoinLead
	}
	m.Named, m.Off = m.audience.named, m.audience.off
	m.Rules = [2]rule.SafeContact{a.Safe, b.Safe}
	m.Then = [2]rule.SafeContact{a.Safe.NarrowedBy(b.Safe), b.Safe.NarrowedBy(a.Safe)}
	return m, nil
}

// Join joins the second file to the first. Said is what the woman said of it.
func Join(r Reader, act *acts.Act, a, b *File, said string) (out Change, err error) {
	m, err := Meet(r, act, a, b)
	if err != nil {
		return out, err
	}
	files := [2]*File{a, b}
	body := joinedBody{By: act.Who.Person(), Said: said, Walled: m.Off, Named: m.Named}
	for i, c := range files {
		au := c.Row.audience()
		body.Before[i] = before{au.named, au.off, au.stands, au.by, c.Safe, m.Then[i]}
	}
	for _, mark := range b.Card.Marks {
		a.Mark(mark)
	}
	b.Card.Marks = nil
	if p := b.Recall(); p.Day != "" && (a.Row.RecallDay == "" || p.Day < a.Row.RecallDay) {
		a.SetRecall(p)
	}
	b.SetRecall(rule.Recall{})
	if a.Card.Worker == "" {
		a.Card.Worker = b.Card.Worker
	}
	stopped := a.Safe.Stopped || b.Safe.Stopped
	for i, c := range files {
		narrower := !sameRule(c.Safe, m.Then[i])
		c.Safe = m.Then[i]
		kept, err := c.keepAs(r, act, m.audience)
		if err != nil {
			return out, err
		}
		c.Safe.Stopped = stopped
		told, err := tellRule(r, act, c, RuleChange{Changed: narrower})
		if err != nil {
			return out, err
		}
		kept.Add(told)
		sides, err := rekeyBut(r, act, c, kept.Put)
		if err != nil {
			return out, err
		}
		kept.Add(sides)
		c.KeepRecall(act.Now.Location())
		if err := c.Seal(act.Who); err != nil {
			return out, err
		}
		if stopped {
			rows, err := stop(r, act.Day, c.Row.Unit, c.Row.ID)
			if err != nil {
				return out, err
			}
			kept.Put = append(kept.Put, rows...)
		}
		out.Add(kept)
	}
	j := &JoinRow{RowKey: acts.RowKey{ID: b.Row.ID, Version: 1}, First: a.Row.ID, Unit: a.Row.Unit, Day: act.Day}
	body.Key, body.Version = b.key.Bytes(), b.Row.KeyVersion
	if err := a.Put(r, act, j, body); err != nil {
		return out, err
	}
	out.Put = onceEach(append(out.Put, j), map[string]bool{a.Row.ID: !stopped, b.Row.ID: !stopped})
	return out, nil
}

// sameRule tells whether two rules say the same, whatever is stopped.
func sameRule(a, b rule.SafeContact) bool {
	a.Stopped, b.Stopped = false, false
	return len(a.Differs(b))+len(b.Differs(a)) == 0
}

// onceEach leaves out rows that stand twice in what one act writes, and stops of the two
// files themselves: what reached both was told to them.
func onceEach(rows []acts.Row, without map[string]bool) (all []acts.Row) {
	seen := map[string]bool{}
	for _, row := range rows {
		id, _ := row.Key()
		_, isStop := row.(*CallStopRow)
		if seen[named(row)] || isStop && without[id] {
			continue
		}
		seen[named(row)] = true
		all = append(all, row)
	}
	return all
}

// Unjoin takes the link away. ErrState where there is none, or its days are over.
func Unjoin(r Reader, act *acts.Act, a *File) (out Change, err error) {
	b, j, err := a.OtherOf(r, act)
	if err != nil {
		return out, err
	}
	if b == nil || j.First != a.Row.ID || !j.Undoable(act.Day) {
		return out, ErrState
	}
	var body joinedBody
	if err := a.Get(r, j, &body); err != nil {
		return out, err
	}
	now := a.Row.audience()
	for _, m := range a.Card.Marks {
		b.Mark(m)
	}
	for i, c := range []*File{a, b} {
		was := body.Before[i]
		to := audience{was.Keep, was.Off.But(body.Walled.But(now.off)).And(now.off.But(body.Walled)), was.St, was.By}
		if now.named != body.Named && now.named != "" { // they were restricted meanwhile
			if to.named = now.named; was.Keep != "" {
				to.named = was.Keep.Both(now.named)
			}
		}
		if to.named = to.named.But(to.off); to.named == "" && (was.Keep != "" || now.named != "" && now.named != body.Named) {
			to.named = now.named
		}
		if to.off != "" && to.off != was.Off {
			to.stands, to.by = was.St.But(to.off).And(now.stands), was.By.And(now.by)
		}
		kept, err := c.keepAs(r, act, to)
		if err != nil {
			return out, err
		}
		sides, err := rekeyBut(r, act, c, nil)
		if err != nil {
			return out, err
		}
		kept.Add(sides)
		stopped := c.Safe.Stopped
		if sameRule(c.Safe, was.Then) {
			c.Safe = was.Rule
		} else if !sameRule(c.Safe, was.Rule) {
			c.Waits = append(c.Waits, rule.Waiting{Rule: was.Rule, By: act.Who.Person(), At: act.Now})
			c.Mark(Mark{Kind: MarkRuleWaits, Since: act.Now})
		}
		c.Safe.Stopped = stopped
		c.KeepRecall(act.Now.Location())
		if err := c.Seal(act.Who); err != nil {
			return out, err
		}
		out.Add(kept)
	}
	out.Delete, out.Erase = append(out.Delete, j), append(out.Erase, j.Secret)
	return out, nil
}
