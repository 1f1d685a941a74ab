package cards

import (
	"maps"
	"slices"
	"sync"

	"sportello/policies/acts"
	"sportello/referrals/kept"
	"sportello/referrals/match"
)

// joinedCards puts together the one card of two files that are joined: that of the first,
// unless it alone of the two is closed, found by what is on both.
type joinedCards struct {
	first map[string]string // by either; not changed while cards are looked at
	mu    sync.Mutex
	held  map[string][]heldCard // by the first
}

type heldCard struct {
	card kept.Card
	says kept.CaseCard
}

func cardsJoined(r kept.Reader, act *acts.Act) (*joinedCards, error) {
	rows, err := kept.JoinsIn.Rows(r, act.Who.Unit())
	if err := act.Spare(err); err != nil {
		return nil, err
	}
	h := &joinedCards{first: map[string]string{}, held: map[string][]heldCard{}}
	for _, j := range rows {
		h.first[j.ID], h.first[j.First] = j.First, j.First
	}
	return h, nil
}

// has tells whether a file is joined with another.
func (h *joinedCards) has(id string) bool { return h.first[id] != "" }

// hold keeps the card of a joined file until all were opened.
func (h *joinedCards) hold(c *kept.Card, text *Text) error {
	says, err := text.Read()
	if err != nil {
		return err
	}
	held := heldCard{*c, *says}
	held.card.Box = slices.Clone(c.Box)
	h.mu.Lock()
	defer h.mu.Unlock()
	pair := h.first[c.ID]
	h.held[pair] = append(h.held[pair], held)
	return nil
}

// lookJoined looks at what was held: at one card of two files, or at the one of which the
// other did not come, because it is gone, or did not open.
func lookJoined[H any](h *joinedCards, look func(*kept.Card, *Text) (H, bool, error)) (found []looked[H]) {
	for _, pair := range slices.Sorted(maps.Keys(h.held)) {
		c := oneCard(pair, h.held[pair])
		hit, like, err := look(&c.card, textOf(&c.says))
		switch {
		case err != nil:
			found = append(found, looked[H]{id: c.card.ID, restricted: c.card.Restricted, err: err})
		case like:
			found = append(found, looked[H]{hit: hit})
		}
	}
	return found
}

// textOf is a card that was put together, as one that was opened.
func textOf(c *kept.CaseCard) *Text {
	return &Text{Code: c.Code, Also: c.Also, Tonight: c.Tonight != nil, keys: c.ComparedBy(), read: c}
}

// oneCard makes one card of those that were held of a pair.
func oneCard(pair string, held []heldCard) *heldCard {
	one := &held[0]
	if len(held) == 1 {
		return one
	}
	two := &held[1]
	if two.card.ID == pair {
		one, two = two, one
	}
	if one.card.State == "closed" && two.card.State != "closed" {
		one, two = two, one
	}
	one.says.Also = two.says.Code
	one.says.Numbers = slices.Concat(one.says.Numbers, two.says.Numbers)
	one.says.Phones = slices.Concat(one.says.Phones, two.says.Phones)
	one.says.Marks = slices.Concat(one.says.Marks, two.says.Marks)
	if one.says.Tonight == nil {
		one.says.Tonight = two.says.Tonight
	}
	found := one.says
	found.Keys = match.Keys{}
	found.Names = slices.Concat(one.says.Names, []string{two.says.Alias}, two.says.Names)
	one.says.Keys = found.ComparedBy()
	return one
}
