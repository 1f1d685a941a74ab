package kept

import (
	"errors"
	"slices"
	"time"

	"sportello/crypto"
	"sportello/policies/acts"
)

// CardRow is the sealed index card of a record that stands without a case file: what
// lists, search and the Agenda read without opening the record. The card of a case
// file is a column of its row. Its id is RECORD.KIND.
type CardRow struct {
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
func (*CardRow) Table() string { return "card" }

// The kinds of card.
const (
	CardContact = "contact" // of a contact that stands alone
	CardNumber  = "number"  // of the number somebody gave for this call alone
)

var (
	cardRows = acts.Declare[CardRow]()
	// cardsOfUnit lists the cards of a unit, for search.
	cardsOfUnit = cardRows.Find().Is("unit").By("id")
	// cardsNow lists the cards of a unit whose records somebody has to look at.
	cardsNow = cardRows.Find().Is("unit").Not("now_day", "").By("now_day", "id")
	// cardsOf lists the cards of a record.
	cardsOf = cardRows.Find().Is("parent").By("id")
	// cardsOver lists the cards of all units whose last day was before a day.
	cardsOver = cardRows.Find().Not("until", "").Before("until").By("id")

	_ = Register(cardRows, Kind[*CardRow]{Class: "contact", Names: true, Hangs: []Hang{On("contact", cardsOf)},
		Secrets: func(c *CardRow) []string { return []string{c.Secret} },
		Ended:   func(r Reader, day string) ([]*CardRow, error) { return cardsOver.Rows(r, day) },
		Over:    func(Reader, *CardRow, string) (bool, error) { return true, nil }})
)

// ContactCard is what the card of a contact says. What she asked for is never on it.
type ContactCard struct {
	Code     string    `json:"code,omitempty"` // hers, from the moment at which the contact is closed
	Alias    string    `json:"alias,omitempty"`
	Phones   []string  `json:"phones,omitempty"`
	Findable bool      `json:"findable,omitempty"` // by name and number too, not by her code alone: she wants it
	Author   string    `json:"author,omitempty"`
	Begun    time.Time `json:"begun,omitzero"`
	Open     bool      `json:"open,omitempty"` // nobody closed it yet
	Children string    `json:"children,omitempty"`
	Marks    Marks     `json:"marks,omitempty"`
	// Over is when what the card says may not be found any more: a number given for one call.
	Over time.Time `json:"over,omitzero"`
}

// PutCard seals the card of a record as it is now. It returns the row to write.
func PutCard(r Reader, act *acts.Act, parent, kind, until string, card ContactCard) (*CardRow, error) {
	row := &CardRow{RowKey: acts.RowKey{ID: parent + "." + kind}}
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
	row.Next()
	row.Until, row.NowDay, row.Epoch = until, card.Marks.Day(act.Now), act.Who.Epoch()
	unit, ok := act.Who.UnitKey(row.Epoch)
	if !ok {
		return nil, acts.ErrCovered
	}
	row.Box, err = SealUnder(unit.Derive(crypto.LabelCard, secret), row, "box", card)
	return row, err
}

// Open opens a card; ErrErased for one that is gone.
func (c *CardRow) Open(r Reader, who acts.Caller) (card ContactCard, err error) {
	secret, err := r.Secret(c.Secret)
	if err != nil {
		return card, err
	}
	unit, ok := who.UnitKey(c.Epoch)
	if !ok {
		return card, acts.ErrCovered
	}
	err = OpenUnder(unit.Derive(crypto.LabelCard, secret), c, "box", c.Box, &card)
	return card, err
}

// DropCards takes away the cards of a record, with their secrets.
func DropCards(r Reader, parent string) (out Change, err error) {
	rows, err := cardsOf.Rows(r, parent)
	for _, row := range rows {
		out.Delete, out.Erase = append(out.Delete, row), append(out.Erase, row.Secret)
	}
	return out, err
}

// Cards opens the cards of the caller's unit: all, or those whose records somebody
// has to look at. One that is over, or is not what the log names, is left out.
func Cards(r Reader, act *acts.Act, now bool, f func(*CardRow, *ContactCard)) error {
	find := cardsOfUnit
	if now {
		find = cardsNow
	}
	rows, err := find.Rows(r, act.Who.Unit())
	if err := act.Spare(err); err != nil {
		return err
	}
	for _, row := range rows {
		card, err := row.Open(r, act.Who)
		if errors.Is(err, acts.ErrErased) {
			continue
		}
		if err != nil {
			if err := act.Spare(err); err != nil {
				return err
			}
			continue
		}
		if card.Over.IsZero() || act.Now.Before(card.Over) {
			f(row, &card)
		}
	}
	return nil
}

// CardKinds are the kinds of card.
var CardKinds = []string{CardContact, CardNumber}

// Day is since when marks ask for somebody, as a day; empty where none does. It is
// what stands of them in plaintext.
func (m Marks) Day(now time.Time) string {
	var first time.Time
	for _, mark := range m {
		if (mark.Until.IsZero() || now.Before(mark.Until)) && slices.Contains(MarkKinds, mark.Kind) && (first.IsZero() || mark.Since.Before(first)) {
			first = mark.Since
		}
	}
	if first.IsZero() {
		return ""
	}
	return first.In(now.Location()).Format(time.DateOnly)
}
