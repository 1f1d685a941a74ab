// Package join is how two files of one woman in one unit become one to work with, and how
// they are taken apart again: what follows is shown first, and done with her agreement. How
// the two are kept stands in kept/join.go.
//
// Nobody is told which files might be joined: two sisters share a telephone. Who joins
// types both codes, which the woman says; a code that leads to no file, and one of a file
// that is shut to the caller, are answered alike.
package join

import (
	"context"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cards"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/match"
	"sportello/referrals/typed"
)

// Desk is the door to joined files.
type Desk struct{ work kept.Work }

// New opens the door.
func New(work kept.Work) *Desk { return &Desk{work} }

// Codes are the codes of two files, as they were typed: the first is that of the file that
// the other is joined to.
type Codes struct{ First, Second string }

// Preview is what is known of a file before it is joined, or of its link.
type Preview struct {
	First  kept.CaseHead
	Second *kept.CaseHead // by its code, or that which is joined with it; nil for none
	Link   *kept.JoinRow  // in which it stands, or nil
	Undo   bool           // the link can still be taken away
	Knows  bool           // the caller is told of the walls of both
	Meet   kept.Meeting   // what follows
	Why    error          // why they are not joined, or nil
}

// Read reads the page on which a file is joined: without codes, how it stands; with them,
// what follows. Invalid, on the code that is wrong.
func (d *Desk) Read(ctx context.Context, who acts.Caller, id string, codes *Codes) (Preview, audit.Receipt, error) {
	var v Preview
	receipt, err := d.work.Do(ctx, who, policies.CaseOpen, func(r kept.Reader, act *acts.Act) error {
		v = Preview{}
		a, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		v.First = a.Head()
		b, link, err := a.OtherOf(r, act)
		if err != nil {
			return err
		}
		if link != nil {
			v.Link, v.Undo = link, link.Undoable(act.Day)
		}
		if codes == nil || link != nil {
			if b != nil {
				head := b.Head()
				v.Second = &head
				act.Detail.IDs = append(act.Detail.IDs, b.Row.ID)
			}
			return nil
		}
		if b, err = second(r, act, a, *codes); err != nil {
			return err
		}
		head := b.Head()
		v.Second = &head
		v.Knows = kept.KnowsWalls(act.Who, a.Row) && kept.KnowsWalls(act.Who, b.Row)
		v.Meet, v.Why = kept.Meet(r, act, a, b)
		return nil
	})
	return v, receipt, err
}

// second opens the file that a code leads to, where the other code is that of the first.
func second(r kept.Reader, act *acts.Act, a *kept.File, codes Codes) (*kept.File, error) {
	bad := typed.Check{}
	if !match.SameCode(codes.First, a.Card.Code) {
		bad["code_first"] = "join.code_first_wrong"
	}
	ids, err := cards.Each(r, act, func(c *kept.Card, text *cards.Text) (string, bool, error) {
		return c.ID, match.SameCode(codes.Second, text.Code) || text.Also != "" && match.SameCode(codes.Second, text.Also), nil
	})
	id := ""
	if len(ids) > 0 {
		id = ids[0]
	}
	switch {
	case err != nil:
		return nil, err
	case id == "":
		bad["code_second"] = "join.code_second_wrong"
	case id == a.Row.ID:
		bad["code_second"] = "join.same"
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	row := &kept.CaseRow{}
	if err := r.Get(row, id); err != nil {
		return nil, err
	}
	if err := act.Also(policies.CaseOpen, kept.CaseObject(act.Who, row)); err != nil {
		return nil, err
	}
	salt := act.Salt
	b, err := kept.Open(r, act, row)
	act.Salt = salt
	act.Detail.IDs = append(act.Detail.IDs, id)
	return b, err
}

// Join joins the file that the second code leads to with this one. Said is what the woman
// said when she was asked. ErrConflict where either changed since the versions that the
// preview showed; kept.ErrJoined, kept.ErrJoinLead, kept.ErrNobodyLeft where they are not
// joined.
func (d *Desk) Join(ctx context.Context, who acts.Caller, id string, codes Codes, versions [2]int64, said string) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.Max("said", said, typed.MaxLine)
	if said == "" {
		bad["said"] = "join.said_missing"
	}
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.CaseJoin, func(r kept.Reader, act *acts.Act) error {
		a, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		b, err := second(r, act, a, codes)
		if err != nil {
			return err
		}
		if a.AtVersion(versions[0]) != nil || b.AtVersion(versions[1]) != nil {
			return acts.ErrConflict
		}
		out, err := kept.Join(r, act, a, b, said)
		if err != nil {
			return err
		}
		note, err := cases.NewNote(r, act, a, cases.Note{Kind: cases.NoteJoined, Text: b.Card.Code})
		out.Put = append(out.Put, note...)
		act.Commit = out.Write
		return err
	})
}

// Undo takes the link away again, for 30 days. kept.ErrState after them, or where there is
// none.
func (d *Desk) Undo(ctx context.Context, who acts.Caller, id string) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.CaseUnjoin, func(r kept.Reader, act *acts.Act) error {
		a, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		b, _, err := a.OtherOf(r, act)
		if err != nil {
			return err
		}
		if b == nil {
			return kept.ErrState
		}
		if err := act.Also(policies.CaseOpen, kept.CaseObject(act.Who, b.Row)); err != nil {
			return err
		}
		act.Detail.IDs = append(act.Detail.IDs, b.Row.ID)
		out, err := kept.Unjoin(r, act, a)
		if err != nil {
			return err
		}
		note, err := cases.NewNote(r, act, a, cases.Note{Kind: cases.NoteUnjoined, Text: b.Card.Code})
		out.Put = append(out.Put, note...)
		act.Commit = out.Write
		return err
	})
}
