package sharing

import (
	"context"
	"errors"
	"maps"
	"slices"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
)

// A changed rule has two halves. What does not hold any more reaches every unit
// that she is known to, in the act of the change: she may be on the phone because
// he has that number. What is new reaches those alone that she names, each a new
// version of her authorisation.

// TellSafeContact lets what is new in her safe-contact rule be told to the
// recipients that she names, by the ids of their referrals and tasks: each gets a
// new version of her authorisation, for the items it names already. The caller has
// stepped up for this case; version is the case's after the change. ErrPin and
// ErrEnded for a unit to which nothing is sealed now, ErrState when one of them is
// not there to be told any more.
func (d *Desk) TellSafeContact(ctx context.Context, who acts.Caller, id string, version int64, recipients []string) (audit.Receipt, error) {
	return d.work.Do(ctx, who, policies.ConsentExtend, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		if err := c.AtVersion(version); err != nil {
			return err
		}
		if c.Safe.Stopped {
			return kept.ErrState // it is another one elsewhere: she is asked first
		}
		given, err := givenTo(r, c, recipients)
		if err != nil {
			return err
		}
		rows, err := c.Advance(r, act.Who)
		if err != nil {
			return err
		}
		t := &kept.Telling{To: recipients}
		more, err := kept.Retell(r, act, c, t)
		if err != nil {
			return err
		}
		if len(t.Done) == 0 || len(t.Done) != len(recipients) {
			return kept.ErrState
		}
		if err := c.Seal(act.Who); err != nil {
			return err
		}
		again, err := giveAgain(r, act, c, given)
		if err != nil {
			return err
		}
		act.Detail.IDs = append(act.Detail.IDs, recipients...)
		act.Commit = kept.PutAll(slices.Concat(rows, more.Put, again)...)
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
func givenTo(r kept.Reader, c *kept.File, recipients []string) ([]givenConsent, error) {
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
		if row.CaseID != c.Row.ID || row.State != consentLive || row.Shut {
			return nil, kept.ErrState
		}
		a, err := openConsent(r, c, row)
		if err != nil {
			return nil, err
		}
		all = append(all, givenConsent{row, a})
	}
	return all, nil
}

// giveAgain makes the next version of authorisations: for what they name of her
// rule, it stands for the rule as it is now.
func giveAgain(r kept.Reader, act *acts.Act, c *kept.File, given []givenConsent) ([]acts.Row, error) {
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
		g.row.BodyVersion = 0
		if err := c.Put(r, act, g.row, g.Authorisation); err != nil {
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

// RecipientsOf lists whom a change of her rule concerns: the centres with a live
// referral that goes on, and the social services with a task that is not done.
func RecipientsOf(r kept.Reader, act *acts.Act, c *kept.File) (list []Recipient, err error) {
	refs, err := referralsOfCase.Rows(r, c.Row.ID)
	if err != nil {
		return nil, err
	}
	for _, row := range refs {
		if row.Standing(act.Day) != policies.ConsentLive || row.State == "closed" || row.State == "declined" {
			continue
		}
		s := sentReferral(row, c)
		if err := s.open(r, act); errors.Is(err, acts.ErrErased) {
			continue
		} else if err != nil {
			return nil, err
		}
		safe, err := s.reads(r)
		if err != nil {
			return nil, err
		}
		to := Recipient{ID: row.ID, Unit: row.ToUnit, Items: s.body.items(), Safe: safe}.against(c)
		if row.Shut {
			to.Items = nil // nothing new goes to it before the desk has confirmed it
		}
		list = append(list, to)
	}
	tasks, err := tasksOfCase.Rows(r, c.Row.ID)
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
		safe, err := row.reads(r, &body.TaskPackage)
		if err != nil {
			return nil, err
		}
		list = append(list, Recipient{ID: row.ID, Unit: row.ToUnit, Service: true, Items: body.items(), Safe: safe, OwnCase: row.OwnCase}.against(c))
	}
	return list, nil
}

// against compares what a recipient was told with the rule of today.
func (p Recipient) against(c *kept.File) Recipient {
	p.Items = slices.DeleteFunc(slices.Clone(p.Items), func(code string) bool { return !rule.IsItem[code] })
	p.News = !rule.For(c.Safe, p.Safe.Chosen, p.Items).Within(p.Safe)
	return p
}
