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
)

// ListOf says which case files and contacts a list shows.
type ListOf struct {
	Mine   bool // those alone that the caller follows, or whose contact she began
	Closed bool // closed case files in place of those that go on
	From   int  // how many lines come before: a page has ListPage
}

// ListPage is how many case files one page of a list shows.
const ListPage = 50

// ListedCase is one case file of a list.
type ListedCase struct {
	SearchCard
	Worker string // who follows her, a person's id
	Marks  kept.Marks
	digest kept.Shown
}

// ListedContact is a contact of a list that nobody closed yet.
type ListedContact struct {
	ID, Alias, Author string
	cards.Contact
}

// Listed is one page of a list.
type Listed struct {
	Cases    []ListedCase
	Contacts []ListedContact
	All      int // how many case files there are in all
}

// List lists the case files of the caller's unit that she may know of, by last
// contact, and the contacts that nobody closed. One leaf stands for the page.
func (d *Desk) List(ctx context.Context, who acts.Caller, of ListOf) (Listed, audit.Receipt, error) {
	var l Listed
	receipt, err := d.work.Do(ctx, who, policies.CaseList, func(r kept.Reader, act *acts.Act) error {
		l = Listed{}
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		me := act.Who.Person()
		var err error
		l.Cases, err = cards.Each(r, act, func(c *kept.Card, text *cards.Text) (line ListedCase, listed bool, err error) {
			if (c.State == "closed") != of.Closed {
				return line, false, nil
			}
			card, err := text.Read()
			if err != nil || of.Mine && card.Worker != me {
				return line, false, err
			}
			return ListedCase{cardOf(c, card), card.Worker, card.Marks, kept.Shown{ID: c.ID, Card: c.Digest()}}, true, nil
		})
		if err != nil {
			return err
		}
		sort.SliceStable(l.Cases, func(i, j int) bool { return l.Cases[i].LastDay > l.Cases[j].LastDay })
		l.All = len(l.Cases)
		from := min(max(of.From, 0), l.All)
		l.Cases = l.Cases[from:min(from+ListPage, l.All)]
		if l.Cases, err = genuineCases(r, act, l.Cases); err != nil || of.Closed {
			return err
		}
		return openCards(r, act, of, &l)
	})
	return l, receipt, err
}

// genuineCases leaves out the lines whose rows are not those that the log names.
func genuineCases(r kept.Reader, act *acts.Act, list []ListedCase) ([]ListedCase, error) {
	shown := make([]kept.Shown, len(list))
	for i, c := range list {
		shown[i] = c.digest
	}
	bad := map[string]bool{}
	err := notGenuine(r, act, shown, bad)
	list = slices.DeleteFunc(list, func(c ListedCase) bool { return bad[c.ID] })
	for _, c := range list {
		act.Detail.IDs = append(act.Detail.IDs, c.ID)
	}
	return list, err
}

// openCards lists the contacts that nobody closed yet, newest first.
func openCards(r kept.Reader, act *acts.Act, of ListOf, l *Listed) error {
	err := cards.All(r, act, false, func(row *cards.Row, c *cards.Contact) {
		if row.Kind == cards.OfContact && c.Open && (!of.Mine || c.Author == act.Who.Person()) {
			act.Detail.IDs = append(act.Detail.IDs, row.Parent)
			l.Contacts = append(l.Contacts, ListedContact{row.Parent, c.Alias, c.Author, *c})
		}
	})
	sort.SliceStable(l.Contacts, func(i, j int) bool { return l.Contacts[i].Begun.After(l.Contacts[j].Begun) })
	return err
}

// FollowCase makes the caller the one who follows a woman's case file.
func (d *Desk) FollowCase(ctx context.Context, who acts.Caller, id string, version int64) (audit.Receipt, error) {
	return d.edit(ctx, who, policies.CaseUpdate, id, version, func(_ kept.Reader, act *acts.Act, c *kept.File) ([]acts.Row, error) {
		c.Card.Worker = act.Who.Person()
		return nil, nil
	})
}

// CaseOfContact opens a case file from a contact that was closed without one: she came
// back, or thought it over. It keeps her code. ErrState where the contact is open, is
// not hers, or has a file.
func (d *Desk) CaseOfContact(ctx context.Context, who acts.Caller, id string, version int64, restrict bool) (string, audit.Receipt, error) {
	caseID := ""
	receipt, err := d.work.Do(ctx, who, policies.ContactClose, func(r kept.Reader, act *acts.Act) error {
		row := &ContactRow{}
		if err := r.Get(row, id); err != nil {
			return kept.LikeThere(r, err, &kept.CaseRow{})
		}
		if err := allowContact(r, act, row); err != nil {
			return err
		}
		if row.CaseID != "" || row.State == openState || row.State == unlinkedState {
			return kept.ErrState
		}
		if row.Version != version {
			return acts.ErrConflict
		}
		if err := act.Also(policies.CaseOpenNew, kept.UnitObject(act.Who)); err != nil {
			return err
		}
		secret, err := r.Secret(row.Secret)
		if err != nil {
			return err
		}
		act.Salt = secret
		in := NewContact{Restrict: restrict}
		if err := kept.GetAlone(r, act.Who, nil, row, secret, &in.Contact); err != nil {
			return err
		}
		c, rows, err := NewCase(r, act, row.ID, in)
		if err != nil {
			return err
		}
		row.Version++
		row.CaseID, in.Code, caseID = c.Row.ID, c.Card.Code, c.Row.ID
		if err := kept.PutAlone(act.Who, c, row, secret, in.Contact); err != nil {
			return err
		}
		out, err := cards.Drop(r, row.ID)
		out.Put = append(append(out.Put, rows...), row)
		act.Commit = out.Write
		return err
	})
	return caseID, receipt, err
}
