package referrals

import (
	"context"
	"errors"
	"slices"
	"sort"
	"strings"
	"unicode"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/typed"

	"golang.org/x/text/unicode/norm"
)

// SearchCard is what a search or a list shows of a case: never the reason she
// came.
type SearchCard struct {
	ID      string
	State   string
	LastDay string
	Code    string
	Alias   string
}

// SearchMax bounds how many cards a search shows.
const SearchMax = 50

// Search finds cases of the caller's unit by code, alias, name (folded and
// sounding alike) or phone. Exclusion comes before any card is opened; for
// everything she may not open there is no count, no hint, no difference. One
// leaf stands for the whole page; the term is in no log.
func (d *Desk) Search(ctx context.Context, who acts.Caller, term string) ([]SearchCard, audit.Receipt, error) {
	var found []SearchCard
	receipt, err := d.do(ctx, who, policies.CaseSearch, func(r Reader, act *acts.Act) error {
		found = nil
		if err := act.Allow(d.unitObject(act.Who)); err != nil {
			return err
		}
		if len(term) > typed.MaxShort {
			return &typed.Invalid{Fields: map[string]string{"q": "error.too_long"}}
		}
		hits, err := d.scan(r, act, newQuery(term))
		if err != nil {
			return err
		}
		// The rows shown are compared with the log; the hourly check covers
		// the rest.
		shown := make([]Shown, len(hits))
		for i, h := range hits {
			shown[i] = Shown{h.ID, h.digest}
		}
		bad, err := notGenuine(r, act, shown)
		if err != nil {
			return err
		}
		hits = slices.DeleteFunc(hits, func(h hit) bool { return bad[h.ID] })
		found = make([]SearchCard, len(hits))
		act.Detail.IDs = make([]string, len(hits))
		for i, h := range hits {
			act.Detail.IDs[i], found[i] = h.ID, h.SearchCard
		}
		return nil
	})
	return found, receipt, err
}

// notGenuine are the cards, by id and at most SearchMax, whose rows are not those
// that the log names: none after one look, or else looked for one by one.
func notGenuine(r Reader, act *acts.Act, shown []Shown) (map[string]bool, error) {
	if err := r.CheckShown(shown); !errors.Is(err, acts.ErrTampered) {
		return nil, err
	}
	bad := map[string]bool{}
	for _, s := range shown {
		err := r.CheckShown([]Shown{s})
		if spared := act.Spare(err); spared != nil {
			return nil, spared
		}
		bad[s.ID] = err != nil
	}
	return bad, nil
}

// hit is a card that matches, with the digest of what was read.
type hit struct {
	SearchCard
	digest crypto.Digest
}

// scan opens the cards that the caller may open and returns those that match,
// newest contact first.
func (d *Desk) scan(r Reader, act *acts.Act, q query) ([]hit, error) {
	if q.empty() {
		return nil, nil
	}
	var hits []hit
	err := d.eachCard(r, act, func(c *Card, card *CaseCard) {
		if q.matches(card) {
			if hits == nil {
				hits = make([]hit, 0, SearchMax)
			}
			hits = append(hits, hit{cardOf(c, card), c.Digest()})
		}
	})
	sort.Slice(hits, func(i, j int) bool { return hits[i].LastDay > hits[j].LastDay })
	if len(hits) > SearchMax {
		hits = hits[:SearchMax]
	}
	return hits, err
}

func cardOf(c *Card, card *CaseCard) SearchCard {
	return SearchCard{ID: c.ID, State: c.State, LastDay: c.LastDay, Code: card.Code, Alias: card.Alias}
}

// eachCard opens the cards of the caller's unit that she may open, one after the
// other, but for those that are not what the log names. Exclusion comes before any
// card is opened.
func (d *Desk) eachCard(r Reader, act *acts.Act, f func(*Card, *CaseCard)) error {
	keys, who := map[int64]crypto.Key{}, act.Who
	return r.EachCard(who.Unit(), func(c *Card) error {
		if c.Walled.Has(who.Person()) || c.Restricted && !c.Named.Has(who.Person()) {
			return nil
		}
		var card CaseCard
		if err := d.openCard(r, who, keys, c, &card); errors.Is(err, acts.ErrErased) {
			return nil // there is no card any more
		} else if err != nil {
			return act.Spare(d.notOpened(r, c.ID, err))
		}
		f(c, &card)
		return nil
	})
}

