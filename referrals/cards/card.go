package cards

import (
	"errors"
	"slices"
	"time"

	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/referrals/kept"
	"sportello/referrals/match"
)

// Row is the sealed index card of a record that stands without a case file: what
// lists, search and the Agenda read without opening the record. The card of a case
// file is a column of its row. Its id is RECORD.KIND.
type Row struct {
	acts.RowKey
	Unit   string
	Kind   string // one of the card kinds
	Parent string // the record it is the card of
	Until  string // the day with whose end it goes by itself; empty while its record stays
	NowDay string // since when somebody has to look at the record; empty for not at all
	Secret string
	Epoch  int64 // unit epoch under whose key it is sealed
	Box    crypto.Sealed
}

// Table is the name of the table of cards.
func (*Row) Table() string { return "card" }

// The kinds of card.
const (
	OfContact = "contact" // of a contact that stands alone
	OfNumber  = "number"  // of the number somebody gave for this call alone
)

var (
	cardRows = acts.Declare[Row]()
	// cardsOfUnit lists the cards of a unit, for search, as they lie.
	cardsOfUnit = cardRows.Find().Is("unit")
	// cardsNow lists the cards of a unit whose records somebody has to look at.
	cardsNow = cardRows.Find().Is("unit").Not("now_day", "").By("now_day", "id")
	// cardsOf lists the cards of a record.
	cardsOf = cardRows.Find().Is("parent").By("id")
	// cardsOver lists the cards of all units whose last day was before a day.
	cardsOver = cardRows.Find().Not("until", "").Before("until").By("id")

	_ = kept.Register(cardRows, kept.Kind[*Row]{Class: "contact", Names: true, Hangs: []kept.Hang{kept.On("contact", cardsOf)},
		Secrets: func(c *Row) []string { return []string{c.Secret} },
		Ended:   func(r kept.Reader, day string) ([]*Row, error) { return cardsOver.Rows(r, day) },
		Over:    func(kept.Reader, *Row, string) (bool, error) { return true, nil }})
)

// Contact is what the card of a contact says. What she asked for is never on it.
type Contact struct {
	Code     string     `json:"code,omitempty"` // hers, from the moment at which the contact is closed
	Alias    string     `json:"alias,omitempty"`
	Phones   []string   `json:"phones,omitempty"`
	Findable bool       `json:"findable,omitempty"` // by name and number too, not by her code alone: she wants it
	Author   string     `json:"author,omitempty"`
	Begun    time.Time  `json:"begun,omitzero"`
	Open     bool       `json:"open,omitempty"` // nobody closed it yet
	Children string     `json:"children,omitempty"`
	Marks    kept.Marks `json:"marks,omitempty"`
	// Keys are what name and numbers are compared by; Put makes them.
	Keys match.Keys `json:"keys,omitzero"`
	// Over is when what the card says may not be found any more: a number given for one call.
	Over time.Time `json:"over,omitzero"`
}

// keys are what a card is compared by: that of a number by the number alone.
func (c *Contact) keys() match.Keys {
	if !c.Over.IsZero() {
		return match.KeysOf(nil, c.Phones)
	}
	return match.KeysOf([]string{c.Alias}, c.Phones)
}

// ComparedBy is what a card is compared by, as of a case's card.
func (c *Contact) ComparedBy() match.Keys {
	if c.Keys.Current() {
		return c.Keys
	}
	return c.keys()
}

// Put seals the card of a record as it is now. It returns the row to write.
func Put(r kept.Reader, act *acts.Act, parent, kind, until string, card Contact) (*Row, error) {
	row := &Row{RowKey: acts.RowKey{ID: parent + "." + kind}}
	err := r.Get(row, row.ID)
	if errors.Is(err, acts.ErrNoRow) {
		err = nil
		row.Unit, row.Kind, row.Parent = act.Who.Unit(), kind, parent
	}
	if err != nil {
		return nil, err
	}
	var secret []byte
	if row.Secret == "" {
		s := act.NewSecret()
		row.Secret, secret = s.ID, s.Bytes
	} else if secret, err = r.Secret(row.Secret); err != nil {
		return nil, err
	}
	card.Keys = card.keys()
	row.Next()
	row.Until, row.NowDay, row.Epoch = until, card.Marks.Day(act.Now), act.Who.Epoch()
	unit, ok := act.Who.UnitKey(row.Epoch)
	if !ok {
		return nil, acts.ErrCovered
	}
	row.Box, err = kept.SealUnder(unit.Derive(crypto.LabelCard, secret), row, "box", card)
	return row, err
}

// Drop takes away the cards of a record, with their secrets. A record that is new has
// none, and the log says so without a look into the database.
func Drop(r kept.Reader, parent string) (out kept.Change, err error) {
	for _, kind := range Kinds {
		row := &Row{RowKey: acts.RowKey{ID: parent + "." + kind}}
		if r.Unnamed(row.Table(), row.ID) {
			continue
		}
		if err := r.Get(row, row.ID); err != nil {
			return kept.Change{}, err
		}
		out.Delete, out.Erase = append(out.Delete, row), append(out.Erase, row.Secret)
	}
	return out, nil
}

// Wait tells whether somebody has to look at a record: no key is needed for it.
func Wait(r kept.Reader, parent string) (bool, error) {
	rows, err := cardsOf.Rows(r, parent)
	return slices.ContainsFunc(rows, func(c *Row) bool { return c.NowDay != "" }), err
}

// All opens the cards of the caller's unit: all, or those whose records somebody
// has to look at. One that is over, or is not what the log names, is left out.
func All(r kept.Reader, act *acts.Act, now bool, f func(*Row, *Contact)) error {
	find := cardsOfUnit
	if now {
		find = cardsNow
	}
	type opened struct {
		row  *Row
		card Contact
		err  error
	}
	all, err := inParallel(func(hand func([]*Row)) error {
		var some []*Row
		err := find.Each(r, func(row *Row) {
			if some = append(some, row); len(some) == kept.CardsAtOnce {
				hand(some)
				some = nil
			}
		}, act.Who.Unit())
		hand(some)
		return err
	}, func(some []*Row) []opened {
		ids := make([]string, len(some))
		for i, row := range some {
			ids[i] = row.Secret
		}
		cards := make([]opened, len(some))
		for i, s := range r.Secrets(ids) {
			o := &cards[i]
			if o.row, o.err = some[i], s.Err; o.err == nil {
				o.err = o.row.open(act.Who, s.Secret[:], &o.card)
			}
		}
		return cards
	})
	if err := act.Spare(err); err != nil {
		return err
	}
	for i := range all {
		o := &all[i]
		switch {
		case errors.Is(o.err, acts.ErrErased):
		case o.err != nil:
			if err := act.Spare(o.err); err != nil {
				return err
			}
		case o.card.Over.IsZero() || act.Now.Before(o.card.Over):
			f(o.row, &o.card)
		}
	}
	return nil
}

// open opens a card with its secret.
func (c *Row) open(who acts.Caller, secret []byte, card *Contact) error {
	unit, ok := who.UnitKey(c.Epoch)
	if !ok {
		return acts.ErrCovered
	}
	return kept.OpenUnder(unit.Derive(crypto.LabelCard, secret), c, "box", c.Box, card)
}

// Kinds are the kinds of card.
var Kinds = []string{OfContact, OfNumber}
