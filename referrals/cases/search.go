package cases

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cards"
	"sportello/referrals/kept"
	"sportello/referrals/match"
	"sportello/referrals/typed"
)

// SearchCard is what a search or a list shows of a case: never the reason she
// came.
type SearchCard struct {
	ID      string
	State   string
	LastDay string
	Code    string
	Alias   string
	Found   string // one of FoundBy: how like it is to what was looked for
	Never   bool   // it was found by a number that she forbade
	Contact bool   // it is a contact without a case file, and ID that of the contact
	More    bool   // of the last card shown: others are like what was looked for, and not shown
}

// FoundBy are the ways in which a card is like what was looked for, in the order in
// which they are shown.
var FoundBy = []string{"code", "number", "name", "sounds", "near", "part"}

// certain are those of FoundBy by which a card is what was looked for, and not only
// like it.
var certain = typed.Codes("code", "number", "name")

// Certain tells whether a card that was found is what was looked for, and not only
// like it.
func Certain(found string) bool { return certain[found] }

// foundBy is one of FoundBy; empty for what was not found.
func foundBy(by match.By, class match.Class) string {
	switch {
	case class == match.Exact:
		return map[match.By]string{match.ByCode: "code", match.ByNumber: "number", match.ByName: "name"}[by]
	case class == match.Sounding:
		return "sounds"
	case class == match.Near:
		return "near"
	case class == match.Part:
		return "part"
	}
	return ""
}

// SearchMax bounds how many cards a search shows beside those that are what was
// looked for.
const SearchMax = 50

// Search finds cases of the caller's unit by code, name or phone, as [match]
// compares them: what is the same first, then what sounds alike, then what is near, and
// the newest of each before the others. Exclusion comes before any card is opened;
// for everything she may not open there is no count, no hint, no difference. One
// leaf stands for the whole page; the term is in no log.
func (d *Desk) Search(ctx context.Context, who acts.Caller, term string) ([]SearchCard, audit.Receipt, error) {
	var found []SearchCard
	receipt, err := d.work.Do(ctx, who, policies.CaseSearch, func(r kept.Reader, act *acts.Act) error {
		found = nil
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		if typed.Length(term) > typed.MaxShort {
			return &typed.Invalid{Fields: map[string]string{"q": "error.too_long"}}
		}
		hits, err := scan(r, act, match.NewQuery(term))
		if err != nil {
			return err
		}
		found = make([]SearchCard, len(hits))
		act.Detail.IDs = make([]string, len(hits))
		for i, h := range hits {
			act.Detail.IDs[i], found[i] = h.ID, h.SearchCard
		}
		return nil
	})
	return found, receipt, err
}

