package cases

import (
	"context"
	"slices"
	"sort"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cards"
	"sportello/referrals/kept"
	"sportello/referrals/match"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// What cannot wait. A mark stands on the card of a contact or of a case file until
// somebody records how it ended: nobody falls off the list in silence.

// NowEnd is how what could not wait ended, or to whom it was handed.
type NowEnd = kept.MarkEnd

// Waits names what cannot wait: a contact, or a case file.
type Waits struct{ Contact, Case string }

// EndNow records how what could not wait ended. ErrState when it ended meanwhile.
func (d *Desk) EndNow(ctx context.Context, who acts.Caller, on Waits, end NowEnd) (audit.Receipt, error) {
	return d.onMark(ctx, who, policies.NowEnd, on, end.Mark, func(act *acts.Act, m *kept.Mark) (NowEnd, error) {
		end.By, end.At = act.Who.Person(), act.Now
		if end.Stays() {
			m.Hold = kept.Hold{To: end.Text, At: act.Now}
		}
		return end, end.Check(m.Life)
	})
}

// TakeNow takes on, in the caller's own name, what cannot wait.
func (d *Desk) TakeNow(ctx context.Context, who acts.Caller, on Waits, mark string) (audit.Receipt, error) {
	return d.onMark(ctx, who, policies.NowTake, on, mark, func(act *acts.Act, m *kept.Mark) (NowEnd, error) {
		m.Hold = kept.Hold{By: act.Who.Person(), At: act.Now}
		return NowEnd{}, nil
	})
}

// HandNow hands on what cannot wait: hold says how and to whom. A colleague has to be of
// the unit, and one who may know of the case; it is hers once she takes it.
func (d *Desk) HandNow(ctx context.Context, who acts.Caller, on Waits, mark string, hold kept.Hold) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.OneOf("hand", hold.Hand, typed.Codes(kept.HandKinds...))
	bad.Max("hand_to", hold.To, typed.MaxLine)
	if hold.Hand != kept.HandColleague && hold.To == "" {
		bad["hand_to"] = "turn.text_missing"
	}
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.onMark(ctx, who, policies.NowHand, on, mark, func(act *acts.Act, m *kept.Mark) (NowEnd, error) {
		hold.By, hold.At = "", act.Now
		m.Hold = hold
		return NowEnd{}, nil
	}, func(r kept.Reader, act *acts.Act, row *kept.CaseRow) error {
		if hold.Hand != kept.HandColleague {
			return nil
		}
		var p acts.Person
		err := kept.NotNoRow(r.Get(&p, hold.To))
		if err == nil && (p.Unit != act.Who.Unit() || p.State != string(acts.Active) || p.ID == act.Who.Person() || row != nil && kept.ShutFor(&p, row)) {
			err = &typed.Invalid{Fields: map[string]string{"colleague": "turn.colleague_missing"}}
		}
		return err
	})
}

// onMark lets f change a mark of a contact, or of the case file that it belongs to,
// where fits, which may be left out, has nothing against it.
// An end that f returns is recorded; it takes the mark away unless it hands it on.
func (d *Desk) onMark(ctx context.Context, who acts.Caller, a policies.Action, on Waits, kind string,
	f func(*acts.Act, *kept.Mark) (NowEnd, error), fits ...func(kept.Reader, *acts.Act, *kept.CaseRow) error) (audit.Receipt, error) {
	return d.work.Do(ctx, who, a, func(r kept.Reader, act *acts.Act) error {
		if on.Contact == "" {
			c, err := kept.Load(r, act, on.Case)
			if err != nil {
				return err
			}
			for _, fit := range fits {
				if err := fit(r, act, c.Row); err != nil {
					return err
				}
			}
			rows, err := markCase(r, act, c, kind, f)
			act.Commit = kept.PutAll(rows...)
			return err
		}
		row := &ContactRow{}
		if err := r.Get(row, on.Contact); err != nil {
			return kept.LikeThere(r, err, &kept.CaseRow{})
		}
		if err := allowContact(r, act, row); err != nil {
			return err
		}
		for _, fit := range fits {
			if err := fit(r, act, nil); err != nil {
				return err
			}
		}
		change, err := markContact(r, act, row, kind, f)
		act.Commit = change.Write
		return err
	})
}

