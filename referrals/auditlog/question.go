package auditlog

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/match"
)

// Answer is who did what with the records of one woman, for her who asks by her code. Its
// lines are grouped by who did the same thing: what was refused or failed comes first, and
// then the newest; nothing is in the order of how often.
type Answer struct {
	Groups []Group
	Units  []string // that have a record of hers under this code
	Cut    bool     // older entries were left out
}

// Group is what one person did again and again.
type Group struct {
	Actor, Unit, Action string
	Outcome             audit.Outcome
	Role                string // of the person today, or empty
	Times               int
	Days                int
	Lines               []Line // newest first
}

// Line is one entry of the log in an answer.
type Line struct {
	Index  int64
	Day    string
	At     time.Time // zero where the hour is not kept
	Object string
	Rules  []string
	Count  int64
}

// answerMax bounds how many entries an answer reads.
const answerMax = 2000

// Ask answers who did what with the records that have a code, as far as a filter lets it
// through; ErrNothing where no record answers to it. A code that nobody has, one whose
// record was erased and one whose case is walled off from her who asks are the same. The
// question is itself a leaf, with the code nowhere in it.
func (d *Desk) Ask(ctx context.Context, who acts.Caller, code string, f Filter) (Answer, audit.Receipt, error) {
	var answer Answer
	found := false
	receipt, err := d.work.Do(ctx, who, policies.LogRead, func(r kept.Reader, act *acts.Act) error {
		answer, found = Answer{}, false
		if err := act.Allow(logObject()); err != nil {
			return err
		}
		if err := act.Also(policies.LogDetail, logObject()); err != nil {
			return err
		}
		opener, err := newDetails(r, act)
		if err != nil {
			return err
		}
		objects, err := d.recordsOf(opener, code, &answer)
		if err != nil || len(objects) == 0 {
			return err
		}
		found, act.Detail.IDs = true, objects[:1]
		return answer.read(opener, objects, f)
	})
	if err == nil && !found {
		err = ErrNothing
	}
	return answer, receipt, err
}

// recordsOf names the records that have a code, and what hangs on them.
func (d *Desk) recordsOf(opener *details, code string, answer *Answer) (objects []string, err error) {
	marked, err := d.markedWith(opener, match.CodeSigns(code))
	if err != nil {
		return nil, err
	}
	for _, object := range marked {
		row, kind, unit, err := herRecord(opener.r, object)
		if errors.Is(err, acts.ErrNoRow) {
			continue // deleted, and its secret with it
		}
		if err != nil {
			return nil, err
		}
		id, _ := row.Key()
		all, err := objectsOf(opener.r, row, kind, id)
		if err != nil {
			return nil, err
		}
		objects = append(objects, all...)
		if all, err = joinedWith(opener, kind, id); err != nil {
			return nil, err
		}
		objects = append(objects, all...)
		if !slices.Contains(answer.Units, unit) {
			answer.Units = append(answer.Units, unit)
		}
	}
	return objects, nil
}

// herRecord is the record of a mark: a case, or the case that a contact has come to
// belong to, or that contact.
func herRecord(r kept.Reader, object string) (acts.Row, policies.Kind, string, error) {
	kind, id, _ := strings.Cut(object, ":")
	if policies.Kind(kind) == policies.KindContact {
		contact := &cases.ContactRow{}
		if err := r.Get(contact, id); err != nil || contact.CaseID == "" {
			return contact, policies.KindContact, contact.Unit, err
		}
		id = contact.CaseID
	}
	row := &kept.CaseRow{}
	err := r.Get(row, id)
	return row, policies.KindCase, row.Unit, err
}

