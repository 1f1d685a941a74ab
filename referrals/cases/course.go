package cases

import (
	"slices"
	"time"

	"sportello/policies/acts"
	"sportello/referrals/cards"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// Course is what happened to a contact beside what was typed in its form: the form
// does not carry it, and no later version of the form takes it away.
type Course struct {
	Code        string     `json:"code,omitempty"`          // hers, from the moment at which it is closed
	DangerSince time.Time  `json:"danger_since,omitzero"`   // when danger was first said
	Dropped     time.Time  `json:"dropped,omitzero"`        // when the line last dropped
	Calls       []CallBack `json:"calls,omitempty"`         // made under her leave to call back
	Ends        []NowEnd   `json:"ends,omitempty"`          // how what could not wait ended
	Hold        kept.Hold  `json:"hold,omitzero"`           // in whose hands what cannot wait is
	NotShe      time.Time  `json:"another_person,omitzero"` // when somebody else last answered her number
}

// CallBack is one call to the number that she gave for this call.
type CallBack struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Outcome string    `json:"outcome"`
	Said    string    `json:"said,omitempty"` // one of WhatWasSaid, where somebody else answered
	Text    string    `json:"text,omitempty"`
}

// WhatWasSaid are the codes of what was said to somebody else who answered.
var WhatWasSaid = []string{"hung_up", "agreed", "other"}

// CallBackOutcomes are the ways in which a call under her leave ends.
var CallBackOutcomes = []string{"reached", "no_answer", "busy", "wrong_number", "other_person"}

var (
	whatWasSaid      = typed.Codes(WhatWasSaid...)
	callBackOutcomes = typed.Codes(CallBackOutcomes...)
)

// follow takes over what happened to a contact that was kept before, and notes what
// happens with this version: danger first said, a line that dropped.
func (c *NewContact) follow(r kept.Reader, act *acts.Act, row *ContactRow, secret []byte) error {
	c.Course = Course{}
	var old Contact
	if row.Version > 0 {
		if err := kept.GetAlone(r, act.Who, nil, row, secret, &old); err != nil {
			return err
		}
		c.Course, c.At = old.Course, old.At
	}
	said := c.Danger == "yes" && old.Danger != "yes" || c.Outcome == "emergency" && old.Outcome != "emergency"
	if said && (c.DangerSince.IsZero() || c.ended(kept.MarkDanger, c.DangerSince)) {
		c.DangerSince = act.Now
	}
	if c.LineDropped || c.Outcome == "line_dropped" && c.Course.Dropped.IsZero() {
		c.Course.Dropped = act.Now
	}
	return nil
}

// marks are what of a contact must not be forgotten.
func (c *Contact) marks(id string) (m kept.Marks) {
	add := func(kind string, since time.Time, tries int) {
		if !since.IsZero() && !c.ended(kind, since) {
			m = append(m, kept.Mark{Kind: kind, Since: since, Tries: tries, Record: id, Life: c.life(), Hold: c.Hold})
		}
	}
	add(kept.MarkDanger, c.DangerSince, 0)
	add(kept.MarkOther, c.NotShe, 0)
	// Without her leave nobody calls: it stands while the contact is open or ended so. Another
	// end says that she was heard after all.
	if leave := c.mayCallBack(); c.NotShe.IsZero() && (leave || c.Outcome == "" || c.Outcome == "line_dropped") {
		before := len(m)
		add(kept.MarkDropped, c.Course.Dropped, c.tries())
		if len(m) > before {
			m[before].NoLeave = !leave
		}
	}
	return m
}

// mayCallBack tells whether she let us call back for this call, at a number.
func (c *Contact) mayCallBack() bool { return c.Overheard["call_back"] == "yes" && c.CallBack != "" }

// ended tells whether somebody recorded how something that began at an hour ended.
func (c *Contact) ended(kind string, since time.Time) bool {
	return slices.ContainsFunc(c.Ends, func(e NowEnd) bool { return e.Mark == kind && !e.At.Before(since) && !e.Stays() })
}

// life tells whether her life, or a child, is in danger: then her no to a call is
// not decided by one person alone.
func (c *Contact) life() bool {
	return c.Danger == "yes" || c.Children == "with_her" || c.Children == "with_person"
}

// tries are the calls that were made since the line dropped.
func (c *Contact) tries() int {
	n := 0
	for _, call := range c.Calls {
		if !call.At.Before(c.Course.Dropped) {
			n++
		}
	}
	return n
}

// Leave is her leave to call back, as it stands at a moment.
func (c *Contact) leave(l rule.Leave, now time.Time) rule.LeaveNow {
	if !c.mayCallBack() || !c.NotShe.IsZero() {
		return rule.LeaveNow{}
	}
	since := c.Course.Dropped
	if since.IsZero() {
		since = c.At
	}
	return l.At(since, c.tries(), now)
}

// mark puts on a case's card what of one of its contacts must not be forgotten, and
// the number she gave for this call.
func (c *Contact) mark(f *kept.File, id string) {
	for _, m := range c.marks(id) {
		f.Mark(m)
	}
	if c.CallBack != "" {
		f.Card.Tonight = &kept.Lately{Number: c.CallBack, Until: c.At.Add(numberFound)}
	}
}

// numberFound is how long a number that was given for one call is found by search.
const numberFound = 24 * time.Hour

// cardsOfContact makes the cards of a contact as it is now: none once it belongs to a
// case file, whose card says what there is to say.
func cardsOfContact(r kept.Reader, act *acts.Act, row *ContactRow, c *Contact) (out kept.Change, err error) {
	if row.CaseID != "" || row.State == unlinkedState {
		return cards.Drop(r, row.ID)
	}
	card, err := cards.Put(r, act, row.ID, cards.OfContact, "", contactCard(row, c))
	if err != nil {
		return out, err
	}
	out.Put = append(out.Put, card)
	if over := c.At.Add(numberFound); c.CallBack != "" && act.Now.Before(over) {
		number, err := cards.Put(r, act, row.ID, cards.OfNumber, over.In(act.Now.Location()).Format(time.DateOnly),
			cards.Contact{Alias: c.Alias, Phones: []string{c.CallBack}, Begun: c.At, Over: over, Open: row.State == openState})
		if err != nil {
			return out, err
		}
		out.Put = append(out.Put, number)
	}
	return out, nil
}

// contactCard is the card of a contact that stands alone: the one place that says what
// lists and search know of it.
func contactCard(row *ContactRow, c *Contact) cards.Contact {
	card := cards.Contact{Code: c.Code, Alias: c.Alias, Author: row.Author, Begun: c.At, Open: row.State == openState,
		Findable: row.State == openState || c.Again == "yes", Children: c.Children, Marks: c.marks("")}
	if p := c.Safe.Number; p != "" {
		card.Phones = []string{p}
	}
	return card
}