// notOpened says ErrTampered of a card that does not open because its row is not
// the one the log names.
func (d *Desk) notOpened(r Reader, id string, err error) error {
	if seen := r.Get(&CaseRow{}, id); seen != nil {
		return seen
	}
	return err
}

func (d *Desk) openCard(r Reader, who acts.Caller, keys map[int64]crypto.Key, c *Card, card *CaseCard) error {
	secret, err := r.Secret(c.Secret)
	if err != nil {
		return err
	}
	b := crypto.Binding{Table: "case_file", Row: c.ID, Column: "card", Version: c.Version}
	if c.Restricted {
		row := &CaseRow{RowKey: acts.RowKey{ID: c.ID, Version: c.Version}}
		if err := r.Get(row, c.ID); err != nil {
			return err
		}
		key, err := d.restrictedKey(r, who, row)
		if err != nil {
			return err
		}
		return open(key.Derive(crypto.LabelCard, secret), row, "card", row.Card, card)
	}
	unit, ok := keys[c.Epoch]
	if !ok {
		if unit, ok = who.UnitKey(c.Epoch); !ok {
			return acts.ErrCovered
		}
		keys[c.Epoch] = unit
	}
	return unit.Derive(crypto.LabelCard, secret).OpenValue(b, c.Box, card)
}

// query is a search term in the forms it is compared in.
type query struct {
	folded string
	sound  string
	digits string
}

func newQuery(term string) query {
	q := query{folded: fold(term), digits: onlyDigits(term)}
	q.sound = sounds(q.folded)
	if len(q.digits) < 5 {
		q.digits = ""
	}
	return q
}

func (q query) empty() bool { return len(q.folded) < 2 }

func (q query) matches(c *CaseCard) bool {
	if len(q.folded) >= 4 && strings.Contains(fold(c.Code), q.folded) {
		return true
	}
	return q.names(c) || q.phoned(c.Phones)
}

// names tells whether it is her alias or one of her names.
func (q query) names(c *CaseCard) bool {
	return q.named(c.Alias) || slices.ContainsFunc(c.Names, q.named)
}

// named tells whether a name contains the term or sounds like it.
func (q query) named(name string) bool {
	f := fold(name)
	return f != "" && (strings.Contains(f, q.folded) || q.sound != "" && sounds(f) == q.sound)
}

// phoned tells whether one of some numbers ends with the term's digits.
func (q query) phoned(phones []string) bool {
	if q.digits == "" {
		return false
	}
	for _, p := range phones {
		if strings.HasSuffix(onlyDigits(p), strings.TrimPrefix(q.digits, "39")) {
			return true
		}
	}
	return false
}

// fold writes a name in plain lower-case letters: no accents, no apostrophes,
// no spaces or hyphens.
func fold(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if !ascii {
		s = norm.NFKD.String(s)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// soundAlike are spellings that sound alike in Italian ears and in the usual
// transliterations of Arabic, Bengali, Ukrainian, Albanian, Chinese and
// Spanish names, longest first.
var soundAlike = strings.NewReplacer(
	"sch", "sk", "tch", "c", "dzh", "g", "kh", "h", "gh", "g", "ph", "f", "th", "t", "sh", "s", "ch", "k",
	"ck", "k", "qu", "k", "ou", "u", "oo", "u", "ee", "i", "ei", "i", "ie", "i", "ij", "i", "yi", "i",
	"zh", "z", "cz", "c", "ts", "z", "dj", "g", "gn", "n", "gl", "l",
	"q", "k", "c", "k", "x", "s", "y", "i", "j", "i", "w", "v", "z", "s", "h", "")

// sounds reduces a folded name to how it sounds: like spellings become one,
// doubled letters single, and vowels after the first letter go.
func sounds(folded string) string {
	s := soundAlike.Replace(folded)
	var b strings.Builder
	var last rune
	for i, r := range s {
		if r == last {
			continue
		}
		last = r
		if i > 0 && strings.ContainsRune("aeiou", r) {
			continue
		}
		b.WriteRune(r)
	}
	if b.Len() < 2 {
		return s
	}
	return b.String()
}