// joinedWith names the file that is joined with a case, and what hangs on it: it is of the
// same woman, and she asks about both by either code, as long as they are joined.
func joinedWith(opener *details, kind policies.Kind, id string) ([]string, error) {
	if kind != policies.KindCase {
		return nil, nil
	}
	link, err := kept.JoinOf(opener.r, id)
	if link == nil || err != nil {
		return nil, err
	}
	row := &kept.CaseRow{}
	if err := opener.r.Get(row, link.Other(id)); errors.Is(err, acts.ErrNoRow) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if opener.hidden[string(policies.KindCase)+":"+row.ID] {
		return nil, nil
	}
	return objectsOf(opener.r, row, policies.KindCase, row.ID)
}

// markedWith looks through all marks for a code, and names the records, KIND:ID, that
// have it. It opens each, whether one was found or not. A mark that does not open because
// it is not the one that its leaf names is ErrTampered, not a code that nobody has.
func (d *Desk) markedWith(opener *details, signs string) (objects []string, err error) {
	want := d.work.Gate.MarkCode(signs)
	err = opener.r.EachCode(func(index int64, leaf *audit.Leaf, sealed *audit.SealedDetail) error {
		if object, _ := leaf.CodeOf(); opener.hidden[object] {
			return nil
		}
		salt, err := opener.saltOf(leaf)
		if errors.Is(err, acts.ErrErased) {
			return nil
		}
		if err != nil {
			return err
		}
		detail, err := opener.unseal(sealed, salt)
		if errors.Is(err, audit.ErrDetail) {
			return acts.ErrTampered
		}
		if err != nil || detail == nil || !bytes.Equal(detail.Code, want) || signs == "" {
			return err
		}
		proved, err := opener.r.Leaf(index)
		if err != nil {
			return err
		}
		if audit.CheckDetail(proved, *sealed) != nil {
			return acts.ErrTampered
		}
		object, _ := proved.CodeOf()
		objects = append(objects, object)
		return nil
	})
	return objects, err
}

// read reads what was done with records into the answer.
func (a *Answer) read(opener *details, objects []string, f Filter) error {
	leaves, err := opener.r.LeavesOf(answerMax, slices.Compact(slices.Sorted(slices.Values(objects)))...)
	if err != nil {
		return err
	}
	a.Cut = len(leaves) >= answerMax
	groups := map[string]int{} // by what their entries have in common
	for _, l := range leaves {
		if !f.Matches(&l.Leaf) {
			continue
		}
		line := Line{Index: l.Index, Day: l.Day, Object: l.Object, Rules: l.Rules, Count: max(1, l.Count)}
		detail, err := opener.open(l.Index, &l.Leaf)
		if err != nil {
			return err
		}
		if detail != nil {
			line.At = detail.At
		}
		key := strings.Join([]string{l.Actor, l.Unit, l.Action, string(l.Outcome)}, " ")
		at, ok := groups[key]
		if !ok {
			at = len(a.Groups)
			groups[key] = at
			a.Groups = append(a.Groups, Group{Actor: l.Actor, Unit: l.Unit, Action: l.Action, Outcome: l.Outcome})
		}
		a.Groups[at].add(line)
	}
	slices.SortStableFunc(a.Groups, func(x, y Group) int {
		return cmp.Or(slices.Index(outcomeOrder, x.Outcome)-slices.Index(outcomeOrder, y.Outcome), cmp.Compare(y.Lines[0].Index, x.Lines[0].Index))
	})
	return a.roles(opener.r)
}

// outcomeOrder is in which order an answer shows how things ended.
var outcomeOrder = []audit.Outcome{audit.Refused, audit.Failed, audit.Allowed}

func (g *Group) add(l Line) {
	if n := len(g.Lines); n == 0 || g.Lines[n-1].Day != l.Day {
		g.Days++
	}
	g.Times++
	g.Lines = append(g.Lines, l)
}

// roles says as what each person works today.
func (a *Answer) roles(r kept.Reader) error {
	for i := range a.Groups {
		var p acts.Person
		if err := r.Get(&p, a.Groups[i].Actor); errors.Is(err, acts.ErrNoRow) {
			continue // the console, or nobody
		} else if err != nil {
			return err
		}
		a.Groups[i].Role = p.Role
	}
	return nil
}