// markCase changes a mark of a case file; how it ended stands in its diary.
func markCase(r kept.Reader, act *acts.Act, c *kept.File, kind string, f func(*acts.Act, *kept.Mark) (NowEnd, error)) ([]acts.Row, error) {
	old := c.Card.Marks.Of(kind, act.Now)
	if old == nil {
		return nil, kept.ErrState
	}
	m := *old
	end, err := f(act, &m)
	if err != nil {
		return nil, err
	}
	if kind == kept.MarkOther && end.Code != "" && len(c.Safe.SuspendedBy(rule.SuspendedOther)) > 0 {
		return nil, &typed.Invalid{Fields: map[string]string{"end": "now.rule_first"}}
	}
	rows, err := c.Advance(r, act.Who)
	if err != nil {
		return nil, err
	}
	c.Card.Marks = c.Card.Marks.With(m)
	if end.Code != "" {
		if !end.Stays() {
			c.Card.Marks = c.Card.Marks.Without(kind)
		}
		note, err := NewNote(r, act, c, Note{Kind: "now_end", Channel: end.Mark, Outcome: end.Code, Text: end.Text})
		if err != nil {
			return nil, err
		}
		rows = append(rows, note...)
	}
	return rows, c.Seal(act.Who)
}

// markContact changes a mark of a contact that stands alone.
func markContact(r kept.Reader, act *acts.Act, row *ContactRow, kind string, f func(*acts.Act, *kept.Mark) (NowEnd, error)) (kept.Change, error) {
	if row.CaseID != "" {
		return kept.Change{}, kept.ErrState
	}
	return changeContact(r, act, row, nil, func(c *Contact) error {
		old := c.marks("").Of(kind, act.Now)
		if old == nil {
			return kept.ErrState
		}
		m := *old
		end, err := f(act, &m)
		if err != nil {
			return err
		}
		c.Hold = m.Hold
		if end.Code != "" {
			c.Ends = append(c.Ends, end)
		}
		return nil
	})
}

// changeContact lets f change what a contact says, alone or in its case file, and
// makes its cards anew; the file's card the caller seals.
func changeContact(r kept.Reader, act *acts.Act, row *ContactRow, file *kept.File, f func(*Contact) error) (out kept.Change, err error) {
	secret, err := r.Secret(row.Secret)
	if err != nil {
		return out, err
	}
	if file == nil {
		act.Salt = secret
	}
	var c Contact
	if err := kept.GetAlone(r, act.Who, file, row, secret, &c); err != nil {
		return out, err
	}
	if err := f(&c); err != nil {
		return out, err
	}
	row.Version++
	if err := kept.PutAlone(act.Who, file, row, secret, c); err != nil {
		return out, err
	}
	out, err = cardsOfContact(r, act, row, &c)
	out.Put = append([]acts.Row{row}, out.Put...)
	return out, err
}

// Marks are what of a contact must not be forgotten, as its page shows it.
func (v ContactView) Marks() kept.Marks { return v.Contact.marks("") }

// CallBackView is a contact whose line dropped, with what its leave still allows.
type CallBackView struct {
	ContactView
	Leave rule.LeaveNow
}

// OpenCallBack reads a contact to call back: number, leave and what was tried.
func (d *Desk) OpenCallBack(ctx context.Context, who acts.Caller, id string) (CallBackView, audit.Receipt, error) {
	v, receipt, err := d.OpenContact(ctx, who, id)
	return CallBackView{v, v.leave(d.Leave, d.work.Gate.Now())}, receipt, err
}

// RecordCallBack records a call made under her leave. Invalid, on the field "call",
// where the leave does not hold any more; ErrState where none was given. With
// "other_person" said is one of WhatWasSaid, and calls to that number stop until she
// says otherwise.
func (d *Desk) RecordCallBack(ctx context.Context, who acts.Caller, id string, version int64, call CallBack) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.OneOf("outcome", call.Outcome, callBackOutcomes)
	bad.Max("text", call.Text, typed.MaxLine)
	if call.Outcome == "other_person" {
		bad.OneOf("said", call.Said, whatWasSaid)
	} else {
		call.Said = ""
	}
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.CallBackRecord, func(r kept.Reader, act *acts.Act) error {
		row := &ContactRow{}
		if err := r.Get(row, id); err != nil {
			return kept.LikeThere(r, err, &kept.CaseRow{})
		}
		if err := allowContact(r, act, row); err != nil {
			return err
		}
		if row.Version != version {
			return acts.ErrConflict
		}
		var file *kept.File
		var rows []acts.Row
		if row.CaseID != "" {
			var err error
			if file, rows, err = kept.Touch(r, act, policies.AttemptRecord, row.CaseID); err != nil {
				return err
			}
		}
		called := ""
		change, err := changeContact(r, act, row, file, func(c *Contact) error {
			called = c.CallBack
			if err := d.called(act, c, call); err != nil || file == nil {
				return err
			}
			for _, kind := range []string{kept.MarkDropped, kept.MarkOther} {
				if m := c.marks(row.ID).Of(kind, act.Now); m != nil {
					file.Mark(*m)
				} else if old := file.Card.Marks.Of(kind, act.Now); old != nil && old.Record == row.ID {
					file.Card.Marks = file.Card.Marks.Without(kind)
				}
			}
			return nil
		})
		if err == nil && file != nil && call.Outcome == OtherPerson && sameNumber(called, file.Safe.Number) {
			if err = act.Also(policies.CaseSafeContact, kept.CaseObject(act.Who, file.Row)); err == nil {
				var told []acts.Row
				told, err = suspend(r, act, file, rule.SuspendedOther, rule.Alike("call")...)
				rows = append(rows, told...)
			}
		}
		if err == nil && file != nil {
			err = file.Seal(act.Who)
		}
		change.Put = append(rows, change.Put...)
		act.Commit = change.Write
		return err
	})
}