// genuine are the cards among some whose rows are those that the log names: the
// hourly check covers what no page shows.
func genuine(r kept.Reader, act *acts.Act, hits []hit) ([]hit, error) {
	var shown []kept.Shown
	for _, h := range hits {
		if !h.Contact { // the row of a contact's card was compared when it was read
			shown = append(shown, kept.Shown{ID: h.ID, Card: h.digest})
		}
	}
	bad := map[string]bool{}
	for some := range slices.Chunk(shown, SearchMax) {
		if err := notGenuine(r, act, some, bad); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(hits, func(h hit) bool { return bad[h.ID] }), nil
}

// notGenuine adds the cards, at most SearchMax, whose rows are not those that the
// log names: none after one look, or else looked for one by one.
func notGenuine(r kept.Reader, act *acts.Act, shown []kept.Shown, bad map[string]bool) error {
	if err := r.CheckShown(shown); !errors.Is(err, acts.ErrTampered) {
		return err
	}
	for _, s := range shown {
		err := r.CheckShown([]kept.Shown{s})
		if spared := act.Spare(err); spared != nil {
			return spared
		}
		bad[s.ID] = err != nil
	}
	return nil
}

// hit is a card that is like what was looked for, with the digest of what was read.
type hit struct {
	SearchCard
	class  match.Class
	weak   bool // it is shown only where nothing better was found
	digest crypto.Digest
}

// scan opens the cards that the caller may open and returns those to be shown, in
// their order.
func scan(r kept.Reader, act *acts.Act, q match.Query) ([]hit, error) {
	if q.Empty() {
		return nil, nil
	}
	hits, err := cards.Each(r, act, func(c *kept.Card, t *cards.Text) (hit, bool, error) { return look(q, act.Now, c, t) })
	if err == nil {
		hits, err = contactHits(r, act, q, hits)
	}
	if err != nil {
		return nil, err
	}
	hits, more := toShow(hits)
	hits, err = genuine(r, act, hits)
	if n := len(hits); n > 0 {
		hits[n-1].More = more
	}
	return hits, err
}

// look tells how like a case's card is to what was looked for, and whether it is.
func look(q match.Query, now time.Time, c *kept.Card, text *cards.Text) (h hit, like bool, err error) {
	keys, err := text.ComparedBy()
	if err != nil {
		return h, false, err
	}
	by, class := q.Record(keys, text.Code)
	if text.Also != "" && q.Code(text.Also) == match.Exact { // the file that is joined with it
		by, class = match.ByCode, match.Exact
	}
	if class == match.None && !text.Tonight {
		return h, false, nil
	}
	card, err := text.Read()
	if err != nil {
		return h, false, err
	}
	if t := card.Tonight; t != nil && class != match.Exact && now.Before(t.Until) {
		if b, c := q.Record(match.KeysOf(nil, []string{t.Number}), ""); c > class {
			by, class = b, c
		}
	}
	if class == match.None {
		return h, false, nil
	}
	h = hit{cardOf(c, card), class, class == match.Part && by == match.ByName, c.Digest()}
	h.Found = foundBy(by, class)
	h.Never = by == match.ByNumber && slices.ContainsFunc(card.Numbers, func(n kept.CardNumber) bool { return n.Verdict == "never" })
	return h, true, nil
}

// contactHits adds the contacts without a case file that are like what was looked for:
// by her code, and by name and number too while one is open, where she wants to be
// found again, and for a day by the number she gave for one call.
func contactHits(r kept.Reader, act *acts.Act, q match.Query, hits []hit) ([]hit, error) {
	at := map[string]int{}
	err := cards.All(r, act, false, func(row *cards.Row, c *cards.Contact) {
		keys := match.Keys{}
		if c.Findable || row.Kind == cards.OfNumber {
			keys = c.ComparedBy()
		}
		by, class := q.Record(keys, c.Code)
		if class == match.None {
			return
		}
		h := hit{SearchCard: SearchCard{ID: row.Parent, Contact: true, State: "closed", LastDay: c.Begun.In(act.Now.Location()).Format(time.DateOnly), Code: c.Code, Alias: c.Alias},
			class: class, weak: class == match.Part && by == match.ByName}
		if c.Open {
			h.State = openState
		}
		h.Found = foundBy(by, class)
		if i, twice := at[row.Parent]; twice {
			if hits[i].class < h.class || hits[i].class == h.class && row.Kind == cards.OfContact {
				h.Code = cmp.Or(h.Code, hits[i].Code)
				hits[i] = h
			}
			return
		}
		at[row.Parent] = len(hits)
		hits = append(hits, h)
	})
	return hits, err
}

// toShow puts hits in order and cuts them. What is the same is never cut, and initials
// or a part of a name count only where nothing better was found.
func toShow(hits []hit) (shown []hit, more bool) {
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.class, a.class), strings.Compare(b.LastDay, a.LastDay), strings.Compare(a.ID, b.ID))
	})
	if len(hits) > 0 && hits[0].class >= match.Sounding {
		hits = slices.DeleteFunc(hits, func(h hit) bool { return h.weak })
	}
	same := 0
	for same < len(hits) && hits[same].class == match.Exact {
		same++
	}
	if limit := max(same, SearchMax); len(hits) > limit {
		return hits[:limit], true
	}
	return hits, false
}

func cardOf(c *kept.Card, card *kept.CaseCard) SearchCard {
	return SearchCard{ID: c.ID, State: c.State, LastDay: c.LastDay, Code: card.Code, Alias: card.Alias}
}
