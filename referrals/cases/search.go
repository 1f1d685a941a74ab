package cases

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
	"sportello/referrals/kept"
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
	receipt, err := d.work.Do(ctx, who, policies.CaseSearch, func(r kept.Reader, act *acts.Act) error {
		found = nil
		if err := act.Allow(kept.UnitObject(act.Who)); err != nil {
			return err
		}
		if typed.Length(term) > typed.MaxShort {
			return &typed.Invalid{Fields: map[string]string{"q": "error.too_long"}}
		}
		hits, err := scan(r, act, newQuery(term))
		if err != nil {
			return err
		}
		// The rows shown are compared with the log; the hourly check covers
		// the rest.
		shown := make([]kept.Shown, len(hits))
		for i, h := range hits {
			shown[i] = kept.Shown{ID: h.ID, Card: h.digest}
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
func notGenuine(r kept.Reader, act *acts.Act, shown []kept.Shown) (map[string]bool, error) {
	if err := r.CheckShown(shown); !errors.Is(err, acts.ErrTampered) {
		return nil, err
	}
	bad := map[string]bool{}
	for _, s := range shown {
		err := r.CheckShown([]kept.Shown{s})
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
func scan(r kept.Reader, act *acts.Act, q query) ([]hit, error) {
	if q.empty() {
		return nil, nil
	}
	var hits []hit
	err := kept.EachCard(r, act, func(c *kept.Card, card *kept.CaseCard) {
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

func cardOf(c *kept.Card, card *kept.CaseCard) SearchCard {
	return SearchCard{ID: c.ID, State: c.State, LastDay: c.LastDay, Code: card.Code, Alias: card.Alias}
}

// query is a search term in the forms it is compared in.
type query struct {
	folded string
	sound  string
	digits string
}

func newQuery(term string) query {
	q := query{folded: Fold(term), digits: onlyDigits(term)}
	q.sound = sounds(q.folded)
	if len(q.digits) < 5 {
		q.digits = ""
	}
	return q
}

func (q query) empty() bool { return len(q.folded) < 2 }

func (q query) matches(c *kept.CaseCard) bool {
	if len(q.folded) >= 4 && strings.Contains(Fold(c.Code), q.folded) {
		return true
	}
	return q.names(c) || q.phoned(c.Phones)
}

// names tells whether it is her alias or one of her names.
func (q query) names(c *kept.CaseCard) bool {
	return q.named(c.Alias) || slices.ContainsFunc(c.Names, q.named)
}

// named tells whether a name contains the term or sounds like it.
func (q query) named(name string) bool {
	f := Fold(name)
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

// Fold writes a name in plain lower-case letters: no accents, no apostrophes,
// no spaces or hyphens.
func Fold(s string) string {
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