// sameNumber tells whether one of two fields names a number of the other, as search
// compares them: it is asked before a number is shut, where one too many does no harm.
func sameNumber(a, b string) bool {
	in := func(a, b string) bool {
		by, class := match.NewQuery(a).Record(match.KeysOf(nil, []string{b}), "")
		return by == match.ByNumber && class != match.None
	}
	return in(a, b) || in(b, a)
}

// called notes a call in a contact, and what follows for its card.
func (d *Desk) called(act *acts.Act, c *Contact, call CallBack) error {
	leave := c.leave(d.Leave, act.Now)
	switch {
	case !leave.Given:
		return kept.ErrState
	case !leave.Holds():
		return &typed.Invalid{Fields: map[string]string{"call": "callback.over"}}
	}
	call.At, call.By = act.Now, act.Who.Person()
	c.Calls = append(c.Calls, call)
	switch call.Outcome {
	case "reached":
		c.Ends = append(c.Ends, NowEnd{Mark: kept.MarkDropped, Code: "spoke", By: call.By, At: act.Now})
	case "other_person", "wrong_number":
		c.NotShe = act.Now
	}
	return nil
}

// NowLine is one line of what cannot wait.
type NowLine struct {
	kept.Mark
	On       Waits
	Code     string
	Alias    string
	Children string
	Leave    rule.LeaveNow // of a line that dropped
}

// Now lists what cannot wait in the caller's unit: of cases and contacts that she may
// know of, danger first, and within a kind who has waited longest.
func (d *Desk) Now(r kept.Reader, act *acts.Act) ([]NowLine, error) {
	rows, err := casesNow.Rows(r, act.Who.Unit())
	files, err := kept.Lines(act, rows, err, func(row *kept.CaseRow) ([]NowLine, bool, error) {
		if kept.ShutTo(act.Who, row) { // a file that was closed is listed too: closing ends no danger
			return nil, false, nil
		}
		f, err := kept.Open(r, act, row)
		if err != nil {
			return nil, false, err
		}
		return d.linesOf(act, f.Card.Marks, NowLine{On: Waits{Case: row.ID}, Code: f.Card.Code, Alias: f.Card.Alias}), true, nil
	})
	if err != nil {
		return nil, err
	}
	act.Salt = nil
	all := slices.Concat(files...)
	err = cards.All(r, act, true, func(row *cards.Row, c *cards.Contact) {
		all = append(all, d.linesOf(act, c.Marks, NowLine{On: Waits{Contact: row.Parent}, Code: c.Code, Alias: c.Alias, Children: c.Children})...)
	})
	rank := func(l NowLine) int { return slices.Index(kept.MarkKinds, l.Kind) }
	sort.SliceStable(all, func(i, j int) bool {
		if a, b := rank(all[i]), rank(all[j]); a != b {
			return a < b
		}
		return all[i].Since.Before(all[j].Since)
	})
	return all, err
}

// linesOf are the lines of one card, one for each mark that holds.
func (d *Desk) linesOf(act *acts.Act, marks kept.Marks, of NowLine) (list []NowLine) {
	id := of.On.Case
	if id == "" {
		id = of.On.Contact
	}
	for _, kind := range kept.MarkKinds {
		if m := marks.Of(kind, act.Now); m != nil {
			l := of
			l.Mark = *m
			if kind == kept.MarkDropped && !m.NoLeave {
				l.Leave = d.Leave.At(m.Since, m.Tries, act.Now)
			}
			list = append(list, l)
		}
	}
	if len(list) > 0 {
		act.Detail.IDs = append(act.Detail.IDs, id)
	}
	return list
}

// casesNow lists the cases of a unit that somebody has to look at.
var casesNow = kept.Cases.Find().Is("unit").Not("now_day", "").By("now_day", "id")
