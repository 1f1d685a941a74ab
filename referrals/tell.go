package referrals

import (
	"context"
	"errors"
	"maps"
	"slices"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/rule"
)

// A changed rule has two halves. What does not hold any more reaches every unit
// that she is known to, in the act of the change: she may be on the phone because
// he has that number. What is new reaches those alone that she names, each a new
// version of her authorisation.

// told are the recipients, by the id of their referral or task, to whom she lets
// what is new be told.
type told struct {
	ids  []string
	done []string
}

// rule is what a recipient gets in place of what it had: all that it may have now
// if she lets it be told, else what still holds. News tells that it is all.
func (t *told) rule(id string, had, now rule.PackageSafe) (safe rule.PackageSafe, news bool) {
	if slices.Contains(t.ids, id) {
		t.done = append(t.done, id)
		return now, true
	}
	return rule.Narrowed(had, now), false
}

// tellAll makes the rule of a case hold for every unit that she is known to.
func (d *Desk) tellAll(r Reader, act *acts.Act, c *caseFile, t *told) ([]acts.Row, error) {
	rows, err := d.tellCentres(r, act, c, t)
	if err != nil {
		return nil, err
	}
	tasks, err := d.tellServices(r, act, c, t)
	return append(rows, tasks...), err
}

// TellSafeContact lets what is new in her safe-contact rule be told to the
// recipients that she names, by the ids of their referrals and tasks: each gets a
// new version of her authorisation, for the items it names already. The caller has
// stepped up for this case; version is the case's after the change. ErrPin and
// ErrEnded for a unit to which nothing is sealed now, ErrState when one of them is
// not there to be told any more.
func (d *Desk) TellSafeContact(ctx context.Context, who acts.Caller, id string, version int64, recipients []string) (audit.Receipt, error) {
	return d.do(ctx, who, policies.ConsentExtend, func(r Reader, act *acts.Act) error {
		c, err := d.load(r, act, id)
		if err != nil {
			return err
		}
		if err := versionOf(c, version); err != nil {
			return err
		}
		given, err := d.givenTo(r, c, recipients)
		if err != nil {
			return err
		}
		rows, err := d.advance(r, act.Who, c)
		if err != nil {
			return err
		}
		t := &told{ids: recipients}
		more, err := d.tellAll(r, act, c, t)
		if err != nil {
			return err
		}
		if len(t.done) == 0 || len(t.done) != len(recipients) {
			return ErrState
		}
		if err := d.sealCase(act.Who, c); err != nil {
			return err
		}
		again, err := d.giveAgain(r, c, given)
		if err != nil {
			return err
		}
		act.Detail.IDs = append(act.Detail.IDs, recipients...)
		act.Commit = putAll(slices.Concat(rows, more, again)...)
		return nil
	})
}

// givenConsent is a consent with what it says.
type givenConsent struct {
	row *ConsentRow
	Authorisation
}

// givenTo opens the authorisations of those recipients that have one of their own:
// a task carries its own in its package.
func (d *Desk) givenTo(r Reader, c *caseFile, recipients []string) ([]givenConsent, error) {
	var all []givenConsent
	for _, id := range recipients {
		row := &ConsentRow{}
		err := r.Get(row, id)
		if errors.Is(err, acts.ErrNoRow) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if row.CaseID != c.row.ID || row.State != consentLive || row.Shut {
			return nil, ErrState
		}
		a, err := d.openConsent(r, c, row)
		if err != nil {
			return nil, err
		}
		all = append(all, givenConsent{row, a})
	}
	return all, nil
}

// giveAgain makes the next version of authorisations: for what they name of her
// rule, it stands for the rule as it is now.
func (d *Desk) giveAgain(r Reader, c *caseFile, given []givenConsent) ([]acts.Row, error) {
	m := &marker{reader: r, c: c, keys: map[int64]crypto.Key{}} // of the rule: nothing else of the case is read
	var rows []acts.Row
	for _, g := range given {
		items := slices.DeleteFunc(g.items(), func(code string) bool { return !rule.IsItem[code] })
		marks, err := m.marks(items)
		if err != nil {
			return nil, err
		}
		shown := maps.Clone(g.shown().Shown)
		maps.Copy(shown, marks)
		g.Shown = shown
		g.row.Version++
		g.row.KeyVersion, g.row.BodyVersion = c.row.KeyVersion, 0
		if g.row.Body, err = seal(c.data, g.row, "body", g.Authorisation); err != nil {
			return nil, err
		}
		rows = append(rows, g.row)
	}
	return rows, nil
}

// Recipient is a unit that knows her by a live authorisation, as the desk reads
// it before her rule changes.
type Recipient struct {
	ID      string // of the referral, or of the task
	Unit    string
	Service bool
	Items   []string         // of RuleItems, and older names: what she shares with it
	Safe    rule.PackageSafe // what it reads today
	News    bool             // today's rule says more than it was told
	OwnCase bool             // a service that opened a case file of its own
}

// recipients lists whom a change of her rule concerns: the centres with a live
// referral that goes on, and the social services with a task that is not done.
func (d *Desk) recipients(r Reader, act *acts.Act, c *caseFile) (list []Recipient, err error) {
	refs, err := referralsOfCase.Rows(r, c.row.ID)
	if err != nil {
		return nil, err
	}
	for _, row := range refs {
		if row.standing(act.Day) != policies.ConsentLive || row.State == "closed" || row.State == "declined" {
			continue
		}
		s := sentReferral(row, c)
		if err := d.openReferral(r, act, s); errors.Is(err, acts.ErrErased) {
			continue
		} else if err != nil {
			return nil, err
		}
		to := Recipient{ID: row.ID, Unit: row.ToUnit, Items: s.body.items(), Safe: s.safe}.against(c)
		if row.Shut {
			to.Items = nil // nothing new goes to it before the desk has confirmed it
		}
		list = append(list, to)
	}
	tasks, err := tasksOfCase.Rows(r, c.row.ID)
	if err != nil {
		return nil, err
	}
	for _, row := range tasks {
		if row.State == taskDone {
			continue
		}
		body, err := openSentTask(r, act, row, c)
		if errors.Is(err, acts.ErrErased) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, Recipient{ID: row.ID, Unit: row.ToUnit, Service: true, Items: body.items(), Safe: row.reads(&body.TaskPackage), OwnCase: row.OwnCase}.against(c))
	}
	return list, nil
}

// against compares what a recipient was told with the rule of today.
func (p Recipient) against(c *caseFile) Recipient {
	p.Items = slices.DeleteFunc(slices.Clone(p.Items), func(code string) bool { return !rule.IsItem[code] })
	p.News = !rule.For(c.safe, p.Safe.Chosen, p.Items).Within(p.Safe)
	return p
}
