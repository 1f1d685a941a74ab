package people

import (
	"sportello/server/frame"
)

// UnitWordsPage is "unit-words": the four words of one's own unit, for whoever
// calls to compare them.
type UnitWordsPage struct {
	frame.Page
	Name  string
	Kind  string // a word of "unit_kind"
	Words [4]string
}

// UnitWords shows the words of the caller's own unit, from the key she holds.
func UnitWords(q *frame.Request) (frame.Shown, error) {
	if _, err := q.House.Members(q.Context(), q.Who); err != nil {
		return nil, err
	}
	words, err := q.House.UnitWordsOf(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	roster, err := q.Roster()
	if err != nil {
		return nil, err
	}
	return &UnitWordsPage{Page: q.Base(TitleUnitWords), Name: roster.UnitName(q.Who.Unit()),
		Kind: q.Who.UnitKind(), Words: words}, nil
}

// What the page says.
const (
	TitleUnitWords = "unit_words.title"
)
